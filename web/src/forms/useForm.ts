import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';

import { Problem } from '../api';
import { type Told, tell, tellField } from './problem-words';

/** What was typed, by the name of its field. */
export type Values = Record<string, string>;

/** What is wrong, by the name of its field. */
export type Errors = Record<string, string>;

interface Wishes {
  /** What is wrong before anything is sent; nothing if empty. */
  check?: (values: Values) => Errors;
  /** Does it. A `Problem` it throws is shown. */
  run: (values: Values) => Promise<void>;
  /** Fields that a problem of this code belongs to. */
  fieldOf?: Record<string, string>;
}

/** A form that keeps what was typed, says what is wrong under the field, and takes the focus there. */
export interface Form {
  ref: RefObject<HTMLFormElement | null>;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  running: boolean;
  /** How often it has worked. */
  done: number;
  errors: Errors;
  /** What is wrong with no field in particular. */
  told: Told | null;
  /** The problem behind `told`. */
  problem: Problem | null;
}

export function useForm({ check, run, fieldOf = {} }: Wishes): Form {
  const ref = useRef<HTMLFormElement>(null);
  const [running, setRunning] = useState(false);
  const [done, setDone] = useState(0);
  const [errors, setErrors] = useState<Errors>({});
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    if (Object.keys(errors).length > 0) focusFirstError(ref.current);
  }, [errors]);

  // A button that is disabled while it runs loses the focus; it gets it back unless something else has it.
  const hasRun = useRef(false);
  useEffect(() => {
    if (!running && hasRun.current && document.activeElement === document.body) focusButton(ref.current);
    hasRun.current = running;
  }, [running]);

  async function submit(values: Values) {
    setProblem(null);
    const wrong = check?.(values) ?? {};
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    setRunning(true);
    try {
      await run(values);
      setDone((before) => before + 1);
    } catch (thrown) {
      const caught = asProblem(thrown);
      const fields = fieldErrors(caught, fieldOf, Object.keys(values));
      setErrors(fields);
      setProblem(Object.keys(fields).length > 0 ? null : caught);
    } finally {
      setRunning(false);
    }
  }

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!running) void submit(valuesOf(event.currentTarget));
  }

  return { ref, onSubmit, running, done, errors, told: problem && tell(problem), problem };
}

/** A `Problem` from whatever was thrown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem({
    status: 0,
    code: 'unexpected',
    message: 'Something unexpected happened on this page. Load it again.',
  });
}

function fieldErrors(problem: Problem, fieldOf: Record<string, string>, known: string[]): Errors {
  const named = problem.fields.filter(({ location }) => known.includes(location));
  if (named.length > 0)
    return Object.fromEntries(named.map((field) => [field.location, tellField(field, problem.code)]));
  const field = fieldOf[problem.code];
  return field ? { [field]: tell(problem).text } : {};
}

function valuesOf(form: HTMLFormElement): Values {
  const typed = [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(typed);
}

function focusFirstError(form: HTMLFormElement | null) {
  form?.querySelector<HTMLElement>('input[aria-invalid="true"]')?.focus();
}

function focusButton(form: HTMLFormElement | null) {
  form?.querySelector<HTMLElement>('button[type="submit"]')?.focus();
}
