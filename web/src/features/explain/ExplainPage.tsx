import { Anchor, Stack, Text, Title } from '@mantine/core';

import { Frame } from '../../parts/Frame';
import { usePageContext } from '../../parts/page-context';
import styles from './ExplainPage.module.css';
import { explain } from './explain';

/** The page that stands in for one that cannot work. It never links to where it was asked to lead. */
export function ExplainPage() {
  const context = usePageContext();
  const error = context.error ?? { code: 'not_found', message: 'There is no page under this address.' };
  const { title, forUser, forDeveloper } = explain(error, context);
  const origin = askedOrigin(window.location.search);
  return (
    <Frame title={title} about={forUser}>
      <section className={styles.developer} aria-labelledby="for-developers">
        <Stack gap="sm">
          <Title order={2} id="for-developers" size="h3">
            For the developer of this app
          </Title>
          <Text size="sm">{forDeveloper}</Text>
          {error.code.startsWith('redirect_') && origin && (
            <Text size="sm">
              Asked to return to <code className={styles.code}>{origin}</code>
            </Text>
          )}
          <Text size="sm" c="dimmed">
            <Anchor inherit href={`/docs/errors/${encodeURIComponent(error.code)}`}>
              About {error.code}
            </Anchor>
          </Text>
        </Stack>
      </section>
    </Frame>
  );
}

/** The origin of the address that was asked for, as text; nothing if it is no address. */
function askedOrigin(search: string): string | null {
  const redirect = new URLSearchParams(search).get('redirect') ?? '';
  return URL.canParse(redirect) ? new URL(redirect).origin : null;
}
