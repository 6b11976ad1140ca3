import { Button } from '@mantine/core';
import { useState } from 'react';

import { Badge, StatusBadge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { DataTable } from '../../dashboard/parts/DataTable';
import { Dialog } from '../../dashboard/parts/Dialog';
import { Facts } from '../../dashboard/parts/Facts';
import { Panel } from '../../dashboard/parts/Panel';
import { Empty } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { businessNow, machineNow } from '../../now';
import { usePageContext } from '../../parts/page-context';
import { agoWords, whenWords } from '../../times';
import type { Key, MadeKey } from '../projects/calls';
import { SecretKeys } from '../projects/SecretOnce';
import { AddKey, Regenerate } from './ChangeKey';
import { DeveloperPage } from './DeveloperPage';
import styles from './KeysPage.module.css';

type Open = 'add' | 'regenerate' | null;

/** The keys of a project: the publishable one to see, secrets by their last characters. */
export function KeysPage() {
  const { project, pk } = useProject();
  const { baseUrl } = usePageContext();
  const [open, setOpen] = useState<Open>(null);
  const [made, setMade] = useState<MadeKey | null>(null);
  const take = (key: MadeKey) => {
    setOpen(null);
    setMade(key);
  };
  return (
    <DeveloperPage>
      <Panel title="Addresses and publishable key" about="They may be seen by everybody and go into your pages.">
        <Facts
          of={[
            ['API address', <CopyText key="url" text={baseUrl} label="API address" />],
            ['Publishable key', <CopyText key="pk" text={pk} label="publishable key" />],
            ['Project id', <CopyText key="id" text={project.projectId} label="project id" />],
          ]}
        />
      </Panel>
      <Panel
        title="Secret keys"
        about="For your server only. A secret is shown once, when it is made; afterwards nobody can read it."
        action={
          <>
            <Button variant="default" onClick={() => setOpen('regenerate')}>
              Regenerate
            </Button>
            <Button variant="default" onClick={() => setOpen('add')}>
              Rotate
            </Button>
          </>
        }
        flush
      >
        <KeyTable keys={project.keys} />
      </Panel>
      <Dialog title="Rotate the secret key" opened={open === 'add'} onClose={() => setOpen(null)}>
        <AddKey onMade={take} />
      </Dialog>
      <Regenerate opened={open === 'regenerate'} onClose={() => setOpen(null)} onMade={take} />
      <Dialog title="Your new secret key" opened={made !== null} onClose={() => setMade(null)} wide>
        {made && (
          <div className={styles.made}>
            <SecretKeys made={made} />
            <Button onClick={() => setMade(null)}>I have kept it</Button>
          </div>
        )}
      </Dialog>
    </DeveloperPage>
  );
}

function KeyTable({ keys }: { keys: Key[] }) {
  const { project } = useProject();
  return (
    <DataTable
      label="Secret keys"
      rows={keys}
      rowKey={({ id }) => id}
      columns={[
        {
          name: 'Key',
          cell: ({ lastFour }) => (
            <code className={styles.key}>
              <span className={styles.start}>{`sk_${project.mode}_`}</span>…{lastFour}
            </code>
          ),
        },
        { name: 'Name', cell: ({ label }) => label || '–', wideOnly: true },
        { name: 'Status', cell: (key) => <KeyStatus secret={key} /> },
        { name: 'Made', cell: ({ createdAt }) => agoWords(createdAt, businessNow()), wideOnly: true },
        {
          name: 'Last used',
          cell: ({ lastUsedAt }) => (lastUsedAt ? agoWords(lastUsedAt, machineNow()) : 'Never'),
          number: true,
        },
      ]}
      empty={<Empty title="There is no secret key." />}
    />
  );
}

function KeyStatus({ secret: { status, expiresAt } }: { secret: Key }) {
  if (status === 'active' && expiresAt) return <Badge tone="warning">Ends {whenWords(expiresAt, machineNow())}</Badge>;
  return <StatusBadge status={status} />;
}
