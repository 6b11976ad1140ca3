import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';

import { VerifyPage } from '../src/features/verify/VerifyPage';
import { leaveFor } from '../src/navigate';
import { problem, show } from './page';

const SEARCH = '?pk=pk_test_1&redirect=http%3A%2F%2Flocalhost%3A3000%2F&token=t1';
const confirm = () => screen.getByRole('button', { name: 'Confirm e-mail address' });

test('opening the link uses nothing up; the click does', async () => {
  const { user, sent } = show(VerifyPage, {
    search: SEARCH,
    calls: { verify: { status: 'complete' }, continue: { url: '/x' } },
  });
  expect(sent).toEqual([]);
  await user.click(confirm());
  await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/x'));
  expect(sent[0]?.body).toEqual({ publishableKey: 'pk_test_1', token: 't1' });
});

test('in another browser the password is needed too', async () => {
  const errors = [{ location: 'password', message: 'is not your password', fix: 'Type it' }];
  const { user, sent } = show(VerifyPage, {
    search: SEARCH,
    calls: {
      verify: [
        problem(403, 'reauthentication_required', 'x'),
        problem(403, 'reauthentication_required', 'x', { errors }),
        { status: 'complete' },
      ],
      continue: { url: '/x' },
    },
  });
  await user.click(confirm());
  await screen.findByRole('heading', { name: 'Enter your password' });
  expect(leaveFor).not.toHaveBeenCalled();
  await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');
  await screen.findByText(/This is not your password/);
  await user.clear(screen.getByLabelText('Password'));
  await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
  await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/x'));
  expect(sent[2]?.body).toEqual({ publishableKey: 'pk_test_1', token: 't1', password: 'correct horse' });
});

test.each([
  ['was used', SEARCH],
  ['has no token', '?pk=pk_test_1'],
])('a link that %s says what to do', async (_, search) => {
  const { user } = show(VerifyPage, { search, calls: { verify: problem(401, 'invalid_code', 'x') } });
  if (search === SEARCH) await user.click(confirm());
  await screen.findByRole('heading', { name: 'This link no longer works' });
});
