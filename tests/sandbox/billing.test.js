// What the official client does around subscriptions, disputes and onboarding.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from './sandbox.js';

const success_url = 'http://127.0.0.1:9/done';
let sandbox;
let stripe;

before(async () => {
  sandbox = await start();
  stripe = sandbox.stripe();
});
after(() => sandbox.stop());

const monthly = (unit_amount) =>
  stripe.prices.create({
    currency: 'usd',
    unit_amount,
    recurring: { interval: 'month' },
    product_data: { name: `Plan ${unit_amount}` },
  });

/** A paid subscription of one price. */
async function subscribed(price, more = {}) {
  const line_items = [{ price: price.id, quantity: 1 }];
  const session = await stripe.checkout.sessions.create({ mode: 'subscription', success_url, line_items, ...more });
  const paid = await sandbox.control(`checkout/${session.id}/pay`, {});
  return stripe.subscriptions.retrieve(paid.subscription);
}

test('a product has the id that its maker chose', async () => {
  assert.equal((await stripe.products.create({ id: 'chosen', name: 'Chosen' })).id, 'chosen');
  await assert.rejects(stripe.products.create({ id: 'chosen', name: 'Chosen' }), {
    statusCode: 400,
    code: 'resource_already_exists',
  });
});

test('items come, change and go, and a preview tells what that costs', async () => {
  const [base, extra] = await Promise.all([monthly(1000), monthly(400)]);
  const subscription = await subscribed(base);
  const preview = await stripe.invoices.createPreview({
    subscription: subscription.id,
    subscription_details: { items: [{ price: extra.id, quantity: 3 }], proration_behavior: 'none' },
  });
  assert.equal(preview.total, 2200);
  const item = await stripe.subscriptionItems.create({ subscription: subscription.id, price: extra.id, quantity: 3 });
  assert.equal((await stripe.subscriptionItems.update(item.id, { quantity: 2 })).quantity, 2);
  assert.equal((await stripe.subscriptionItems.list({ subscription: subscription.id })).data.length, 2);
  assert.equal((await stripe.subscriptionItems.del(item.id)).deleted, true);
  const left = await stripe.subscriptions.retrieve(subscription.id);
  assert.deepEqual(
    left.items.data.map((item) => item.price.id),
    [base.id],
  );
});

test('a trial, canceled with a reason', async () => {
  const subscription = await subscribed(await monthly(900), { subscription_data: { trial_period_days: 7 } });
  assert.equal(subscription.status, 'trialing');
  await assert.rejects(stripe.subscriptions.resume(subscription.id), /status of paused/);
  const canceled = await stripe.subscriptions.cancel(subscription.id, {
    cancellation_details: { feedback: 'too_expensive' },
  });
  assert.equal(canceled.cancellation_details.feedback, 'too_expensive');
  const every = await stripe.subscriptions.list({ customer: subscription.customer, status: 'all' });
  assert.equal(every.data.length, 1);
});

test('an open invoice is voided', async () => {
  const customer = await stripe.customers.create({ email: 'open@example.com' });
  const price = await monthly(900);
  const { latest_invoice } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  assert.equal((await stripe.invoices.voidInvoice(latest_invoice)).status, 'void');
});

test('a card is saved in setup mode', async () => {
  const customer = await stripe.customers.create({ email: 'setup@example.com' });
  const session = await stripe.checkout.sessions.create({
    mode: 'setup',
    currency: 'usd',
    customer: customer.id,
    success_url,
  });
  await sandbox.control(`checkout/${session.id}/pay`, {});
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent.payment_method'] });
  assert.equal(done.setup_intent.payment_method.card.last4, '4242');
});

test('an address is asked for', async () => {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url,
    line_items: [{ price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Mug' } }, quantity: 1 }],
    shipping_address_collection: { allowed_countries: ['DE', 'FR'] },
  });
  const paid = await sandbox.control(`checkout/${session.id}/pay`, { name: 'Ann', address: { city: 'Bonn' } });
  const { name, address } = paid.collected_information.shipping_details;
  assert.deepEqual([name, address.city, address.country], ['Ann', 'Bonn', 'DE']);
});

test('a payment is disputed', async () => {
  const intent = await stripe.paymentIntents.create({
    amount: 900,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  const { id } = await sandbox.control('disputes', { payment_intent: intent.id });
  assert.equal((await stripe.disputes.retrieve(id)).status, 'needs_response');
  await sandbox.control('disputes', { payment_intent: intent.id, status: 'lost' });
  const told = await stripe.events.list({ type: 'charge.dispute.*' });
  assert.deepEqual(
    told.data.map((event) => event.type),
    ['charge.dispute.closed', 'charge.dispute.funds_withdrawn', 'charge.dispute.created'],
  );
});

test('an account is made and onboarded', async () => {
  const account = await stripe.accounts.create({ type: 'standard' });
  assert.equal(account.charges_enabled, false);
  const link = await stripe.accountLinks.create({
    account: account.id,
    type: 'account_onboarding',
    refresh_url: 'http://127.0.0.1:9/again',
    return_url: 'http://127.0.0.1:9/done',
  });
  const pressed = await fetch(link.url, { method: 'POST', redirect: 'manual' });
  assert.equal(pressed.headers.get('location'), 'http://127.0.0.1:9/done');
  assert.equal((await stripe.accounts.retrieve(account.id)).charges_enabled, true);
  const code = await sandbox.control('connect', { account: account.id });
  const token = await stripe.oauth.token({ grant_type: 'authorization_code', code: code.code });
  assert.equal(token.stripe_user_id, account.id);
});
