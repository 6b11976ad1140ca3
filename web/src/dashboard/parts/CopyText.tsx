import { useState } from 'react';

import styles from './CopyText.module.css';
import { Icon } from './Icon';

interface CopyTextProps {
  text: string;
  /** What it is: "customer id". */
  label: string;
  /** What is shown instead of the whole text. */
  short?: string;
}

/** An id or a key that one click copies. */
export function CopyText({ text, label, short }: CopyTextProps) {
  const [isCopied, setCopied] = useState(false);
  const shown = <code className={styles.text}>{short ?? text}</code>;
  if (!navigator.clipboard) return shown;
  async function copy() {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
    window.setTimeout(() => setCopied(false), 1500);
  }
  return (
    <button type="button" className={styles.copy} onClick={() => void copy()} title={text}>
      {shown}
      <Icon name={isCopied ? 'check' : 'copy'} size={14} />
      <span className="visually-hidden">{isCopied ? 'Copied' : `Copy the ${label}`}</span>
    </button>
  );
}
