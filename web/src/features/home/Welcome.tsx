import { Button, Text, Title } from '@mantine/core';

import { CopyButton } from '../../parts/CopyButton';
import { usePageContext } from '../../parts/page-context';
import styles from './home.module.css';

/** What dream-api is, a call that works, and the way in for developers. */
export function Welcome() {
  const { baseUrl, publishableKey } = usePageContext();
  const command = `curl ${baseUrl}/api/tiers \\\n  -H 'X-Publishable-Key: ${publishableKey}'`;
  return (
    <>
      <Title order={1} fz={28} lh={1.25}>
        Sign-in, plans and usage limits for your app
      </Title>
      <Text size="lg" c="dimmed" mt="md" maw={560}>
        dream-api signs your users in, knows what each of them pays for, and counts and enforces what they use, in one
        call.
      </Text>
      <div className={styles.actions}>
        <Button component="a" href="/signup" h={44}>
          Sign up
        </Button>
        <Button component="a" href="/signin" variant="default" h={44}>
          Sign in
        </Button>
      </div>
      <section className={styles.card} aria-labelledby="try">
        <div className={styles.cardTop}>
          <Title order={2} id="try">
            Try it
          </Title>
          <CopyButton text={command} label="Copy the command" />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <section className={styles.code} tabIndex={0} aria-label="Command">
          <pre>{command}</pre>
        </section>
        <Text size="sm" c="dimmed">
          It runs as it stands, and answers the plans of dream-api itself.
        </Text>
      </section>
    </>
  );
}
