import { Outlet, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';

import { PROJECTS, readProjects } from '../../features/projects/calls';
import { Page, PageBones } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { Trouble } from '../parts/States';
import { familiesOf, modeOf } from '../projects';
import { type Live, useLive } from '../queries';
import { AskBeforeLeaving } from './AskBeforeLeaving';
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
  const key = useKey();
  const current = list.find(({ publishableKey }) => publishableKey === key);
  const [isSearching, setSearching] = useState(false);
  const parts = {
    current,
    publishableKey: key,
    mode: modeOf(key),
    families: familiesOf(list),
    onSearch: () => setSearching(true),
  };
  return (
    <div className={styles.shell} data-test={parts.mode === 'test' || undefined}>
      <a className={styles.skip} href="#content">
        Skip to the page
      </a>
      <Rail {...parts} />
      <div className={styles.body}>
        <TopBar {...parts} />
        <Behind />
        <main id="content" tabIndex={-1} className={styles.main}>
          <AskBeforeLeaving>{projects.data ? <Outlet /> : <NotYet projects={projects} />}</AskBeforeLeaving>
        </main>
      </div>
      <BottomBar {...parts} />
      <Search
        current={current}
        families={parts.families}
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

/** The publishable key in the address; another word where no project is named. */
function useKey(): string {
  return useRouterState({ select: ({ location }) => location.pathname }).split('/')[2] ?? '';
}
