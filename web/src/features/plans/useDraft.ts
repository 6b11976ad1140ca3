import { type FormEvent, useState } from 'react';

import { useLoss } from '../../forms/unsaved';
import type { Values } from '../../forms/useForm';

/**
 * What is typed at the moment, for the preview; a picture that was chosen counts as typed. While it `isSaving`, it is
 * on its way, and the page may be left.
 */
export function useDraft(start: Values, isSaving: boolean) {
  const [typed, setTyped] = useState(start);
  const [kept, setKept] = useState(start);
  const differs = JSON.stringify(filled(typed)) !== JSON.stringify(filled(kept));
  useLoss(differs && !isSaving ? 'typed' : null);
  return {
    typed,
    /** For the `onInput` around the form. */
    onInput: (event: FormEvent<HTMLElement>) => {
      const form = (event.target as HTMLElement).closest('form');
      if (form) setTyped(valuesOf(form));
    },
    set: (changes: Values) => setTyped((before) => ({ ...before, ...changes })),
    /** What is typed is kept now. */
    saved: () => setKept(typed),
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
