import type { Problem } from '../api';

/** Whether the same call may well work a moment later. */
export function isPassing(problem: Problem): boolean {
  return problem.status === 0 || problem.status >= 500;
}
