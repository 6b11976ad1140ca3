import { Button, Stack, Text } from '@mantine/core';

import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { type ConnectedAccount, disconnect } from './calls';
import { Section, type SectionProps } from './Section';
import styles from './Sessions.module.css';
import { useListAction } from './useListAction';

/** Accounts elsewhere that sign in here, with a way to disconnect each; nothing to see where there is none. */
export function ConnectedAccounts({ account, load }: Pick<SectionProps, 'account' | 'load'>) {
  const context = usePageContext();
  const { busy, result, run } = useListAction();
  if (account.identities.length === 0 && !result) return null;

  function end({ provider, name }: ConnectedAccount) {
    return run(
      provider,
      () => disconnect(context, provider),
      async () => {
        await load();
        return `Disconnected: ${name}.`;
      },
    );
  }

  const isOnlyWay = !account.hasPassword && account.identities.length === 1;
  return (
    <Section
      id="connected"
      title="Connected accounts"
      about={isOnlyWay ? 'You sign in with it. Set a password before you disconnect it.' : 'You can sign in with each.'}
    >
      <Stack gap="lg">
        <ul className={styles.list}>
          {account.identities.map((identity) => (
            <li key={identity.provider} className={styles.item}>
              <div>
                <Text fw={500}>{identity.name}</Text>
                {identity.email && (
                  <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {identity.email}
                  </Text>
                )}
              </div>
              {!isOnlyWay && (
                <Button
                  variant="default"
                  h={36}
                  loading={busy === identity.provider}
                  aria-label={`Disconnect ${identity.name}`}
                  onClick={() => void end(identity)}
                >
                  Disconnect
                </Button>
              )}
            </li>
          ))}
        </ul>
        {result && <Notice kind={result.kind} text={result.text} />}
      </Stack>
    </Section>
  );
}
