import { Anchor, Button, Loader, Text } from '@mantine/core';
import { type CSSProperties, useCallback, useEffect, useState } from 'react';

import { isWebAddress } from '../../address';
import type { Problem } from '../../api';
import { mix } from '../../colour';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { Notice } from '../../parts/Notice';
import { OrderLines } from '../../parts/OrderLines';
import { Timeline } from '../../parts/Timeline';
import { accents } from '../../theme';
import { momentWords } from '../../times';
import { type Receipt, readReceipt } from './calls';
import styles from './ReceiptPage.module.css';

/** `/r/{token}`: what a shopper bought. Who has the address may see it. */
export function ReceiptPage() {
  const token = window.location.pathname.split('/')[2] ?? '';
  const { receipt, problem, load } = useReceipt(token);
  return (
    <main className={styles.page}>
      {problem && <Unreadable problem={problem} again={() => void load()} />}
      {!receipt && !problem && (
        <Loader size={24} color="var(--accent)" role="status" aria-label="Loading the receipt" />
      )}
      {receipt && <Bill receipt={receipt} />}
    </main>
  );
}

function Bill({ receipt: { order, project } }: { receipt: Receipt }) {
  const { light, dark } = accents(project.accentColor ?? null);
  const soft = (of: typeof light) => mix(of.accent, of.onAccent, 0.1);
  const colours = {
    '--accent': `light-dark(${light.accent}, ${dark.accent})`,
    '--accent-soft': `light-dark(${soft(light)}, ${soft(dark)})`,
  } as CSSProperties;
  const address = Object.values(order.shipping?.address ?? {}).filter(Boolean);
  useEffect(() => {
    document.title = `Receipt – ${project.name}`;
  }, [project.name]);
  return (
    <article className={styles.card} style={colours}>
      <div className={styles.brand}>
        {project.logoUrl ? (
          <img src={project.logoUrl} alt="" className={styles.logo} />
        ) : (
          <span className={styles.initial} aria-hidden="true">
            {[...project.name.trim()][0]?.toUpperCase() ?? ''}
          </span>
        )}
        <span className={styles.name}>{project.name}</span>
      </div>
      <div>
        <h1 className={styles.title}>{TITLES[order.status] ?? 'Your order'}</h1>
        <Text c="dimmed">
          {momentWords(order.createdAt)}
          {order.email ? `, for ${order.email}` : ''}
        </Text>
      </div>
      <OrderLines order={order} />
      {(order.shipping?.name || address.length > 0) && (
        <section>
          <h2 className={styles.heading}>Ships to</h2>
          <Text>{[order.shipping?.name, ...address].filter(Boolean).join(', ')}</Text>
        </section>
      )}
      {order.trackingUrl && isWebAddress(order.trackingUrl) && (
        <Anchor href={order.trackingUrl} rel="noreferrer">
          Follow the parcel
        </Anchor>
      )}
      {order.timeline && order.timeline.length > 0 && (
        <section>
          <h2 className={styles.heading}>What happened</h2>
          <Timeline of={order.timeline} />
        </section>
      )}
      <Text size="sm" c="dimmed">
        Order <code>{order.id}</code>
      </Text>
      <Button variant="default" className={styles.print ?? ''} onClick={() => window.print()}>
        Print
      </Button>
    </article>
  );
}

const TITLES: Record<string, string> = {
  pending: 'Your payment is on its way',
  paid: 'Thank you for your order',
  fulfilled: 'Your order was sent',
  refunded: 'Your order was refunded',
  partially_refunded: 'Part of your order was refunded',
};

function Unreadable({ problem, again }: { problem: Problem; again: () => void }) {
  const isGone = problem.status === 404 || problem.status === 410;
  return (
    <article className={styles.card}>
      <h1 className={styles.title}>{isGone ? 'There is no such receipt' : 'The receipt could not be loaded'}</h1>
      {isGone ? (
        <Text c="dimmed">Open the link of the mail again, whole, or ask the shop that sent it.</Text>
      ) : (
        <>
          <Notice kind="danger" {...tell(problem)} />
          <Button onClick={again}>Try again</Button>
        </>
      )}
    </article>
  );
}

function useReceipt(token: string) {
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(async () => {
    setProblem(null);
    try {
      setReceipt(await readReceipt(token));
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  }, [token]);
  useEffect(() => {
    void load();
  }, [load]);
  return { receipt, problem, load };
}
