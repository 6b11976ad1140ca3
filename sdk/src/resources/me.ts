import type { CallOptions, Http } from '../http';
import type { Customer } from './customers';

/** The user the client calls for. Reached as `api.me`. */
export class MeAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * The user as the server knows them now, with the plan in force.
   *
   * @example
   * ```ts
   * const { customer } = await api.me.get();
   * console.log(customer.plan);
   * ```
   */
  get(options?: CallOptions): Promise<{ customer: Customer }> {
    return this.#http.send('GET', '/api/me', { ...options, user: 'required' });
  }
}
