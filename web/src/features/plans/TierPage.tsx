import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { Badge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Confirm } from '../../dashboard/parts/Dialog';
import { Facts } from '../../dashboard/parts/Facts';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { priceWords } from '../../prices';
import { archiveTier, changeTier, type TierFields as Fields, readTiers, type Tier, tiersOf } from './calls';
import { changesOf, checkDraft, typedOf, wholeOf } from './draft';
import styles from './Editor.module.css';
import { Preview } from './Preview';
import { PreviewLink } from './PreviewLink';
import { TierFields } from './TierFields';
import { useDraft } from './useDraft';
import { wordsOf } from './words';

/** One plan or product: its fields beside the card they make. */
export function TierPage() {
  const { pk, base, project } = useProject();
  const { name } = useParams({ strict: false }) as { name?: string };
  const { many, path, one } = wordsOf(project.type);
  const tiers = useLive(tiersOf(pk), () => readTiers(pk));
  const tier = tiers.data?.find((known) => known.name === name);
  return (
    <Page
      title={tier?.displayName ?? (tiers.data ? `No such ${one}` : many)}
      above={{ name: many, to: `${base}/${path}` }}
      mark={tier && !tier.active ? <Badge>Archived</Badge> : undefined}
    >
      <Loaded of={tiers} waiting={<Bones rows={1} height={480} />}>
        {() =>
          tier ? (
            <Editor key={tier.id} tier={tier} />
          ) : (
            <Panel flush>
              <Empty
                title="It was deleted, or the address is wrong."
                action={<To to={`${base}/${path}`}>See all {many.toLowerCase()}</To>}
              />
            </Panel>
          )
        }
      </Loaded>
    </Page>
  );
}

function Editor({ tier }: { tier: Tier }) {
  const { pk, project } = useProject();
  const kind = project.type;
  const [start] = useState(() => typedOf(tier, kind));
  const [asked, setAsked] = useState<Fields | null>(null);
  const save = useAct({
    run: (changes: Fields) => changeTier(pk, tier.name, changes),
    changes: [tiersOf(pk)],
    said: 'Saved.',
    after: () => {
      draft.saved();
      setAsked(null);
    },
  });
  const form = useForm({
    check: checkDraft,
    run: async (typed) => {
      const changes = changesOf(tier, typed, kind);
      if (changes.price !== undefined || changes.interval !== undefined) setAsked(changes);
      else await save.mutateAsync(changes);
    },
  });
  const draft = useDraft(start, form.running || save.isPending);
  return (
    <>
      <div className={styles.columns} onInput={draft.onInput}>
        <Panel>
          <Form form={form} action="Save" compact>
            <TierFields
              kind={kind}
              typed={draft.typed}
              errors={form.errors}
              exists
              onPicture={(imageUrl) => draft.set({ imageUrl })}
            />
          </Form>
        </Panel>
        <div className={styles.preview}>
          <Preview typed={draft.typed} kind={kind} />
          {kind !== 'store' && <PreviewLink typed={draft.typed} draft={() => wholeOf(tier, draft.typed, kind)} />}
          <Panel title="In the API">
            <Facts
              of={[
                ['Name', <CopyText key="name" text={tier.name} label="name" />],
                ['Price id', <CopyText key="price" text={tier.priceId} label="price id" />],
                ['Product id', <CopyText key="product" text={tier.productId} label="product id" />],
              ]}
            />
            <Archive tier={tier} />
          </Panel>
        </div>
      </div>
      <Confirm
        title={`Change the price of ${tier.displayName}`}
        opened={asked !== null}
        onClose={() => setAsked(null)}
        action="Change price"
        running={save.isPending}
        problem={save.error}
        onConfirm={() => asked && save.mutate(asked)}
      >
        <PriceChange tier={tier} changes={asked ?? {}} isStore={kind === 'store'} />
      </Confirm>
    </>
  );
}

function PriceChange({ tier, changes, isStore }: { tier: Tier; changes: Fields; isStore: boolean }) {
  const after = { ...tier, ...changes };
  return (
    <>
      <p>
        From {priceWords(tier)} to <strong>{priceWords(after as Tier)}</strong>, from now on.
      </p>
      <ul>
        {isStore ? (
          <li>Carts that were begun at the old price are told that it changed.</li>
        ) : (
          <>
            <li>Who is subscribed keeps the old price until he changes plan or cancels.</li>
            <li>New subscriptions pay the new price. Checkouts that are open stay at the old one.</li>
          </>
        )}
        <li>The price gets a new id; the old one is archived and still understood.</li>
      </ul>
    </>
  );
}

function Archive({ tier }: { tier: Tier }) {
  const { pk, project } = useProject();
  const { one } = wordsOf(project.type);
  const [isOpen, setOpen] = useState(false);
  const act = useAct({
    run: (_: null) => (tier.active ? archiveTier(pk, tier.name) : changeTier(pk, tier.name, { active: true })),
    changes: [tiersOf(pk)],
    said: tier.active ? `Archived ${tier.displayName}.` : `${tier.displayName} is on sale again.`,
    after: () => setOpen(false),
  });
  const action = tier.active ? `Archive ${one}` : 'Put on sale again';
  return (
    <>
      <Button variant="default" style={{ justifySelf: 'start' }} onClick={() => setOpen(true)}>
        {action}
      </Button>
      <Confirm
        title={`${tier.active ? 'Archive' : 'Sell'} ${tier.displayName}${tier.active ? '' : ' again'}`}
        opened={isOpen}
        onClose={() => setOpen(false)}
        action={action}
        running={act.isPending}
        problem={act.error}
        onConfirm={() => act.mutate(null)}
      >
        {tier.active ? (
          <ul>
            <li>Nobody can buy it any more, and it is no longer listed.</li>
            <li>Who has it keeps it, at the same price.</li>
            <li>You can put it on sale again.</li>
          </ul>
        ) : (
          <p>It is listed again and can be bought at {priceWords(tier)}.</p>
        )}
      </Confirm>
    </>
  );
}
