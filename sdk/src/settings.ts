import type { SessionStorage } from './auth/storage';
import { isBrowser } from './browser';

/** What a client is made with. One of the two keys is needed. */
export interface DreamAPIConfig {
  /** Your secret key, `sk_test_…` or `sk_live_…`. For servers only: in a browser the constructor throws. */
  secretKey?: string | undefined;
  /** Your publishable key, `pk_test_…` or `pk_live_…`. Needed in browsers and for everything under `auth`. */
  publishableKey?: string | undefined;
  /** The address of your dream-api server. `http://127.0.0.1:8787` with test keys; live keys need it set. */
  baseUrl?: string | undefined;
  /** The address of the sign-in pages, if it is another one than `baseUrl`. */
  signupUrl?: string | undefined;
  /** The address of Clerk, if your server uses it; nothing here calls it. `signupUrl` if left out. */
  clerkBaseUrl?: string | undefined;
  /** How long one try may take, in milliseconds. 30,000 if left out; 0 for no end. */
  timeoutMs?: number | undefined;
  /** How often a call that is safe to repeat is tried, 1 to 3. 3 if left out. */
  maxTries?: number | undefined;
  /** Where a sign-in is kept: `localStorage` in a browser, memory elsewhere, if left out. */
  storage?: SessionStorage | undefined;
  /** Whether `auth.init()` takes a `__clerk_jwt` from the address. True if left out; see `auth.init`. */
  legacyToken?: boolean | undefined;
  /** What sends requests, if not the platform's `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** The configuration, checked, with every default in place. */
export interface Settings {
  readonly secretKey: string | undefined;
  readonly publishableKey: string | undefined;
  readonly baseUrl: string;
  readonly signupUrl: string;
  readonly clerkBaseUrl: string;
  readonly timeoutMs: number;
  readonly maxTries: number;
  readonly storage: SessionStorage | undefined;
  readonly legacyToken: boolean;
  readonly fetch: typeof globalThis.fetch;
}

const LOCAL_SERVER = 'http://127.0.0.1:8787';
const TIMEOUT_MS = 30_000;
const MOST_TRIES = 3;

/** Checks a configuration. Throws an `Error` that says what is wrong and how to mend it. */
export function settingsOf(config: DreamAPIConfig): Settings {
  checkKeys(config);
  const baseUrl = withoutSlash(config.baseUrl ?? defaultBaseUrl(config));
  const signupUrl = withoutSlash(config.signupUrl ?? baseUrl);
  return {
    secretKey: config.secretKey,
    publishableKey: config.publishableKey,
    baseUrl,
    signupUrl,
    clerkBaseUrl: withoutSlash(config.clerkBaseUrl ?? signupUrl),
    timeoutMs: config.timeoutMs ?? TIMEOUT_MS,
    maxTries: Math.min(Math.max(config.maxTries ?? MOST_TRIES, 1), MOST_TRIES),
    storage: config.storage,
    legacyToken: config.legacyToken ?? true,
    // Browsers refuse a fetch that is called as the method of something else.
    fetch: config.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

function checkKeys({ secretKey, publishableKey }: DreamAPIConfig): void {
  if (!secretKey && !publishableKey) {
    throw new Error('DreamAPI: Either secretKey or publishableKey is required');
  }
  if (publishableKey?.startsWith('sk_')) {
    throw new Error('DreamAPI: publishableKey is a secret key (sk_…). Pass the one that begins with pk_.');
  }
  if (secretKey && isBrowser()) {
    throw new Error(
      'DreamAPI: a secret key must not be used in a browser, where everybody can read it. ' +
        'Pass publishableKey alone, keep secretKey on your server, and regenerate it if this page was published.',
    );
  }
}

function defaultBaseUrl({ secretKey, publishableKey }: DreamAPIConfig): string {
  if ([secretKey, publishableKey].some((key) => key?.slice(2).startsWith('_live_'))) {
    throw new Error('DreamAPI: baseUrl is required with live keys: the address of your dream-api server');
  }
  return LOCAL_SERVER;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
