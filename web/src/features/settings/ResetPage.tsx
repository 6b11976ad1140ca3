import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { baseOf, useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { useRepeatKey } from '../../dashboard/useRepeatKey';
import { useForm } from '../../forms/useForm';
import { Notice } from '../../parts/Notice';
import { wordsOf } from '../plans/words';
import { countReset, EVERYTHING, type Gone, resetAll, resetOf } from '../projects/calls';
import { goneWords } from '../projects/gone';
import { WorkProgress } from '../projects/WorkProgress';
import { isAccepted, isRunning, useFollow, useWork } from '../projects/works';
import { CONFIRM_FIELDS, ConfirmByName, checkName } from './ConfirmByName';
import styles from './DeleteProjectPage.module.css';
import { SettingsPage } from './SettingsPage';

/** Empties test mode, after the name was typed; says first what goes and what stays. Live mode has no such thing. */
export function ResetPage() {
  const { project } = useProject();
  const [gone, setGone] = useState<Gone | 'all' | null>(null);
  return (
    <SettingsPage>
      {project.mode === 'live' ? <NotInLive /> : gone ? <Done gone={gone} /> : <Reset onDone={setGone} />}
    </SettingsPage>
  );
}

function NotInLive() {
  const { family } = useProject();
  return (
    <Panel flush>
      <Empty
        title="Live mode cannot be reset."
        action={
          family.test && (
            <To to={`${baseOf(family.test.publishableKey)}/settings/reset`}>Reset the test data instead</To>
          )
        }
      >
        <p>Its customers and payments are real. A single customer is deleted on the page of that customer.</p>
      </Empty>
    </Panel>
  );
}

function Reset({ onDone }: { onDone: (gone: Gone | 'all') => void }) {
  const { pk, base, project } = useProject();
  const queries = useQueryClient();
  const once = useRepeatKey();
  const { many } = wordsOf(project.type);
  const follow = useFollow();
  const refresh = () => queries.invalidateQueries({ queryKey: EVERYTHING });
  const work = useWork(project.projectId, 'reset', () => {
    if (form.running) return;
    onDone('all');
    void refresh();
  });
  const form = useForm({
    check: (typed) => checkName(typed, project.name),
    run: async ({ confirm = '', leaveSubscriptions }) => {
      const wish = { confirm: confirm.trim(), leaveSubscriptions: leaveSubscriptions === 'on' };
      const answer = await once(wish, (repeatKey) => resetAll(pk, wish, repeatKey));
      if (isAccepted(answer)) return follow(answer.work);
      onDone(answer);
      await refresh();
    },
    fieldOf: CONFIRM_FIELDS,
  });
  if (work && isRunning(work) && !form.running) {
    return (
      <Panel title="Test data is being reset">
        <WorkProgress work={work} />
      </Panel>
    );
  }
  return (
    <Panel title="Reset test data" about="Test mode as it was before anybody used it. This cannot be taken back.">
      {project.sampleUntil !== undefined && (
        <Notice kind="info" text="A part of it is sample data.">
          <To to={`${base}?sample=remove`}>Remove only the sample data</To>
        </Notice>
      )}
      <p className={styles.words}>What goes:</p>
      <Counts />
      <p className={styles.words}>
        What stays: {many.toLowerCase()}, keys, settings, sign-in providers, pictures and the connected account. Live
        mode is not touched.
      </p>
      <ConfirmByName form={form} name={project.name} action="Reset test data" />
      {work && <WorkProgress work={work} />}
    </Panel>
  );
}

/** What a reset takes away, counted by the server. */
function Counts() {
  const { pk, project } = useProject();
  const count = useLive([...resetOf(pk), 'all'], () => countReset(pk), { once: true });
  return (
    <Loaded of={count} waiting={<Bones rows={1} height={96} />}>
      {(gone) => (
        <ul className={styles.list}>
          {goneWords(gone).map((words) => (
            <li key={words}>
              <strong>{words}</strong>
            </li>
          ))}
          {goneWords(gone).length === 0 && <li>There are no customers, orders or events at the moment.</li>}
          {gone.subscriptions > 0 && <li>Subscriptions are cancelled at the payment provider first, at once.</li>}
          <li>
            {project.type === 'store'
              ? 'Carts, receipts and sessions. Unpaid orders give their stock back.'
              : 'Usage, invoices and sessions. Whoever is signed in is signed out.'}
          </li>
        </ul>
      )}
    </Loaded>
  );
}

function Done({ gone }: { gone: Gone | 'all' }) {
  const { base, project } = useProject();
  const words =
    gone === 'all' ? 'all that was made here' : goneWords(gone).join(', ') || 'nothing, it was empty already';
  return (
    <Panel title="Test data is reset">
      <Notice kind="success" text={`Deleted from ${project.name}: ${words}.`} />
      <To to={base}>Go to the overview</To>
    </Panel>
  );
}
