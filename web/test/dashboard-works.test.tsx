import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';

import { open, WEATHER } from './dashboard';

const WORK = {
  id: 'work_1',
  kind: 'delete_project',
  projectId: 'prj_1',
  publishableKey: 'pk_test_w',
  projectName: 'Weather',
  done: 120,
  total: 900,
  error: null,
  createdAt: 0,
  finishedAt: null,
};
const ENDED = { ...WORK, done: 900, finishedAt: 1 };
/** Pages ask once a second. */
const SLOWLY = { timeout: 5000 };
const OTHER = { ...WEATHER, projectId: 'prj_2', publishableKey: 'pk_test_o', name: 'Other' };

beforeEach(() => window.localStorage.clear());

test('a deletion that takes long shows how far it is, and its end leads to the other projects', async () => {
  const { user } = open('/dashboard/pk_test_w/settings/delete', {
    'GET /projects': { projects: [WEATHER, OTHER] },
    'POST /projects/delete': Response.json({ success: true, work: { ...WORK, done: 0, total: 0 } }, { status: 202 }),
    'GET /projects/works': [{ works: [] }, { works: [WORK] }, { works: [ENDED] }],
  });
  await user.type(await screen.findByLabelText('Name of the project'), 'Weather{Enter}');
  await screen.findByText('Canceling subscriptions, 120 of 900');
  await screen.findByText('Deleted Weather.', {}, SLOWLY);
  await waitFor(() => expect(window.location.pathname).toBe('/dashboard/projects'));
  await screen.findByText('Other');
  expect(screen.queryByText('Weather')).toBeNull();
});

test('a deletion is found again after a reload, with why its last try failed', async () => {
  open('/dashboard/pk_test_w/settings/delete', {
    'GET /projects/works': { works: [{ ...WORK, error: 'The payment provider did not answer' }] },
  });
  await screen.findByText('Weather is being deleted');
  await screen.findByText(/The last try failed: The payment provider did not answer/);
  expect(screen.queryByLabelText('Name of the project')).toBeNull();
});

test('the list of projects marks what is being deleted and leaves out what is gone', async () => {
  open('/dashboard/projects', {
    'GET /projects': { projects: [WEATHER, OTHER] },
    'GET /projects/works': { works: [{ ...WORK, projectId: 'prj_2' }, ENDED] },
  });
  await screen.findByText('Being deleted');
  await screen.findByText('Other');
  await waitFor(() => expect(screen.queryByText('Weather')).toBeNull());
});

test('a reset that takes long tells its end', async () => {
  const work = { ...WORK, kind: 'reset' };
  open('/dashboard/pk_test_w/settings/reset', {
    'POST /projects/reset': { success: true, customers: 3, subscriptions: 1, orders: 0, events: 2 },
    'GET /projects/works': [{ works: [work] }, { works: [{ ...work, finishedAt: 1 }] }],
  });
  await screen.findByText('Test data is being reset');
  await screen.findByText('Test data is reset', {}, SLOWLY);
});

test('the live secret stays on the page while test mode goes', async () => {
  const made = {
    publishableKey: 'pk_live_w',
    secretKey: 'sk_live_5ecret',
    mode: 'live',
    projectName: 'Weather',
    projectType: 'saas',
    warning: 'Test mode is still being deleted.',
    work: { ...WORK, kind: 'delete_test', total: 2, done: 0 },
  };
  const live = { ...WEATHER, publishableKey: 'pk_live_w', mode: 'live' };
  const { user, of } = open('/dashboard/pk_test_w/go-live', {
    'GET /projects': [{ projects: [WEATHER] }, { projects: [live] }],
    'POST /promote-to-live': made,
    'GET /projects/works': [{ works: [] }, { works: [made.work] }, { works: [{ ...made.work, finishedAt: 1 }] }],
  });
  await user.click(await screen.findByLabelText('Delete the customers and usage of test mode too'));
  await user.click(screen.getByRole('button', { name: 'Go live' }));
  await screen.findByText('sk_live_5ecret', {}, SLOWLY);
  expect(window.location.pathname).toBe('/dashboard/pk_live_w/go-live');
  await waitFor(() => expect(of('GET /projects').length).toBeGreaterThan(1));
  await waitFor(() => expect(screen.queryByText('The end of test mode')).toBeNull(), SLOWLY);
  screen.getByText('sk_live_5ecret');
});
