/** What happens in a business over forty days, in business time, through the API and the sandbox; a ledger is kept of it. */
import { Ledger, sum } from './ledger.js';
import { connect, makeProject } from './project.js';
import { until } from './server.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** When steps are taken: so far from midnight that none runs into the next day. */
const STEPS_AT_MS = 10 * HOUR_MS + 10_000;
const MINUTE_MS = 60_000;
/** A deed takes less than the rest of the minute, which pages tell. */
const DEED_MS = 15_000;
const CARD = { card: '4242424242424242' };

export const LIMITS = { free: 20, pro: 500, team: 5000, club: 300 };
export const TIERS = [
  { name: 'free', displayName: 'Free', price: 0, limit: LIMITS.free, isDefault: true },
  { name: 'pro', displayName: 'Pro', price: 1900, limit: LIMITS.pro },
  { name: 'team', displayName: 'Team', price: 129_900, limit: LIMITS.team },
  { name: 'club', displayName: 'Club', price: 2500, currency: 'eur', limit: LIMITS.club },
];
export const PRICES = {
  pro: { amount: 1900, currency: 'usd' },
  team: { amount: 129_900, currency: 'usd' },
  club: { amount: 2500, currency: 'eur' },
};
const PRODUCTS = [
  { name: 'mug', displayName: 'Mug', price: 1800, billingMode: 'one_off', inventory: 9 },
  { name: 'poster', displayName: 'Poster', price: 3200, billingMode: 'one_off', inventory: 24 },
  { name: 'scarf', displayName: 'Scarf', price: 2200, currency: 'eur', billingMode: 'one_off', inventory: 5 },
];

/** Names of people, by what they are called here. */
export const PEOPLE = {
  ada: ['Ada', 'Lovelace'],
  grace: ['Grace', 'Hopper'],
  alan: ['Alan', 'Turing'],
  hedy: ['Hedy', 'Lamarr'],
  radia: ['Radia', 'Perlman'],
  ken: ['Ken', 'Thompson'],
  edsger: ['Edsger', 'Dijkstra'],
  tony: ['Tony', 'Hoare'],
};
export const emailOf = (who) => `${PEOPLE[who].join('.')}@example.com`.toLowerCase();

/** Day by day: who comes, buys, uses, cancels, orders. */
const STORY = {
  0: async (it) => {
    await it.joins('edsger');
    await it.joins('ada');
    await it.buys('ada', 'pro');
    await it.uses('ada', 120);
  },
  2: async (it) => {
    await it.joins('grace');
    await it.buys('grace', 'club');
    await it.uses('grace', 30);
    await it.orders({ mug: 2 });
  },
  5: async (it) => {
    await it.joins('alan');
    await it.buys('alan', 'team');
    await it.uses('alan', 1234);
    await it.uses('edsger', 2);
  },
  14: async (it) => {
    await it.joins('hedy');
    await it.buys('hedy', 'pro');
    await it.uses('hedy', 77);
    await it.uses('ada', 33);
  },
  20: async (it) => {
    await it.cancels('alan');
    await it.uses('hedy', 250);
    await it.uses('grace', 11);
  },
  33: async (it) => {
    await it.orders({ poster: 1, mug: 1 });
    await it.uses('ada', 9);
  },
  36: async (it) => {
    await it.joins('radia');
    await it.buys('radia', 'pro');
    await it.orders({ scarf: 1 });
  },
  38: async (it) => {
    await it.cancels('hedy');
    await it.joins('ken');
    await it.buys('ken', 'pro');
    await it.gives(1, { line: 'mug', quantity: 1, amount: 1800 });
    await it.sends(0);
  },
  40: async (it) => {
    await it.joins('tony');
    await it.usesUpTo('edsger', 17);
    await it.usesUpTo('tony', LIMITS.free);
    await it.uses('ada', 1);
    await it.grants('ken', 50);
    await it.grants('ken', 1000);
    await it.orders({ poster: 2 }, { isPaid: false });
  },
};

/** Lets it all happen. Answers the business, with its books, at its last day. */
export async function tellStory(visitor, server) {
  await connect(visitor, server);
  const saas = await makeProject(visitor, server, 'Skyline Weather', 'saas', TIERS);
  const store = await makeProject(visitor, server, 'Skyline Shop', 'store', PRODUCTS);
  const it = new Business(visitor, server, saas, store);
  await it.beginMorning();
  const begin = await it.now();
  for (const [day, happen] of Object.entries(STORY)) {
    await server.advance(Math.round((begin + day * DAY_MS - (await it.now())) / 1000));
    await happen(it);
  }
  return it;
}

class Business {
  ids = {};
  since = {};
  /** What was given on top of a plan, for the running period. */
  extra = {};
  plans = new Ledger();
  sales = new Ledger();

  constructor(visitor, server, saas, store) {
    Object.assign(this, { visitor, server, saas, store });
  }

  /** Business time. */
  async now() {
    const { now } = await (await fetch(`${this.server.url}/_dev/clock`)).json();
    return Date.parse(now);
  }

  async beginMorning() {
    const now = await this.now();
    const morning = Math.ceil(now / DAY_MS) * DAY_MS + STEPS_AT_MS;
    await this.server.advance(Math.ceil((morning - now) / 1000));
  }

  /** Goes on to the next minute if this one is nearly over. */
  async #takesItsTime() {
    const left = MINUTE_MS - ((await this.now()) % MINUTE_MS);
    if (left < DEED_MS) await this.server.advance(DEED_MS / 1000);
  }

  async joins(who) {
    await this.#takesItsTime();
    const [firstName, lastName] = PEOPLE[who];
    const { customer } = await this.saas.api.customers.create({ email: emailOf(who), firstName, lastName });
    this.ids[who] = customer.id;
    this.since[who] = await this.now();
  }

  async buys(who, tier) {
    await this.#takesItsTime();
    await this.server.buyPlan(this.saas.api, this.ids[who], tier);
    this.plans.buys(who, await this.now(), PRICES[tier]);
  }

  async uses(who, amount) {
    await this.saas.api.usage.track({ amount }, { userId: this.ids[who] });
    this.plans.used.push({ at: await this.now(), who, amount });
  }

  async grants(who, amount) {
    await this.saas.api.customers.grantUsage(this.ids[who], { amount });
    this.extra[who] = (this.extra[who] ?? 0) + amount;
  }

  async usesUpTo(who, count) {
    await this.uses(who, count - this.plans.callsThisMonth(await this.now(), who));
  }

  async cancels(who) {
    const ways = { returnUrl: this.server.url };
    const { url } = await this.saas.api.billing.openPortal(ways, { userId: this.ids[who] });
    const { page } = this.visitor;
    await page.goto(url);
    await page.getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    const isKnown = async () => (await this.saas.api.customers.explain(this.ids[who])).status === 'canceling';
    await until('the cancellation is known', isKnown);
    this.plans.cancels(who, await this.now());
  }

  /** Somebody new orders these; each order is of one currency. */
  async orders(quantities, { isPaid = true } = {}) {
    const { api } = this.store;
    const { products } = await api.products.list();
    const found = Object.entries(quantities).map(([key, quantity]) => {
      const { displayName, price, currency = 'usd' } = PRODUCTS.find(({ name }) => name === key);
      const { priceId } = products.find((product) => product.key === key);
      return { priceId, currency, line: { name: displayName, key, quantity, amount: price * quantity } };
    });
    const items = found.map(({ priceId, line }) => ({ priceId, quantity: line.quantity }));
    const email = this.server.freshEmail('shopper');
    const { sessionId, orderId } = await api.products.cartCheckout({ items, customerEmail: email });
    if (isPaid) {
      await this.server.control(`checkout/${sessionId}/pay`, CARD);
      await until('it is paid', async () => (await api.orders.get(orderId)).order.status === 'paid');
    }
    const [{ currency }] = found;
    const lines = found.map(({ line }) => line);
    const at = await this.now();
    this.sales.orders.push({
      id: orderId,
      email,
      currency,
      lines,
      at: isPaid ? at : null,
      begun: at,
      refunded: 0,
      status: isPaid ? 'Paid' : 'Pending',
    });
  }

  /** Gives some of a line of an order back, and puts it on the shelf again. */
  async gives(which, { line, quantity, amount }) {
    const order = this.sales.orders[which];
    const number = 1 + order.lines.findIndex(({ key }) => key === line);
    await this.store.api.orders.refund(order.id, { lines: [{ line: number, quantity }], restock: true });
    const isMade = async () => (await this.store.api.orders.get(order.id)).order.amountRefunded === amount;
    await until('the refund is made', isMade);
    order.refunded += amount;
    order.lines[number - 1].restocked = quantity;
    order.status = 'Partly refunded';
  }

  async sends(which) {
    const order = this.sales.orders[which];
    await this.store.api.orders.fulfil(order.id, {});
    order.status = 'Fulfilled';
  }

  /** What is left by product: all of it, and what is not promised to somebody who has yet to pay. */
  stock() {
    return PRODUCTS.map(({ name, displayName, inventory }) => {
      const taken = (orders) => sum(orders.flatMap(({ lines }) => lines).map((line) => takenOf(name, line)));
      const unsold = inventory - taken(this.sales.paid());
      return { displayName, unsold, free: inventory - taken(this.sales.orders) };
    });
  }
}

/** How many of a product went with a line of an order. */
function takenOf(product, { key, quantity, restocked = 0 }) {
  return key === product ? quantity - restocked : 0;
}
