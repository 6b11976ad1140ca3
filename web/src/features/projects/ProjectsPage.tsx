import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import { Badge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Empty, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { baseOf, type Family, familiesOf } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { dayWords } from '../../times';
import { PROJECTS, type Project, readProjects } from './calls';
import { KINDS } from './kinds';
import styles from './ProjectsPage.module.css';
import { isRunning, useWorks, type Work } from './works';

/** Every project of the developer. */
export function ProjectsPage() {
  const navigate = useNavigate();
  const projects = useLive(PROJECTS, readProjects);
  const works = useWorks();
  const deletionOf = ({ projectId }: { projectId: string }) =>
    works.find((work) => work.projectId === projectId && work.kind === 'delete_project');
  const isGone = (project: Project) => {
    const work = deletionOf(project);
    return work !== undefined && !isRunning(work) && !work.error;
  };
  const create = <Button onClick={() => void navigate({ to: '/dashboard/projects/new' })}>Create project</Button>;
  return (
    <Page title="Projects" about="Each is one app with its own customers, plans and keys." action={create}>
      <Loaded of={projects}>
        {({ projects: all }) => {
          const list = all.filter((project) => !isGone(project));
          return list.length === 0 ? (
            <Panel flush>
              <Empty title="No project yet" action={create}>
                <p>A project holds the plans and customers of one app. The first one takes a minute.</p>
              </Empty>
            </Panel>
          ) : (
            <ul className={styles.cards}>
              {familiesOf(list).map((family) => (
                <ProjectCard key={family.projectId} family={family} deletion={deletionOf(family)} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Page>
  );
}

function ProjectCard({ family, deletion }: { family: Family; deletion: Work | undefined }) {
  const any = family.test ?? family.live;
  if (!any) return null;
  return (
    <li className={styles.card}>
      <div className={styles.head}>
        <strong className={styles.name}>{family.name}</strong>
        {deletion && isRunning(deletion) && <Badge tone="warning">Being deleted</Badge>}
        <span className={styles.about}>
          {KINDS[any.type].name}, made {dayWords(any.createdAt)}
          {family.test?.sampleUntil !== undefined && ', with sample data'}
        </span>
      </div>
      {family.live ? <ModeRow project={family.live} /> : null}
      {family.test ? <ModeRow project={family.test} /> : null}
      {family.test && !family.live && (
        <To to={`${baseOf(family.test.publishableKey)}/go-live`} className={styles.quiet}>
          Not live yet: go live
        </To>
      )}
    </li>
  );
}

function ModeRow({ project }: { project: Project }) {
  const isTest = project.mode === 'test';
  return (
    <div className={styles.mode}>
      <Badge tone={isTest ? 'test' : 'good'}>{isTest ? 'Test' : 'Live'}</Badge>
      <CopyText text={project.publishableKey} label={`publishable key, ${isTest ? 'test' : 'live'}`} />
      <To
        to={baseOf(project.publishableKey)}
        className={styles.open}
        label={`Open ${project.name}, ${isTest ? 'test' : 'live'}`}
      >
        Open
      </To>
    </div>
  );
}
