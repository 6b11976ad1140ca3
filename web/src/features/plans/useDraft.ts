import { useBlocker } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';

import type { Values } from '../../forms/useForm';

/** What is typed at the moment, for the preview; asks before it would be lost. */
export function useDraft(start: Values) {
  const [typed, setTyped] = useState(start);
  const [kept, setKept] = useState(start);
  const isSaved = useRef(false);
  const differs = JSON.stringify(filled(typed)) !== JSON.stringify(filled(kept));
  const blocker = useBlocker({
    shouldBlockFn: () => differs && !isSaved.current,
    enableBeforeUnload: () => differs && !isSaved.current,
    withResolver: true,
  });
  return {
    typed,
    differs,
    blocker,
    /** For the `onInput` around the form. */
    onInput: (event: FormEvent<HTMLElement>) => {
      const form = (event.target as HTMLElement).closest('form');
      if (form) setTyped(valuesOf(form));
      isSaved.current = false;
    },
    set: (changes: Values) => {
      setTyped((before) => ({ ...before, ...changes }));
      isSaved.current = false;
    },
    /** What is typed is kept now: it may be left at once. */
    saved: () => {
      isSaved.current = true;
      setKept(typed);
    },
  };
}

function valuesOf(form: HTMLFormElement): Values {
  const entries = [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}

/** Without what is empty, in the order of the names. */
function filled(values: Values): [string, string][] {
  return Object.entries(values)
    .filter(([, value]) => value !== '')
    .sort(([one], [other]) => one.localeCompare(other));
}
