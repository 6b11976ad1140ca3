import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import { Icon } from '../../dashboard/parts/Icon';
import { Panel } from '../../dashboard/parts/Panel';
import { CopyButton } from '../../parts/CopyButton';
import { Notice } from '../../parts/Notice';
import type { Mode } from './calls';
import styles from './SecretOnce.module.css';

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

/** The keys with copy and download. */
export function SecretKeys({ made }: { made: Made }) {
  return (
    <>
      <Notice
        kind="warning"
        text="The secret key is shown this once. Copy or download it now; later you can only make a new one."
      />
      <Key name="Publishable key" about="For your pages. It may be seen." text={made.publishableKey} />
      <Key name="Secret key" about="For your server only. Who has it can do everything." text={made.secretKey} />
      <Button
        variant="default"
        component="a"
        href={fileOf(made)}
        download={`dream-api-${made.mode}.env`}
        leftSection={<Icon name="down" size={16} />}
        style={{ justifySelf: 'start' }}
      >
        Download as .env
      </Button>
    </>
  );
}

function Key({ name, about, text }: { name: string; about: string; text: string }) {
  return (
    <div>
      <div className={styles.name}>{name}</div>
      <div className={styles.key}>
        <code>{text}</code>
        <CopyButton text={text} label={`Copy the ${name.toLowerCase()}`} />
      </div>
      <div className={styles.about}>{about}</div>
    </div>
  );
}

function fileOf({ publishableKey, secretKey }: Made): string {
  const lines = `DREAM_PUBLISHABLE_KEY=${publishableKey}\nDREAM_SECRET_KEY=${secretKey}\n`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(lines)}`;
}
