import { Outlet, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';

import { PROJECTS, type Project, readProjects } from '../../features/projects/calls';
import { Page, PageBones } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { Trouble } from '../parts/States';
import { familiesOf } from '../projects';
import { type Live, useLive } from '../queries';
import { Behind } from './Behind';
import { BottomBar } from './BottomBar';
import { Rail } from './Rail';
import { Search } from './Search';
import styles from './Shell.module.css';
import { TopBar } from './TopBar';

/** Around every page: the rail, the bar on top, and on phones the bar at the foot. */
export function Shell() {
  const projects = useLive(PROJECTS, readProjects);
  const list = projects.data?.projects ?? [];
  const current = useCurrent(list);
  const [isSearching, setSearching] = useState(false);
  const parts = { current, families: familiesOf(list), onSearch: () => setSearching(true) };
  return (
    <div className={styles.shell} data-test={current?.mode === 'test' || undefined}>
      <a className={styles.skip} href="#content">
        Skip to the page
      </a>
      <Rail {...parts} />
      <div className={styles.body}>
        <TopBar {...parts} />
        <Behind />
        <main id="content" tabIndex={-1} className={styles.main}>
          {projects.data ? <Outlet /> : <NotYet projects={projects} />}
        </main>
      </div>
      <BottomBar {...parts} />
      <Search
        current={current}
        opened={isSearching}
        onOpen={() => setSearching(true)}
        onClose={() => setSearching(false)}
      />
    </div>
  );
}

/** Before the projects are there, no page can be shown. */
function NotYet({ projects }: { projects: Live<unknown> }) {
  if (!projects.error) return <PageBones />;
  return (
    <Page title="Your projects" narrow>
      <Panel flush>
        <Trouble problem={projects.error} again={() => void projects.refetch()} running={projects.isFetching} />
      </Panel>
    </Page>
  );
}

/** The project that the address names. */
function useCurrent(projects: Project[]): Project | undefined {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const key = path.split('/')[2];
  return projects.find(({ publishableKey }) => publishableKey === key);
}
