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
  start: { path: `${fresh}/start` },
  'go-live': { path: `${store}/go-live` },
  'go-live-refused': { path: `${store}/go-live`, act: (page) => press(page, 'Go live') },
  overview: { path: weather },
  'overview-live': { path: '/dashboard/pk_live_weather' },
  'overview-new': { path: fresh },
  'overview-store': { path: store },
  search: { path: weather, act: (page) => page.keyboard.press('Control+k') },
  customers: { path: `${weather}/customers` },
  'customers-none': { path: `${fresh}/customers` },
  'customers-broken': {
    path: `${weather}/customers?search=broken`,
    act: (page) => page.getByRole('button', { name: 'Try again' }).waitFor(),
  },
  'customers-forbidden': { path: `${weather}/customers?search=forbidden` },
  'customer-new': { path: `${weather}/customers/new` },
  customer: { path: `${weather}/customers/user_01k9z0e8m4q` },
  'customer-plan': { path: `${weather}/customers/user_01k9z0e8m4q`, act: (page) => press(page, 'Change plan') },
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
