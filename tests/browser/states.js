/** Every hosted page in every state people can bring it to: how to get there, and what goes wrong on the way. */
import { PASSWORD } from './server.js';

/** A name that somebody has. */
const LONG_EMAIL = 'maximiliana-theodora.von-und-zu-hohenlohe@mail.department.of-a-company-with-a-name.example.com';
/** An app nobody has to visit. */
const APP = 'http://localhost:3000/welcome';

/**
 * What the states need besides the demo data.
 *
 * @param {import('./server.js').Server} server
 * @param {{issuer: string, clientId: string, clientSecret: string}} issuer
 * @param {Buffer} logo a PNG
 */
export async function prepare(server, issuer, logo) {
  const { publishableKey } = server.demo.saas;
  const { issuer: url, clientId, clientSecret } = issuer;
  const acme = { publishableKey, id: 'acme', name: 'Acme', issuer: url, clientId, clientSecret };
  await server.asDeveloper('POST', '/projects/providers', acme);
  const required = await server.project('Confirming', { emailVerification: 'required' });
  // A colour that no text can be read on, a long name, a picture.
  const brand = { accentColor: '#ffe14d', hideBranding: true };
  const branded = await server.project('Wetterdienst für die Küste und das Binnenland', brand);
  const picture = { publishableKey: branded, logo: `data:image/png;base64,${logo.toString('base64')}` };
  await server.asDeveloper('POST', '/projects/logo', picture);
  const live = await server.project('Live weather', { redirectOrigins: ['https://weather.example'] }, 'live');
  return { required, branded, live };
}

/** The states by name. `open` brings a visitor there; `trouble` is what the browser then has noted. */
export const STATES = {
  home: { open: ({ page, server }) => go(page, server.url, 'Sign-in, plans') },
  'home of a new developer': {
    open: async ({ visitor, page, server }) => {
      await developer(visitor, server);
      await page.goto(server.url);
      await page.getByRole('button', { name: 'Create platform ID' }).waitFor();
    },
    trouble: ['404 /get-platform-id'],
  },
  'home of a developer': {
    open: async ({ visitor, page, server }) => {
      await developer(visitor, server);
      await visitor.post(server, '/generate-platform-id', {});
      await page.goto(server.url);
      await page.getByText(/^plt_/).waitFor();
    },
  },
  'sign-up of a developer': { open: ({ page, server }) => go(page, `${server.url}/signup`, 'Sign up as a developer') },
  'sign-up': { open: ({ page, at }) => go(page, at('signup'), 'Sign up for') },
  'sign-up with empty fields': {
    open: async ({ page, at }) => {
      await go(page, at('signup'), 'Sign up for');
      await page.getByRole('button', { name: 'Sign up' }).click();
      await page.getByText('Choose a password.').waitFor();
    },
  },
  'sign-up with a common password': {
    open: async ({ page, at }) => {
      await go(page, at('signup'), 'Sign up for');
      await enter(page, 'Sign up', 'ada@example.com', 'password123');
      await page.getByText(/too common|often used|guess/i).waitFor();
    },
    trouble: ['422 /auth/sign-up'],
  },
  'sign-up, check your mail': {
    open: async ({ page, server, at, required }) => {
      await checkYourMail(page, at('signup', { pk: required }), server.freshEmail());
    },
  },
  'sign-up, check your mail, long address': {
    open: ({ page, at, required }) => checkYourMail(page, at('signup', { pk: required }), LONG_EMAIL),
  },
  'sign-up, wrong code': {
    open: async ({ page, server, at, required }) => {
      await checkYourMail(page, at('signup', { pk: required }), server.freshEmail());
      await wrongCode(page, 'Confirm and go on');
    },
    trouble: ['401 /auth/verify'],
  },
  'sign-up, leaving': {
    open: async ({ page, server, at, branded }) => {
      await hold(page, '**/auth/continue');
      await go(page, at('signup', { pk: branded }), 'Sign up for');
      await enter(page, 'Sign up', server.freshEmail(), PASSWORD);
      await page.getByText('Taking you back to localhost:3000').waitFor();
    },
  },
  'sign-up, the way back fails': {
    open: async ({ page, server, at }) => {
      await page.route('**/auth/continue', (route) => route.fulfill(INTERNAL));
      await go(page, at('signup'), 'Sign up for');
      await enter(page, 'Sign up', server.freshEmail(), PASSWORD);
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    },
    trouble: ['500 /auth/continue'],
  },
  'sign-in': { open: ({ page, at }) => go(page, at('signin'), 'Sign in to') },
  'sign-in of a developer': { open: ({ page, server }) => go(page, `${server.url}/signin`, 'Sign in to') },
  'sign-in in live mode': {
    open: ({ page, at, live }) =>
      go(page, at('signin', { pk: live, redirect: 'https://weather.example/' }), 'Sign in to'),
  },
  'sign-in with a brand': { open: ({ page, at, branded }) => go(page, at('signin', { pk: branded }), 'Sign in to') },
  'sign-in, wrong password': {
    open: async ({ page, at }) => {
      await go(page, at('signin'), 'Sign in to');
      await enter(page, 'Sign in', 'nobody@example.com', 'not this one');
      await page.getByText('The e-mail address or the password is wrong.').waitFor();
    },
    trouble: ['401 /auth/sign-in'],
  },
  'sign-in, server unreachable': {
    open: async ({ page, at }) => {
      await go(page, at('signin'), 'Sign in to');
      await page.context().setOffline(true);
      await enter(page, 'Sign in', 'ada@example.com', PASSWORD);
      await page.getByText('The server could not be reached.').waitFor();
    },
    trouble: ['failed /auth/sign-in net::ERR_INTERNET_DISCONNECTED'],
  },
  'sign-in, server broken': {
    open: async ({ page, at }) => {
      await page.route('**/auth/sign-in', (route) => route.fulfill(INTERNAL));
      await go(page, at('signin'), 'Sign in to');
      await enter(page, 'Sign in', 'ada@example.com', PASSWORD);
      await page.getByText('req_0123456789').waitFor();
    },
    trouble: ['500 /auth/sign-in'],
  },
  'sign-in, running': {
    open: async ({ page, at }) => {
      await hold(page, '**/auth/sign-in');
      await go(page, at('signin'), 'Sign in to');
      await enter(page, 'Sign in', 'ada@example.com', PASSWORD);
      await page.locator('form[aria-busy=true]').waitFor();
    },
  },
  'sign-in, back from a provider': {
    open: ({ page, at }) => go(page, at('signin', { error: 'provider_failed' }), 'Sign in to'),
  },
  'sign-in, signed in already': {
    open: async ({ visitor, page, server, at }) => {
      await visitor.signUp(server);
      await go(page, at('signin'), 'Sign in to');
      await page.getByRole('button', { name: 'Use another account' }).waitFor();
    },
  },
  'sign-in, signed in already, long address': {
    open: async ({ visitor, page, server, at }) => {
      await visitor.signUp(server, { email: LONG_EMAIL });
      await go(page, at('signin'), 'Sign in to');
      await page.getByRole('button', { name: `Continue as ${LONG_EMAIL}` }).waitFor();
    },
  },
  reset: { open: ({ page, at }) => go(page, at('reset'), 'Reset your password') },
  'reset by code': { open: ({ page, server, at }) => resetMail(page, at, server.freshEmail()) },
  'reset by code, wrong': {
    open: async ({ page, server, at }) => {
      await resetMail(page, at, server.freshEmail());
      await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
      await wrongCode(page, 'Set password and sign in');
    },
    trouble: ['401 /auth/reset'],
  },
  'reset by link': { open: ({ page, at }) => go(page, at('reset', { token: 'never-sent' }), 'Choose a new password') },
  'reset by link, dead': {
    open: async ({ page, at }) => {
      await go(page, at('reset', { token: 'never-sent' }), 'Choose a new password');
      await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Set password and sign in' }).click();
      await page.getByText('The link no longer works').waitFor();
    },
    trouble: ['401 /auth/reset'],
  },
  'reset by link, no way back': {
    open: async ({ page, server }) => {
      const { publishableKey } = server.demo.saas;
      const email = server.freshEmail();
      await server.fromPage('/auth/sign-up', { publishableKey, email, password: PASSWORD });
      await server.fromPage('/auth/forgot', { publishableKey, email });
      await go(page, await server.link(email, 2), 'Choose a new password');
      await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Set password and sign in' }).click();
      await page.getByText('You can close this page.').waitFor();
    },
  },
  verify: { open: ({ page, at }) => go(page, at('verify', { token: 'never-sent' }), 'Confirm your e-mail address') },
  'verify, dead link': {
    open: async ({ page, at }) => {
      await go(page, at('verify', { token: 'never-sent' }), 'Confirm your e-mail address');
      await page.getByRole('button', { name: 'Confirm e-mail address' }).click();
      await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    },
    trouble: ['401 /auth/verify'],
  },
  'verify, another browser': {
    open: async ({ page, server, required }) => {
      const email = server.freshEmail();
      const body = { publishableKey: required, email, password: PASSWORD, redirect: APP };
      await server.fromPage('/auth/sign-up', body);
      await go(page, await server.link(email), 'Confirm your e-mail address');
      await page.getByRole('button', { name: 'Confirm e-mail address' }).click();
      await page.getByRole('heading', { name: 'Enter your password' }).waitFor();
    },
    trouble: ['403 /auth/verify'],
  },
  account: { open: (given) => account(given) },
  'account, long address': { open: (given) => account(given, LONG_EMAIL.replace('max', 'mini')) },
  'account, name saved': {
    open: async (given) => {
      await account(given);
      await given.page.getByLabel('First name').fill('Ada');
      await given.page.getByRole('button', { name: 'Save' }).click();
      await given.page.getByText('Saved.').waitFor();
    },
  },
  'account, wrong password': {
    open: async (given) => {
      await account(given);
      await given.page.getByLabel('Current password').fill('not this one');
      await given.page.getByLabel('New password').fill('short');
      await given.page.getByRole('button', { name: 'Change password' }).click();
      await given.page.getByText('Use at least 8 characters').waitFor();
    },
  },
  'account, another address': {
    open: async (given) => {
      await account(given);
      await given.page.getByRole('button', { name: 'Change address' }).click();
      await given.page.getByLabel('New e-mail address').waitFor();
    },
  },
  'account, code for another address': {
    open: async (given) => {
      const { page, server } = given;
      await account(given);
      await page.getByRole('button', { name: 'Change address' }).click();
      await page.getByLabel('New e-mail address').fill(server.freshEmail('next'));
      await page.getByLabel('Your password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Send code' }).click();
      await page.getByLabel('Six-digit code').waitFor();
    },
  },
  'account, deletion': {
    open: async (given) => {
      await account(given);
      await given.page.getByRole('button', { name: 'Delete account' }).click();
      await given.page.getByRole('dialog').waitFor();
    },
  },
  'account, deletion not confirmed': {
    open: async (given) => {
      await account(given);
      await given.page.getByRole('button', { name: 'Delete account' }).click();
      const dialog = given.page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Delete account' }).click();
      await dialog.getByText('Enter your password.').waitFor();
    },
  },
  'account, deleted': {
    open: async (given) => {
      const email = await account(given);
      await given.page.getByRole('button', { name: 'Delete account' }).click();
      const dialog = given.page.getByRole('dialog');
      await dialog.getByLabel('Your e-mail address').fill(email);
      await dialog.getByLabel('Your password').fill(PASSWORD);
      await dialog.getByRole('button', { name: 'Delete account' }).click();
      await given.page.getByRole('heading', { name: 'Your account is deleted' }).waitFor();
    },
  },
  'account, signed out everywhere': {
    open: async (given) => {
      await account(given);
      await given.page.getByRole('button', { name: 'Sign out everywhere' }).click();
      await given.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    },
  },
  'account of nobody': { open: ({ page, at }) => go(page, at('account'), 'Sign in to your') },
  'refresh, waiting': { open: (given) => waitForPlan(given) },
  'refresh, too late': {
    open: async (given) => {
      await given.page.clock.install();
      await waitForPlan(given);
      await given.page.clock.runFor(65_000);
      await given.page.getByRole('heading', { name: 'Your plan is not active yet' }).waitFor();
    },
  },
  'a foreign redirect': {
    open: ({ page, at }) => go(page, at('signin', { redirect: 'https://evil.example/' }), 'This link leads to a place'),
    trouble: ['422 /signin'],
  },
  'no redirect': {
    open: ({ page, at }) => go(page, at('signin', { redirect: undefined }), 'This link leads nowhere'),
    trouble: ['400 /signin'],
  },
  'no such project': {
    open: ({ page, at }) => go(page, at('signin', { pk: 'pk_test_of_nobody' }), 'This link belongs to no app'),
    trouble: ['404 /signin'],
  },
};

/** An answer of a server that is broken. */
const INTERNAL = {
  status: 500,
  json: { code: 'internal', message: 'Something went wrong', requestId: 'req_0123456789' },
};

/** The address of a page that leads back to the app. */
export function addresses(server) {
  return (page, query = {}) => server.page(page, { redirect: APP, ...query });
}

async function go(page, url, heading) {
  await page.goto(url);
  await page.getByRole('heading', { name: heading }).waitFor();
}

async function enter(page, action, email, password) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: action, exact: true }).click();
}

async function checkYourMail(page, url, email) {
  await go(page, url, 'Sign up for');
  await enter(page, 'Sign up', email, PASSWORD);
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
}

async function resetMail(page, at, email) {
  await go(page, at('reset'), 'Reset your password');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
}

async function wrongCode(page, action) {
  await page.getByLabel('Six-digit code').fill('000000');
  await page.getByRole('button', { name: action }).click();
  await page.getByText('This code is wrong').waitFor();
}

/** A developer who is signed in. */
export async function developer(visitor, server) {
  const { rootPublishableKey: publishableKey } = await (await fetch(`${server.url}/api/config`)).json();
  const email = server.freshEmail('developer');
  const { flow } = await visitor.post(server, '/auth/sign-up', { publishableKey, email, password: PASSWORD });
  await visitor.post(server, '/auth/verify', { publishableKey, flow, code: await server.code(email) });
  return email;
}

/** Somebody with two sign-ins at the account page; answers the address. */
async function account({ visitor, page, server, at }, email = server.freshEmail()) {
  await visitor.signUp(server, { email });
  const { publishableKey } = server.demo.saas;
  await server.fromPage('/auth/sign-in', { publishableKey, email, password: PASSWORD });
  await page.goto(at('account'));
  await page.getByText(`Signed in to Demo SaaS as ${email}`).waitFor();
  return email;
}

async function waitForPlan({ visitor, page, server, at }) {
  await visitor.signUp(server);
  await go(page, at('refresh', { plan: 'pro' }), 'Setting up your plan');
}

/** Calls that get no answer as long as the page is open. */
function hold(page, url) {
  return page.route(url, () => {});
}
