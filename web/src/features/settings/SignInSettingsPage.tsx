import { NativeSelect } from '@mantine/core';

import { Panel } from '../../dashboard/parts/Panel';
import { useProject } from '../../dashboard/projects';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { useSaveSettings } from '../projects/useSaveSettings';
import { Providers } from './Providers';
import { SettingsPage } from './SettingsPage';

/** How customers sign in. */
export function SignInSettingsPage() {
  const { project } = useProject();
  const save = useSaveSettings();
  const form = useForm({
    run: ({ emailVerification }) =>
      save({ emailVerification: emailVerification === 'required' ? 'required' : 'later' }),
  });
  return (
    <SettingsPage>
      <Panel title="E-mail addresses" about="When people show that an address is theirs.">
        <Form form={form} action="Save" compact quiet>
          <NativeSelect
            name="emailVerification"
            label="Confirm the address"
            description="With “Later”, somebody can find out whether an address has an account."
            defaultValue={project.settings.emailVerification}
            error={form.errors['emailVerification']}
            size="md"
            maw={360}
          >
            <option value="required">Before the first sign-in</option>
            <option value="later">Later</option>
          </NativeSelect>
        </Form>
      </Panel>
      <Providers />
    </SettingsPage>
  );
}
