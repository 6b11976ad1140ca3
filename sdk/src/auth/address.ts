import { currentPage } from '../browser';
import { isOurState } from './flows';

/** What a hosted page sent back with the address. */
export type Returned = { kind: 'code'; code: string; state: string } | { kind: 'token'; token: string };

/** What the page's address carries for us; null if nothing. */
export function returned(): Returned | null {
  const params = new URLSearchParams(currentPage()?.location.search);
  const [code, state, token] = [params.get('code'), params.get('state'), params.get(TOKEN)];
  // Another provider of the app may return with the same two names; a state that is not ours is left alone.
  if (code && isOurState(state)) return { kind: 'code', code, state };
  return token ? { kind: 'token', token } : null;
}

/** Takes what was returned out of the address. Everything else stays as it was written, the hash too. */
export function cleanAddress({ kind }: Returned): void {
  const page = currentPage();
  if (!page) return;
  const ours = kind === 'code' ? ['code', 'state', TOKEN] : [TOKEN];
  const { pathname, search, hash } = page.location;
  const kept = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !ours.includes(decoded(pair.split('=')[0] ?? '')));
  const query = kept.length > 0 ? `?${kept.join('&')}` : '';
  // Routers keep their own data in the state of the history.
  page.history.replaceState(page.history.state, '', pathname + query + hash);
}

const TOKEN = '__clerk_jwt';

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
