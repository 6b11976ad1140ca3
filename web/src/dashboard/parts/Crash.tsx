import { Button } from '@mantine/core';

import { reload } from '../../navigate';
import { Page } from './Page';
import { Empty } from './States';

/** A page that broke, or could not be fetched since the server has new ones. */
export function Crash() {
  return (
    <Page title="This page did not work">
      <Empty title="Nothing was changed." action={<Button onClick={reload}>Load the page again</Button>}>
        <p>The server may have been updated while the page was open. Loading it again brings the new one.</p>
      </Empty>
    </Page>
  );
}
