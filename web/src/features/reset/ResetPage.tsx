import { useState } from 'react';

import { Leaving } from '../../parts/Leaving';
import { AskForMail } from './AskForMail';
import type { Asked } from './asked';
import { ByCode } from './ByCode';
import { ByLink } from './ByLink';

/** `/reset`: with the link of a mail, a new password; without, the address first. */
export function ResetPage() {
  const token = new URLSearchParams(window.location.search).get('token');
  const [linkIsDead, setLinkIsDead] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [email, setEmail] = useState('');
  const [isComplete, setComplete] = useState(false);

  if (isComplete) return <Leaving done="Your new password is set" />;
  if (token && !linkIsDead) {
    return <ByLink token={token} onComplete={() => setComplete(true)} onDead={() => setLinkIsDead(true)} />;
  }
  if (!asked) {
    return (
      <AskForMail
        email={email}
        afterDeadLink={linkIsDead}
        onMailed={(asked) => {
          setEmail(asked.email);
          setAsked(asked);
        }}
      />
    );
  }
  return (
    <ByCode asked={asked} onAsked={setAsked} onComplete={() => setComplete(true)} onOther={() => setAsked(null)} />
  );
}
