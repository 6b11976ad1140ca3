import { useQueryClient } from '@tanstack/react-query';

import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { changeSettings, PROJECTS, type Settings } from './calls';

/** Writes settings of the project that is shown, and says so. */
export function useSaveSettings() {
  const { pk } = useProject();
  const queries = useQueryClient();
  const say = useSay();
  return async (changes: Partial<Settings> & { projectName?: string }) => {
    await changeSettings(pk, changes);
    await queries.invalidateQueries({ queryKey: PROJECTS });
    say('Saved.');
  };
}
