/** The calls that sign people up, in and out. Each needs the tenant; `way` says where the app wants them back. */
import type { WayBack } from './address';
import { post } from './api';
import type { PageContext, User } from './context';

/** A code was mailed; `flow` is the handle that it belongs to. */
export interface Mailed {
  status: 'verify';
  flow: string;
  resendAfterSeconds: number;
}

/** Signed in; the cookie is set. */
export interface Complete {
  status: 'complete';
}

export interface Person {
  email: string;
  password: string;
}

/** What proves an address: the code of this browser's flow, or the link of the mail. */
export type Proof = { flow: string; code: string } | { token: string };

export function signUp(context: PageContext, person: Person, way: WayBack): Promise<Complete | Mailed> {
  return send(context, 'sign-up', { ...person, ...way });
}

export function signIn(context: PageContext, person: Person, way: WayBack): Promise<Complete | Mailed> {
  return send(context, 'sign-in', { ...person, ...way });
}

/** `password` is needed where a link is opened in another browser than the one that asked for it. */
export function verify(context: PageContext, proof: Proof, password?: string): Promise<Complete> {
  return send(context, 'verify', { ...proof, ...(password ? { password } : {}) });
}

export function resend(context: PageContext, flow: string): Promise<Omit<Mailed, 'status'> & { status: 'sent' }> {
  return send(context, 'resend', { flow });
}

export function forgot(context: PageContext, email: string, way: WayBack): Promise<Mailed> {
  return send(context, 'forgot', { email, ...way });
}

export function reset(context: PageContext, proof: Proof, password: string): Promise<Complete> {
  return send(context, 'reset', { ...proof, password });
}

/** Where to go now that somebody is signed in. */
export function goOn(context: PageContext, way: WayBack): Promise<{ url: string }> {
  return send(context, 'continue', { ...way });
}

export function signOut(context: PageContext): Promise<{ success: true }> {
  return send(context, 'sign-out', {});
}

/** Who is signed in here at this moment. */
export function session(context: PageContext): Promise<{ user: User | null }> {
  return send(context, 'session', {});
}

function send<T>(context: PageContext, call: string, body: Record<string, unknown>): Promise<T> {
  return post(`/auth/${call}`, { publishableKey: context.publishableKey, ...body });
}
