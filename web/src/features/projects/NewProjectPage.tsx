import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { useRepeatKey } from '../../dashboard/useRepeatKey';
import { Form } from '../../forms/Form';
import { useLoss } from '../../forms/unsaved';
import { useForm } from '../../forms/useForm';
import { createProject, type Kind, type MadeProject, makePlatform, type NewTier, PROJECTS } from './calls';
import { KINDS } from './kinds';
import styles from './NewProjectPage.module.css';
import { NewTiers } from './NewTiers';
import { SecretOnce, SHOWN_ONCE } from './SecretOnce';

/** Makes a project in test mode: its name, what kind it is, its first tiers; then shows its secret once. */
export function NewProjectPage() {
  const [made, setMade] = useState<MadeProject | null>(null);
  if (made) {
    return (
      <Page title={`${made.projectName} is ready`} about="It is in test mode: nothing costs money." narrow>
        <SecretOnce made={made} next={`/dashboard/${made.publishableKey}/start`} action="Go on to the first steps" />
      </Page>
    );
  }
  return (
    <Page
      title="Create project"
      about="One project for each app. It begins in test mode; going live is a later step."
      above={{ name: 'Projects', to: '/dashboard/projects' }}
      narrow
    >
      <NewProject onMade={setMade} />
    </Page>
  );
}

function NewProject({ onMade }: { onMade: (made: MadeProject) => void }) {
  const queries = useQueryClient();
  const [kind, setKind] = useState<Kind>('saas');
  const [tiers, setTiers] = useState<NewTier[]>(KINDS.saas.tiers);
  const once = useRepeatKey();
  const form = useForm({
    check: ({ projectName = '' }) => ({
      ...(projectName.trim() ? {} : { projectName: 'Give the project a name.' }),
      ...(tiers.length > 0 ? {} : { tiers: 'Keep at least one.' }),
    }),
    run: async ({ projectName = '' }) => {
      const told = { projectName: projectName.trim(), projectType: kind, tiers };
      const made = await once(told, async (repeatKey) => {
        await makePlatform();
        return createProject(told, repeatKey);
      });
      onMade(made);
      await queries.invalidateQueries({ queryKey: PROJECTS });
    },
  });
  // A row that was added or taken away is no field that was typed in.
  useLoss(!form.running && tiers.length !== KINDS[kind].tiers.length ? 'typed' : null);
  return (
    <Form form={form} action="Create project" compact below={<p className={styles.once}>{SHOWN_ONCE}</p>}>
      <Panel>
        <TextInput
          name="projectName"
          label="Name"
          description="Your customers see it when they sign in."
          placeholder="Weather API"
          error={form.errors['projectName']}
          size="md"
          maw={400}
          maxLength={80}
          autoComplete="off"
        />
        <fieldset className={styles.kinds}>
          <legend className={styles.legend}>Kind</legend>
          {(Object.keys(KINDS) as Kind[]).map((one) => (
            <label key={one} className={styles.kind}>
              <input
                type="radio"
                name="kind"
                checked={kind === one}
                onChange={() => {
                  setKind(one);
                  setTiers(KINDS[one].tiers);
                }}
              />
              <span>
                <strong>{KINDS[one].name}</strong>
                <span className={styles.about}>{KINDS[one].about}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </Panel>
      <Panel
        title={kind === 'store' ? 'First products' : 'First plans'}
        about="A start to change as you like; everything can be edited later."
      >
        <NewTiers kind={kind} tiers={tiers} onChange={setTiers} error={form.errors['tiers']} />
      </Panel>
    </Form>
  );
}
