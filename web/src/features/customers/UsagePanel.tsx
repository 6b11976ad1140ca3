import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { Chart } from '../../dashboard/parts/Chart';
import { Choice } from '../../dashboard/parts/Choice';
import { Code } from '../../dashboard/parts/Code';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { count, shortCount } from '../../money';
import { usePageContext } from '../../parts/page-context';
import { type Customer, customersOf } from './calls';
import { EarlierPeriods } from './EarlierPeriods';
import { GrantUsage } from './GrantUsage';
import { Meters } from './Meters';
import { ResetUsage } from './ResetUsage';
import styles from './UsagePanel.module.css';
import { type CustomerUsage, readUsage } from './usage-calls';

const SPANS = ['30', '90'];

/** What a customer uses: every meter, day by day, and what can be done about it. Span and meter stand in the address. */
export function UsagePanel({ customer }: { customer: Customer }) {
  const { pk } = useProject();
  const search: Record<string, string> = useSearch({ strict: false });
  const span = SPANS.find((days) => days === search['days']) ?? '30';
  const usage = useLive([...customersOf(pk), 'usage', customer.id, span], () => readUsage(pk, customer.id, span));
  return (
    <Panel title="Usage" action={usage.data && <Acts customer={customer} usage={usage.data} />}>
      <Loaded of={usage} waiting={<Bones rows={1} height={360} />}>
        {(data) => (
          <>
            <Meters meters={data.meters} />
            {isUntouched(data) ? <FirstUse id={customer.id} /> : <ByDay usage={data} span={span} />}
            <EarlierPeriods periods={data.history} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Acts({ customer, usage }: { customer: Customer; usage: CustomerUsage }) {
  const [open, setOpen] = useState<'grant' | 'reset' | null>(null);
  const close = () => setOpen(null);
  const { meters } = usage;
  const isLimited = meters.some(({ limit }) => limit !== 'unlimited');
  return (
    <>
      {isLimited && (
        <Button variant="default" size="xs" onClick={() => setOpen('grant')}>
          Grant extra usage
        </Button>
      )}
      {!isUntouched(usage) && (
        <Button variant="default" size="xs" onClick={() => setOpen('reset')}>
          Reset usage
        </Button>
      )}
      <GrantUsage customer={customer} meters={meters} opened={open === 'grant'} onClose={close} />
      <ResetUsage customer={customer} meters={meters} opened={open === 'reset'} onClose={close} />
    </>
  );
}

function ByDay({ usage, span }: { usage: CustomerUsage; span: string }) {
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const go = (changes: Record<string, string>) =>
    void navigate({ to: '.', search: { ...search, ...changes }, replace: true, resetScroll: false });
  const names = usage.meters.map(({ meter }) => meter);
  const meter = names.find((name) => name === search['meter']) ?? names[0] ?? 'requests';
  const values = usage.days.map(({ used }) => used[meter] ?? 0);
  return (
    <div className={styles.days}>
      <div className={styles.top}>
        <h3 className={styles.title}>By day, {meter}</h3>
        <div className={styles.choices}>
          {names.length > 1 && (
            <Choice
              label="Meter"
              value={meter}
              of={names.map((name) => ({ value: name, name }))}
              onChange={(name) => go({ meter: name })}
            />
          )}
          <Choice
            label="Span"
            value={span}
            of={SPANS.map((days) => ({ value: days, name: `${days} days` }))}
            onChange={(days) => go({ days })}
          />
        </div>
      </div>
      <Chart
        label={`Use of ${meter} by day`}
        kind="bars"
        days={usage.days.map(({ day }) => day)}
        series={[{ name: meter, tone: 'accent', values }]}
        words={count}
        short={shortCount}
      />
    </div>
  );
}

function FirstUse({ id }: { id: string }) {
  const { baseUrl } = usePageContext();
  const call = `curl -X POST ${baseUrl}/api/data \\\n  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\\n  -H "X-User-Id: ${id}"`;
  return (
    <div className={styles.first}>
      <Empty title="Nothing used yet">
        <p>This call counts one request of this customer; the chart follows within seconds.</p>
        <Code text={call} label="Count a request" />
      </Empty>
    </div>
  );
}

/** Whether nothing was ever counted, as far as can be seen. */
function isUntouched({ meters, days, history }: CustomerUsage): boolean {
  const isIdle = ({ used }: { used: Record<string, number> }) => Object.values(used).every((amount) => amount === 0);
  return history.length === 0 && meters.every((meter) => meter.count === 0) && days.every(isIdle);
}
