import { Switch, Textarea, TextInput } from '@mantine/core';

import { Panel } from '../../dashboard/parts/Panel';
import { useProject } from '../../dashboard/projects';
import { Form } from '../../forms/Form';
import { type Errors, useForm } from '../../forms/useForm';
import { useSaveSettings } from '../projects/useSaveSettings';
import { DeveloperPage } from './DeveloperPage';

/** Where people may be sent after they signed in or paid. */
export function RedirectsPage() {
  return (
    <DeveloperPage>
      <Origins />
      <Legacy />
    </DeveloperPage>
  );
}

function Origins() {
  const { project } = useProject();
  const { redirectOrigins, defaultRedirect, upgradeUrl } = project.settings;
  const save = useSaveSettings();
  const form = useForm({
    check: ({ redirectOrigins: typed = '' }): Errors => {
      const wrong = linesOf(typed).find((line) => !isOrigin(line));
      return wrong
        ? { redirectOrigins: `${wrong} is no origin. Write it like https://example.com, without a path.` }
        : {};
    },
    run: async (typed) => {
      await save({
        redirectOrigins: linesOf(typed['redirectOrigins'] ?? ''),
        defaultRedirect: typed['defaultRedirect']?.trim() || null,
        upgradeUrl: typed['upgradeUrl']?.trim() || null,
      });
    },
  });
  return (
    <Panel
      title="Allowed origins"
      about={
        project.mode === 'test'
          ? 'People are sent back to these only. In test mode your own machine is always allowed.'
          : 'People are sent back to these only, so that nobody can lead them astray.'
      }
    >
      <Form form={form} action="Save" compact>
        <Textarea
          name="redirectOrigins"
          label="Origins"
          description="One in each line, such as https://app.example.com"
          defaultValue={redirectOrigins.join('\n')}
          error={form.errors['redirectOrigins']}
          rows={4}
          spellCheck={false}
          size="md"
        />
        <TextInput
          name="defaultRedirect"
          label="Default address (optional)"
          description="Where people go who came without an address."
          placeholder="https://app.example.com/"
          defaultValue={defaultRedirect ?? ''}
          error={form.errors['defaultRedirect']}
          size="md"
        />
        <TextInput
          name="upgradeUrl"
          label="Upgrade address (optional)"
          description="Told to your app when somebody reaches a limit."
          placeholder="https://app.example.com/pricing"
          defaultValue={upgradeUrl ?? ''}
          error={form.errors['upgradeUrl']}
          size="md"
        />
      </Form>
    </Panel>
  );
}

function Legacy() {
  const { project } = useProject();
  const save = useSaveSettings();
  const form = useForm({ run: async ({ legacy }) => save({ legacyToken: legacy === 'on' }) });
  return (
    <Panel
      title="Tokens in addresses"
      about="The published client @dream-api/sdk gets its token in the address people come back with. Clients of ours exchange a code instead, which is safer: switch this off once none of the old kind is in use."
    >
      <Form form={form} action="Save" compact quiet>
        <Switch
          name="legacy"
          value="on"
          label="Allow tokens in addresses"
          defaultChecked={project.settings.legacyToken}
        />
      </Form>
    </Panel>
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter(Boolean);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text.toLowerCase();
}
