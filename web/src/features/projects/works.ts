import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { ask } from '../../dashboard/calls';
import { EVERY_MS } from '../../dashboard/queries';
import { PROJECTS, type Project } from './calls';

/** Something that is done to a project and may take long. */
export interface Work {
  id: string;
  kind: 'delete_project' | 'reset' | 'delete_test';
  projectId: string;
  publishableKey: string;
  projectName: string;
  /** Subscriptions that are cancelled. */
  done: number;
  /** Subscriptions to cancel; 0 until they are counted. */
  total: number;
  /** Why the last try failed; it is tried again unless the work has ended. */
  error?: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  finishedAt?: number | null;
}

/** The answer to a wish that takes longer than a call lasts. */
export interface Accepted {
  work: Work;
}

interface WorkList {
  works: Work[];
}

const WORKS = ['works'];
/** How often a page asks while something is being done. */
const EVERY_WHILE_RUNNING_MS = 1_000;

/** What is being done to the developer's projects, or was done within the last hour, newest first. */
export function useWorks(): Work[] {
  const { data } = useQuery({
    queryKey: WORKS,
    queryFn: () => ask<WorkList>('/projects/works'),
    staleTime: EVERY_WHILE_RUNNING_MS,
    refetchInterval: ({ state }) => (state.data?.works.some(isRunning) ? EVERY_WHILE_RUNNING_MS : EVERY_MS),
  });
  return data?.works ?? [];
}

/** What is being done to a project, or was given up. `onEnd` is told when all is done while the page is seen. */
export function useWork(projectId: string, kind: Work['kind'], onEnd?: () => void): Work | undefined {
  const work = useWorks().find((one) => one.projectId === projectId && one.kind === kind);
  const seen = useRef<string>(undefined);
  const told = useRef(onEnd);
  useEffect(() => {
    told.current = onEnd;
  });
  useEffect(() => {
    if (!work) return;
    if (isRunning(work)) {
      seen.current = work.id;
    } else if (seen.current === work.id) {
      seen.current = undefined;
      if (!work.error) told.current?.();
    }
  }, [work]);
  return work && (isRunning(work) || work.error) ? work : undefined;
}

/** Shows work that was just accepted, before the list is read again. */
export function useFollow(): (work: Work) => void {
  const queries = useQueryClient();
  return (work) => {
    queries.setQueryData<WorkList>(WORKS, (list) => ({
      works: [work, ...(list?.works ?? []).filter(({ id }) => id !== work.id)],
    }));
    void queries.invalidateQueries({ queryKey: WORKS });
  };
}

/** Takes a deleted project out of the list that pages have at hand, and reads the list anew. */
export async function forget(queries: QueryClient, projectId: string) {
  await queries.cancelQueries({ queryKey: PROJECTS });
  queries.setQueryData<{ projects: Project[] }>(
    PROJECTS,
    (list) => list && { ...list, projects: list.projects.filter((project) => project.projectId !== projectId) },
  );
  await Promise.all([PROJECTS, WORKS].map((queryKey) => queries.invalidateQueries({ queryKey })));
}

export function isRunning({ finishedAt }: Work): boolean {
  return finishedAt === null || finishedAt === undefined;
}

/** Whether an answer says that it goes on. */
export function isAccepted<T extends object>(answer: T | Accepted): answer is Accepted {
  return 'work' in answer && !('secretKey' in answer);
}
