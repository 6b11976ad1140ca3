import { Page } from './parts/Page';
import { Panel } from './parts/Panel';
import { Empty } from './parts/States';
import { To } from './parts/To';

/** An address that names no page. */
export function Elsewhere() {
  return (
    <Page title="There is no page here" narrow>
      <Panel flush>
        <Empty
          title="The address may be old or mistyped."
          action={<To to="/dashboard/projects">See all projects</To>}
        />
      </Panel>
    </Page>
  );
}
