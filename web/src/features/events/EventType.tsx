import { Fragment } from 'react';

import styles from './EventType.module.css';

/** The type of an event; where it has no room, the next line begins with its next word. */
export function EventType({ type }: { type: string }) {
  return (
    <code className={styles.type}>
      {type.split(/(?<=[._])/).map((word) => (
        <Fragment key={word}>
          {word}
          <wbr />
        </Fragment>
      ))}
    </code>
  );
}
