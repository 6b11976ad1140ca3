import { Anchor, Button } from '@mantine/core';
import { useState } from 'react';

import { CopyText } from '../../dashboard/parts/CopyText';
import { Icon } from '../../dashboard/parts/Icon';
import { useProject } from '../../dashboard/projects';
import { useAct } from '../../dashboard/queries';
import { tell } from '../../forms/problem-words';
import type { Values } from '../../forms/useForm';
import { Notice } from '../../parts/Notice';
import { momentWords } from '../../times';
import { makePreview, type TierFields } from './calls';
import { checkDraft } from './draft';
import styles from './PreviewLink.module.css';

interface Made {
  url: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** What it shows. */
  of: string;
  isCopied: boolean;
}

interface PreviewLinkProps {
  typed: Values;
  /** The plan as it would be sent. */
  draft: () => TierFields;
}

/** Makes a link to the pricing page as it would be with what is typed, and copies it. */
export function PreviewLink({ typed, draft }: PreviewLinkProps) {
  const { pk } = useProject();
  const [made, setMade] = useState<Made | null>(null);
  const [wrong, setWrong] = useState('');
  const act = useAct({
    run: async (tier: TierFields) => ({ ...(await makePreview(pk, [tier])), of: JSON.stringify(tier) }),
    changes: [],
    after: async (link) => setMade({ ...link, isCopied: await copied(link.url) }),
  });
  function make() {
    const [error = ''] = Object.values(checkDraft(typed));
    setWrong(error);
    if (!error) act.mutate(draft());
  }
  return (
    <div className={styles.part}>
      <Button
        variant="default"
        loading={act.isPending}
        leftSection={<Icon name="outside" size={16} />}
        className={styles.button ?? ''}
        onClick={make}
      >
        Preview link
      </Button>
      <p className={styles.help}>
        A link to your pricing page with what stands here, to show before you save. Nothing can be bought on it.
      </p>
      {wrong && <Notice kind="danger" text={`There is no link yet. ${wrong}`} />}
      {!wrong && act.error && <Notice kind="danger" {...tell(act.error)} />}
      {made && <Link made={made} isOld={made.of !== JSON.stringify(draft())} />}
    </div>
  );
}

function Link({ made: { url, expiresAt, isCopied }, isOld }: { made: Made; isOld: boolean }) {
  return (
    <Notice
      kind={isOld ? 'warning' : 'success'}
      text={
        isOld
          ? 'This link shows what stood here before your last changes. Make a new one to show these.'
          : `${isCopied ? 'The link is copied.' : 'Copy the link below.'} It works until ${momentWords(expiresAt)}.`
      }
    >
      <div className={styles.link}>
        <CopyText text={url} label="preview link" short={shortened(url)} />
        <Anchor href={url} target="_blank" rel="noreferrer">
          Open the preview
        </Anchor>
      </div>
    </Notice>
  );
}

/** The beginning of an address: its end is a long token. */
function shortened(url: string): string {
  return `${url.replace(/^https?:\/\//, '').slice(0, 28)}…`;
}

async function copied(text: string): Promise<boolean> {
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
