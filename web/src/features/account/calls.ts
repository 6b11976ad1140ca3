import { post } from '../../api';
import type { Mailed } from '../../auth';
import type { PageContext, User } from '../../context';

/** What the account page shows. */
export interface Account {
  user: User;
  hasPassword: boolean;
  sessions: Session[];
  identities: ConnectedAccount[];
}

/** One sign-in. */
export interface Session {
  id: string;
  /** Whether it is this one. */
  current: boolean;
  userAgent: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Milliseconds since 1970. */
  lastUsedAt: number;
}

/** An account elsewhere that signs in here. */
export interface ConnectedAccount {
  provider: string;
  name: string;
  email: string | null;
}

interface Done {
  success: true;
}

export function readAccount(context: PageContext): Promise<Account> {
  return send(context, '', {});
}

/** An empty name takes it away. */
export function changeName(context: PageContext, firstName: string, lastName: string): Promise<{ user: User }> {
  return send(context, '/profile', { firstName: firstName || null, lastName: lastName || null });
}

/** `currentPassword` is needed where there is one. Other sessions end. */
export function changePassword(context: PageContext, newPassword: string, currentPassword?: string): Promise<Done> {
  return send(context, '/password', { newPassword, ...(currentPassword ? { currentPassword } : {}) });
}

export function changeEmail(context: PageContext, email: string, password?: string): Promise<Mailed> {
  return send(context, '/email', { email, ...(password ? { password } : {}) });
}

/** Mails a code to the address that the account has. */
export function confirmEmail(context: PageContext): Promise<Mailed> {
  return send(context, '/verify', {});
}

/** Ends one session, or without an id all of them, this one too. */
export function endSessions(context: PageContext, id?: string): Promise<Done> {
  return send(context, '/sessions/end', id ? { id } : {});
}

/** The last way to sign in stays. */
export function disconnect(context: PageContext, provider: string): Promise<Done> {
  return send(context, '/identities/remove', { provider });
}

export function deleteAccount(context: PageContext, confirm: string, password?: string): Promise<Done> {
  return send(context, '/delete', { confirm, ...(password ? { password } : {}) });
}

function send<T>(context: PageContext, call: string, body: Record<string, unknown>): Promise<T> {
  return post(`/auth/account${call}`, { publishableKey: context.publishableKey, ...body });
}
