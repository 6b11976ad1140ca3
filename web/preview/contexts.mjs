// The page contexts that the preview shows, by publishable key; `as=` in the address signs somebody in.

export const ADA = {
  id: 'user_01',
  email: 'ada@example.com',
  emailVerified: true,
  firstName: 'Ada',
  lastName: 'Lovelace',
  plan: 'free',
  createdAt: Date.UTC(2026, 10, 3),
};

const LOGO =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"%3E%3Crect width="40" height="40" rx="9" fill="%230f766e"/%3E%3Cpath d="M10 24a6 6 0 0 1 2-11 8 8 0 0 1 15 2 5 5 0 0 1 1 10H14" fill="none" stroke="white" stroke-width="2.5"/%3E%3C/svg%3E';

const PROJECTS = {
  // A brand with logo and colour, in live mode, with sign-in providers.
  pk_live_weather: {
    mode: 'live',
    project: { name: 'Weather API', kind: 'saas', logoUrl: LOGO, accentColor: '#0f766e', hideBranding: false },
    emailVerification: 'required',
    providers: [
      { id: 'google', name: 'Google' },
      { id: 'acme', name: 'Acme single sign-on' },
    ],
  },
  // No logo, no colour, test mode.
  pk_test_notes: {
    mode: 'test',
    project: { name: 'Field notes', kind: 'membership', logoUrl: null, accentColor: null, hideBranding: false },
    emailVerification: 'later',
    testCodes: true,
    providers: [],
  },
  // A colour that nobody can read, a name that is too long, no branding of ours.
  pk_test_yellow: {
    mode: 'test',
    project: {
      name: 'The extraordinarily long-named Sunflower & Companions Seed Exchange of Northern Europe',
      kind: 'store',
      logoUrl: null,
      accentColor: '#ffe600',
      hideBranding: true,
    },
    emailVerification: 'later',
    testCodes: true,
    providers: [{ id: 'google', name: 'Google' }],
  },
  pk_live_root: {
    mode: 'live',
    isRoot: true,
    project: { name: 'dream-api', kind: 'saas', logoUrl: null, accentColor: null, hideBranding: true },
    emailVerification: 'required',
    providers: [],
  },
};

/** The context of an address, as the server would write it. */
export function contextOf(url, baseUrl) {
  const query = url.searchParams;
  const isOwn = url.pathname.startsWith('/dashboard');
  const pk = (isOwn ? null : query.get('pk')) ?? 'pk_live_root';
  const known = PROJECTS[pk];
  const redirect = query.get('redirect');
  const context = {
    publishableKey: known ? pk : null,
    baseUrl,
    isRoot: false,
    testCodes: false,
    environment: query.get('environment') ?? 'development',
    aheadSeconds: Number(query.get('ahead')) || null,
    redirect: place(redirect, known?.isRoot),
    user: query.get('as') || (isOwn && !query.has('nobody')) ? { ...ADA, publishableKey: pk } : null,
    error: null,
    isOperator: isOwn,
    ...known,
  };
  if (query.get('error'))
    context.error = { code: query.get('error'), message: 'Told by the server.', recoverable: true };
  if (!known) return unknown(context);
  if (redirect?.includes('evil')) {
    context.redirect = place(null);
    context.error = { code: 'redirect_not_allowed', message: 'The address is not one that this project allows.' };
  }
  return context;
}

function place(redirect, isRoot = false) {
  const url = redirect ?? (isRoot ? '/' : null);
  return {
    url,
    allowed: url !== null,
    origin: redirect && URL.canParse(redirect) ? new URL(redirect).origin : null,
    legacy: true,
  };
}

function unknown(context) {
  return {
    ...context,
    mode: 'live',
    project: { name: 'dream-api', kind: 'saas', logoUrl: null, accentColor: null, hideBranding: true },
    emailVerification: 'required',
    providers: [],
    error: { code: 'not_found', message: 'There is no project with this publishable key (pk)' },
  };
}
