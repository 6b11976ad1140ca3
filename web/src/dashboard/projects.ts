import { createContext, useContext } from 'react';

import type { Mode, Project } from '../features/projects/calls';

/** A project with both of its modes, as far as they exist. */
export interface Family {
  projectId: string;
  name: string;
  test?: Project;
  live?: Project;
}

interface Current {
  project: Project;
  family: Family;
}

const Given = createContext<Current | null>(null);

/** Hands the project of the address to the pages below. */
export const CurrentProvider = Given.Provider;

/** The project and mode that the address names, and the address of its pages. */
export function useProject(): Current & { pk: string; base: string } {
  const current = useContext(Given);
  if (!current) throw new Error('useProject stands outside of a project page');
  const pk = current.project.publishableKey;
  return { ...current, pk, base: baseOf(pk) };
}

/** The address below which the pages of a project are. */
export function baseOf(publishableKey: string): string {
  return `/dashboard/${publishableKey}`;
}

/** Test and live of each project together, in the order of the list. */
export function familiesOf(projects: Project[]): Family[] {
  const families = new Map<string, Family>();
  for (const project of projects) {
    const family = families.get(project.projectId) ?? { projectId: project.projectId, name: project.name };
    families.set(project.projectId, { ...family, [project.mode]: project });
  }
  return [...families.values()];
}

/** The mode to open a project in: live once it exists. */
export function firstOf(family: Family): Project | undefined {
  return family.live ?? family.test;
}

/** The mode that a publishable key is of, before anything was read; none if it is no such key. */
export function modeOf(publishableKey: string): Mode | undefined {
  return (['test', 'live'] as const).find((mode) => publishableKey.startsWith(`pk_${mode}_`));
}

/** The other mode. */
export function otherMode(mode: Mode): Mode {
  return mode === 'test' ? 'live' : 'test';
}

const LAST = 'dream.project';

/** Remembers the project that was looked at last, for the next visit. */
export function remember(publishableKey: string) {
  window.localStorage.setItem(LAST, publishableKey);
}

/** The project to begin with: the last one, if it still exists. */
export function lastOf(projects: Project[]): Project | undefined {
  const last = window.localStorage.getItem(LAST);
  return projects.find(({ publishableKey }) => publishableKey === last) ?? projects[0];
}
