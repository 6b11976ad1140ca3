import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { CopyText } from '../../dashboard/parts/CopyText';
import { Confirm, Dialog } from '../../dashboard/parts/Dialog';
import { Facts } from '../../dashboard/parts/Facts';
import { Panel } from '../../dashboard/parts/Panel';
import { useSay } from '../../dashboard/parts/Said';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { Form } from '../../forms/Form';
import { type Errors, useForm, type Values } from '../../forms/useForm';
import { usePageContext } from '../../parts/page-context';
import { providersOf, readProviders, removeProvider, type SignInProvider, setProvider } from './calls';
import styles from './Providers.module.css';

/** Sign-in with Google or with any OpenID Connect provider. */
export function Providers() {
  const { pk } = useProject();
  const [isOpen, setOpen] = useState(false);
  const providers = useLive(providersOf(pk), () => readProviders(pk));
  return (
    <Panel
      title="Sign-in providers"
      about="Besides e-mail and password. In test mode some may be there without setting anything up."
      action={
        <Button variant="default" onClick={() => setOpen(true)}>
          Add provider
        </Button>
      }
    >
      <Loaded of={providers} waiting={<Bones rows={2} />}>
        {({ offered, providers: own }) => (
          <>
            <p style={{ margin: 0 }}>
              {offered.length === 0
                ? 'Your sign-in pages offer e-mail and password.'
                : `Your sign-in pages offer e-mail and password, and ${offered.map(({ name }) => name).join(', ')}.`}
            </p>
            {own.length === 0 ? (
              <Empty title="You have set up none of your own." />
            ) : (
              <ul className={styles.list}>
                {own.map((provider) => (
                  <Provider key={provider.id} provider={provider} />
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
      <Dialog title="Add a sign-in provider" opened={isOpen} onClose={() => setOpen(false)}>
        <ProviderForm onDone={() => setOpen(false)} />
      </Dialog>
    </Panel>
  );
}

function Provider({ provider }: { provider: SignInProvider }) {
  const { pk } = useProject();
  const [isOpen, setOpen] = useState(false);
  const act = useAct({
    run: (_: null) => removeProvider(pk, provider.id),
    changes: [providersOf(pk)],
    said: `Removed ${provider.name}.`,
    after: () => setOpen(false),
  });
  return (
    <li className={styles.provider}>
      <div className={styles.top}>
        <strong>{provider.name}</strong>
        <Button variant="default" onClick={() => setOpen(true)} aria-label={`Remove ${provider.name}`}>
          Remove
        </Button>
      </div>
      <Facts
        of={[
          ['Issuer', provider.issuer],
          ['Client id', <CopyText key="client" text={provider.clientId} label="client id" />],
          ['Redirect URI', <CopyText key="redirect" text={provider.redirectUri} label="redirect URI" />],
        ]}
      />
      <Confirm
        title={`Remove ${provider.name}`}
        opened={isOpen}
        onClose={() => setOpen(false)}
        action="Remove"
        danger
        running={act.isPending}
        problem={act.error}
        onConfirm={() => act.mutate(null)}
      >
        <p>
          Nobody can sign in with {provider.name} from now on. Accounts stay; who has no password sets one with “Forgot
          password”.
        </p>
      </Confirm>
    </li>
  );
}

function ProviderForm({ onDone }: { onDone: () => void }) {
  const { pk } = useProject();
  const { baseUrl } = usePageContext();
  const queries = useQueryClient();
  const say = useSay();
  const form = useForm({
    check: checkProvider,
    run: async ({ id = '', name = '', issuer = '', clientId = '', clientSecret = '' }) => {
      await setProvider(pk, {
        id: id.trim(),
        clientId: clientId.trim(),
        clientSecret: clientSecret.trim(),
        ...(name.trim() ? { name: name.trim() } : {}),
        ...(issuer.trim() ? { issuer: issuer.trim() } : {}),
      });
      await queries.invalidateQueries({ queryKey: providersOf(pk) });
      say(`Added ${name.trim() || id.trim()}.`);
      onDone();
    },
  });
  const field = (name: string, label: string, description: string) => ({
    name,
    label,
    description,
    error: form.errors[name],
    autoComplete: 'off',
    spellCheck: false,
  });
  return (
    <Form form={form} action="Add provider">
      <p style={{ margin: 0 }}>
        Tell the provider this redirect URI, with your id in place of the last word:{' '}
        <code className={styles.uri}>{`${baseUrl}/auth/callback/google`}</code>
      </p>
      <TextInput {...field('id', 'Id', 'Such as google; it stands in addresses.')} />
      <TextInput {...field('name', 'Name (optional)', 'As on the button.')} />
      <TextInput {...field('issuer', 'Issuer (optional for google)', 'The address of an OpenID Connect provider.')} />
      <TextInput {...field('clientId', 'Client id', 'From the provider.')} />
      <TextInput
        {...field('clientSecret', 'Client secret', 'From the provider; it is kept encrypted.')}
        type="password"
      />
    </Form>
  );
}

function checkProvider({ id = '', issuer = '', clientId = '', clientSecret = '' }: Values): Errors {
  return {
    ...(/^[a-z0-9-]{1,40}$/.test(id.trim()) ? {} : { id: 'Use small letters, digits and dashes.' }),
    ...(id.trim() === 'google' || URL.canParse(issuer.trim()) ? {} : { issuer: 'Write the whole address.' }),
    ...(clientId.trim() ? {} : { clientId: 'Copy it from the provider.' }),
    ...(clientSecret.trim() ? {} : { clientSecret: 'Copy it from the provider.' }),
  };
}
