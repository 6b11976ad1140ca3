import { Button, Loader, Text, Title } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';

import type { Problem } from '../../api';
import type { PageContext } from '../../context';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { Brand } from '../../parts/Brand';
import { Notice } from '../../parts/Notice';
import { PricingCard, PricingCards } from '../../parts/PricingCard';
import { usePageContext } from '../../parts/page-context';
import { TestBar } from '../../parts/TestBar';
import { Choose } from './Choose';
import { type Offered, type OfferedTier, readOffered } from './calls';
import { BadPreview, NotForSale, PreviewBar, previewOf } from './Preview';
import styles from './PricingPage.module.css';

/** `/pricing`: the plans of a project, for developers without a site of their own; or a preview of changed ones. */
export function PricingPage() {
  const context = usePageContext();
  const { offered, problem, load, token } = useOffered();
  const isBare = context.project.kind === 'store' && offered !== null && plansOf(offered).length === 0;
  const title = token === null ? `Plans – ${context.project.name}` : `Preview of plans – ${context.project.name}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div className={styles.page}>
      <header>
        <TestBar />
        {token !== null && offered && <PreviewBar expiresAt={offered.preview?.expiresAt} />}
        <div className={styles.brand}>
          <Brand />
        </div>
      </header>
      <main className={styles.main}>
        <Title order={1} fz={28} lh={1.25} ta="center">
          {problem && token !== null ? 'This preview cannot be shown' : isBare ? 'No plans here' : 'Choose a plan'}
        </Title>
        {problem && <Trouble problem={problem} token={token} again={() => void load()} />}
        {!offered && !problem && (
          <Loader size={24} color="var(--accent)" role="status" aria-label="Loading the plans" />
        )}
        {offered && <Cards offered={offered} isPreview={token !== null} />}
      </main>
      {(offered || problem) && !context.project.hideBranding && !context.isRoot && (
        <footer className={styles.footer}>
          <Text size="xs" c="dimmed">
            Secured by dream-api
          </Text>
        </footer>
      )}
    </div>
  );
}

function Trouble({ problem, token, again }: { problem: Problem; token: string | null; again: () => void }) {
  if (token !== null && problem.status === 422) return <BadPreview problem={problem} />;
  return (
    <div className={styles.state}>
      <Notice kind="danger" {...tell(problem)} />
      <Button variant="default" onClick={again}>
        Try again
      </Button>
    </div>
  );
}

function Cards({ offered, isPreview }: { offered: Offered; isPreview: boolean }) {
  const context = usePageContext();
  const plans = plansOf(offered);
  if (plans.length === 0) return <Text c="dimmed">{nothingWords(context.project)}</Text>;
  return (
    <PricingCards>
      {plans.map((tier) => (
        <li key={tier.id}>
          <PricingCard offer={tier} action={isPreview ? <NotForSale tier={tier} /> : <Choose tier={tier} />} />
        </li>
      ))}
    </PricingCards>
  );
}

/** What is paid again and again; the rest are products. */
function plansOf({ tiers }: Offered): OfferedTier[] {
  return tiers.filter(({ billingMode }) => billingMode !== 'one_off');
}

/** A store has products, which are bought where they are shown. */
function nothingWords({ kind, name }: PageContext['project']): string {
  return kind === 'store' ? `${name} sells products, on its own pages.` : 'There is nothing to choose from yet.';
}

/** What the page shows; a `token` in its address names a preview. */
function useOffered() {
  const context = usePageContext();
  const [token] = useState(() => previewOf(window.location.search));
  const [offered, setOffered] = useState<Offered | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(async () => {
    setProblem(null);
    try {
      setOffered(await readOffered(context, token));
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  }, [context, token]);
  useEffect(() => {
    void load();
  }, [load]);
  return { offered, problem, load, token };
}
