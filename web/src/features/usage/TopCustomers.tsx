import { address } from '../../dashboard/parts/DataTable';
import { Panel } from '../../dashboard/parts/Panel';
import { Empty } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { counted } from '../../money';
import { FIRST_METER, type Used } from './calls';
import pageStyles from './UsagePage.module.css';
import { UsageTable } from './UsageTable';

/** Who uses most in the periods that run. */
export function TopCustomers({ used: { top, meter, customers } }: { used: Used }) {
  const { base } = useProject();
  return (
    <Panel
      title="Who uses most"
      about={aboutOf(top.length, customers.counted)}
      action={
        <To
          to={address(`${base}/usage/customers`, { meter: meter === FIRST_METER ? undefined : meter })}
          className={pageStyles.more}
        >
          Everybody
        </To>
      }
      flush
    >
      <UsageTable
        label="Who uses most"
        rows={top}
        empty={
          <Empty title={`Nobody has used ${meter} in a period that runs`}>
            <p>Periods begin anew; what was used before stands in the chart above.</p>
          </Empty>
        }
      />
    </Panel>
  );
}

function aboutOf(shown: number, all: number): string | undefined {
  if (all === 0) return undefined;
  return shown < all
    ? `The first ${shown} of ${counted(all, 'customer')}, each in the running period.`
    : 'Each in the running period.';
}
