import { Switch, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';

import { Panel } from '../../dashboard/parts/Panel';
import { useProject } from '../../dashboard/projects';
import { Form } from '../../forms/Form';
import { type Errors, useForm } from '../../forms/useForm';
import { useSaveSettings } from '../projects/useSaveSettings';
import styles from './BrandingPage.module.css';
import { BrandPreview } from './BrandPreview';
import { Logo } from './Logo';
import { SettingsPage } from './SettingsPage';

const COLOUR = /^#[0-9a-f]{6}$/i;

/** Name, colour and logo of the pages that customers see, beside such a page. */
export function BrandingPage() {
  const { project } = useProject();
  const { settings } = project;
  const [draft, setDraft] = useState({
    projectName: project.name,
    accentColor: settings.accentColor ?? '',
    hideBranding: settings.hideBranding,
  });
  const save = useSaveSettings();
  const form = useForm({
    check: ({ projectName = '', accentColor = '' }): Errors => ({
      ...(projectName.trim() ? {} : { projectName: 'Give the project a name.' }),
      ...(accentColor === '' || COLOUR.test(accentColor) ? {} : { accentColor: 'Write it like #5b5bd6.' }),
    }),
    run: ({ projectName = '', accentColor = '', hideBranding }) =>
      save({
        projectName: projectName.trim(),
        accentColor: accentColor || null,
        hideBranding: hideBranding === 'on',
      }),
  });
  function onInput(event: FormEvent<HTMLElement>) {
    const element = (event.target as HTMLElement).closest('form');
    if (!element) return;
    const typed = new FormData(element);
    setDraft({
      projectName: String(typed.get('projectName') ?? ''),
      accentColor: String(typed.get('accentColor') ?? ''),
      hideBranding: typed.get('hideBranding') === 'on',
    });
  }
  return (
    <SettingsPage>
      <div className={styles.columns} onInput={onInput}>
        <Panel
          title="Branding"
          about="Sign-in pages, mails and the pricing page look like this. Both modes share the name."
        >
          <Logo />
          <Form form={form} action="Save" compact>
            <TextInput
              name="projectName"
              label="Name"
              defaultValue={project.name}
              error={form.errors['projectName']}
              maxLength={80}
              size="md"
              autoComplete="off"
            />
            <TextInput
              name="accentColor"
              label="Colour (optional)"
              description="For buttons and links. It is made darker or lighter where it could not be read."
              placeholder="#5b5bd6"
              defaultValue={settings.accentColor ?? ''}
              error={form.errors['accentColor']}
              size="md"
              maxLength={7}
              spellCheck={false}
              autoComplete="off"
              rightSection={<Swatch colour={draft.accentColor} />}
            />
            <Switch
              name="hideBranding"
              value="on"
              label="Do not name dream-api on pages and in mails"
              defaultChecked={settings.hideBranding}
            />
          </Form>
        </Panel>
        <BrandPreview
          name={draft.projectName}
          colour={COLOUR.test(draft.accentColor) ? draft.accentColor : null}
          hideBranding={draft.hideBranding}
          logoUrl={settings.logoUrl ?? null}
        />
      </div>
    </SettingsPage>
  );
}

function Swatch({ colour }: { colour: string }) {
  return COLOUR.test(colour) ? (
    <span className={styles.swatch} style={{ background: colour }} aria-hidden="true" />
  ) : null;
}
