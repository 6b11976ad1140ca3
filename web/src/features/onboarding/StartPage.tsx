import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { Code } from '../../dashboard/parts/Code';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Icon } from '../../dashboard/parts/Icon';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { usePageContext } from '../../parts/page-context';
import { connectLink } from '../settings/calls';
import styles from './StartPage.module.css';
import { type Step, type StepName, useSteps } from './useSteps';

/** The first steps, each ticked when the server has seen it. */
export function StartPage() {
  const { project, base } = useProject();
  const { steps, isSandbox, skip } = useSteps();
  const next = steps.find(({ isDone, isSkipped }) => !isDone && !isSkipped)?.name;
  const done = steps.filter(({ isDone }) => isDone).length;
  return (
    <Page
      title="Get started"
      about={`From nothing to the first limited call of ${project.name}. The list ticks itself off as things happen.`}
      narrow
    >
      <Panel flush>
        <div className={styles.progress}>
          <strong>
            {done} of {steps.length} done
          </strong>
          <div className={styles.bar} aria-hidden="true">
            <span style={{ width: `${(done / steps.length) * 100}%` }} />
          </div>
        </div>
        <ol className={styles.steps}>
          {steps.map((step) => (
            <StepItem
              key={step.name}
              step={step}
              isNext={step.name === next}
              isSandbox={isSandbox}
              onSkip={() => skip(step.name)}
            />
          ))}
        </ol>
        {next === undefined && (
          <div className={styles.end}>
            <strong>That is all.</strong> <To to={base}>Go to the overview</To>
          </div>
        )}
      </Panel>
    </Page>
  );
}

interface ItemProps {
  step: Step;
  isNext: boolean;
  isSandbox: boolean;
  onSkip: () => void;
}

function StepItem({ step, isNext, isSandbox, onSkip }: ItemProps) {
  const { title, done } = WORDS[step.name];
  return (
    <li className={styles.step} data-done={step.isDone || undefined} data-next={isNext || undefined}>
      <span className={styles.tick}>
        {step.isDone && <Icon name="check" size={14} />}
        <span className="visually-hidden">{step.isDone ? 'Done:' : step.isSkipped ? 'Skipped:' : 'To do:'}</span>
      </span>
      <div className={styles.body}>
        <strong>{title}</strong>
        {step.isDone && <span className={styles.about}>{done}</span>}
        {step.isSkipped && <span className={styles.about}>Skipped</span>}
        {isNext && <Todo name={step.name} isSandbox={isSandbox} onSkip={onSkip} />}
      </div>
    </li>
  );
}

const WORDS: Record<StepName, { title: string; done: string }> = {
  project: { title: 'Create a project', done: 'Its plans and keys exist.' },
  payments: { title: 'Connect payments', done: 'Checkout works.' },
  keys: { title: 'Put the keys into your app', done: 'A secret key is in use.' },
  call: { title: 'Make the first call', done: 'It has arrived.' },
  customer: { title: 'Get the first customer', done: 'There is somebody.' },
  live: { title: 'Go live', done: 'The live version exists.' },
};

function Todo({ name, isSandbox, onSkip }: { name: StepName; isSandbox: boolean; onSkip: () => void }) {
  const { base, pk, project } = useProject();
  const navigate = useNavigate();
  const { baseUrl } = usePageContext();
  const go = (text: string, path: string) => (
    <Button onClick={() => void navigate({ to: `${base}/${path}` })}>{text}</Button>
  );
  switch (name) {
    case 'payments':
      return (
        <Do
          text={
            isSandbox
              ? 'This server stands in for Stripe with a sandbox: checkout, subscriptions and refunds work without real money.'
              : 'Your customers pay into your own Stripe account. Test mode uses its test side.'
          }
          onSkip={onSkip}
        >
          <Button component="a" href={connectLink(project.mode, `${base}/start`)}>
            {isSandbox ? 'Connect the sandbox' : 'Connect Stripe'}
          </Button>
        </Do>
      );
    case 'keys':
      return (
        <Do text="The publishable key goes into your pages, the secret key onto your server." onSkip={onSkip}>
          <CopyText text={pk} label="publishable key" />
          {go('See all keys', 'developers')}
        </Do>
      );
    case 'call':
      return (
        <Do
          text="Run this with your secret key. This page notices the call within seconds."
          waiting="Waiting for the first call"
          onSkip={onSkip}
        >
          <Code text={firstCall(baseUrl)} label="The first call" />
        </Do>
      );
    case 'customer':
      return (
        <Do text="People who sign up through your pages appear by themselves; you can also make one." onSkip={onSkip}>
          {go('Create customer', 'customers/new')}
        </Do>
      );
    case 'live':
      return (
        <Do text="Live has its own keys and its own customers. Your plans are copied." onSkip={onSkip}>
          {go('Go live', 'go-live')}
        </Do>
      );
    default:
      return null;
  }
}

interface DoProps {
  text: string;
  waiting?: string;
  onSkip: () => void;
  children: ReactNode;
}

function Do({ text, waiting, onSkip, children }: DoProps) {
  return (
    <div className={styles.do}>
      <span className={styles.about}>{text}</span>
      {children}
      {waiting && (
        <span className={styles.waiting} role="status">
          <span className={styles.pulse} aria-hidden="true" />
          {waiting}
        </span>
      )}
      <button type="button" className={styles.skip} onClick={onSkip}>
        Skip this step
      </button>
    </div>
  );
}

/** A call that counts one request of somebody. */
function firstCall(baseUrl: string): string {
  return `curl -X POST ${baseUrl}/api/data \\\n  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\\n  -H "X-User-Id: somebody"`;
}
