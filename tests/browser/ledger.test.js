// Every number on a page is what a ledger says that was kept beside: cards and how they changed, charts, rows of
// customers and orders, invoices, sums over projects and over developers. As text, as people read it.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { dayWords, Ledger, longAgo, momentWords, money, nextMonth, separated, sum } from './ledger.js';
import { connect, FREE, makeProject, newDeveloper, payHere } from './project.js';
import { cards, chart, fact, figuresOf, rows, shows } from './read-page.js';
import { start } from './server.js';
import { emailOf, LIMITS, PEOPLE, PRICES, TIERS, tellStory } from './story.js';

/** The first developer of a server. */
const OPERATOR = 'developer-1@example.com';
const DAYS = 30;

let server;
let browser;
let storageState;
let it;
let now;
before(async () => {
  [server, browser] = await Promise.all([start({ DREAM_OPERATOR_EMAILS: OPERATOR }), launch()]);
  const visitor = await visit(browser);
  await newDeveloper(visitor, server);
  it = await tellStory(visitor, server);
  now = await it.now();
  storageState = await visitor.context.storageState();
  await visitor.leave();
});

journey('the overview of plans', async () => {
  const visitor = await at(it.saas.at, 'Overview');
  const { page } = visitor;
  const { plans } = it;
  const [mrr, mrrBefore] = [plans.mrr(now), plans.mrr(longAgo(now)).usd];
  const paying = plans.paying(now);
  const [used, usedBefore] = [plans.callsThisMonth(now), plans.callsLastMonth(now)];
  await shows(
    () => cards(page),
    [
      `MRR${money(mrr.usd, 'usd')}and ${money(mrr.eur, 'eur')}${change(mrr.usd - mrrBefore, (by) => money(by, 'usd'))}`,
      `Active subscriptions${paying}${change(paying - plans.paying(longAgo(now)))}`,
      `Canceling${plans.canceling(now)}${change(plans.canceling(now) - plans.canceling(longAgo(now)))}`,
      `Usage this period${separated(used)}${change(used - usedBefore)}`,
    ],
  );
  await shows(
    () => page.getByRole('list', { name: 'Needs a look' }).getByRole('listitem').allTextContents(),
    ['1 customer has used up the limit of the plan.View', '1 customer has used 80 % of the limit of the plan.View'],
  );
  const ofMonth = (currency) => plans.byDay(now, DAYS, (_, end) => [money(plans.mrr(end)[currency] ?? 0, currency)]);
  await shows(() => chart(page, 'MRR by day in USD'), ofMonth('usd'));
  await shows(() => chart(page, 'MRR by day in EUR'), ofMonth('eur'));
  const changed = (from, to, sign) =>
    plans.changes.filter(({ at: when, by }) => when >= from && when < to && by * sign > 0).length;
  await shows(
    () => chart(page, 'New and lost subscribers by day'),
    plans.byDay(now, DAYS, (from, to) => [String(changed(from, to, 1)), String(changed(from, to, -1))]),
  );
  await shows(
    () => chart(page, 'Requests by day'),
    plans.byDay(now, DAYS, (from, to) => [separated(plans.calls(from, to))]),
  );
  await page.getByText('90 days').click();
  await shows(
    () => chart(page, 'Requests by day'),
    plans.byDay(now, 90, (from, to) => [separated(plans.calls(from, to))]),
  );
  await visitor.leave();
});

journey('the customers', async () => {
  const visitor = await at(`${it.saas.at}/customers`, 'Customers');
  const newestFirst = Object.keys(it.ids).toSorted((one, other) => it.since[other] - it.since[one]);
  await shows(() => rows(visitor.page, 'Customers'), newestFirst.map(customerRow));
  await visitor.page.goto(`${it.saas.at}/customers?status=canceling`);
  await shows(() => rows(visitor.page, 'Customers'), [customerRow('hedy')]);
  for (const level of ['close', 'reached']) {
    await visitor.page.goto(`${it.saas.at}/customers?usage=${level}`);
    await shows(
      () => rows(visitor.page, 'Customers'),
      newestFirst.filter((who) => nearOf(who) === level).map(customerRow),
    );
  }
  await visitor.leave();
});

for (const who of Object.keys(PEOPLE)) {
  journey(`the page of ${who}`, async () => {
    const visitor = await at(`${it.saas.at}/customers/${it.ids[who]}`, emailOf(who));
    const { page } = visitor;
    const { plan, limit, standing } = planOf(who);
    const used = it.plans.callsThisMonth(now, who);
    await shows(() => fact(page, 'Plan'), plan);
    await shows(() => fact(page, 'Name'), PEOPLE[who].join(' '));
    await shows(() => fact(page, 'Since'), momentWords(it.since[who]));
    const usage = page.getByRole('region', { name: 'Usage', exact: true });
    await usage.getByText(`${separated(used)} of ${separated(limit)}`, { exact: true }).waitFor();
    await usage.getByText(`, ${momentWords(nextMonth(now))}`).waitFor();
    await usage.getByText(used < limit ? `${separated(limit - used)} left` : 'Nothing left', { exact: true }).waitFor();
    if (it.extra[who])
      await usage.getByText(`${separated(it.extra[who])} extra in this period`, { exact: true }).waitFor();
    const days = it.plans.byDay(now, DAYS, (from, to) => [separated(it.plans.calls(from, to, who))]);
    if (days.some(([, calls]) => calls !== '0')) await shows(() => chart(page, 'Use of requests by day'), days);
    if (standing) {
      await shows(() => fact(page, standing.status === 'Active' ? 'Renews' : 'Ends'), momentWords(standing.end));
      const { amount, currency } = it.plans.of(who);
      await shows(() => fact(page, 'Price'), `${money(amount, currency).replace('.00', '')} a month`);
    }
    const expected = it.plans.invoices(who, now);
    if (expected.length === 0) await page.getByText('No invoices yet').waitFor();
    else await shows(async () => (await rows(page, 'Invoices')).map(([day, , ...rest]) => [day, ...rest]), expected);
    await visitor.leave();
  });
}

journey('the usage', async () => {
  const visitor = await at(`${it.saas.at}/usage`, 'Usage');
  const { page } = visitor;
  const { plans } = it;
  const used = plans.callsThisMonth(now);
  const most = Object.keys(PEOPLE)
    .map((who) => ({ who, calls: plans.callsThisMonth(now, who), ...planOf(who) }))
    .filter(({ calls }) => calls > 0)
    .toSorted((one, other) => other.calls - one.calls);
  const figures = () => page.getByRole('main').locator('dl > div > dd:first-of-type').allTextContents();
  const close = most.filter(({ calls, limit }) => calls >= limit * 0.8 && calls < limit).length;
  const reached = most.filter(({ calls, limit }) => calls >= limit).length;
  await shows(figures, [used, most.length, close, reached].map(separated));
  const by = used - plans.callsLastMonth(now);
  const change = by === 0 ? 'as much as' : `${separated(Math.abs(by))} ${by > 0 ? 'more' : 'less'} than`;
  await page.getByText(change).first().waitFor();
  const users = most.map(({ who, plan, calls, limit }) => {
    const share = Math.floor((calls * 10_000) / used) / 100;
    return [emailOf(who), plan, `${share.toFixed(share < 1 ? 2 : 1)} %`, `${separated(calls)} of ${separated(limit)}`];
  });
  await shows(() => rows(page, 'Who uses most'), users);
  await shows(
    () => chart(page, 'Use of requests by day'),
    plans.byDay(now, DAYS, (from, to) => [separated(plans.calls(from, to))]),
  );
  await page.getByRole('link', { name: 'Everybody' }).click();
  await page.getByRole('heading', { name: 'Who uses most', level: 1 }).waitFor();
  await shows(() => rows(page, 'Who uses most'), users);
  await page.getByRole('button', { name: 'At the limit' }).click();
  await shows(
    () => rows(page, 'Who uses most'),
    users.filter((_, index) => most[index].calls >= most[index].limit),
  );
  await visitor.leave();
});

journey('the plans', async () => {
  const visitor = await at(`${it.saas.at}/plans`, 'Plans');
  const told = visitor.page.getByRole('main').getByRole('listitem');
  const words = Object.entries(PRICES).map(
    ([name, { amount, currency }]) =>
      `${money(amount, currency).replace('.00', '')} a month, ${separated(LIMITS[name])} requests a month`,
  );
  for (const text of words) await told.getByText(text, { exact: true }).waitFor();
  await told.getByText(`Free, ${LIMITS.free} requests a month`, { exact: true }).waitFor();
  await visitor.leave();
});

journey('the overview of a store', async () => {
  const visitor = await at(it.store.at, 'Overview');
  const { page } = visitor;
  const { sales } = it;
  const [revenue, before30] = [sales.revenue('usd'), sales.revenue('usd', longAgo(now))];
  const [count, countBefore] = [sales.paid().length, sales.paid(longAgo(now)).length];
  await shows(
    () => cards(page),
    [
      `Revenue${money(revenue, 'usd')}${change(revenue - before30, (by) => money(by, 'usd'))}`,
      `Sales${count}${change(count - countBefore)}`,
      `Items in stock${sum(it.stock().map(({ unsold }) => unsold))}`,
      'Low on stock1',
    ],
  );
  for (const currency of ['usd', 'eur']) {
    const days = sales.byDay(now, DAYS, (from, to) => [
      money(sales.revenue(currency, to) - sales.revenue(currency, from), currency),
    ]);
    await shows(() => chart(page, `Revenue by day in ${currency.toUpperCase()}`), days);
  }
  await visitor.leave();
});

journey('the products', async () => {
  const visitor = await at(`${it.store.at}/products`, 'Products');
  for (const { displayName, free } of it.stock()) {
    const card = visitor.page.getByRole('main').getByRole('listitem').filter({ hasText: displayName });
    await card.getByText(free <= 5 ? `Only ${free} left` : `${free} in stock`, { exact: true }).waitFor();
  }
  await visitor.leave();
});

journey('the orders', async () => {
  const visitor = await at(`${it.store.at}/orders`, 'Orders');
  const { page } = visitor;
  const all = it.sales.orders.toReversed();
  await shows(
    async () => (await rows(page, 'Orders')).map(([who, items, status, , total]) => [who, items, status, total]),
    all.map(({ email, lines, status, currency }) => [
      email,
      lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', '),
      status,
      money(totalOf(lines), currency),
    ]),
  );
  for (const { id, email, lines, refunded, currency } of it.sales.orders) {
    await page.goto(`${it.store.at}/orders/${id}`);
    await page.getByRole('heading', { level: 1, name: email }).waitFor();
    const bill = page.getByRole('main').locator('section').filter({ hasText: 'Items' });
    const words = lines.map(
      ({ name, quantity, amount }) => `${name}${quantity > 1 ? ` × ${quantity}` : ''}${money(amount, currency)}`,
    );
    await shows(() => bill.first().getByRole('listitem').allTextContents(), words);
    await shows(() => fact(page, 'Total'), money(totalOf(lines), currency));
    if (refunded > 0) await shows(() => fact(page, 'Refunded'), money(-refunded, currency));
  }
  await visitor.leave();
});

journey('the totals of what is live', async () => {
  const visitor = await visit(browser, { storageState });
  await connect(visitor, server, 'live');
  const { pk } = it.saas;
  const { publishableKey, secretKey } = await visitor.post(server, '/promote-to-live', { publishableKey: pk });
  await visitor.post(server, '/projects/settings', { publishableKey, redirectOrigins: ['https://a.example'] });
  const api = server.backend(secretKey);
  const live = new Ledger();
  for (const [who, tier] of [
    ['ada', 'pro'],
    ['grace', 'club'],
    ['tony', null],
  ]) {
    const { customer } = await api.customers.create({ email: emailOf(who) });
    if (!tier) continue;
    await server.buyPlan(api, customer.id, tier, { successUrl: 'https://a.example/', cancelUrl: 'https://a.example/' });
    live.buys(who, now, PRICES[tier]);
  }
  const mrr = live.mrr(now + 1);
  const both = `${money(mrr.eur, 'eur')} + ${money(mrr.usd, 'usd')}`;
  await visitor.page.goto(`${server.url}/dashboard/totals`);
  const figures = [`MRR${both}`, `Revenue in all${both}`, 'Customers3', 'Active subscriptions2', 'Canceling0'];
  await shows(() => figuresOf(visitor.page, 'MRR'), [...figures, 'Live projects1']);
  await shows(() => rows(visitor.page, 'By project'), [['Skyline Weather', '3', '2', money(mrr.usd, 'usd')]]);
  await isToldToOperator();
  await visitor.leave();
});

/** Somebody else pays for the plan of the server; whoever runs it sees that, and how many people there are. */
async function isToldToOperator() {
  const other = await visit(browser);
  const payer = await newDeveloper(other, server);
  const { api } = await makeProject(other, server, 'Tides', 'saas', [FREE]);
  await api.customers.create({ email: 'only@example.com' });
  await other.page.goto(`${server.url}/dashboard/billing`);
  await other.page.getByRole('button', { name: 'Upgrade' }).click();
  await other.page.getByRole('heading', { level: 1, name: 'Subscribe' }).waitFor();
  await payHere(other);
  await other.page.getByRole('heading', { level: 2, name: 'Paid' }).waitFor();
  const price = await priceOfPlan();
  const { customers: demo } = await server.backend().customers.list();

  const visitor = await at(`${server.url}/dashboard/operator`, 'Operator');
  const ours = Object.keys(PEOPLE).length;
  await shows(
    () => figuresOf(visitor.page, 'Platforms'),
    ['Platforms3', 'Paying1', `MRR${money(price, 'usd')}`, `Live users3and ${ours + 1 + demo.length} in test mode`],
  );
  const today = dayWords(await it.now());
  const table = async () => (await rows(visitor.page, 'Platforms')).map((row) => row.slice(0, -1));
  await shows(table, [
    [payer, 'paid', 'Active', '0', '1', money(price, 'usd')],
    [OPERATOR, 'free', 'No subscription', '3', String(ours), money(0, 'usd')],
    ['demo@dream-api.test', 'free', 'No subscription', '0', String(demo.length), money(0, 'usd')],
  ]);
  assert.equal((await rows(visitor.page, 'Platforms'))[0].at(-1), today);
  await Promise.all([other.leave(), visitor.leave()]);
}

/** What the plan of the server itself costs, as it is offered. */
async function priceOfPlan() {
  const { rootPublishableKey } = await (await fetch(`${server.url}/api/config`)).json();
  const headers = { 'X-Publishable-Key': rootPublishableKey };
  const { tiers } = await (await fetch(`${server.url}/api/tiers`, { headers })).json();
  return tiers.find(({ name }) => name === 'paid').price;
}

/** What somebody has, by the books. */
function planOf(who) {
  const standing = it.plans.standing(who, now);
  const more = it.extra[who] ?? 0;
  if (!standing) return { plan: 'Free', limit: LIMITS.free + more, standing };
  const { amount, currency } = it.plans.of(who);
  const [name] = Object.entries(PRICES).find(([, price]) => price.amount === amount && price.currency === currency);
  const { displayName } = TIERS.find((tier) => tier.name === name);
  return { plan: displayName, limit: LIMITS[name] + more, standing };
}

/** How near the end of it the use of somebody is. */
function nearOf(who) {
  const [used, { limit }] = [it.plans.callsThisMonth(now, who), planOf(who)];
  if (used >= limit) return 'reached';
  return used * 5 >= limit * 4 ? 'close' : null;
}

function customerRow(who) {
  const { plan, limit, standing } = planOf(who);
  const used = it.plans.callsThisMonth(now, who);
  const next = standing && `${standing.status === 'Active' ? 'Renews' : 'Ends'} ${dayWords(standing.end)}`;
  const status = standing?.status ?? (it.plans.of(who) ? 'Canceled' : 'No subscription');
  const name = `${emailOf(who)}${PEOPLE[who].join(' ')}`;
  const usage = `${separated(used)} of ${separated(limit)}`;
  return [name, plan, usage, status, next ?? '–', dayWords(it.since[who])];
}

function totalOf(lines) {
  return sum(lines.map(({ amount }) => amount));
}

/** How a card tells that a number changed. */
function change(by, words = separated) {
  return by === 0 ? 'No change' : `${words(Math.abs(by))}${by > 0 ? 'more' : 'less'} than the period before`;
}

/** A page as it is seen on the last day. */
async function at(url, heading) {
  const visitor = await visit(browser, { storageState, viewport: { width: 1440, height: 900 } });
  const { page } = visitor;
  await page.goto(url);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  return visitor;
}
