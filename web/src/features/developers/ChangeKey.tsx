import { NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';

import { Confirm } from '../../dashboard/parts/Dialog';
import { useProject } from '../../dashboard/projects';
import { useAct } from '../../dashboard/queries';
import { useRepeatKey } from '../../dashboard/useRepeatKey';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { machineNow } from '../../now';
import { agoWords } from '../../times';
import { type MadeKey, PROJECTS, regenerateSecret, rotateKey } from '../projects/calls';
import { SHOWN_ONCE } from '../projects/SecretOnce';

const HOUR_SECONDS = 3_600;
const OVERLAPS = [
  { seconds: HOUR_SECONDS, words: 'One hour' },
  { seconds: 24 * HOUR_SECONDS, words: 'One day' },
  { seconds: 7 * 24 * HOUR_SECONDS, words: 'One week' },
];

/** A further secret; the ones before go on for a while. */
export function AddKey({ onMade }: { onMade: (made: MadeKey) => void }) {
  const { pk } = useProject();
  const queries = useQueryClient();
  const once = useRepeatKey();
  const form = useForm({
    run: async ({ label = '', overlap = '' }) => {
      const wish = {
        publishableKey: pk,
        overlapSeconds: Number(overlap),
        ...(label.trim() ? { label: label.trim() } : {}),
      };
      const made = await once(wish, (repeatKey) => rotateKey(wish, repeatKey));
      await queries.invalidateQueries({ queryKey: PROJECTS });
      onMade(made);
    },
  });
  return (
    <Form form={form} action="Make new secret key">
      <p style={{ margin: 0 }}>
        You get a second secret at once. Put it on your servers while the old one still works; then the old one ends by
        itself. The publishable key stays.
      </p>
      <p style={{ margin: 0 }}>{SHOWN_ONCE}</p>
      <TextInput
        name="label"
        label="Name (optional)"
        placeholder="Production server"
        maxLength={60}
        autoComplete="off"
      />
      <NativeSelect name="overlap" label="The old key ends after" defaultValue={String(24 * HOUR_SECONDS)}>
        {OVERLAPS.map(({ seconds, words }) => (
          <option key={seconds} value={seconds}>
            {words}
          </option>
        ))}
      </NativeSelect>
    </Form>
  );
}

interface RegenerateProps {
  opened: boolean;
  onClose: () => void;
  onMade: (made: MadeKey) => void;
}

/** A new secret in place of all others, for a secret that leaked. Says who will break. */
export function Regenerate({ opened, onClose, onMade }: RegenerateProps) {
  const { pk, project } = useProject();
  const act = useAct({
    run: (_: null, repeatKey) => regenerateSecret(pk, repeatKey),
    changes: [PROJECTS],
    after: onMade,
  });
  const active = project.keys.filter(({ status }) => status === 'active');
  const used = active.filter(({ lastUsedAt }) => lastUsedAt);
  return (
    <Confirm
      title="Regenerate the secret key"
      opened={opened}
      onClose={onClose}
      action="Regenerate key"
      danger
      running={act.isPending}
      problem={act.error}
      onConfirm={() => act.mutate(null)}
    >
      <p>
        {active.length === 1 ? 'The secret key ends' : `All ${active.length} secret keys end`} at once. Do this when a
        secret leaked; for a change without an outage, rotate instead.
      </p>
      <ul>
        {used.map(({ id, lastFour, lastUsedAt, label }) => (
          <li key={id}>
            Who uses …{lastFour}
            {label ? ` (${label})` : ''} is refused from then on; it was last used{' '}
            {agoWords(lastUsedAt ?? 0, machineNow())}.
          </li>
        ))}
        {used.length === 0 && <li>Nobody has used a secret key so far.</li>}
        <li>Pages with the publishable key go on, and your customers stay signed in.</li>
        <li>{SHOWN_ONCE}</li>
      </ul>
    </Confirm>
  );
}
