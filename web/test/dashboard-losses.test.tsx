import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';

import { open, PRO, trouble, WEATHER } from './dashboard';

const MADE = {
  publishableKey: 'pk_test_new',
  secretKey: 'sk_test_5ecret',
  mode: 'test',
  projectName: 'Notes',
  projectType: 'saas',
};
const PROVIDERS = { 'GET /projects/providers': { offered: [], providers: [] } };

beforeEach(() => window.localStorage.clear());

describe('what was typed', () => {
  test('is asked about before another page is shown, and leaving loses it', async () => {
    const { user } = open('/dashboard/pk_test_w/developers/redirects');
    await user.type(await screen.findByLabelText('Origins'), 'https://weather.example');
    await user.click(screen.getByRole('link', { name: 'Keys' }));
    const dialog = await screen.findByRole('dialog', { name: 'Leave without saving' });
    await user.click(within(dialog).getByRole('button', { name: 'Leave' }));
    await screen.findByText('Secret keys');
    expect(window.location.pathname).toBe('/dashboard/pk_test_w/developers');
  });

  test('is asked about when the window is closed, until it is saved', async () => {
    const { user, of } = open('/dashboard/pk_test_w/settings', { 'POST /projects/settings': { success: true } });
    const name = await screen.findByLabelText('Name');
    expect(isAskedOnClosing()).toBe(false);
    await user.type(name, ' API');
    expect(isAskedOnClosing()).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText('Saved.');
    expect(of('POST /projects/settings')).toHaveLength(1);
    expect(isAskedOnClosing()).toBe(false);
    await user.type(name, '{Backspace}');
    expect(isAskedOnClosing()).toBe(true);
  });

  test('that was taken back, or not saved for a fault, is told apart', async () => {
    const { user } = open('/dashboard/pk_test_w/settings', {
      'POST /projects/settings': trouble(422, 'invalid_value'),
    });
    const name = await screen.findByLabelText('Name');
    await user.type(name, 's');
    await user.type(name, '{Backspace}');
    expect(isAskedOnClosing()).toBe(false);
    await user.type(name, 's');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByRole('alert');
    expect(isAskedOnClosing()).toBe(true);
  });

  test('in a dialog is asked about when it is closed', async () => {
    const { user } = open('/dashboard/pk_test_w/settings/sign-in', PROVIDERS);
    await user.click(await screen.findByRole('button', { name: 'Add provider' }));
    const dialog = await screen.findByRole('dialog', { name: 'Add a sign-in provider' });
    await user.type(within(dialog).getByLabelText('Id'), 'acme');
    await user.keyboard('{Escape}');
    expect(dialog.textContent).toContain('What you typed is not saved yet');
    await user.click(within(dialog).getByRole('button', { name: 'Stay here' }));
    expect(within(dialog).getByLabelText('Id')).toHaveProperty('value', 'acme');
    await user.click(within(dialog).getByRole('button', { name: 'Close' }));
    await user.click(within(dialog).getByRole('button', { name: 'Close anyway' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(isAskedOnClosing()).toBe(false);
  });

  test('to confirm that something is deleted may be lost', async () => {
    const { user } = open('/dashboard/pk_test_w/settings/delete');
    await user.type(await screen.findByLabelText('Name of the project'), 'Wea');
    await user.click(screen.getByRole('link', { name: 'Branding' }));
    await screen.findByRole('heading', { name: 'Branding' });
  });
});

describe('a secret that is shown once', () => {
  const toSecret = async () => {
    const { user } = open('/dashboard/projects/new', {
      'POST /generate-platform-id': { platformId: 'plt_1' },
      'POST /create-products': MADE,
      'GET /projects': { projects: [WEATHER, { ...WEATHER, projectId: 'prj_2', publishableKey: 'pk_test_new' }] },
      'GET /payment-account': { connected: false, mode: 'test', sandbox: true },
      'GET /api/dashboard': { metrics: {}, customers: [], hasMore: false },
    });
    await user.type(await screen.findByLabelText('Name', { selector: '[name=projectName]' }), 'Notes');
    await user.click(screen.getByRole('button', { name: 'Create project' }));
    await screen.findByText(MADE.secretKey);
    return user;
  };

  test('is not lost by going on', async () => {
    const user = await toSecret();
    expect(isAskedOnClosing()).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Go on to the first steps' }));
    const dialog = await screen.findByRole('dialog', { name: 'Leave without the secret key' });
    await user.click(within(dialog).getByRole('button', { name: 'Stay here' }));
    expect(screen.getByText(MADE.secretKey)).not.toBeNull();
  });

  test('may be left once it was copied', async () => {
    const user = await toSecret();
    await user.click(screen.getByRole('button', { name: 'Copy the secret key' }));
    await screen.findByText(/You have the secret key/);
    expect(isAskedOnClosing()).toBe(false);
    await user.click(screen.getByRole('button', { name: 'Go on to the first steps' }));
    await screen.findByRole('heading', { name: 'Get started' });
  });

  test('is asked about in a dialog too', async () => {
    const { user } = open('/dashboard/pk_test_w/developers', { 'POST /projects/regenerate-secret': MADE });
    await user.click(await screen.findByRole('button', { name: 'Regenerate' }));
    await user.click(await screen.findByRole('button', { name: 'Regenerate key' }));
    await screen.findByText(MADE.secretKey);
    await user.keyboard('{Escape}');
    await screen.findByText(/neither copied nor downloaded/);
    await user.click(screen.getByRole('button', { name: 'Stay here' }));
    await user.click(screen.getByRole('button', { name: 'I have kept it' }));
    await waitFor(() => expect(screen.queryByText(MADE.secretKey)).toBeNull());
  });
});

describe('the link to a preview', () => {
  test('is made of what is typed and not saved, and copied', async () => {
    const url = 'http://server/pricing?pk=pk_test_w&preview=t';
    const { user, of } = open('/dashboard/pk_test_w/plans/pro', {
      'GET /tiers': { tiers: [PRO] },
      'POST /pricing-previews': { url, expiresAt: Date.UTC(2026, 10, 28, 8, 16) },
    });
    const price = await screen.findByLabelText('Price');
    await user.clear(price);
    await user.type(price, '39');
    await user.click(screen.getByRole('button', { name: 'Preview link' }));
    await screen.findByText('The link is copied. It works until 28 Nov 2026, 08:16 UTC.');
    expect(await navigator.clipboard.readText()).toBe(url);
    expect(screen.getByRole('link', { name: 'Open the preview' }).getAttribute('href')).toBe(url);
    const body = of('POST /pricing-previews')[0]?.body as { publishableKey: string; tiers: object[] };
    expect(body.publishableKey).toBe('pk_test_w');
    expect(body.tiers).toMatchObject([{ name: 'pro', displayName: 'Pro', price: 3900, limit: 500 }]);
    await user.type(price, '0');
    await screen.findByText(/before your last changes/);
    expect(of('PUT /tiers')).toHaveLength(0);
  });

  test('is not made of what cannot be saved', async () => {
    const { user, of } = open('/dashboard/pk_test_w/plans/new', { 'GET /tiers': { tiers: [] } });
    await user.click(await screen.findByRole('button', { name: 'Preview link' }));
    expect((await screen.findByRole('alert')).textContent).toContain('There is no link yet. Give it a name.');
    expect(of('POST /pricing-previews')).toHaveLength(0);
  });
});

/** Whether the browser would ask before it closes the window. */
function isAskedOnClosing(): boolean {
  return !fireEvent(window, new Event('beforeunload', { cancelable: true }));
}
