import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';

import { open } from './dashboard';

const ORDER = {
  id: 'ord_1',
  createdAt: Date.UTC(2026, 0, 2),
  status: 'paid',
  email: 'ada@example.com',
  lines: [{ name: 'Mug', quantity: 1, amount: 1800 }],
  amountTotal: 1800,
  amountRefunded: 0,
  currency: 'usd',
};
const EVENT = {
  id: 'evt_1',
  type: 'invoice.paid',
  createdAt: Date.UTC(2026, 0, 2),
  receivedAt: Date.UTC(2026, 0, 2),
  status: 'done',
  attempts: 1,
  objectId: 'in_1',
};

beforeEach(() => window.localStorage.clear());

const header = (name: string) => screen.getByRole('columnheader', { name });

test('orders are sorted by their headers, and the sort stands in the address', async () => {
  const { user, of } = open('/dashboard/pk_test_w/orders?state=paid&cursor=c2', {
    'GET /api/orders': { orders: [ORDER], hasMore: true, nextCursor: 'c3' },
  });
  await screen.findByText('ada@example.com');
  expect(header('When').getAttribute('aria-sort')).toBe('descending');
  expect(header('Total').hasAttribute('aria-sort')).toBe(false);
  // Money begins with the largest, and what was asked for before goes along, but for the page.
  for (const [sort, order] of [
    ['-total', 'descending'],
    ['total', 'ascending'],
  ]) {
    await user.click(within(header('Total')).getByRole('link'));
    await waitFor(() => expect(window.location.search).toBe(`?state=paid&sort=${sort}`));
    await waitFor(() =>
      expect(of('GET /api/orders').at(-1)?.name).toBe(`GET /api/orders?limit=25&state=paid&sort=${sort}`),
    );
    expect(header('Total').getAttribute('aria-sort')).toBe(order);
    expect(header('When').hasAttribute('aria-sort')).toBe(false);
  }
  const next = screen.getByRole('link', { name: 'Next page' });
  expect(next.getAttribute('href')).toBe('/dashboard/pk_test_w/orders?state=paid&sort=total&cursor=c3');
});

test('orders are sorted by choice where headers have no room', async () => {
  const { user, of } = open('/dashboard/pk_test_w/orders?customer=user_1&sort=oldest', {
    'GET /api/orders': { orders: [ORDER], hasMore: false },
  });
  const choice = await screen.findByLabelText<HTMLSelectElement>('Sort by');
  expect(choice.value).toBe('oldest');
  await user.selectOptions(choice, 'Highest total');
  await waitFor(() =>
    expect(of('GET /api/orders').at(-1)?.name).toBe('GET /api/orders?limit=25&customer=user_1&sort=-total'),
  );
  await user.selectOptions(choice, 'Newest first');
  await waitFor(() => expect(window.location.search).toBe('?customer=user_1'));
});

test('events are sorted by when they happened, and other headers sort nothing', async () => {
  const { user, of } = open('/dashboard/pk_test_w/events?search=invoice', {
    'GET /api/events': { events: [EVENT], hasMore: false },
  });
  await screen.findByText('in_1');
  expect(header('Happened').getAttribute('aria-sort')).toBe('descending');
  expect(within(header('Type')).queryByRole('link')).toBeNull();
  await user.click(within(header('Happened')).getByRole('link'));
  await waitFor(() =>
    expect(of('GET /api/events').at(-1)?.name).toBe('GET /api/events?limit=25&search=invoice&sort=oldest'),
  );
  expect(header('Happened').getAttribute('aria-sort')).toBe('ascending');
  await user.click(within(header('Happened')).getByRole('link'));
  await waitFor(() => expect(window.location.search).toBe('?search=invoice'));
});
