import { useNavigate } from '@tanstack/react-router';

import type { Mode } from '../../features/projects/calls';
import { baseOf, type Family } from '../projects';
import styles from './ModeSwitch.module.css';

/** Test or live of the project, once it is known; the way to live where there is none yet. */
export function ModeSwitch({ mode: current, family }: { mode: Mode; family: Family | undefined }) {
  const navigate = useNavigate();
  function choose(mode: Mode) {
    const other = family?.[mode];
    if (other) void navigate({ to: baseOf(other.publishableKey) });
    else if (family?.test) void navigate({ to: `${baseOf(family.test.publishableKey)}/go-live` });
  }
  return (
    <fieldset className={styles.switch}>
      <legend className="visually-hidden">Mode</legend>
      {(['test', 'live'] as const).map((mode) => (
        <button
          key={mode}
          type="button"
          className={styles.mode}
          data-mode={mode}
          aria-pressed={current === mode}
          disabled={family && mode === 'test' && !family.test}
          onClick={() => current !== mode && choose(mode)}
        >
          {mode === 'test' ? 'Test' : 'Live'}
        </button>
      ))}
    </fieldset>
  );
}
