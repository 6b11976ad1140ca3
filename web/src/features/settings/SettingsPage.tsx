import type { ReactNode } from 'react';

import { Page } from '../../dashboard/parts/Page';
import { Tabs } from '../../dashboard/parts/Tabs';
import { Together } from '../../dashboard/parts/Together';
import { useProject } from '../../dashboard/projects';

/** The settings of a project, each part under its own address. */
export function SettingsPage({ children }: { children: ReactNode }) {
  const { base, project } = useProject();
  return (
    <Page title="Settings" about={`How ${project.name} looks, signs people in and gets paid.`}>
      <Tabs
        label="Settings"
        of={[
          { name: 'Branding', to: `${base}/settings` },
          { name: 'Payments', to: `${base}/settings/payments` },
          { name: 'Sign-in', to: `${base}/settings/sign-in` },
          { name: 'Test data', to: `${base}/settings/reset` },
          { name: 'Delete', to: `${base}/settings/delete` },
        ]}
      />
      <Together>{children}</Together>
    </Page>
  );
}
