// What the tests do with a client, the published one or ours, and at the sandbox that stands in for payments.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
const LOOK_FOR_MS = 15_000;

/** A client package against a running server. */
export class Kit {
  #client;
  #demo;
  #people = 0;

  constructor(client, demo) {
    this.#client = client;
    this.#demo = demo;
  }

  /** A client of the developer's own server. */
  backend(keys = this.#demo.saas) {
    return new this.#client.DreamAPI({ ...keys, baseUrl: this.#demo.baseUrl });
  }

  /** The same, calling for a user. */
  backendFor(token) {
    const api = this.backend();
    api.setUserToken(token);
    return api;
  }

  /** A client in a browser: publishable key, and the token of a user if there is one. */
  frontend(token, { publishableKey } = this.#demo.saas) {
    const api = new this.#client.DreamAPI({ publishableKey, baseUrl: this.#demo.baseUrl });
    if (token) api.setUserToken(token);
    return api;
  }

  /** Somebody new on the plan free: their id, address, token, and a client in their browser. */
  async newUser() {
    this.#people += 1;
    const email = `person-${this.#people}@example.com`;
    const { customer } = await this.backend().customers.create({ email });
    const token = await this.tokenOf(customer.id);
    return { id: customer.id, email, token, api: this.frontend(token) };
  }

  /** A token of a customer; the published client has no call for it. */
  async tokenOf(id) {
    return (await this.call('POST', `/api/customers/${id}/tokens`)).token;
  }

  /** Signs a customer out everywhere; the published client has no call for this either. */
  async endSessions(id) {
    await this.call('DELETE', `/api/customers/${id}/tokens`);
  }

  /** A call with the secret key of a project, answered as JSON. */
  async call(method, path, { secretKey } = this.#demo.saas) {
    const headers = { Authorization: `Bearer ${secretKey}` };
    const answer = await fetch(this.#demo.baseUrl + path, { method, headers });
    const body = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(body));
    return body;
  }

  /** What a call throws; it must be an exception of the client with a status, a code and a message. */
  async thrownBy(call, status) {
    const error = await call.then(
      () => assert.fail('the call should have failed'),
      (error) => error,
    );
    assert.ok(error instanceof this.#client.DreamAPIException, String(error));
    assert.equal(error.status, status, error.message);
    assert.ok(error.code.length > 0 && error.message.length > 0);
    return error;
  }

  /** Pays at the sandbox what a checkout asks for. Its webhook follows. */
  async pay(sessionId, card = '4242424242424242') {
    const path = `${this.#demo.sandboxUrl}/_control/checkout/${sessionId}/pay`;
    const answer = await fetch(path, { method: 'POST', body: JSON.stringify({ card }) });
    assert.equal(answer.status, 200, await answer.text());
  }

  /** Buys the plan pro, and waits until the webhook has put it in force. */
  async buyPro({ api }) {
    const { sessionId } = await api.billing.createCheckout({ tier: 'pro' });
    await this.pay(sessionId);
    await until('the plan is pro', async () => (await api.usage.check()).plan === 'pro');
  }
}

/** Asks until the answer is not empty, and gives it. */
export async function until(what, ask) {
  const deadline = Date.now() + LOOK_FOR_MS;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer) return answer;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`not within ${LOOK_FOR_MS} ms: ${what}`);
}
