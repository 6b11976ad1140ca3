import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';

import { BY_DATE, sorting } from '../src/dashboard/parts/sorting';
import { open, WEATHER } from './dashboard';

const HERE = '/dashboard/pk_test_w/customers';
const ADA = {
  id: 'user_2',
  email: 'ada@example.com',
  plan: 'free',
  usageCount: 4,
  limit: 5,
  status: 'active',
  createdAt: 0,
};
const TOTALS = { platforms: 1, paying: 0, trialing: 0, liveUsers: 7, testUsers: 0, mrr: 0 };
const PLATFORM = {
  platformId: 'plt_1',
  email: 'dev@example.com',
  plan: 'free',
  status: 'none',
  liveUsers: 7,
  testUsers: 0,
  mrr: 0,
  createdAt: 0,
};

beforeEach(() => window.localStorage.clear());

function header(name: string): HTMLElement {
  const found = [...document.querySelectorAll('th')].find(({ textContent }) => textContent === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
}

const link = (name: string) => within(header(name)).getByText(name);

test('the first click sorts by the first direction, the next one turns it round, and the page is left', () => {
  const search = { plan: 'pro', cursor: 'c2' };
  expect(sorting('/l', search, 'usage', 'descending')).toEqual({ next: 'descending', to: '/l?plan=pro&sort=-usage' });
  expect(sorting('/l', { sort: '-usage' }, 'usage', 'descending')).toEqual({
    order: 'descending',
    next: 'ascending',
    to: '/l?sort=usage',
  });
  expect(sorting('/l', { sort: 'usage' }, 'usage', 'descending').to).toBe('/l?sort=-usage');
  expect(sorting('/l', search, 'email', 'ascending').to).toBe('/l?plan=pro&sort=email');
  // Lists come newest first, which no address says.
  expect(sorting('/l', search, 'createdAt', 'descending', BY_DATE)).toEqual({
    order: 'descending',
    next: 'ascending',
    to: '/l?plan=pro&sort=oldest',
  });
  expect(sorting('/l', { sort: 'oldest' }, 'createdAt', 'descending', BY_DATE).to).toBe('/l');
  expect(sorting('/l', { sort: 'usage' }, 'createdAt', 'descending', BY_DATE)).toEqual({
    next: 'descending',
    to: '/l',
  });
});

test('customers are sorted by their headers, with what was asked for before', async () => {
  const { user, of } = open(`${HERE}?status=active&cursor=c2`, {
    'GET /api/dashboard': { customers: [ADA], hasMore: true, nextCursor: 'c3' },
  });
  await screen.findByText('ada@example.com');
  expect(header('Since').getAttribute('aria-sort')).toBe('descending');
  for (const [name, sort, order] of [
    ['Usage', '-usage', 'descending'],
    ['Usage', 'usage', 'ascending'],
    ['Renews or ends', '-renews', 'descending'],
    ['Customer', 'email', 'ascending'],
    ['Customer', '-email', 'descending'],
  ] as const) {
    await user.click(link(name));
    await waitFor(() => expect(window.location.search).toBe(`?status=active&sort=${sort}`));
    await waitFor(() =>
      expect(of('GET /api/dashboard').at(-1)?.name).toBe(`GET /api/dashboard?limit=25&status=active&sort=${sort}`),
    );
    expect(header(name).getAttribute('aria-sort')).toBe(order);
    expect(header('Since').hasAttribute('aria-sort')).toBe(false);
  }
  expect(header('Plan').querySelector('a')).toBeNull();
  const next = screen.getByRole('link', { name: 'Next page' });
  expect(next.getAttribute('href')).toBe(`${HERE}?status=active&sort=-email&cursor=c3`);
});

test('a filter keeps the order, and what customers are sorted by is shown where room is short', async () => {
  const { user } = open(`${HERE}?sort=-usage`, { 'GET /api/dashboard': { customers: [ADA], hasMore: false } });
  await screen.findByText('ada@example.com');
  const isWideOnly = (name: string) => header(name).hasAttribute('data-wide-only');
  expect(['Usage', 'Status', 'Renews or ends'].map(isWideOnly)).toEqual([false, true, true]);
  await user.click(screen.getByRole('button', { name: 'Paying' }));
  await waitFor(() => expect(window.location.search).toBe('?sort=-usage&status=active'));
  const choice = screen.getByLabelText<HTMLSelectElement>('Sort by');
  expect(choice.value).toBe('-usage');
  await user.selectOptions(choice, 'Renews or ends soonest');
  await waitFor(() => expect(window.location.search).toBe('?sort=renews&status=active'));
  await waitFor(() => expect(['Usage', 'Status', 'Renews or ends'].map(isWideOnly)).toEqual([true, true, false]));
  await user.selectOptions(choice, 'Newest first');
  await waitFor(() => expect(window.location.search).toBe('?status=active'));
});

test('a store sorts its customers by what it shows of them', async () => {
  open(HERE, {
    'GET /projects': { platformId: 'plt_1', projects: [{ ...WEATHER, type: 'store' }] },
    'GET /api/dashboard': { customers: [ADA], hasMore: false },
  });
  const choice = await screen.findByLabelText('Sort by');
  const names = within(choice).getAllByRole('option');
  expect(names.map(({ textContent }) => textContent)).toEqual([
    'Newest first',
    'Oldest first',
    'E-mail, A to Z',
    'E-mail, Z to A',
  ]);
});

test('platforms are sorted by their headers', async () => {
  const { user, of } = open('/dashboard/operator?search=dev', {
    'GET /api/operator/platforms': { platforms: [PLATFORM], totals: TOTALS, hasMore: false },
  });
  await screen.findByText('dev@example.com');
  await user.click(link('Live users'));
  await waitFor(() =>
    expect(of('GET /api/operator/platforms').at(-1)?.name).toBe(
      'GET /api/operator/platforms?limit=25&search=dev&sort=-liveUsers',
    ),
  );
  expect(header('Live users').getAttribute('aria-sort')).toBe('descending');
  // Another search keeps the order.
  await user.type(screen.getByRole('searchbox', { name: 'Search platforms' }), 'eloper');
  await waitFor(() => expect(window.location.search).toBe('?search=developer&sort=-liveUsers'));
});
