// The pages of the dashboard to look at; `act` brings one into the state to look at.

const weather = '/dashboard/pk_test_weather';
const store = '/dashboard/pk_test_mugs';
const fresh = '/dashboard/pk_test_new';

/** By name. */
export const DASHBOARD = {
  projects: { path: '/dashboard/projects' },
  'project-new': { path: '/dashboard/projects/new' },
  'project-made': {
    path: '/dashboard/projects/new',
    act: async (page) => {
      await page.locator('[name=projectName]').fill('Field notes');
      await press(page, 'Create project');
    },
  },
  'project-made-left': {
    path: '/dashboard/projects/new',
    act: async (page) => {
      await page.locator('[name=projectName]').fill('Field notes');
      await press(page, 'Create project');
      await press(page, 'Go on to the first steps');
    },
  },
  start: { path: `${fresh}/start` },
  'go-live': { path: `${store}/go-live` },
  'go-live-refused': { path: `${store}/go-live`, act: (page) => press(page, 'Go live') },
  overview: { path: weather },
  'overview-ahead': { path: `${weather}?ahead=2678400` },
  'overview-live': { path: '/dashboard/pk_live_weather' },
  'overview-new': { path: fresh },
  'overview-store': { path: store },
  search: { path: weather, act: (page) => page.keyboard.press('Control+k') },
  'search-found': {
    path: store,
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search' }).fill('in');
      await page.waitForTimeout(1200);
    },
  },
  'sample-remove': { path: `${store}?sample=remove` },
  customers: { path: `${weather}/customers` },
  'customers-close': { path: `${weather}/customers?usage=close` },
  'customers-none': { path: `${fresh}/customers` },
  'customers-broken': {
    path: `${weather}/customers?search=broken`,
    act: (page) => page.getByRole('button', { name: 'Try again' }).waitFor(),
  },
  'customers-forbidden': { path: `${weather}/customers?search=forbidden` },
  'customer-new': { path: `${weather}/customers/new` },
  customer: { path: `${weather}/customers/user_01k9z0e8m4q` },
  'customer-plan': { path: `${weather}/customers/user_01k9z0e8m4q`, act: (page) => press(page, 'Change plan') },
  'customer-90': { path: `${weather}/customers/user_01k9z0e8m4q?days=90&meter=tokens` },
  'customer-near': { path: `${weather}/customers/user_01k9z2e8m4q` },
  'customer-unlimited': { path: `${weather}/customers/user_01k9z1e8m4q` },
  'customer-unused': { path: `${weather}/customers/user_01k9z4e8m4q` },
  'customer-gone': { path: `${weather}/customers/user_nobody` },
  'customer-store': { path: `${store}/customers/user_01k9z0e8m4q` },
  'customer-grant': {
    path: `${weather}/customers/user_01k9z0e8m4q`,
    act: async (page) => {
      await press(page, 'Grant extra usage');
      await page.locator('[name=amount]').fill('500');
    },
  },
  'customer-reset': { path: `${weather}/customers/user_01k9z0e8m4q`, act: (page) => press(page, 'Reset usage') },
  'customer-portal': {
    path: `${weather}/customers/user_01k9z0e8m4q`,
    act: async (page) => {
      await press(page, 'Billing portal');
      await press(page, 'Make link');
    },
  },
  'customer-portal-none': {
    path: `${weather}/customers/user_01k9z2e8m4q`,
    act: async (page) => {
      await press(page, 'Billing portal');
      await press(page, 'Make link');
    },
  },
  'customer-sign-out': {
    path: `${weather}/customers/user_01k9z0e8m4q`,
    act: (page) => press(page, 'Sign out Safari on iPhone'),
  },
  'customer-menu': { path: `${weather}/customers/user_01k9z0e8m4q`, act: (page) => press(page, 'More actions') },
  usage: { path: `${weather}/usage` },
  'usage-year': { path: `${weather}/usage?days=365&meter=tokens` },
  'usage-customers': { path: `${weather}/usage/customers` },
  'usage-none': { path: `${fresh}/usage` },
  'usage-unknown': {
    path: `${weather}/usage?meter=sheep`,
    act: (page) => page.getByRole('button', { name: 'Show requests' }).waitFor(),
  },
  'plan-left': {
    path: `${weather}/plans/pro`,
    act: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Professional');
      await page.getByRole('link', { name: 'Plans' }).last().click();
      await page.waitForTimeout(400);
    },
  },
  'plan-preview': { path: `${weather}/plans/pro`, act: (page) => press(page, 'Preview link') },
  plans: { path: `${weather}/plans` },
  'plan-new': { path: `${weather}/plans/new` },
  plan: { path: `${weather}/plans/pro` },
  'plan-price': {
    path: `${weather}/plans/pro`,
    act: async (page) => {
      await page.getByLabel('Price', { exact: true }).fill('39');
      await press(page, 'Save');
    },
  },
  products: { path: `${store}/products` },
  product: { path: `${store}/products/mug` },
  orders: { path: `${store}/orders` },
  order: { path: `${store}/orders/ord_01k9z0` },
  'order-refund': { path: `${store}/orders/ord_01k9z0`, act: (page) => press(page, 'Refund') },
  events: { path: `${weather}/events` },
  'events-none': { path: `${fresh}/events` },
  event: { path: `${weather}/events/evt_29x` },
  keys: { path: `${weather}/developers` },
  'keys-regenerate': { path: `${weather}/developers`, act: (page) => press(page, 'Regenerate') },
  redirects: { path: `${weather}/developers/redirects` },
  quickstart: { path: `${weather}/developers/quickstart?in=react` },
  branding: { path: `${weather}/settings` },
  payments: { path: `${weather}/settings/payments` },
  'payments-none': { path: '/dashboard/pk_live_weather/settings/payments' },
  'sign-in': { path: `${weather}/settings/sign-in` },
  'project-reset': { path: `${store}/settings/reset` },
  'project-reset-live': { path: '/dashboard/pk_live_weather/settings/reset' },
  'project-delete': { path: `${weather}/settings/delete` },
  totals: { path: '/dashboard/totals' },
  operator: { path: '/dashboard/operator' },
  billing: { path: '/dashboard/billing' },
  'signed-out': { path: '/dashboard?nobody=1' },
  'not-yours': { path: '/dashboard/pk_test_somebody' },
  nowhere: { path: `${weather}/nowhere` },
};

async function press(page, name) {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.waitForTimeout(600);
}
