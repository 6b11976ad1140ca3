import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { Confirm } from '../../dashboard/parts/Dialog';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { countReset, EVERYTHING, resetOf, resetProject } from '../projects/calls';
import { goneWords } from '../projects/gone';
import { LeaveRunning, NOT_CONNECTED } from '../projects/LeaveRunning';
import styles from './Sample.module.css';

/** Says that what the pages show is made up, and takes it away. Whether that is asked for stands in the address. */
export function Sample() {
  const { base, project } = useProject();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const go = (to: Record<string, string>) => void navigate({ to: base, search: to, replace: true, resetScroll: false });
  if (project.sampleUntil === undefined) return null;
  return (
    <div className={styles.notice} role="note">
      <p className={styles.text}>
        <strong>This is sample data.</strong> Its customers and payments are made up, so that every page has something
        to show. What you add yourself stays when you remove it.
      </p>
      <Button variant="default" onClick={() => go({ sample: 'remove' })}>
        Remove sample data
      </Button>
      <Remove opened={search['sample'] === 'remove'} onClose={() => go({})} />
    </div>
  );
}

function Remove({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { pk } = useProject();
  const [leaveSubscriptions, setLeave] = useState(false);
  const count = useLive([...resetOf(pk), 'sample'], () => countReset(pk, 'sample'), { once: true, enabled: opened });
  const act = useAct({
    run: (wish: { only: 'sample'; leaveSubscriptions: boolean }, repeatKey) => resetProject(pk, wish, repeatKey),
    changes: [EVERYTHING],
    said: (gone) => `Removed the sample data: ${goneWords(gone).join(', ') || 'nothing was left of it'}.`,
    after: onClose,
  });
  const isAway = act.error?.code === NOT_CONNECTED;
  return (
    <Confirm
      title="Remove sample data"
      opened={opened}
      onClose={onClose}
      action="Remove sample data"
      danger
      running={act.isPending}
      problem={isAway ? null : act.error}
      onConfirm={() => act.mutate({ only: 'sample', leaveSubscriptions })}
    >
      {isAway && <LeaveRunning checked={leaveSubscriptions} onChange={setLeave} />}
      <p>This cannot be taken back. It takes away, with all usage and payments of theirs:</p>
      <Loaded of={count} waiting={<Bones rows={1} height={72} />}>
        {(gone) => (
          <ul>
            {goneWords(gone).map((words) => (
              <li key={words}>{words}</li>
            ))}
            {goneWords(gone).length === 0 && <li>Nothing: all of it is gone already.</li>}
          </ul>
        )}
      </Loaded>
      <p>Plans, keys and settings stay, and so do customers that came later.</p>
    </Confirm>
  );
}
