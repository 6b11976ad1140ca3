import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';

import { PricingPage } from '../src/features/pricing/PricingPage';
import { ReceiptPage } from '../src/features/receipt/ReceiptPage';
import { ReturnPage } from '../src/features/returned/ReturnPage';
import { leaveFor } from '../src/navigate';
import { pageFor } from '../src/pages';
import { ADA, contextWith, problem, show } from './page';

const FREE = {
  id: 'a',
  name: 'free',
  displayName: 'Free',
  price: 0,
  limit: 5,
  features: [],
  billingMode: 'subscription',
};
const PRO = { ...FREE, id: 'b', name: 'pro', displayName: 'Pro', price: 2900, limit: 500, features: ['500 calls'] };
const MUG = { ...FREE, id: 'c', name: 'mug', displayName: 'Mug', price: 1500, billingMode: 'one_off' };
const TIERS = { '/api/tiers': { tiers: [FREE, PRO, MUG] } };

test('addresses with pages below them', async () => {
  expect(await pageFor(contextWith(), '/pricing')).toBe(PricingPage);
  expect(await pageFor(contextWith(), '/r/abc')).toBe(ReceiptPage);
  expect((await pageFor(contextWith(), '/dashboard/pk_test_1/customers')).name).toBe('Dashboard');
  expect((await pageFor(contextWith(), '/radio')).name).toBe('ExplainPage');
});

describe('the pricing page', () => {
  test('leads who is new to sign-up, with the plan and the way back', async () => {
    show(PricingPage, { calls: TIERS, search: '?pk=pk_test_1&redirect=http%3A%2F%2Flocalhost%3A3000%2F' });
    const link = await screen.findByRole('link', { name: 'Choose Pro' });
    expect(link.getAttribute('href')).toBe('/signup?pk=pk_test_1&redirect=http%3A%2F%2Flocalhost%3A3000%2F&plan=pro');
    expect(screen.queryByText('Mug')).toBeNull();
    expect(screen.getByText('5 requests a month')).not.toBeNull();
  });

  test('leads who is signed in to checkout, and marks his plan', async () => {
    const { user, sent } = show(PricingPage, {
      context: contextWith({ user: ADA }),
      calls: { ...TIERS, checkout: { url: 'http://pay.example/c' } },
    });
    expect(await screen.findByRole('button', { name: 'Your plan' })).toHaveProperty('disabled', true);
    await user.click(screen.getByRole('button', { name: 'Choose Pro' }));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('http://pay.example/c'));
    expect(sent.at(-1)?.body).toEqual({ publishableKey: 'pk_test_1', tier: 'pro' });
  });

  test('can be tried again', async () => {
    const { user } = show(PricingPage, { calls: { '/api/tiers': [problem(500, 'internal', 'x'), { tiers: [PRO] }] } });
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    await screen.findByText('Pro');
  });
});

const EXPIRED = [{ location: 'preview', message: 'has expired', fix: 'Ask for a new link' }];

describe('the preview of a pricing page', () => {
  test('shows what is not published, until when, and sells nothing', async () => {
    const { user, sent } = show(PricingPage, {
      context: contextWith({ user: ADA }),
      calls: { '/api/tiers?preview=t%2Bt': { tiers: [PRO], preview: { expiresAt: Date.UTC(2026, 10, 28, 8, 16) } } },
      search: '?pk=pk_test_1&preview=t%2Bt',
    });
    const button = await screen.findByRole('button', {
      name: 'Choose Pro',
      description: 'Preview of changes that are not published. Nothing can be bought here.',
    });
    expect(screen.getByText(/The link works until 28 Nov 2026, 08:16 UTC/)).not.toBeNull();
    await user.click(button);
    await screen.findByText('This is a preview: nothing can be bought here.');
    expect(sent).toHaveLength(1);
    expect(leaveFor).not.toHaveBeenCalled();
  });

  test('that is past its end explains, and leads to the plans on sale', async () => {
    show(PricingPage, {
      calls: { '/api/tiers?preview=old': problem(422, 'invalid_value', 'preview has expired', { errors: EXPIRED }) },
      search: '?pk=pk_test_1&preview=old',
    });
    await screen.findByRole('heading', { name: 'This preview cannot be shown' });
    expect(screen.getByText('This preview link has expired. Ask for a new link.')).not.toBeNull();
    expect(screen.getByRole('link', { name: 'See the plans on sale' }).getAttribute('href')).toBe(
      '/pricing?pk=pk_test_1',
    );
  });
});

describe('the receipt', () => {
  const order = {
    id: 'ord_1',
    createdAt: 0,
    status: 'partially_refunded',
    lines: [{ name: '<b>Mug</b>', quantity: 2, amount: 3000 }],
    amountTotal: 3000,
    amountRefunded: 1000,
    currency: 'usd',
    email: 'jane@example.com',
    trackingUrl: 'javascript:alert(1)',
  };

  test('shows what was bought and given back; nothing in it runs', async () => {
    show(ReceiptPage, { calls: { '/api/receipts/': { order, project: { name: 'Mugs' } } } });
    await screen.findByRole('heading', { name: 'Part of your order was refunded' });
    expect(screen.getByText('$30.00', { selector: 'dd' })).not.toBeNull();
    expect(screen.getByText('-$10.00')).not.toBeNull();
    expect(screen.getByText(/<b>Mug<\/b>/)).not.toBeNull();
    expect(screen.queryByRole('link')).toBeNull();
  });

  test('that does not exist says what to do', async () => {
    show(ReceiptPage);
    await screen.findByRole('heading', { name: 'There is no such receipt' });
  });
});

test('after a test checkout there is a way to go on', () => {
  show(ReturnPage);
  screen.getByRole('heading', { name: 'You can go back to the app' });
});
