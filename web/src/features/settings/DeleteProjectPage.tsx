import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

import { Panel } from '../../dashboard/parts/Panel';
import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { useForm } from '../../forms/useForm';
import { counted } from '../../money';
import { Notice } from '../../parts/Notice';
import { type Dashboard, readDashboard } from '../overview/calls';
import { readTiers, tiersOf } from '../plans/calls';
import { wordsOf } from '../plans/words';
import { countReset, deleteProject, resetOf } from '../projects/calls';
import { goneWords } from '../projects/gone';
import { WorkProgress } from '../projects/WorkProgress';
import { forget, isAccepted, isRunning, useFollow, useWork } from '../projects/works';
import { CONFIRM_FIELDS, ConfirmByName, checkName } from './ConfirmByName';
import styles from './DeleteProjectPage.module.css';
import { SettingsPage } from './SettingsPage';

/** Deletes the whole project, after its name was typed; says first what goes. */
export function DeleteProjectPage() {
  const { project, pk, family } = useProject();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useSay();
  const follow = useFollow();
  const leave = async (words: string) => {
    say(words);
    await navigate({ to: '/dashboard/projects' });
    await forget(queries, project.projectId);
  };
  const work = useWork(project.projectId, 'delete_project', () => {
    if (!form.running) void leave(`Deleted ${project.name}.`);
  });
  const form = useForm({
    check: (typed) => checkName(typed, project.name),
    run: async ({ confirm = '', leaveSubscriptions }) => {
      const gone = await deleteProject(pk, confirm.trim(), leaveSubscriptions === 'on');
      if (isAccepted(gone)) return follow(gone.work);
      await leave(
        `Deleted ${project.name}: ${counted(gone.deletedCustomers, 'customer')}, ${counted(gone.deletedKeys, 'key')}.`,
      );
    },
    fieldOf: CONFIRM_FIELDS,
  });
  if (work && isRunning(work) && !form.running) {
    return (
      <SettingsPage>
        <Panel title={`${project.name} is being deleted`}>
          <WorkProgress work={work} />
        </Panel>
      </SettingsPage>
    );
  }
  return (
    <SettingsPage>
      <Panel title={`Delete ${project.name}`} about="This cannot be taken back, and it takes both modes.">
        <p className={styles.words}>What goes:</p>
        <ul className={styles.list}>
          {family.live && (
            <li>
              <strong>Live mode goes too.</strong> Calls with the live keys are refused at once.
            </li>
          )}
          <Counts />
          <li>Keys, sign-in settings, logo and events.</li>
        </ul>
        <Notice
          kind="warning"
          text="Subscriptions that run are cancelled at Stripe first, at once. What was paid is not given back by itself."
        />
        <ConfirmByName form={form} name={project.name} action="Delete project" />
        {work && <WorkProgress work={work} />}
      </Panel>
    </SettingsPage>
  );
}

/** What goes, counted by the server: what is sold, and what each mode holds. */
function Counts() {
  const { pk, project, family } = useProject();
  const { one } = wordsOf(project.type);
  const tiers = useLive(tiersOf(pk), () => readTiers(pk));
  return (
    <>
      {family.live && <LiveCounts pk={family.live.publishableKey} />}
      {family.test && <TestCounts pk={family.test.publishableKey} />}
      <li>{tiers.data ? counted(tiers.data.length, one) : `Every ${one}`} with all prices.</li>
    </>
  );
}

function LiveCounts({ pk }: { pk: string }) {
  const dashboard = useLive(['dashboard', pk], () => readDashboard(pk));
  return (
    <>
      <li>All live customers with their usage{dashboard.data && usageOf(dashboard.data)}.</li>
      {dashboard.data && <CountsOf data={dashboard.data} />}
    </>
  );
}

function CountsOf({ data: { metrics } }: { data: Dashboard }) {
  return (
    <>
      {metrics.activeSubs > 0 && <li>{counted(metrics.activeSubs, 'active subscription')}.</li>}
      {metrics.storeSalesCount > 0 && <li>{counted(metrics.storeSalesCount, 'order')} with their receipts.</li>}
    </>
  );
}

function TestCounts({ pk }: { pk: string }) {
  const dashboard = useLive(['dashboard', pk], () => readDashboard(pk));
  const count = useLive([...resetOf(pk), 'all'], () => countReset(pk), { once: true });
  const words = count.data ? goneWords(count.data).join(', ') || 'no customers yet' : 'all customers';
  return (
    <li>
      Of test mode: {words}, with all usage{dashboard.data && usageOf(dashboard.data)}.
    </li>
  );
}

function usageOf({ metrics }: Dashboard): string {
  return metrics.usageThisPeriod > 0 ? `, ${counted(metrics.usageThisPeriod, 'request')} in this period` : '';
}
