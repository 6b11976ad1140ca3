import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { Choice } from '../../dashboard/parts/Choice';
import { Code } from '../../dashboard/parts/Code';
import { Icon } from '../../dashboard/parts/Icon';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { usePageContext } from '../../parts/page-context';
import { readTiers, type Tier, tiersOf } from './calls';
import { ProductCards } from './ProductCards';
import { TierList } from './TierList';
import { wordsOf } from './words';

/** What a project sells: plans, or the products of a store. */
export function PlansPage() {
  const { pk, base, project } = useProject();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const words = wordsOf(project.type);
  const tiers = useLive(tiersOf(pk), () => readTiers(pk));
  const here = `${base}/${words.path}`;
  const isArchive = search['show'] === 'archived';
  return (
    <Page
      title={words.many}
      about={words.about}
      action={
        <>
          {project.type !== 'store' && (
            <Button variant="default" component="a" href={`/pricing?pk=${pk}`} target="_blank" rel="noreferrer">
              Pricing page
            </Button>
          )}
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => void navigate({ to: `${here}/new` })}>
            Add {words.one}
          </Button>
        </>
      }
    >
      <Loaded of={tiers} waiting={<Bones rows={3} height={72} />}>
        {(all) => (
          <>
            {all.some(({ active }) => !active) && (
              <Choice
                label="Which"
                value={isArchive ? 'archived' : ''}
                of={[
                  { value: '', name: 'On sale' },
                  { value: 'archived', name: 'Archived' },
                ]}
                onChange={(show) => void navigate({ to: here, search: show ? { show } : {}, replace: true })}
              />
            )}
            <Shown tiers={all.filter(({ active }) => active !== isArchive)} isArchive={isArchive} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Shown({ tiers, isArchive }: { tiers: Tier[]; isArchive: boolean }) {
  const { project } = useProject();
  if (tiers.length === 0) return isArchive ? <NothingArchived /> : <NothingSold />;
  const sorted = tiers.toSorted((one, other) => one.position - other.position);
  return project.type === 'store' ? <ProductCards tiers={sorted} /> : <TierList tiers={sorted} />;
}

function NothingArchived() {
  return (
    <Panel flush>
      <Empty title="Nothing is archived." />
    </Panel>
  );
}

function NothingSold() {
  const { project } = useProject();
  const { baseUrl } = usePageContext();
  const { one } = wordsOf(project.type);
  const fields =
    project.type === 'store'
      ? '{"name": "mug", "displayName": "Mug", "price": 1500, "billingMode": "one_off", "inventory": 20}'
      : '{"name": "pro", "displayName": "Pro", "price": 2900, "limit": 10000}';
  const call = `curl -X POST ${baseUrl}/tiers/add \\\n  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '${fields}'`;
  return (
    <Panel flush>
      <Empty title={`No ${one} yet`}>
        <p>Add one above, or with this call:</p>
        <Code text={call} label={`Add a ${one}`} />
      </Empty>
    </Panel>
  );
}
