import type { ReactNode } from 'react';

import { Page } from '../../dashboard/parts/Page';
import { Tabs } from '../../dashboard/parts/Tabs';
import { useProject } from '../../dashboard/projects';

/** The pages for building: keys, where people may return to, first lines of code. */
export function DeveloperPage({ action, children }: { action?: ReactNode; children: ReactNode }) {
  const { base } = useProject();
  return (
    <Page title="Developers" about="Keys, allowed addresses, and the first lines of code." action={action}>
      <Tabs
        label="Developers"
        of={[
          { name: 'Keys', to: `${base}/developers` },
          { name: 'Redirects', to: `${base}/developers/redirects` },
          { name: 'Quickstart', to: `${base}/developers/quickstart` },
        ]}
      />
      {children}
    </Page>
  );
}
