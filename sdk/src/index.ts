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
export type { Page, PageParams } from './paging';
export type { Asset, AssetsAPI } from './resources/assets';
export type {
  BillingAPI,
  CheckoutParams,
  CheckoutResult,
  CheckoutState,
  PortalParams,
  PortalResult,
} from './resources/billing';
export type {
  CreateCustomerParams,
  Customer,
  CustomerAPI,
  CustomerPage,
  CustomerSession,
  CustomerToken,
  Explanation,
  Grant,
  Invoice,
  InvoicePage,
  ListCustomersParams,
  PaymentStanding,
  SessionPage,
  Subscription,
  UpdateCustomerParams,
} from './resources/customers';
export type {
  Alert,
  Amounts,
  DashboardAPI,
  DashboardCustomer,
  DashboardDay,
  DashboardKeys,
  DashboardMetrics,
  DashboardParams,
  DashboardSeries,
  DashboardTier,
  DashboardTotals,
  DashboardUsage,
  Figures,
  Health,
  Order,
  ProjectTotals,
  UsageOfCustomer,
  UsageOfCustomers,
  UsageParams,
  Webhook,
  WebhookStatus,
} from './resources/dashboard';
export type { EventPage, EventSort, EventStatus, EventsAPI, ListEventsParams, PaymentEvent } from './resources/events';
export type { MeAPI } from './resources/me';
export type {
  FulfilOrderParams,
  Happening,
  ListOrdersParams,
  OrderLine,
  OrderPage,
  OrderSort,
  OrderState,
  OrdersAPI,
  Refund,
  RefundOrderParams,
  RefundReason,
  Reservation,
  ReservationPage,
  Shipping,
  StoreOrder,
} from './resources/orders';
export type { CartCheckoutParams, CartCheckoutResult, Product, ProductAPI, Tier } from './resources/products';
export type {
  ClosedPeriod,
  CustomerUsage,
  GrantUsageParams,
  Standing,
  TrackParams,
  Usage,
  UsageAPI,
  UsageChange,
  UsageTrackResult,
} from './resources/usage';
export type { DreamAPIConfig } from './settings';
