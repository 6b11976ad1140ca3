import type { ErrorCode } from './error-codes';

/** A field that is wrong, and how to make it right. */
export interface FieldError {
  /** The name of the field, such as `email` or `tiers[2].price`. */
  location: string;
  /** What is wrong with it. */
  message: string;
  /** What to do. */
  fix: string;
}

/** The body of an error. */
export interface DreamAPIError {
  /** A few words, such as `Tier limit reached`. */
  error: string;
  /** What happened and what to do, for people. */
  message: string;
  /** The HTTP status. */
  status?: number;
  /** Stable, for programs: `tier_limit_reached`. */
  code?: string;
  /** Names the call in the log of the server. */
  requestId?: string;
  /** The fields that are wrong. */
  errors?: FieldError[];
}

/** What only this client knows about a failure. */
export interface Circumstances {
  /** Seconds to wait before trying again, as the server asked. */
  retryAfter?: number | undefined;
  /** What failed underneath. */
  cause?: unknown;
}

// Shared by all copies of this package on a page, so that the guard works where `instanceof` does not.
const BRAND = Symbol.for('dream-sdk.exception');

/**
 * What every call of this client throws.
 *
 * @example
 * ```ts
 * try {
 *   await api.usage.track();
 * } catch (error) {
 *   if (error instanceof TierLimitException) showUpgrade(error.upgradeUrl);
 *   else throw error;
 * }
 * ```
 */
export class DreamAPIException extends Error {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** The `error` member of the body, in words: `Tier limit reached`. To decide, use `errorCode`. */
  readonly code: string;
  /** Stable, for programs: `tier_limit_reached`. */
  readonly errorCode: ErrorCode;
  /** Names the call in the log of the server. */
  readonly requestId: string | undefined;
  /** Seconds to wait before trying again, if the server said so. */
  readonly retryAfter: number | undefined;
  /** The fields that are wrong; empty for other errors. */
  readonly fields: readonly FieldError[];
  /** The whole body, with the members that only some errors have. */
  readonly body: DreamAPIError & Readonly<Record<string, unknown>>;

  constructor(error: DreamAPIError, status = 500, { retryAfter, cause }: Circumstances = {}) {
    super(error.message, cause === undefined ? undefined : { cause });
    // One name for all classes: apps written for the first client compare it.
    this.name = 'DreamAPIException';
    this.status = status;
    this.code = error.error;
    this.errorCode = error.code ?? 'internal';
    this.requestId = error.requestId;
    this.retryAfter = retryAfter;
    this.fields = Array.isArray(error.errors) ? error.errors : [];
    this.body = { ...error };
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** 401: a key or token is missing, wrong or past its end. */
export class AuthenticationException extends DreamAPIException {}

/** 403: who calls is known and may not do this. */
export class PermissionException extends DreamAPIException {}

/** 403 `tier_limit_reached`: the user has used what the plan allows. */
export class TierLimitException extends PermissionException {
  /** Used in this period. */
  get count(): number {
    return Number(this.body.count);
  }

  /** The most that may be used in this period. */
  get limit(): number {
    return Number(this.body.limit);
  }

  /** The plan the limit comes from. */
  get plan(): string {
    return String(this.body.plan);
  }

  /** When the next period begins, as an ISO time; none for a limit that holds for a lifetime. */
  get resetsAt(): string | undefined {
    return text(this.body.resetsAt);
  }

  /** Where to upgrade, if the project has set it. */
  get upgradeUrl(): string | undefined {
    return text(this.body.upgradeUrl);
  }
}

/** 404: there is nothing under this id or address, or it is not yours. */
export class NotFoundException extends DreamAPIException {}

/** 409: it does not fit the present state. */
export class ConflictException extends DreamAPIException {}

/** 400, 413, 415 or 422: something about the request is wrong; `fields` says what. */
export class ValidationException extends DreamAPIException {}

/** 429: too many calls; `retryAfter` says how long to wait. */
export class RateLimitException extends DreamAPIException {}

/** 5xx: the server could not do it. */
export class ServerException extends DreamAPIException {}

/** There was no answer; `cause` is what failed. */
export class ConnectionException extends DreamAPIException {
  constructor(cause: unknown, message = 'The server could not be reached.', code: ErrorCode = 'connection_failed') {
    super({ error: 'Connection failed', message, code }, 0, { cause });
  }
}

/** There was no whole answer in time. */
export class TimeoutException extends ConnectionException {
  constructor(timeoutMs: number, cause?: unknown) {
    super(cause, `The server did not answer within ${timeoutMs} ms.`, 'timeout');
  }
}

/**
 * Whether something is an exception of this client, of any copy of it; with a code, only that one.
 *
 * @example
 * ```ts
 * if (isDreamAPIException(error, 'email_taken')) showMessage('This address has an account.');
 * ```
 */
export function isDreamAPIException(error: unknown, code?: ErrorCode): error is DreamAPIException {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return code === undefined || (error as { errorCode?: unknown }).errorCode === code;
}

/** The exception of an answer of the server. */
export function exceptionOf(body: unknown, status: number, circumstances: Circumstances = {}): DreamAPIException {
  const error = errorOf(body, status);
  return new (classOf(error.code, status))(error, status, circumstances);
}

function classOf(code: string, status: number): typeof DreamAPIException {
  if (code === 'tier_limit_reached') return TierLimitException;
  if (status === 401) return AuthenticationException;
  if (status === 403) return PermissionException;
  if (status === 404) return NotFoundException;
  if (status === 409) return ConflictException;
  if (status === 429) return RateLimitException;
  if ([400, 413, 415, 422].includes(status)) return ValidationException;
  return status >= 500 ? ServerException : DreamAPIException;
}

/** A proxy in between may answer with a page, or with JSON that is not ours. */
function errorOf(body: unknown, status: number): DreamAPIError & { code: string } {
  const found = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const error = text(found.error) ?? 'Invalid response';
  // Browsers hide a redirect behind the status 0.
  const answer = status === 0 || (status >= 300 && status < 400) ? 'a redirect' : `${status} and no JSON of ours`;
  const message = text(found.message) ?? `The server answered ${answer}. Is baseUrl the address of dream-api?`;
  return { ...found, error, message, status, code: text(found.code) ?? 'invalid_response' };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
