import { Button } from '@mantine/core';
import { useState } from 'react';

import type { Problem } from '../../api';
import { tell } from '../../forms/problem-words';
import { Notice } from '../../parts/Notice';
import { momentWords } from '../../times';
import type { OfferedTier } from './calls';
import styles from './Preview.module.css';

/** The name of what the bar says, for the buttons that it explains. */
const REASON = 'preview-reason';

/** Says on top that what is shown is not for sale, and how long the link works. */
export function PreviewBar({ expiresAt }: { expiresAt: number | undefined }) {
  return (
    <div className={styles.bar} role="note">
      <span id={REASON}>
        <strong>Preview</strong> of changes that are not published. Nothing can be bought here.
      </span>
      {expiresAt !== undefined && <span className={styles.until}>The link works until {momentWords(expiresAt)}.</span>}
    </div>
  );
}

/** The button of a plan as it will look; it can be reached, says why it does nothing, and does nothing. */
export function NotForSale({ tier }: { tier: OfferedTier }) {
  const [isTried, setTried] = useState(false);
  return (
    <>
      <Button
        h={44}
        variant={tier.popular ? 'filled' : 'default'}
        className={styles.button ?? ''}
        aria-disabled
        aria-describedby={REASON}
        onClick={() => setTried(true)}
      >
        Choose {tier.displayName}
      </Button>
      <span role="status" className={styles.tried}>
        {isTried && 'This is a preview: nothing can be bought here.'}
      </span>
    </>
  );
}

/** The link is too old, not whole, or of another project: what to do about it. */
export function BadPreview({ problem }: { problem: Problem }) {
  const query = new URLSearchParams(window.location.search);
  query.delete(PREVIEW);
  const wrong = problem.fields.find(({ location }) => location === PREVIEW);
  return (
    <div className={styles.bad}>
      <Notice kind="warning" text={wrong ? `This preview link ${wrong.message}. ${wrong.fix}.` : tell(problem).text} />
      <p>A preview link works for seven days. Whoever sent it can make a new one.</p>
      <Button variant="default" component="a" href={`/pricing?${query}`}>
        See the plans on sale
      </Button>
    </div>
  );
}

const PREVIEW = 'preview';

/** The preview that the query of an address names. */
export function previewOf(search: string): string | null {
  return new URLSearchParams(search).get(PREVIEW);
}
