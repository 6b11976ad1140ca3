import { Button, Stack, Text } from '@mantine/core';

import { providerLink } from '../address';
import styles from './Providers.module.css';
import { usePageContext } from './page-context';

/** The other ways to sign in, each a link that leaves for the provider. */
export function Providers({ intent }: { intent: 'signin' | 'signup' }) {
  const { providers, publishableKey, redirect, isRoot } = usePageContext();
  // Nobody is sent to a provider who could not come back from there.
  const canReturn = redirect.url !== null || isRoot;
  if (providers.length === 0 || !publishableKey || !canReturn) return null;
  return (
    <Stack gap="md">
      <Text className={styles.or ?? ''} size="sm" c="dimmed">
        or
      </Text>
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          component="a"
          variant="default"
          h={44}
          href={providerLink(id, intent, publishableKey, window.location.search)}
        >
          Continue with {name}
        </Button>
      ))}
    </Stack>
  );
}
