import { Anchor, Text } from '@mantine/core';
import { useEffect, useState } from 'react';

import { type Mailed, resend } from '../auth';
import { usePageContext } from '../parts/page-context';
import { tell } from './problem-words';
import { asProblem } from './useForm';

interface ResendProps {
  mailed: Mailed;
  onResent: (mailed: Mailed) => void;
}

/** Asks for the mail once more, as soon as the server allows it. */
export function Resend({ mailed, onResent }: ResendProps) {
  const context = usePageContext();
  const [left, restart] = useSecondsLeft(mailed.resendAfterSeconds);
  const [said, setSaid] = useState('');

  async function again() {
    setSaid('');
    try {
      const { flow, resendAfterSeconds } = await resend(context, mailed.flow);
      restart(resendAfterSeconds);
      setSaid('A new code is on its way. Older ones no longer work.');
      onResent({ status: 'verify', flow, resendAfterSeconds });
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.retryAfterSeconds) restart(problem.retryAfterSeconds);
      setSaid(tell(problem).text);
    }
  }

  return (
    <div>
      <Text>
        No mail?{' '}
        {left > 0 ? (
          <Text span c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
            You can ask for a new code in {left} s
          </Text>
        ) : (
          <Anchor component="button" type="button" onClick={() => void again()}>
            Send a new code
          </Anchor>
        )}
      </Text>
      <Text size="sm" role="status">
        {said}
      </Text>
    </div>
  );
}

/** Counts seconds down to 0; the second value starts it again. */
function useSecondsLeft(seconds: number): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(seconds);
  const isRunning = left > 0;
  useEffect(() => {
    if (!isRunning) return;
    const timer = window.setInterval(() => setLeft((before) => Math.max(0, before - 1)), 1000);
    return () => window.clearInterval(timer);
  }, [isRunning]);
  return [left, setLeft];
}
