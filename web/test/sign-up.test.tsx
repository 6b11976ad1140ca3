import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';

import { SignUpPage } from '../src/features/sign-up/SignUpPage';
import { leaveFor } from '../src/navigate';
import { contextWith, problem, show } from './page';

const email = () => screen.getByLabelText('E-mail address');
const password = () => screen.getByLabelText('Password');
const MAILED = { status: 'verify', flow: 'f1', resendAfterSeconds: 1 };

test('signing up is done at once where addresses may be confirmed later', async () => {
  const { user, sent } = show(SignUpPage, { calls: { 'sign-up': { status: 'complete' }, continue: { url: '/x' } } });
  await user.type(email(), 'ada@example.com');
  await user.type(password(), 'correct horse{Enter}');
  await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/x'));
  expect(sent[0]?.body).toMatchObject({ email: 'ada@example.com', password: 'correct horse', state: 's1' });
});

test('the length of a password is policed, its strength is not', async () => {
  const { user, sent } = show(SignUpPage, { calls: { 'sign-up': MAILED } });
  await user.type(email(), 'ada@example.com');
  await user.type(password(), 'short{Enter}');
  await screen.findByText('Use at least 8 characters; this has 5.');
  await waitFor(() => expect(document.activeElement).toBe(password()));
  expect(sent).toEqual([]);
  await user.clear(password());
  await user.type(password(), 'aaaaaaaa{Enter}');
  await screen.findByRole('heading', { name: 'Check your mail' });
});

test('the server names the field that is wrong', async () => {
  const errors = [{ location: 'password', message: 'is too common', fix: 'Choose another one' }];
  const { user } = show(SignUpPage, { calls: { 'sign-up': problem(422, 'invalid_value', 'x', { errors }) } });
  await user.type(email(), 'ada@example.com');
  await user.type(password(), 'password1{Enter}');
  await screen.findByText('The password is too common. Choose another one.');
});

test('a code can be sent again, and the new flow is the one that counts', async () => {
  const { user, sent } = show(SignUpPage, {
    calls: {
      'sign-up': MAILED,
      resend: { status: 'sent', flow: 'f2', resendAfterSeconds: 60 },
      verify: { status: 'complete' },
      continue: { url: '/x' },
    },
  });
  await user.type(email(), 'ada@example.com');
  await user.type(password(), 'correct horse{Enter}');
  await user.click(await screen.findByRole('button', { name: 'Send a new code' }, { timeout: 3000 }));
  await screen.findByText(/new code is on its way/);
  await screen.findByText(/in 60 s/);
  await user.type(screen.getByLabelText('Six-digit code'), '424242{Enter}');
  await waitFor(() => expect(leaveFor).toHaveBeenCalled());
  expect(sent.find(({ path }) => path === 'resend')?.body['flow']).toBe('f1');
  expect(sent.find(({ path }) => path === 'verify')?.body['flow']).toBe('f2');
});

test('the address can be corrected, and is still there', async () => {
  const { user } = show(SignUpPage, { calls: { 'sign-up': MAILED } });
  await user.type(email(), 'adda@example.com');
  await user.type(password(), 'correct horse{Enter}');
  await user.click(await screen.findByRole('button', { name: 'Use another address' }));
  expect(email()).toHaveProperty('value', 'adda@example.com');
});

test('a test address is told its code, in test mode only', async () => {
  const { user } = show(SignUpPage, { context: contextWith({ testCodes: true }), calls: { 'sign-up': MAILED } });
  await user.type(email(), 'ada+clerk_test@example.com');
  await user.type(password(), 'correct horse{Enter}');
  expect((await screen.findByText(/test address/)).textContent).toContain('424242');
});

test('the link to sign-in keeps what the app sent along', () => {
  show(SignUpPage);
  expect(screen.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(`/signin${window.location.search}`);
});

test('in live mode nothing speaks of test mode', () => {
  show(SignUpPage, { context: contextWith({ mode: 'live' }) });
  expect(screen.queryByText('Test mode')).toBeNull();
  expect(screen.queryByText('Secured by dream-api')).not.toBeNull();
});

test('a project can leave our name out', () => {
  const { project } = contextWith();
  show(SignUpPage, { context: contextWith({ project: { ...project, hideBranding: true } }) });
  expect(screen.queryByText(/dream-api/)).toBeNull();
  expect(screen.queryByText('Test mode')).not.toBeNull();
});
