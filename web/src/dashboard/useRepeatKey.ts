import { useRef } from 'react';

import { asProblem } from '../forms/useForm';
import { isPassing } from './passing';

/**
 * Sends a wish with a key. Sent again as it was after no answer or a fault of the server, it has the same key, so that
 * it is done once; after any other answer it is a new wish.
 */
export function useRepeatKey() {
  const last = useRef({ wish: '', repeatKey: '' });
  return async function once<R>(wish: unknown, run: (repeatKey: string) => Promise<R>): Promise<R> {
    const text = JSON.stringify(wish) ?? '';
    if (last.current.repeatKey === '' || last.current.wish !== text) {
      last.current = { wish: text, repeatKey: newKey() };
    }
    const forget = () => {
      last.current = { wish: '', repeatKey: '' };
    };
    try {
      const result = await run(last.current.repeatKey);
      forget();
      return result;
    } catch (thrown) {
      if (!isPassing(asProblem(thrown))) forget();
      throw thrown;
    }
  };
}

/** `crypto.randomUUID` exists on https only; this also on a plain address of one's own network. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
