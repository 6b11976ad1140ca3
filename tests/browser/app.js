/** An app on a free loopback port whose pages use a client in the browser, as its developer would write it. */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { press } from './keyboard.js';
import { openSite } from './site.js';

/** The clients, as the browser loads them. */
const CLIENTS = { published: '@dream-api/sdk', ours: 'dream-sdk' };

/**
 * Starts an app of the demo saas project. Every path of it is the same page.
 *
 * @param {keyof CLIENTS} client
 * @param {{baseUrl: string, saas: {publishableKey: string}}} demo
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export function startApp(client, { baseUrl, saas }) {
  const module = fileURLToPath(import.meta.resolve(CLIENTS[client]));
  const config = { publishableKey: saas.publishableKey, baseUrl, signupUrl: baseUrl };
  const page = pageOf(client, config);
  return openSite((request, response) => {
    const isModule = request.url === '/sdk.js';
    response.setHeader('Content-Type', isModule ? 'text/javascript' : 'text/html; charset=utf-8');
    if (isModule) createReadStream(module).pipe(response);
    else response.end(page);
  });
}

/** Somebody new, signed in to the server's pages, signs in to the app. */
export async function signInto(app, server, visitor) {
  const email = await visitor.signUp(server);
  const { page } = visitor;
  await page.goto(app.url);
  await press(partsOf(page).signIn);
  await press(page.getByRole('button', { name: `Continue as ${email}` }));
  await isOn(page, email, 'free');
  return email;
}

/** Waits until the app says who is signed in, on which plan. */
export function isOn(page, email, plan) {
  return partsOf(page)
    .status.filter({ hasText: `Signed in as ${email} on ${plan}` })
    .waitFor();
}

/** The names of what a page of the app has, for tests. */
export function partsOf(page) {
  return {
    status: page.getByRole('status'),
    result: page.getByTestId('result'),
    signUp: page.getByRole('link', { name: 'Sign up' }).or(page.getByRole('button', { name: 'Sign up' })),
    signIn: page.getByRole('link', { name: 'Sign in' }).or(page.getByRole('button', { name: 'Sign in' })),
    use: page.getByRole('button', { name: 'Use once' }),
    upgrade: page.getByRole('button', { name: 'Upgrade' }),
    billing: page.getByRole('button', { name: 'Billing' }),
    signOut: page.getByRole('button', { name: 'Sign out' }),
  };
}

function pageOf(client, config) {
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Weather</title>
  <link rel="icon" href="data:," />
  <h1>Weather</h1>
  <p role="status"></p>
  <p data-testid="result"></p>
  <nav>${WAYS_IN[client]}</nav>
  <button id="use">Use once</button>
  <button id="upgrade">Upgrade</button>
  <button id="billing">Billing</button>
  <button id="out">Sign out</button>
  <script type="module">
    import { DreamAPI } from '/sdk.js';
    const api = new DreamAPI(${JSON.stringify(config)});
    const $ = (selector) => document.querySelector(selector);
    const show = () => {
      const user = api.auth.getUser();
      $('[role=status]').textContent = user ? 'Signed in as ' + user.email + ' on ' + user.plan : 'Signed out';
    };
    const tell = (work) => work().catch((error) => ($('[data-testid=result]').textContent = error.message));
    $('#use').onclick = () =>
      tell(async () => {
        const { usage } = await api.usage.track();
        $('[data-testid=result]').textContent = usage.usageCount + ' of ' + usage.limit + ' used';
      });
    $('#billing').onclick = () =>
      tell(async () => {
        const { url } = await api.billing.openPortal({ returnUrl: location.origin + '/home?tab=rain' });
        location.assign(url);
      });
    $('#out').onclick = () =>
      tell(async () => {
        await api.auth.signOut();
        show();
        $('[data-testid=result]').textContent = 'Session ended';
      });
    ${WIRING[client]}
    await api.auth.init();
    show();
  </script>
</html>`;
}

/** The published client makes addresses for links; ours begins a sign-in that only this browser can end. */
const WAYS_IN = {
  published: '<a id="up">Sign up</a> <a id="in">Sign in</a>',
  ours: '<button id="up">Sign up</button> <button id="in">Sign in</button>',
};
const WIRING = {
  published: `
    const redirect = '/home?tab=rain';
    $('#up').href = api.auth.getSignUpUrl({ redirect });
    $('#in').href = api.auth.getSignInUrl({ redirect });
    $('#upgrade').onclick = () =>
      tell(async () => {
        // As the first apps do: a page of their own and not that of the server which waits for the plan.
        const ways = { successUrl: location.origin + redirect, cancelUrl: location.origin + '/pricing' };
        const { url } = await api.billing.createCheckout({ tier: 'pro', ...ways });
        location.assign(url);
      });`,
  ours: `
    const redirect = '/home?tab=rain';
    $('#up').onclick = () => tell(() => api.auth.signUp({ redirect }));
    $('#in').onclick = () => tell(() => api.auth.signIn({ redirect }));
    $('#upgrade').onclick = () =>
      tell(async () => {
        const successUrl = await api.auth.prepareUrl('refresh', { redirect, plan: 'pro' });
        const { url } = await api.billing.createCheckout({ tier: 'pro', successUrl, cancelUrl: '/pricing' });
        location.assign(url);
      });
    api.auth.onChange(show);`,
};
