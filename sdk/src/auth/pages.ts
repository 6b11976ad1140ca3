import { absoluteUrl } from '../browser';
import type { Settings } from '../settings';

/** The hosted pages. */
export type AuthPage = 'signup' | 'signin' | 'account' | 'refresh';

/** Where a hosted page leads. */
export interface AuthUrlOptions {
  /** Where to return to: an absolute URL, or a path of the present page's origin. */
  redirect: string;
  /** On `/refresh`: the plan that was paid for; the page waits until it is in force. */
  plan?: string;
}

/** Binds what a page sends back to who asked for it. */
export interface Challenge {
  codeChallenge: string;
  state: string;
}

/** The address of a hosted page. */
export function pageUrl(settings: Settings, page: AuthPage, options: AuthUrlOptions, challenge?: Challenge): string {
  const { publishableKey, signupUrl } = settings;
  if (!publishableKey) throw new Error('DreamAPI: publishableKey required for auth URLs');
  const params = new URLSearchParams({ pk: publishableKey, redirect: absoluteUrl(options.redirect) });
  if (options.plan !== undefined) params.set('plan', options.plan);
  if (challenge) {
    params.set('code_challenge', challenge.codeChallenge);
    params.set('code_challenge_method', 'S256');
    params.set('state', challenge.state);
  }
  return `${signupUrl}/${page}?${params}`;
}
