import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';

import { SignInPage } from '../src/features/sign-in/SignInPage';
import { leaveFor } from '../src/navigate';
import { ADA, contextWith, problem, show } from './page';

const email = () => screen.getByLabelText('E-mail address');
const password = () => screen.getByLabelText('Password');

describe('signing in', () => {
  test('goes back to the app with what the app sent along', async () => {
    const { user, sent } = show(SignInPage, {
      calls: { 'sign-in': { status: 'complete' }, continue: { url: 'http://localhost:3000/?code=1' } },
    });
    await user.type(email(), ' ada@example.com ');
    await user.type(password(), 'correct horse{Enter}');
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('http://localhost:3000/?code=1'));
    const way = { redirect: 'http://localhost:3000/', codeChallenge: 'abc', state: 's1' };
    expect(sent).toEqual([
      {
        path: 'sign-in',
        body: { publishableKey: 'pk_test_1', email: 'ada@example.com', password: 'correct horse', ...way },
      },
      { path: 'continue', body: { publishableKey: 'pk_test_1', ...way } },
    ]);
  });

  test('with a wrong password says so under it, keeps what was typed and takes the focus there', async () => {
    const { user } = show(SignInPage, { calls: { 'sign-in': problem(401, 'invalid_credentials', 'Wrong.') } });
    await user.type(email(), 'ada@example.com');
    await user.type(password(), 'not this one{Enter}');
    await screen.findByText(/address or the password is wrong/);
    expect(password()).toHaveProperty('value', 'not this one');
    expect(email()).toHaveProperty('value', 'ada@example.com');
    await waitFor(() => expect(document.activeElement).toBe(password()));
    expect(password().getAttribute('aria-invalid')).toBe('true');
    expect(password().getAttribute('aria-describedby')).toContain('error');
  });

  test('without anything typed sends nothing and begins at the first field', async () => {
    const { user, sent } = show(SignInPage);
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    await screen.findByText('Enter your e-mail address.');
    await screen.findByText('Enter your password.');
    await waitFor(() => expect(document.activeElement).toBe(email()));
    expect(sent).toEqual([]);
  });

  test('can be tried again after the connection was lost', async () => {
    const { user } = show(SignInPage, {
      calls: { 'sign-in': [new TypeError('lost'), { status: 'complete' }], continue: { url: '/' } },
    });
    await user.type(email(), 'ada@example.com');
    await user.type(password(), 'correct horse{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('could not be reached');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/'));
  });

  test('too often says how long to wait; a fault of ours shows the request id', async () => {
    const { user } = show(SignInPage, {
      calls: {
        'sign-in': [
          problem(429, 'authentication_rate_limited', 'Wait.', {}, { 'Retry-After': '30' }),
          problem(500, 'internal', 'Broken.'),
        ],
      },
    });
    await user.type(email(), 'ada@example.com');
    await user.type(password(), 'correct horse{Enter}');
    await screen.findByText(/in 30 seconds/);
    await user.type(password(), '{Enter}');
    expect((await screen.findByText(/request id/)).textContent).toContain('req_1');
  });

  test('asks for the code where the address was never confirmed', async () => {
    const { user, sent } = show(SignInPage, {
      calls: {
        'sign-in': { status: 'verify', flow: 'f1', resendAfterSeconds: 60 },
        verify: [problem(401, 'invalid_code', 'Wrong.'), { status: 'complete' }],
        continue: { url: '/' },
      },
    });
    await user.type(email(), 'ada@example.com');
    await user.type(password(), 'correct horse{Enter}');
    const code = await screen.findByLabelText('Six-digit code');
    expect(code.getAttribute('autocomplete')).toBe('one-time-code');
    expect(code.getAttribute('inputmode')).toBe('numeric');
    await user.type(code, '111111{Enter}');
    await screen.findByText(/wrong, used or too old/);
    await user.clear(code);
    await user.click(code);
    await user.paste(' 424-242 ');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/'));
    expect(sent.filter(({ path }) => path === 'verify').map(({ body }) => body['code'])).toEqual(['111111', '424242']);
  });

  test('offers the providers as links that keep the way back', () => {
    show(SignInPage, { context: contextWith({ providers: [{ id: 'google', name: 'Google' }] }) });
    const href = screen.getByRole('link', { name: 'Continue with Google' }).getAttribute('href');
    expect(href).toContain(
      '/auth/start/google?pk=pk_test_1&redirect=http%3A%2F%2Flocalhost%3A3000%2F&code_challenge=abc',
    );
    expect(href).toContain('intent=signin');
  });

  test('says why a provider sent the person back', () => {
    show(SignInPage, { context: contextWith({ error: { code: 'provider_failed', message: 'x', recoverable: true } }) });
    expect(screen.getByRole('status').textContent).toContain('did not work');
  });
});

describe('somebody who is signed in', () => {
  test('is never sent on without a click', async () => {
    const { user, sent } = show(SignInPage, {
      context: contextWith({ user: ADA }),
      calls: { continue: { url: '/x' } },
    });
    expect(sent).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Continue as ada@example.com' }));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/x'));
  });

  test('can use another account', async () => {
    const { user } = show(SignInPage, { context: contextWith({ user: ADA }) });
    await user.click(screen.getByRole('button', { name: 'Use another account' }));
    expect(email()).toHaveProperty('value', '');
  });
});

test('the way back can be tried again', async () => {
  const { user } = show(SignInPage, {
    calls: { 'sign-in': { status: 'complete' }, continue: [problem(503, 'overloaded', 'Busy.'), { url: '/x' }] },
  });
  await user.type(email(), 'ada@example.com');
  await user.type(password(), 'correct horse{Enter}');
  await user.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/x'));
});

test('the password can be shown and hidden by keyboard', async () => {
  const { user } = show(SignInPage);
  await user.click(password());
  await user.keyboard('secret{Tab}{Enter}');
  expect(password().getAttribute('type')).toBe('text');
  expect(screen.getByRole('button', { name: 'Hide password' }).getAttribute('aria-pressed')).toBe('true');
});
