import { Text } from '@mantine/core';

import type { Account } from './calls';
import { Section } from './Section';
import styles from './Sessions.module.css';

/** Accounts elsewhere that sign in here; nothing to see where there is none. */
export function ConnectedAccounts({ account }: { account: Account }) {
  if (account.identities.length === 0) return null;
  return (
    <Section id="connected" title="Connected accounts" about="You can sign in with each of them.">
      <ul className={styles.list}>
        {account.identities.map(({ provider, name, email }) => (
          <li key={provider} className={styles.item}>
            <div>
              <Text fw={500}>{name}</Text>
              {email && (
                <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {email}
                </Text>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
