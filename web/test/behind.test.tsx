import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import { Problem } from '../src/api';
import { newQueries } from '../src/dashboard/queries';
import { Behind } from '../src/dashboard/shell/Behind';

function show(problem: Problem) {
  function Page() {
    const { data } = useQuery({
      queryKey: ['x'],
      queryFn: () => Promise.reject(problem),
      retry: false,
      initialData: 'old figures',
      initialDataUpdatedAt: Date.now() - 125_000,
    });
    return <p>{data}</p>;
  }
  render(
    <QueryClientProvider client={newQueries()}>
      <Behind />
      <Page />
    </QueryClientProvider>,
  );
}

test('what is there stays, and it is said how old it is', async () => {
  show(new Problem({ status: 0, code: 'offline', message: 'x' }));
  expect((await screen.findByRole('status')).textContent).toContain('What you see is from 2 minutes ago');
  expect(screen.getByText('old figures')).not.toBeNull();
});

test('a refusal is no sign of being behind', async () => {
  show(new Problem({ status: 403, code: 'forbidden', message: 'x' }));
  await screen.findByText('old figures');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(screen.queryByRole('status')).toBeNull();
});

test('who was signed out elsewhere is told so', async () => {
  show(new Problem({ status: 401, code: 'signed_out', message: 'x' }));
  expect((await screen.findByRole('link', { name: 'Sign in again' })).getAttribute('href')).toContain(
    '/signin?redirect=',
  );
});
