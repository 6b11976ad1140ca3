import { ask, send } from '../../dashboard/calls';
import type { Accepted, Work } from './works';

export type Mode = 'test' | 'live';
export type Kind = 'saas' | 'store' | 'membership';

/** A project in one mode: what its publishable key names. */
export interface Project {
  projectId: string;
  publishableKey: string;
  name: string;
  type: Kind;
  mode: Mode;
  status: string;
  /** Masked. */
  secretKey?: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Customers, orders and events from before it are sample data; absent where there are none. */
  sampleUntil?: number;
  keys: Key[];
  settings: Settings;
}

/** A secret key, as far as it is ever shown again. */
export interface Key {
  id: string;
  label: string;
  lastFour: string;
  status: 'active' | 'revoked';
  /** Milliseconds since 1970. */
  createdAt: number;
  lastUsedAt?: number | null;
  expiresAt?: number | null;
  revokedAt?: number | null;
}

export interface Settings {
  accentColor?: string | null;
  defaultRedirect?: string | null;
  emailVerification: 'required' | 'later';
  hideBranding: boolean;
  hideInventory: boolean;
  legacyToken: boolean;
  logoUrl?: string | null;
  perUserPerMinute?: number | null;
  redirectOrigins: string[];
  upgradeUrl?: string | null;
}

export interface NewTier {
  name: string;
  displayName: string;
  /** Minor units. */
  price: number;
  /** -1 is unlimited. */
  limit?: number;
  billingMode?: 'subscription' | 'one_off';
  inventory?: number | null;
  trialDays?: number | null;
  features?: string[];
  popular?: boolean;
}

/** A project that was just made; the secret is never told again. */
export interface MadeProject {
  publishableKey: string;
  secretKey: string;
  mode: Mode;
  projectName: string;
  projectType: Kind;
  warning?: string;
  /** The deletion of its test mode, which goes on. */
  work?: Work;
}

/** A secret that was just made; it is never told again. */
export interface MadeKey {
  publishableKey: string;
  secretKey: string;
  mode: Mode;
  message: string;
}

/** Every project of the developer, each mode on its own. */
export const PROJECTS = ['projects'];

export function readProjects(): Promise<{ platformId?: string | null; projects: Project[] }> {
  return ask('/projects');
}

/** Makes the developer's platform where there is none yet. */
export function makePlatform(): Promise<{ platformId: string }> {
  return send('POST', '/generate-platform-id', {});
}

export function createProject(
  wish: { projectName: string; projectType: Kind; tiers: NewTier[] },
  repeatKey: string,
): Promise<MadeProject> {
  return send('POST', '/create-products', { mode: 'test', ...wish }, { repeatKey });
}

/** Ends every other secret at once. */
export function regenerateSecret(publishableKey: string, repeatKey: string): Promise<MadeKey> {
  return send('POST', '/projects/regenerate-secret', { publishableKey }, { repeatKey });
}

/** A further secret; those before end after the overlap. */
export function rotateKey(
  wish: { publishableKey: string; label?: string; overlapSeconds: number },
  repeatKey: string,
): Promise<MadeKey> {
  return send('POST', '/projects/rotate-key', wish, { repeatKey });
}

export function changeSettings(
  publishableKey: string,
  changes: Partial<Settings> & { projectName?: string },
): Promise<unknown> {
  return send('POST', '/projects/settings', { publishableKey, ...changes });
}

/** `logo` is a `data:` address of an image, or null to take it away. */
export function changeLogo(publishableKey: string, logo: string | null): Promise<{ logoUrl?: string | null }> {
  return send('POST', '/projects/logo', { publishableKey, logo });
}

/** Deletes both modes; `confirm` is the name. Subscriptions at an account that is connected no more may be left. */
export function deleteProject(
  publishableKey: string,
  confirm: string,
  leaveSubscriptions: boolean,
): Promise<{ message: string; deletedCustomers: number; deletedKeys: number } | Accepted> {
  const leave = leaveSubscriptions ? { leaveSubscriptions } : {};
  return send('POST', '/projects/delete', { publishableKey, confirm, ...leave });
}

/** What a reset takes away, or took away. */
export interface Gone {
  customers: number;
  subscriptions: number;
  orders: number;
  events: number;
}

/** What to reset: only what is sample, or all of it, with the name of the project in `confirm`. */
export interface Reset {
  only?: 'sample';
  confirm?: string;
  /** Subscriptions at an account that is connected no more go on there. */
  leaveSubscriptions?: boolean;
}

/** Beginning of every query of the dashboard: what a reset changes. */
export const EVERYTHING: string[] = [];

export const resetOf = (pk: string) => ['reset', pk];

/** Counts what a reset would take away; nothing is changed. */
export function countReset(publishableKey: string, only?: 'sample'): Promise<Gone> {
  return send('POST', '/projects/reset', { publishableKey, ...(only ? { only } : {}), dryRun: true });
}

/** Takes away customers, orders and events of a project in test mode. */
export function resetAll(
  publishableKey: string,
  reset: Omit<Reset, 'only'>,
  repeatKey: string,
): Promise<Gone | Accepted> {
  return postReset(publishableKey, reset, repeatKey);
}

/** Takes away the sample, which is small: no call is too short for it. */
export function resetProject(
  publishableKey: string,
  reset: Reset & { only: 'sample' },
  repeatKey: string,
): Promise<Gone> {
  return postReset(publishableKey, reset, repeatKey);
}

function postReset<T>(publishableKey: string, reset: Reset, repeatKey: string): Promise<T> {
  const { leaveSubscriptions, ...wish } = reset;
  const leave = leaveSubscriptions ? { leaveSubscriptions } : {};
  return send('POST', '/projects/reset', { publishableKey, ...wish, ...leave }, { repeatKey });
}

/** Copies the plans to live mode. */
export function promote(
  wish: { publishableKey: string; deleteTestData: boolean },
  repeatKey: string,
): Promise<MadeProject> {
  return send('POST', '/promote-to-live', wish, { repeatKey });
}
