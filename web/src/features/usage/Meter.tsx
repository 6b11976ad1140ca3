import { Choice } from '../../dashboard/parts/Choice';
import { FIRST_METER, type Used } from './calls';
import { useGo } from './useGo';

/** What is counted, where there is more than one thing. */
export function Meter({ of: { meter, meters } }: { of: Pick<Used, 'meter' | 'meters'> }) {
  const go = useGo();
  if (meters.length < 2) return null;
  return (
    <Choice
      label="Meter"
      value={meter}
      of={meters.map((name) => ({ value: name, name }))}
      onChange={(name) => go({ meter: name === FIRST_METER ? '' : name, cursor: '' })}
    />
  );
}
