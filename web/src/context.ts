/** What the server writes into every page: whose page it is, where it leads, who is signed in. */
export interface PageContext {
  /** The tenant; null when the address names none that exists. */
  publishableKey: string | null;
  baseUrl: string;
  mode: 'test' | 'live';
  /** Whether the page is dream-api's own, for developers. */
  isRoot: boolean;
  /** Whether the person who is signed in runs this server. */
  isOperator?: boolean;
  project: Project;
  redirect: Redirect;
  emailVerification: 'required' | 'later';
  /** Whether addresses with `+clerk_test` take the code 424242. */
  testCodes: boolean;
  providers: Provider[];
  user: User | null;
  /** Of `/refresh` after a checkout. */
  checkout: Checkout | null;
  environment: 'development' | 'production';
  /** How far business time is ahead, in development; nothing while it is not. */
  aheadSeconds?: number | null;
  /** Of the start page in development: what signs in as the developer of the demo projects. */
  demoDashboard?: string | null;
  error: PageError | null;
}

export interface Project {
  name: string;
  kind: 'saas' | 'store' | 'membership';
  logoUrl: string | null;
  /** `#rrggbb` */
  accentColor: string | null;
  hideBranding: boolean;
}

export interface Redirect {
  /** Null unless the project allows it. */
  url: string | null;
  allowed: boolean;
  origin: string | null;
  legacy: boolean;
}

export interface Provider {
  id: string;
  name: string;
}

export interface User {
  id: string;
  email: string;
  emailVerified: boolean;
  firstName?: string | null;
  lastName?: string | null;
  plan: string;
  publishableKey: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** A checkout that somebody came back from. */
export interface Checkout {
  /** Whether the person who is signed in bought it. */
  isBuyer: boolean;
  /** The plan that was bought. */
  plan: string;
  /** Whether that plan is in force. */
  isSettled: boolean;
}

export interface PageError {
  code: string;
  message: string;
  /** The page works all the same: a sign-in provider sent the person back without a result. */
  recoverable?: boolean;
}

const NOTHING: PageContext = {
  publishableKey: null,
  baseUrl: '',
  mode: 'live',
  isRoot: false,
  project: { name: 'dream-api', kind: 'saas', logoUrl: null, accentColor: null, hideBranding: true },
  redirect: { url: null, allowed: false, origin: null, legacy: false },
  emailVerification: 'required',
  testCodes: false,
  providers: [],
  user: null,
  checkout: null,
  environment: 'production',
  error: null,
};

/** Reads the data block of the document; a page without one explains that it is broken. */
export function readContext(document: Document): PageContext {
  return parseContext(document.getElementById('context')?.textContent ?? null);
}

/** The context in a JSON text. Members that are missing take their harmless value. */
export function parseContext(text: string | null): PageContext {
  const told = object(text);
  if (!told) return { ...NOTHING, error: { code: 'internal', message: 'The page was sent without its data.' } };
  return {
    ...NOTHING,
    ...told,
    project: { ...NOTHING.project, ...told.project },
    redirect: { ...NOTHING.redirect, ...told.redirect },
    providers: told.providers ?? [],
  };
}

function object(text: string | null): Partial<PageContext> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
