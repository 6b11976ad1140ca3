import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';

import { AccountPage } from '../src/features/account/AccountPage';
import { ADA, type Calls, contextWith, problem, show } from './page';

const ACCOUNT = {
  user: ADA,
  hasPassword: true,
  sessions: [
    { id: 's2', current: false, userAgent: 'curl/8.5.0', createdAt: 0, lastUsedAt: 0 },
    {
      id: 's1',
      current: true,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0',
      createdAt: 0,
      lastUsedAt: 0,
    },
  ],
  identities: [],
};

async function open(calls: Calls = {}, account: object = ACCOUNT) {
  const shown = show(AccountPage, { context: contextWith({ user: ADA }), calls: { account, ...calls } });
  await screen.findByRole('heading', { name: 'Profile' });
  return shown;
}

const region = (name: string) => within(screen.getByRole('region', { name }));

test('a name is saved, an empty one taken away', async () => {
  const { user, sent } = await open({ 'account/profile': { user: ADA } });
  await user.type(screen.getByLabelText('First name'), ' Ada {Enter}');
  await screen.findByText('Saved.');
  expect(sent.at(-1)?.body).toEqual({ publishableKey: 'pk_test_1', firstName: 'Ada', lastName: null });
});

test('a wrong current password is told at its field', async () => {
  const { user } = await open({ 'account/password': problem(401, 'invalid_credentials', 'x') });
  await user.type(screen.getByLabelText('Current password'), 'wrong');
  await user.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Current password')));
});

test('after a change the password fields are empty again', async () => {
  const { user, sent } = await open({ 'account/password': { success: true } });
  await user.type(screen.getByLabelText('Current password'), 'old password');
  await user.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  await screen.findByText(/password is changed/);
  expect(screen.getByLabelText('New password')).toHaveProperty('value', '');
  expect(sent.find(({ path }) => path === 'account/password')?.body).toMatchObject({
    currentPassword: 'old password',
    newPassword: 'correct horse',
  });
});

test('who has no password needs a fresh sign-in, and gets the way to one', async () => {
  const { user } = await open(
    { 'account/password': problem(403, 'reauthentication_required', 'x') },
    { ...ACCOUNT, hasPassword: false },
  );
  expect(screen.queryByLabelText('Current password')).toBeNull();
  await user.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  await user.click(await screen.findByRole('button', { name: 'Sign in again' }));
  await screen.findByRole('heading', { name: /Sign in to your/ });
});

test('a new address is confirmed by code', async () => {
  const { user, sent } = await open({
    'account/email': { status: 'verify', flow: 'f1', resendAfterSeconds: 60 },
    verify: { status: 'complete' },
  });
  await user.click(screen.getByRole('button', { name: 'Change address' }));
  await user.type(screen.getByLabelText('New e-mail address'), 'new@example.com');
  await user.type(screen.getByLabelText('Your password'), 'correct horse{Enter}');
  await user.type(await screen.findByLabelText('Six-digit code'), '424242{Enter}');
  await screen.findByText(/Your address is changed/);
  expect(sent.map(({ path }) => path)).toEqual(['account', 'account/email', 'verify', 'account']);
});

test('an address that was never confirmed can be', async () => {
  const calls = {
    'account/verify': { status: 'verify', flow: 'f1', resendAfterSeconds: 60 },
    verify: { status: 'complete' },
  };
  const { user, sent } = await open(calls, { ...ACCOUNT, user: { ...ADA, emailVerified: false } });
  await screen.findByText('Not confirmed yet');
  await user.click(screen.getByRole('button', { name: 'Confirm address' }));
  await user.type(await screen.findByLabelText('Six-digit code'), '424242{Enter}');
  await screen.findByText('Your address is confirmed.');
  expect(sent.map(({ path }) => path)).toEqual(['account', 'account/verify', 'verify', 'account']);
});

test('sessions are named, this one first; another one can be ended', async () => {
  const { user, sent } = await open({ 'account/sessions/end': { success: true } });
  const items = region('Where you are signed in').getAllByRole('listitem');
  expect(items.map((item) => item.textContent)).toEqual([
    expect.stringContaining('Firefox on LinuxThis device'),
    expect.stringContaining('curl'),
  ]);
  await user.click(screen.getByRole('button', { name: 'Sign out curl' }));
  await screen.findByText('Signed out: curl.');
  expect(sent.find(({ path }) => path === 'account/sessions/end')?.body['id']).toBe('s2');
});

test('signing out everywhere ends this session, too', async () => {
  const { user, sent } = await open({ 'account/sessions/end': { success: true } });
  await user.click(screen.getByRole('button', { name: 'Sign out everywhere' }));
  await screen.findByRole('heading', { name: 'You are signed out' });
  expect(sent.at(-1)?.body).toEqual({ publishableKey: 'pk_test_1' });
  expect(screen.getByRole('link', { name: 'Back to Weather' }).getAttribute('href')).toBe('http://localhost:3000/');
});

test('deleting needs the address and the password', async () => {
  const { user, sent } = await open({
    'account/delete': [problem(401, 'invalid_credentials', 'x'), { success: true }],
  });
  await user.click(screen.getByRole('button', { name: 'Delete account' }));
  const dialog = within(await screen.findByRole('dialog', { name: /Delete your account/ }));
  await user.click(dialog.getByRole('button', { name: 'Delete account' }));
  await dialog.findByText(/Enter your password/);
  expect(sent.some(({ path }) => path === 'account/delete')).toBe(false);
  await user.type(dialog.getByLabelText('Your e-mail address'), 'ADA@example.com');
  await user.type(dialog.getByLabelText('Your password'), 'correct horse{Enter}');
  await dialog.findByText(/password is wrong/);
  await user.type(dialog.getByLabelText('Your password'), '{Enter}');
  await screen.findByRole('heading', { name: 'Your account is deleted' });
  expect(sent.at(-1)?.body).toEqual({
    publishableKey: 'pk_test_1',
    confirm: 'ada@example.com',
    password: 'correct horse',
  });
});

test('an ended session leads to signing in', async () => {
  show(AccountPage, { context: contextWith({ user: ADA }), calls: { account: problem(401, 'signed_out', 'x') } });
  await screen.findByLabelText('Password');
});

test('a failed load can be tried again', async () => {
  const { user } = show(AccountPage, {
    context: contextWith({ user: ADA }),
    calls: { account: [problem(500, 'internal', 'x'), ACCOUNT] },
  });
  await user.click(await screen.findByRole('button', { name: 'Try again' }));
  await screen.findByRole('heading', { name: 'Profile' });
});
