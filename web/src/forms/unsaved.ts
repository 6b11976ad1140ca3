import { createContext, type RefObject, useContext, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';

/** What would be lost: something typed, or a secret that is never shown again. */
export type Loss = 'typed' | 'secret';

/** Takes note of what one part of a page would lose at the moment; null is nothing. */
export type Note = (part: string, loss: Loss | null) => void;

/** Where parts of a page say what would be lost. Nobody listens on hosted pages. */
export const Losses = createContext<Note>(() => undefined);

/** Says, for as long as it is so, what this part of the page would lose. Whoever listens asks before that happens. */
export function useLoss(loss: Loss | null) {
  const note = useContext(Losses);
  const part = useId();
  useLayoutEffect(() => {
    note(part, loss);
    return () => note(part, null);
  }, [note, part, loss]);
}

/**
 * Watches the fields of a form and says whether they differ from what they were at first, or when it last worked.
 * `done` counts how often that was; while the form is `running` nothing is lost: it is on its way.
 */
export function useTyped(form: RefObject<HTMLFormElement | null>, done: number, running: boolean) {
  const kept = useRef('');
  const [typed, setTyped] = useState({ differs: false, done });
  const isUnsaved = typed.differs && typed.done === done && !running;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time the form has worked, what stands in it is kept
  useEffect(() => {
    kept.current = fieldsOf(form.current);
  }, [form, done]);
  return {
    isUnsaved,
    /** Fields may have come or changed by themselves before anybody typed. */
    onFocus: () => {
      if (!isUnsaved && !running) kept.current = fieldsOf(form.current);
    },
    onInput: () => setTyped({ differs: fieldsOf(form.current) !== kept.current, done }),
  };
}

/** Everything that stands in the fields of a form, whether they have a name or not. */
function fieldsOf(form: HTMLFormElement | null): string {
  const fields = [...(form?.elements ?? [])].map((field) => {
    if (field instanceof HTMLInputElement)
      return ['checkbox', 'radio'].includes(field.type) ? field.checked : field.value;
    return field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement ? field.value : null;
  });
  return JSON.stringify(fields.filter((value) => value !== null));
}
