import { Button } from '@mantine/core';
import { useState } from 'react';

interface CopyProps {
  text: string;
  label: string;
  /** It is on the clipboard now. */
  onCopied?: () => void;
}

/** Copies a text and says so. Nothing is shown where the browser does not let pages copy. */
export function CopyButton({ text, label, onCopied }: CopyProps) {
  const [isCopied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  async function copy() {
    await navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        onCopied?.();
      },
      () => setCopied(false),
    );
    window.setTimeout(() => setCopied(false), 2000);
  }
  return (
    <>
      <Button variant="default" h={36} aria-label={label} onClick={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
      <span role="status" className="visually-hidden">
        {isCopied ? 'Copied' : ''}
      </span>
    </>
  );
}
