/** The pages that link to each other. */
export type Page = 'signup' | 'signin' | 'reset' | 'account';

/** What an app sends along, and what has to survive every link between the pages. */
const CARRIED = ['pk', 'redirect', 'code_challenge', 'code_challenge_method', 'state', 'plan'];

/** Where the app wants the person back, and how, as the calls name it. */
export interface WayBack {
  redirect?: string;
  codeChallenge?: string;
  state?: string;
}

/** The address of another page, with everything that the app sent along. */
export function linkTo(page: Page, search: string): string {
  const carried = carry(search).toString();
  return carried ? `/${page}?${carried}` : `/${page}`;
}

/** Where signing in with a provider begins. */
export function providerLink(provider: string, intent: 'signin' | 'signup', publishableKey: string, search: string) {
  const query = carry(search);
  query.set('pk', publishableKey);
  query.set('intent', intent);
  return `/auth/start/${encodeURIComponent(provider)}?${query}`;
}

/** What the address says about the way back. */
export function wayBack(search: string): WayBack {
  const query = new URLSearchParams(search);
  const named = { redirect: 'redirect', codeChallenge: 'code_challenge', state: 'state' } as const;
  const found = Object.entries(named).map(([name, parameter]) => [name, query.get(parameter)]);
  return Object.fromEntries(found.filter(([, value]) => value !== null));
}

/** The host of an address, to show; nothing for a path of our own. */
export function hostOf(url: string | null): string | null {
  return url && URL.canParse(url) ? new URL(url).host : null;
}

/** Whether a page may be left for this address: the web, never a script. Without a base it has to be whole. */
export function isWebAddress(url: string, base?: string): boolean {
  return URL.canParse(url, base) && ['http:', 'https:'].includes(new URL(url, base).protocol);
}

function carry(search: string): URLSearchParams {
  const query = new URLSearchParams(search);
  const carried = new URLSearchParams();
  for (const name of CARRIED) {
    const value = query.get(name);
    if (value !== null) carried.set(name, value);
  }
  return carried;
}
