// The hosted pages to look at; `act` brings one into the state to look at.

const weather = 'pk=pk_live_weather&redirect=http://localhost:3000/welcome';
const notes = 'pk=pk_test_notes&redirect=http://localhost:3000/';
const yellow = 'pk=pk_test_yellow&redirect=http://localhost:3000/';

/** By name. */
export const HOSTED = {
  signup: { path: `/signup?${weather}` },
  'signup-mailed': {
    path: `/signup?${weather}`,
    act: (page) => typeAndSend(page, 'Sign up', { 'E-mail address': 'ada@example.com', Password: 'correct horse' }),
  },
  'signup-test': { path: `/signup?${notes}` },
  'signup-errors': {
    path: `/signup?${notes}`,
    act: (page) => typeAndSend(page, 'Sign up', { 'E-mail address': 'ada', Password: 'short' }),
  },
  'signin-yellow': { path: `/signin?${yellow}` },
  'signin-choose': { path: `/signin?${weather}&as=ada` },
  'signin-wrong': {
    path: `/signin?${notes}`,
    act: (page) => typeAndSend(page, 'Sign in', { 'E-mail address': 'ada@example.com', Password: 'wrong password' }),
  },
  'signin-broken': {
    path: `/signin?${weather}`,
    act: (page) => typeAndSend(page, 'Sign in', { 'E-mail address': 'broken@example.com', Password: 'correct horse' }),
  },
  'signin-provider-error': { path: `/signin?${weather}&error=provider_failed` },
  reset: { path: `/reset?${weather}` },
  'reset-code': {
    path: `/reset?${weather}`,
    act: async (page) => {
      await typeAndSend(page, 'Send code', { 'E-mail address': 'ada@example.com' });
      await typeAndSend(page, 'Set password and sign in', {
        'Six-digit code': '123456',
        'New password': 'correct horse',
      });
    },
  },
  'reset-link': { path: `/reset?${weather}&token=good` },
  verify: { path: `/verify?${weather}&token=good` },
  'verify-elsewhere': {
    path: `/verify?${weather}&token=elsewhere`,
    act: (page) => press(page, 'Confirm e-mail address'),
  },
  'verify-dead': { path: `/verify?${weather}&token=old`, act: (page) => press(page, 'Confirm e-mail address') },
  refresh: { path: `/refresh?${weather}&plan=pro&as=ada` },
  'refresh-late': {
    path: `/refresh?${weather}&plan=pro&as=ada`,
    act: async (page) => {
      await page.clock.fastForward(61_000);
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    },
    clock: true,
  },
  account: { path: `/account?${weather}&as=ada` },
  'account-test': { path: `/account?${yellow}&as=ada` },
  'account-email': { path: `/account?${weather}&as=ada`, act: (page) => press(page, 'Change address') },
  'account-delete': { path: `/account?${weather}&as=ada`, act: (page) => press(page, 'Delete account') },
  'error-redirect': { path: '/signin?pk=pk_live_weather&redirect=https://evil.example/' },
  'error-unknown': { path: '/signin?pk=pk_live_nobody&redirect=http://localhost:3000/' },
  home: { path: '/' },
  'home-developer': { path: '/?as=ada' },
  pricing: { path: `/pricing?${weather}` },
  'pricing-preview': { path: `/pricing?${weather}&preview=token` },
  'pricing-preview-old': { path: `/pricing?${weather}&preview=old` },
  return: { path: `/return?${notes}` },
  receipt: { path: '/r/receipt' },
  'receipt-unknown': { path: '/r/nowhere' },
};

async function typeAndSend(page, button, fields) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
  await press(page, button);
}

async function press(page, name) {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.waitForTimeout(600);
}
