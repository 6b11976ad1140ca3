import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';

import { Choice } from '../../dashboard/parts/Choice';
import { Page } from '../../dashboard/parts/Page';
import { Pager } from '../../dashboard/parts/Pager';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { FIRST_METER, readUsageOfCustomers, usedOf } from './calls';
import { Meter } from './Meter';
import styles from './UsageCustomersPage.module.css';
import { UsageTable } from './UsageTable';
import { useGo } from './useGo';

const NEAR = [
  { value: '', name: 'All' },
  { value: 'close', name: 'Close to the limit' },
  { value: 'reached', name: 'At the limit' },
];

/** Everybody who uses a meter, most first, also those whom only the developer's server knows. */
export function UsageCustomersPage() {
  const { pk, base } = useProject();
  const go = useGo();
  const search: Record<string, string> = useSearch({ strict: false });
  const { meter = FIRST_METER, usage = '' } = search;
  const listed = useLive([...usedOf(pk), 'customers', search], () => readUsageOfCustomers(pk, search));
  return (
    <Page
      title="Who uses most"
      about="Everybody who used some in the running period of the plan. An id without a page is known to your server only."
      above={{ to: `${base}/usage`, name: 'Usage' }}
      action={listed.data && <Meter of={listed.data} />}
    >
      <Panel flush>
        <div className={styles.filters}>
          <Choice label="Limit" value={usage} of={NEAR} onChange={(near) => go({ usage: near, cursor: '' })} />
        </div>
        <Loaded of={listed} waiting={<Bones rows={6} height={48} />}>
          {({ customers, nextCursor }) => (
            <>
              <UsageTable
                label="Who uses most"
                rows={customers}
                empty={
                  <Empty
                    title={usage ? 'Nobody is that near the limit' : `Nobody has used ${meter} in a period that runs`}
                    action={
                      usage && (
                        <Button variant="default" onClick={() => go({ usage: '', cursor: '' })}>
                          Show everybody
                        </Button>
                      )
                    }
                  />
                }
              />
              <Pager nextCursor={nextCursor} />
            </>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}
