import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { Icon } from '../../dashboard/parts/Icon';
import { Panel } from '../../dashboard/parts/Panel';
import { useLoss } from '../../forms/unsaved';
import { CopyButton } from '../../parts/CopyButton';
import { Notice } from '../../parts/Notice';
import type { Mode } from './calls';
import styles from './SecretOnce.module.css';

/** Said before a secret is made. */
export const SHOWN_ONCE = 'The secret key is shown once, right after this. Copy or download it then.';

interface Made {
  publishableKey: string;
  secretKey: string;
  mode: Mode;
}

interface SecretProps {
  made: Made;
  /** Where to go on to. */
  next: string;
  action: string;
}

/** A new pair of keys. The secret is shown here and never again. */
export function SecretOnce({ made, next, action }: SecretProps) {
  const navigate = useNavigate();
  return (
    <Panel title="Your keys">
      <SecretKeys made={made} />
      <Button style={{ justifySelf: 'start' }} onClick={() => void navigate({ to: next })}>
        {action}
      </Button>
    </Panel>
  );
}

/** The keys with copy and download. Until one of them was done, leaving asks whether the secret may be lost. */
export function SecretKeys({ made }: { made: Made }) {
  const [isKept, setKept] = useState(false);
  const keep = () => setKept(true);
  useLoss(isKept ? null : 'secret');
  return (
    <>
      <Notice
        kind={isKept ? 'success' : 'warning'}
        text={
          isKept
            ? 'You have the secret key. It is not shown again once you leave.'
            : 'The secret key is shown this once. Copy or download it now; later you can only make a new one.'
        }
      />
      <Key name="Publishable key" about="For your pages. It may be seen." text={made.publishableKey} />
      <Key
        name="Secret key"
        about="For your server only. Who has it can do everything."
        text={made.secretKey}
        onCopied={keep}
      />
      <Button
        variant="default"
        component="a"
        href={fileOf(made)}
        download={`dream-api-${made.mode}.env`}
        onClick={keep}
        leftSection={<Icon name="down" size={16} />}
        style={{ justifySelf: 'start' }}
      >
        Download as .env
      </Button>
    </>
  );
}

interface KeyProps {
  name: string;
  about: string;
  text: string;
  onCopied?: () => void;
}

function Key({ name, about, text, onCopied }: KeyProps) {
  return (
    <div>
      <div className={styles.name}>{name}</div>
      <div className={styles.key}>
        <code onCopy={onCopied}>{text}</code>
        <CopyButton text={text} label={`Copy the ${name.toLowerCase()}`} {...(onCopied ? { onCopied } : {})} />
      </div>
      <div className={styles.about}>{about}</div>
    </div>
  );
}

function fileOf({ publishableKey, secretKey }: Made): string {
  const lines = `DREAM_PUBLISHABLE_KEY=${publishableKey}\nDREAM_SECRET_KEY=${secretKey}\n`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(lines)}`;
}
