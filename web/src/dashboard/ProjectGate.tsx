import { Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';

import { PROJECTS, readProjects } from '../features/projects/calls';
import { Page } from './parts/Page';
import { Panel } from './parts/Panel';
import { Empty } from './parts/States';
import { To } from './parts/To';
import { CurrentProvider, familiesOf, remember } from './projects';
import { useLive } from './queries';

/** Finds the project that the address names, for the pages below. */
export function ProjectGate() {
  const { pk } = useParams({ strict: false });
  const list = useLive(PROJECTS, readProjects).data?.projects ?? [];
  const project = list.find(({ publishableKey }) => publishableKey === pk);
  const family = familiesOf(list).find(({ projectId }) => projectId === project?.projectId);
  useEffect(() => {
    if (project) remember(project.publishableKey);
  }, [project]);
  if (!project || !family) return <NotYours />;
  return (
    <CurrentProvider key={project.publishableKey} value={{ project, family }}>
      <Outlet />
    </CurrentProvider>
  );
}

function NotYours() {
  return (
    <Page title="You have no such project" narrow>
      <Panel flush>
        <Empty
          title="It was deleted, or it belongs to another account."
          action={<To to="/dashboard/projects">See your projects</To>}
        >
          <p>To see the project of somebody else, sign in with that account.</p>
        </Empty>
      </Panel>
    </Page>
  );
}
