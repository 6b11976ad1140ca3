import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';

import { Icon } from './Icon';
import styles from './Said.module.css';

const STAYS_MS = 6_000;

const Say = createContext<(text: string) => void>(() => undefined);

/** Says what came of something, at the foot of the page, and to screen readers. */
export function useSay(): (text: string) => void {
  return useContext(Say);
}

/** The place where results are said. */
export function SaidProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', at: 0 });
  const timer = useRef(0);
  const say = useCallback((text: string) => setSaid({ text, at: Date.now() }), []);
  useEffect(() => {
    window.clearTimeout(timer.current);
    if (said.text !== '') timer.current = window.setTimeout(() => setSaid({ text: '', at: 0 }), STAYS_MS);
  }, [said]);
  return (
    <Say.Provider value={say}>
      {children}
      <div className={styles.place} role="status">
        {said.text !== '' && (
          <div className={styles.said} key={said.at}>
            <Icon name="check" size={16} />
            {said.text}
          </div>
        )}
      </div>
    </Say.Provider>
  );
}
