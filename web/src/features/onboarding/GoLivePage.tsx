import { Button, Checkbox } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Empty } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { baseOf, useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { tell } from '../../forms/problem-words';
import { Notice } from '../../parts/Notice';
import { priceWords } from '../../prices';
import { readTiers, tiersOf } from '../plans/calls';
import { wordsOf } from '../plans/words';
import { type MadeProject, PROJECTS, type Project, promote } from '../projects/calls';
import { SecretOnce, SHOWN_ONCE } from '../projects/SecretOnce';
import { WorkProgress } from '../projects/WorkProgress';
import { useFollow, useWork } from '../projects/works';
import { connectLink } from '../settings/calls';
import styles from './GoLivePage.module.css';

/** Makes the live version of a project: says first what that means, then shows the live keys once. */
export function GoLivePage() {
  const { family, project, pk, base } = useProject();
  const made = useMade(pk);
  const work = useWork(project.projectId, 'delete_test');
  if (made) {
    return (
      <Page title={`${project.name} is live`} about="Put the live keys where your app runs for real." narrow>
        {made.warning && (
          <Notice kind="warning" text={made.warning}>
            <To to={`${baseOf(made.publishableKey)}/developers/redirects`}>Set the live origins</To>
          </Notice>
        )}
        {work && (
          <Panel title="The end of test mode">
            <WorkProgress work={work} />
          </Panel>
        )}
        <SecretOnce made={made} next={baseOf(made.publishableKey)} action="Open the live project" />
      </Page>
    );
  }
  return (
    <Page title="Go live" about="Makes the live version of this project, with keys of its own." narrow>
      {family.live ? (
        <Panel flush>
          <Empty
            title="This project is live already."
            action={<To to={baseOf(family.live.publishableKey)}>Open the live project</To>}
          />
        </Panel>
      ) : (
        <Promote returnTo={`${base}/go-live`} />
      )}
    </Page>
  );
}

const madeOf = (pk: string) => ['made', pk];

/** The live mode that was just made, on its own page: the page of test mode goes where that is deleted. */
function useMade(pk: string): MadeProject | undefined {
  const queries = useQueryClient();
  const [made] = useState(() => queries.getQueryData<MadeProject>(madeOf(pk)));
  useEffect(() => queries.removeQueries({ queryKey: madeOf(pk) }), [queries, pk]);
  return made;
}

/** Goes on to the page of the live mode, which is in no list yet. */
function useOpenMade(project: Project): (made: MadeProject) => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const follow = useFollow();
  return async (made) => {
    const { sampleUntil: _, ...same } = project;
    const live: Project = { ...same, publishableKey: made.publishableKey, mode: 'live', keys: [] };
    await queries.cancelQueries({ queryKey: PROJECTS });
    queries.setQueryData<{ projects: Project[] }>(
      PROJECTS,
      (list) => list && { ...list, projects: [...list.projects, live] },
    );
    queries.setQueryData(madeOf(live.publishableKey), made);
    if (made.work) follow(made.work);
    await navigate({ to: `${baseOf(live.publishableKey)}/go-live`, replace: true });
  };
}

function Promote({ returnTo }: { returnTo: string }) {
  const { pk, project } = useProject();
  const { one, many } = wordsOf(project.type);
  const [deleteTestData, setDelete] = useState(false);
  const tiers = useLive(tiersOf(pk), () => readTiers(pk));
  const act = useAct({
    run: (wish: { publishableKey: string; deleteTestData: boolean }, repeatKey) => promote(wish, repeatKey),
    changes: [PROJECTS],
    after: useOpenMade(project),
  });
  const needsConnection = act.error?.status === 428 || act.error?.code === 'stripe_not_connected';
  const sold = (tiers.data ?? []).filter(({ active }) => active);
  return (
    <Panel title="What happens">
      <ul className={styles.list}>
        <li>
          {sold.length === 1 ? `One ${one} is` : `${sold.length || 'All'} ${many.toLowerCase()} are`} copied to live
          mode
          {sold.length > 0 && `: ${sold.map((tier) => `${tier.displayName} (${priceWords(tier)})`).join(', ')}`}.
        </li>
        <li>Live gets a publishable and a secret key of its own. {SHOWN_ONCE}</li>
        <li>Customers, subscriptions and usage of test mode stay in test mode.</li>
        <li>From then on real cards are charged when somebody buys with the live key.</li>
      </ul>
      <Checkbox
        label="Delete the customers and usage of test mode too"
        description="Off: they stay, and you can go on trying things out."
        checked={deleteTestData}
        onChange={({ currentTarget }) => setDelete(currentTarget.checked)}
      />
      {needsConnection ? (
        <Notice kind="warning" text="Live mode needs your live Stripe account. Connect it, then go on here.">
          <Button component="a" href={connectLink('live', returnTo)} mt="md">
            Connect Stripe for live mode
          </Button>
        </Notice>
      ) : (
        act.error && <Notice kind="danger" {...tell(act.error)} />
      )}
      <Button
        style={{ justifySelf: 'start' }}
        loading={act.isPending}
        onClick={() => act.mutate({ publishableKey: pk, deleteTestData })}
      >
        {act.error ? 'Try again' : 'Go live'}
      </Button>
    </Panel>
  );
}
