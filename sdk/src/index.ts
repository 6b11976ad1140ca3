/**
 * Client of dream-api: sign-in, plans, usage limits and billing.
 *
 * @module
 */
export { AuthHelpers } from './auth/auth';
export type { AuthListener } from './auth/keeper';
export type { AuthPage, AuthUrlOptions } from './auth/pages';
export type { AuthUser, ClerkUser } from './auth/session';
export { memoryStorage, type SessionStorage } from './auth/storage';
export { DreamAPI, DreamAPI as default, type RequestOptions } from './client';
export type { ClientErrorCode, ErrorCode, ServerErrorCode } from './error-codes';
export {
  AuthenticationException,
  ConflictException,
  ConnectionException,
  type DreamAPIError,
  DreamAPIException,
  type FieldError,
  isDreamAPIException,
  NotFoundException,
  PermissionException,
  RateLimitException,
  ServerException,
  TierLimitException,
  TimeoutException,
  ValidationException,
} from './errors';
export type { CallOptions, Method } from './http';
export type { BillingAPI, CheckoutParams, CheckoutResult, PortalResult } from './resources/billing';
export type {
  CreateCustomerParams,
  Customer,
  CustomerAPI,
  CustomerPage,
  CustomerToken,
  ListCustomersParams,
  UpdateCustomerParams,
} from './resources/customers';
export type {
  DashboardAPI,
  DashboardCustomer,
  DashboardMetrics,
  DashboardTotals,
  Order,
  WebhookStatus,
} from './resources/dashboard';
export type { MeAPI } from './resources/me';
export type { CartCheckoutParams, Product, ProductAPI, Tier } from './resources/products';
export type { ClosedPeriod, Standing, TrackParams, Usage, UsageAPI, UsageTrackResult } from './resources/usage';
export type { DreamAPIConfig } from './settings';
