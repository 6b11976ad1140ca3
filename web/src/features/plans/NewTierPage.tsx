import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { useRepeatKey } from '../../dashboard/useRepeatKey';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { addTier, tiersOf } from './calls';
import { checkDraft, typedOf, wholeOf } from './draft';
import styles from './Editor.module.css';
import { Preview } from './Preview';
import { PreviewLink } from './PreviewLink';
import { TierFields } from './TierFields';
import { useDraft } from './useDraft';
import { wordsOf } from './words';

/** Adds a plan or a product. */
export function NewTierPage() {
  const { pk, base, project } = useProject();
  const kind = project.type;
  const { one, many, path } = wordsOf(kind);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useSay();
  const once = useRepeatKey();
  const form = useForm({
    check: checkDraft,
    run: async (typed) => {
      const wish = wholeOf(null, typed, kind);
      const { tier } = await once(wish, (repeatKey) => addTier(pk, wish, repeatKey));
      draft.saved();
      await queries.invalidateQueries({ queryKey: tiersOf(pk) });
      say(`Added ${tier.displayName}.`);
      await navigate({ to: `${base}/${path}` });
    },
    fieldOf: { tier_exists: 'displayName' },
  });
  const draft = useDraft(typedOf(null, kind), form.running);
  return (
    <Page title={`Add ${one}`} above={{ name: many, to: `${base}/${path}` }}>
      <div className={styles.columns} onInput={draft.onInput}>
        <Panel>
          <Form form={form} action={`Add ${one}`} compact>
            <TierFields
              kind={kind}
              typed={draft.typed}
              errors={form.errors}
              exists={false}
              onPicture={(imageUrl) => draft.set({ imageUrl })}
            />
          </Form>
        </Panel>
        <div className={styles.preview}>
          <Preview typed={draft.typed} kind={kind} />
          {kind !== 'store' && <PreviewLink typed={draft.typed} draft={() => wholeOf(null, draft.typed, kind)} />}
        </div>
      </div>
    </Page>
  );
}
