import { useComputedColorScheme } from '@mantine/core';
import type { CSSProperties } from 'react';

import { mix } from '../../colour';
import { accents } from '../../theme';
import styles from './BrandingPage.module.css';

interface PreviewProps {
  name: string;
  /** `#rrggbb`, or null for ours. */
  colour: string | null;
  hideBranding: boolean;
  logoUrl: string | null;
}

/** The sign-in page in small, as it would look with what is typed. */
export function BrandPreview({ name, colour, hideBranding, logoUrl }: PreviewProps) {
  const scheme = useComputedColorScheme('light');
  const { accent, onAccent } = accents(colour)[scheme];
  const colours = {
    '--page-accent': accent,
    '--page-on-accent': onAccent,
    '--page-accent-soft': mix(accent, onAccent, 0.1),
  } as CSSProperties;
  return (
    <aside className={styles.preview} aria-label="Preview of the sign-in page">
      Preview
      <div className={styles.page} style={colours}>
        <div className={styles.brand}>
          {logoUrl ? (
            <img src={logoUrl} alt="" className={styles.mark} />
          ) : (
            <span className={styles.mark}>{[...name.trim()][0]?.toUpperCase() ?? ''}</span>
          )}
          {name}
        </div>
        <div className={styles.card}>
          <span className={styles.heading}>Sign in to {name}</span>
          <span className={styles.field}>ada@example.com</span>
          <span className={styles.button}>Sign in</span>
        </div>
        {!hideBranding && <span className={styles.by}>Secured by dream-api</span>}
      </div>
    </aside>
  );
}
