import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';

import { Chart } from '../../dashboard/parts/Chart';
import { Choice } from '../../dashboard/parts/Choice';
import { Code } from '../../dashboard/parts/Code';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { count, shortCount } from '../../money';
import { usePageContext } from '../../parts/page-context';
import { FIRST_METER, readUsed, type Used, usedOf } from './calls';
import { Figures } from './Figures';
import { Meter } from './Meter';
import { TopCustomers } from './TopCustomers';
import styles from './UsagePage.module.css';
import { useGo } from './useGo';

const SPANS = ['30', '90', '365'];

/** What the customers of a project use: figures, days, and who uses most. Span and meter stand in the address. */
export function UsagePage() {
  const { pk } = useProject();
  const search: Record<string, string> = useSearch({ strict: false });
  const span = SPANS.find((days) => days === search['days']) ?? '30';
  const { meter } = search;
  const used = useLive([...usedOf(pk), span, meter], () => readUsed(pk, span, meter));
  const isUnknown = used.error?.code === 'unknown_meter' && meter !== undefined;
  return (
    <Page
      title="Usage"
      about="What your customers use, day by day, and who is near a limit."
      action={used.data && !isUnknown && <Meter of={used.data} />}
    >
      {isUnknown ? (
        <Unknown meter={meter} />
      ) : (
        <Loaded of={used} waiting={<Waiting />}>
          {(data) => (isUntouched(data) ? <NothingUsed meter={data.meter} /> : <Parts used={data} span={span} />)}
        </Loaded>
      )}
    </Page>
  );
}

function Parts({ used, span }: { used: Used; span: string }) {
  const go = useGo();
  return (
    <>
      <Figures used={used} />
      <Panel
        title={`By day, ${used.meter}`}
        action={
          <Choice
            label="Span"
            value={span}
            of={SPANS.map((days) => ({ value: days, name: `${days} days` }))}
            onChange={(days) => go({ days })}
          />
        }
      >
        <Chart
          label={`Use of ${used.meter} by day`}
          kind="bars"
          days={used.days.map(({ day }) => day)}
          series={[{ name: used.meter, tone: 'accent', values: used.days.map((day) => day.used) }]}
          words={count}
          short={shortCount}
        />
      </Panel>
      <TopCustomers used={used} />
    </>
  );
}

function Unknown({ meter }: { meter: string }) {
  const go = useGo();
  return (
    <Panel flush>
      <Empty
        title={`Nothing is counted as ${meter}`}
        action={
          <Button variant="default" onClick={() => go({ meter: '' })}>
            Show {FIRST_METER}
          </Button>
        }
      >
        <p>No plan of this project names such a meter. It may have been renamed or taken away.</p>
      </Empty>
    </Panel>
  );
}

function NothingUsed({ meter }: { meter: string }) {
  const { base, project } = useProject();
  const { baseUrl } = usePageContext();
  if (project.type === 'store') return <NoMeters />;
  const isFirst = meter === FIRST_METER;
  const what = isFirst
    ? ''
    : ` \\\n  -H "Content-Type: application/json" \\\n  -d '{"meter": "${meter}", "amount": 1}'`;
  const call = `curl -X POST ${baseUrl}/api/data \\\n  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\\n  -H "X-User-Id: somebody"${what}`;
  return (
    <Panel flush>
      <Empty title={isFirst ? 'Nothing counted yet' : `No ${meter} counted yet`}>
        <p>
          This call counts one use of somebody and enforces the limit of the plan; this page follows within seconds.
        </p>
        <Code text={call} label="Count a use" />
        <To to={`${base}/developers/quickstart`} className={styles.more}>
          Other languages
        </To>
      </Empty>
    </Panel>
  );
}

function NoMeters() {
  const { base } = useProject();
  return (
    <Panel flush>
      <Empty title="A store counts nothing">
        <p>Products have no limits. Use is counted in projects that sell plans.</p>
        <To to={`${base}/orders`} className={styles.more}>
          See the orders
        </To>
      </Empty>
    </Panel>
  );
}

function Waiting() {
  return (
    <>
      <div className={styles.cards}>
        {['a', 'b', 'c', 'd'].map((name) => (
          <Bones key={name} rows={1} height={112} />
        ))}
      </div>
      <Bones rows={1} height={320} />
      <Bones rows={1} height={320} />
    </>
  );
}

/** Whether nothing was ever counted, as far as can be seen. */
function isUntouched({ used, previous, customers, days }: Used): boolean {
  return used === 0 && previous === 0 && customers.counted === 0 && days.every((day) => day.used === 0);
}
