import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

import { Panel } from '../../dashboard/parts/Panel';
import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { counted } from '../../money';
import { Notice } from '../../parts/Notice';
import { type Dashboard, readDashboard } from '../overview/calls';
import { readTiers, tiersOf } from '../plans/calls';
import { wordsOf } from '../plans/words';
import { deleteProject, PROJECTS } from '../projects/calls';
import styles from './DeleteProjectPage.module.css';
import { SettingsPage } from './SettingsPage';

/** Deletes the whole project, after its name was typed; says first what goes. */
export function DeleteProjectPage() {
  const { project, pk, family } = useProject();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useSay();
  const form = useForm({
    check: ({ confirm = '' }) =>
      confirm.trim() === project.name ? {} : { confirm: `Type ${project.name} to confirm.` },
    run: async ({ confirm = '' }) => {
      const gone = await deleteProject(pk, confirm.trim());
      say(
        `Deleted ${project.name}: ${counted(gone.deletedCustomers, 'customer')}, ${counted(gone.deletedKeys, 'key')}.`,
      );
      await navigate({ to: '/dashboard/projects' });
      await queries.invalidateQueries({ queryKey: PROJECTS });
    },
    fieldOf: { confirmation_required: 'confirm' },
  });
  return (
    <SettingsPage>
      <Panel title={`Delete ${project.name}`} about="This cannot be taken back, and it takes both modes.">
        <p style={{ margin: 0 }}>What goes:</p>
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
          text="Running subscriptions in Stripe are not cancelled: end them there, or your customers go on paying."
        />
        <Form form={form} action="Delete project" color="danger" compact>
          <TextInput
            name="confirm"
            label="Name of the project"
            description={`Type ${project.name} to confirm.`}
            error={form.errors['confirm']}
            autoComplete="off"
            spellCheck={false}
            size="md"
            maw={400}
          />
        </Form>
      </Panel>
    </SettingsPage>
  );
}

/** What goes with the project in the mode that is shown, counted by the server. */
function Counts() {
  const { pk, project } = useProject();
  const { one } = wordsOf(project.type);
  const dashboard = useLive(['dashboard', pk], () => readDashboard(pk));
  const tiers = useLive(tiersOf(pk), () => readTiers(pk));
  return (
    <>
      {dashboard.data ? <CountsOf data={dashboard.data} /> : <li>All customers with their usage.</li>}
      <li>{tiers.data ? counted(tiers.data.length, one) : `Every ${one}`} with all prices.</li>
    </>
  );
}

function CountsOf({ data: { metrics } }: { data: Dashboard }) {
  return (
    <>
      <li>All customers with their usage, {counted(metrics.usageThisPeriod, 'request')} in this period.</li>
      {metrics.activeSubs > 0 && <li>{counted(metrics.activeSubs, 'active subscription')}, forgotten here.</li>}
      {metrics.storeSalesCount > 0 && <li>{counted(metrics.storeSalesCount, 'order')} with their receipts.</li>}
    </>
  );
}
