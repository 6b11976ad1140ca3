import { requestKey } from '../random';

/** Who is signed in. */
export interface AuthUser {
  /** `user_…` */
  id: string;
  email: string;
  /** The name of the tier the user is on. To decide what a user may do, ask the server. */
  plan: string;
  publishableKey: string;
  emailVerified?: boolean;
  firstName?: string;
  lastName?: string;
  /** Milliseconds since the epoch. */
  createdAt?: number;
}

/** The first client's name of `AuthUser`. */
export type ClerkUser = AuthUser;

/** What the server answers to a code and to a refresh token. Times are milliseconds since the epoch. */
export interface TokenGrant {
  token: string;
  expiresAt: number;
  refreshToken: string;
  refreshExpiresAt: number;
  user: AuthUser;
}

/** A sign-in as it is kept. Times are milliseconds on this machine's clock. */
export interface Session {
  readonly user: AuthUser;
  /** The access token. */
  readonly token: string;
  /** From when on another access token is to be asked for. */
  readonly renewAt: number;
  /** When the access token ends. */
  readonly endsAt: number;
  /** None in a sign-in that came as a token in the address; it ends with its token. */
  readonly refresh?: Refresh;
}

/** What gets the next access token. */
export interface Refresh {
  readonly token: string;
  readonly endsAt: number;
  /** The `Idempotency-Key` of its one use. */
  readonly key?: string;
}

const RENEW_BEFORE_MS = 30_000;

/** The sign-in of a grant that just came. */
export function sessionOf(grant: TokenGrant, now: number): Session {
  const endsAt = now + (lifetimeOf(grant.token) ?? grant.expiresAt - now);
  return {
    user: grant.user,
    token: grant.token,
    renewAt: Math.max(endsAt - RENEW_BEFORE_MS, now + (endsAt - now) / 2),
    endsAt,
    refresh: { token: grant.refreshToken, endsAt: grant.refreshExpiresAt, key: requestKey() },
  };
}

/** The sign-in of a token that came in the address; null if it is past its end or of another project. */
export function sessionOfToken(token: string, publishableKey: string | undefined, now: number): Session | null {
  const claims = claimsOf(token);
  if (!claims || typeof claims.exp !== 'number' || typeof claims.sub !== 'string') return null;
  const metadata = (claims.publicMetadata ?? {}) as Record<string, unknown>;
  const user = {
    id: claims.sub,
    email: String(claims.email ?? ''),
    plan: String(claims.plan ?? metadata.plan ?? 'free'),
    publishableKey: String(claims.publishableKey ?? metadata.publishableKey ?? ''),
  };
  const endsAt = claims.exp * 1000;
  return endsAt > now && user.publishableKey === publishableKey ? { user, token, renewAt: endsAt, endsAt } : null;
}

/** Whether somebody is still signed in by this. */
export function isAlive(session: Session, now: number): boolean {
  return now < (session.refresh?.endsAt ?? session.endsAt);
}

/** A sign-in from storage; null if there is none or it cannot be read. */
export function sessionFrom(text: string | null): Session | null {
  try {
    const found = JSON.parse(text ?? 'null') as Session | null;
    return found && typeof found.token === 'string' && typeof found.user?.id === 'string' ? found : null;
  } catch {
    return null;
  }
}

/** How long an access token lives, by the server's clock alone, since that of this machine may be wrong. */
function lifetimeOf(token: string): number | null {
  const { exp, iat } = claimsOf(token) ?? {};
  return typeof exp === 'number' && typeof iat === 'number' ? (exp - iat) * 1000 : null;
}

/** What a token says; who believes it must have it from the server. */
function claimsOf(token: string): Record<string, unknown> | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' ? claims : null;
  } catch {
    return null;
  }
}
