import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';

import { ResetPage } from '../src/features/reset/ResetPage';
import { leaveFor } from '../src/navigate';
import { contextWith, problem, show } from './page';

const MAILED = { status: 'verify', flow: 'f1', resendAfterSeconds: 60 };

test('a password is reset with the code of the mail', async () => {
  const { user, sent } = show(ResetPage, {
    calls: { forgot: MAILED, reset: { status: 'complete' }, continue: { url: '/x' } },
  });
  await user.type(screen.getByLabelText('E-mail address'), 'ada@example.com{Enter}');
  await user.type(await screen.findByLabelText('Six-digit code'), '424242');
  await user.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/x'));
  expect(sent[1]).toEqual({
    path: 'reset',
    body: { publishableKey: 'pk_test_1', flow: 'f1', code: '424242', password: 'correct horse' },
  });
});

test('a wrong code leaves the new password where it is', async () => {
  const { user } = show(ResetPage, { calls: { forgot: MAILED, reset: problem(401, 'invalid_code', 'x') } });
  await user.type(screen.getByLabelText('E-mail address'), 'ada@example.com{Enter}');
  await user.type(await screen.findByLabelText('Six-digit code'), '111111');
  await user.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  await screen.findByText(/wrong, used or too old/);
  expect(screen.getByLabelText('New password')).toHaveProperty('value', 'correct horse');
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Six-digit code')));
});

test('the link of the mail needs only the password', async () => {
  const { user, sent } = show(ResetPage, {
    search: '?pk=pk_test_1&token=t1',
    context: contextWith({ redirect: { url: null, allowed: false, origin: null, legacy: true } }),
    calls: { reset: { status: 'complete' } },
  });
  await user.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  await screen.findByRole('heading', { name: 'Your new password is set' });
  expect(sent).toEqual([
    { path: 'reset', body: { publishableKey: 'pk_test_1', token: 't1', password: 'correct horse' } },
  ]);
  expect(leaveFor).not.toHaveBeenCalled();
});

test('a dead link leads to a new mail', async () => {
  const { user } = show(ResetPage, {
    search: '?pk=pk_test_1&token=t1',
    calls: { reset: problem(401, 'invalid_code', 'x') },
  });
  await user.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  await screen.findByText(/link no longer works/);
  expect(screen.queryByLabelText('E-mail address')).not.toBeNull();
});
