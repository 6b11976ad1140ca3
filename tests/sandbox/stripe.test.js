// What the official client does with everything that the sandbox has.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { receive, start } from './sandbox.js';

let sandbox;
let stripe;

before(async () => {
  sandbox = await start();
  stripe = sandbox.stripe();
});
after(() => sandbox.stop());

test('products and prices', async () => {
  const product = await stripe.products.create({
    name: 'Pro',
    description: 'All of it',
    images: ['http://127.0.0.1/a.png'],
    metadata: { tier: 'pro' },
  });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'jpy',
    unit_amount: 500,
    recurring: { interval: 'year' },
    lookup_key: 'pro_yearly',
  });
  await stripe.products.update(product.id, {
    default_price: price.id,
    description: '',
    metadata: { tier: '', new: 'yes' },
  });
  const expanded = await stripe.products.retrieve(product.id, { expand: ['default_price'] });
  assert.equal(expanded.default_price.unit_amount, 500);
  assert.equal(expanded.description, null);
  assert.deepEqual(expanded.metadata, { new: 'yes' });
  const next = await stripe.prices.create({
    product: product.id,
    currency: 'jpy',
    unit_amount: 600,
    recurring: { interval: 'year' },
    lookup_key: 'pro_yearly',
    transfer_lookup_key: true,
  });
  const found = await stripe.prices.list({ lookup_keys: ['pro_yearly'], expand: ['data.product'] });
  assert.deepEqual(
    found.data.map((price) => [price.id, price.product.name]),
    [[next.id, 'Pro']],
  );
  await assert.rejects(stripe.prices.update(price.id, { active: false }), /default price/);
  await stripe.products.update(product.id, { default_price: next.id });
  assert.equal((await stripe.prices.update(price.id, { active: false })).active, false);
});

test('customers, page by page', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await stripe.customers.create({ name, email: `${name}@example.com` });
  const names = [];
  for await (const customer of stripe.customers.list({ limit: 2 })) names.push(customer.name);
  assert.deepEqual(names, ['e', 'd', 'c', 'b', 'a']);
  const [first] = (await stripe.customers.list({ email: 'a@example.com' })).data;
  assert.deepEqual(await stripe.customers.del(first.id).then(({ id, deleted }) => [id, deleted]), [first.id, true]);
  assert.equal((await stripe.customers.retrieve(first.id)).deleted, true);
});

test('errors are the errors of the client', async () => {
  await assert.rejects(stripe.customers.retrieve('cus_none'), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
    assert.deepEqual([error.statusCode, error.code, error.param], [404, 'resource_missing', 'id']);
    assert.match(error.requestId, /^req_/);
    return true;
  });
  await assert.rejects(stripe.products.create({ name: 'a', colour: 'red' }), {
    code: 'parameter_unknown',
    param: 'colour',
  });
  await assert.rejects(
    sandbox.stripe('nonsense').customers.list(),
    (error) => error instanceof Stripe.errors.StripeAuthenticationError,
  );
  await sandbox.control('misbehave', { what: 'answer_429', count: 1 });
  await assert.rejects(stripe.customers.list(), (error) => error instanceof Stripe.errors.StripeRateLimitError);
  await sandbox.control('misbehave', { what: 'answer_500', count: 1 });
  await assert.rejects(stripe.customers.list(), (error) => error instanceof Stripe.errors.StripeAPIError);
});

test('idempotency', async () => {
  const options = { idempotencyKey: 'once' };
  const first = await stripe.customers.create({ name: 'once' }, options);
  assert.equal((await stripe.customers.create({ name: 'once' }, options)).id, first.id);
  await assert.rejects(stripe.customers.create({ name: 'other' }, options), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeIdempotencyError);
    return true;
  });
});

test('a lost answer is repeated by the client and done once', async () => {
  await sandbox.control('misbehave', { what: 'lose_answer', count: 1 });
  const retrying = sandbox.stripe('sk_test_npm', { maxNetworkRetries: 2 });
  const made = await retrying.customers.create({ email: 'lost@example.com' });
  const listed = await stripe.customers.list({ email: 'lost@example.com' });
  assert.deepEqual(
    listed.data.map((customer) => customer.id),
    [made.id],
  );
});

test('a delivered event is verified', async () => {
  const receiver = await receive();
  const endpoint = await stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ['customer.updated'],
    api_version: Stripe.API_VERSION,
  });
  const customer = await stripe.customers.create({ name: 'before' });
  await stripe.customers.update(customer.id, { name: 'after' });
  const { body, signature } = await receiver.next();
  const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
  assert.equal(event.type, 'customer.updated');
  assert.deepEqual(event.data.previous_attributes, { name: 'before' });
  assert.throws(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other'));
  assert.equal((await stripe.events.retrieve(event.id)).data.object.name, 'after');
  const since = await stripe.events.list({ types: ['customer.updated'], created: { gte: event.created } });
  assert.equal(since.data[0].id, event.id);
  assert.equal((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
  receiver.stop();
});

test('Connect: token, calls for the account, end', async () => {
  const address = stripe.oauth.authorizeUrl({
    client_id: 'ca_npm',
    redirect_uri: 'http://127.0.0.1:9/back',
    state: 'kept',
  });
  const query = new URL(address).search;
  const pressed = await fetch(`${sandbox.base}/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(query),
  });
  const back = new URL(pressed.headers.get('location')).searchParams;
  assert.equal(back.get('state'), 'kept');
  const token = await stripe.oauth.token({ grant_type: 'authorization_code', code: back.get('code') });
  assert.deepEqual([token.token_type, token.scope, token.livemode], ['bearer', 'read_write', false]);
  const account = { stripeAccount: token.stripe_user_id };
  const customer = await stripe.customers.create({ name: 'theirs' }, account);
  await assert.rejects(stripe.customers.retrieve(customer.id), { code: 'resource_missing' });
  const own = sandbox.stripe(token.access_token);
  assert.equal((await own.customers.retrieve(customer.id)).name, 'theirs');
  assert.equal((await stripe.accounts.retrieve(token.stripe_user_id)).charges_enabled, true);
  await stripe.oauth.deauthorize({ client_id: 'ca_npm', stripe_user_id: token.stripe_user_id });
  await assert.rejects(
    stripe.customers.list({}, account),
    (error) => error instanceof Stripe.errors.StripePermissionError,
  );
  await assert.rejects(own.customers.list(), (error) => error instanceof Stripe.errors.StripeAuthenticationError);
  await assert.rejects(stripe.oauth.token({ grant_type: 'authorization_code', code: 'ac_none' }), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeInvalidGrantError);
    return true;
  });
});

test('checkout is paid, and refunded in part', async () => {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1:9/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/back',
    client_reference_id: 'user_1',
    line_items: [
      { price_data: { currency: 'usd', unit_amount: 700, product_data: { name: 'Tea' } }, quantity: 2 },
      { price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'Bag' } }, quantity: 1 },
    ],
  });
  const declined = await sandbox.control(`checkout/${session.id}/pay`, { card: '4000000000000002' });
  assert.equal(declined.error.code, 'card_declined');
  await sandbox.control(`checkout/${session.id}/pay`, {});
  const paid = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['line_items', 'payment_intent.latest_charge'],
  });
  assert.deepEqual([paid.status, paid.payment_status, paid.amount_total], ['complete', 'paid', 1500]);
  assert.deepEqual(
    paid.line_items.data.map((line) => line.description),
    ['Tea', 'Bag'],
  );
  assert.equal(paid.payment_intent.latest_charge.paid, true);
  const refund = await stripe.refunds.create({ payment_intent: paid.payment_intent.id, amount: 700 });
  assert.equal(refund.status, 'succeeded');
  await assert.rejects(stripe.refunds.create({ payment_intent: paid.payment_intent.id, amount: 801 }), {
    param: 'amount',
  });
  const lines = await stripe.checkout.sessions.listLineItems(session.id, { limit: 1 });
  assert.equal(lines.has_more, true);
});

test('a declined intent is a card error', async () => {
  const intent = await stripe.paymentIntents.create({ amount: 900, currency: 'eur' });
  await assert.rejects(
    stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_chargeDeclined' }),
    (error) => {
      assert.ok(error instanceof Stripe.errors.StripeCardError);
      assert.deepEqual([error.code, error.decline_code], ['card_declined', 'generic_decline']);
      return true;
    },
  );
  const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
  assert.equal(paid.status, 'succeeded');
});

test('a subscription is bought, changed and canceled', async () => {
  const recurring = { interval: 'month' };
  const [small, large] = await Promise.all(
    [1000, 3000].map((unit_amount) =>
      stripe.prices.create({ currency: 'usd', unit_amount, recurring, product_data: { name: `Plan ${unit_amount}` } }),
    ),
  );
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url: 'http://127.0.0.1:9/done',
    line_items: [{ price: small.id, quantity: 1 }],
    subscription_data: { metadata: { user: 'user_1' } },
  });
  await sandbox.control(`checkout/${session.id}/pay`, { email: 'subscriber@example.com' });
  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription.latest_invoice'] });
  const subscription = paid.subscription;
  assert.deepEqual([subscription.status, subscription.latest_invoice.amount_paid], ['active', 1000]);
  const [item] = subscription.items.data;
  assert.ok(item.current_period_end > item.current_period_start);
  const changed = await stripe.subscriptions.update(subscription.id, {
    items: [{ id: item.id, price: large.id }],
    proration_behavior: 'always_invoice',
  });
  assert.equal(changed.items.data[0].price.id, large.id);
  const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  assert.equal(ending.cancel_at, item.current_period_end);
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
  const invoices = await stripe.invoices.list({ subscription: subscription.id });
  assert.deepEqual(
    invoices.data.map((invoice) => invoice.status),
    ['paid', 'paid'],
  );
  assert.equal(invoices.data[0].parent.subscription_details.subscription, subscription.id);
  assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, 'canceled');
  const told = await stripe.events.list({ type: 'customer.subscription.*' });
  assert.equal(told.data[0].type, 'customer.subscription.deleted');
});

test('the portal', async () => {
  const customer = await stripe.customers.create({ email: 'portal@example.com' });
  const configuration = await stripe.billingPortal.configurations.create({
    features: { subscription_cancel: { enabled: true, mode: 'at_period_end' }, invoice_history: { enabled: true } },
  });
  assert.equal(configuration.features.payment_method_update.enabled, false);
  const session = await stripe.billingPortal.sessions.create({
    customer: customer.id,
    configuration: configuration.id,
    return_url: 'http://127.0.0.1:9/back',
  });
  assert.match(session.url, /\/portal\/bps_/);
  assert.match(await (await fetch(session.url)).text(), /Sandbox: no real money/);
});
