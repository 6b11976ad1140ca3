import { Navigate, useSearch } from '@tanstack/react-router';

import { PROJECTS, readProjects } from '../features/projects/calls';
import { baseOf, lastOf } from './projects';
import { useLive } from './queries';

/** `/dashboard`: goes on to the last project, or to the first steps. What the payment provider reports comes along. */
export function Beginning() {
  const search: Record<string, string> = useSearch({ strict: false });
  const { data } = useLive(PROJECTS, readProjects);
  if (!data) return null;
  const last = lastOf(data.projects);
  if (search['payment']) return <Navigate to="/dashboard/billing" search={search} replace />;
  if (!last) return <Navigate to="/dashboard/projects/new" replace />;
  const base = baseOf(last.publishableKey);
  return search['stripe'] ? (
    <Navigate to={`${base}/settings/payments`} search={search} replace />
  ) : (
    <Navigate to={base} replace />
  );
}
