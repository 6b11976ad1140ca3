/**
 * Every `code` that the server answers, and those of this client. The list only grows: treat a code that
 * you do not know by its status.
 */
export type ErrorCode =
  | ServerErrorCode
  | ClientErrorCode
  // Keeps completion of the known ones while a newer server may answer others.
  | (string & Record<never, never>);

/** Codes of the server; each has a page under `/docs/errors/{code}`. */
export type ServerErrorCode =
  | 'user_required'
  | 'invalid_json'
  | 'missing_field'
  | 'unknown_plan'
  | 'price_mismatch'
  | 'kind_locked'
  | 'invalid_header'
  | 'no_subscription'
  | 'missing_signature'
  | 'invalid_signature'
  | 'empty_cart'
  | 'missing_authentication'
  | 'invalid_api_key'
  | 'invalid_publishable_key'
  | 'publishable_key_in_authorization'
  | 'user_token_required'
  | 'invalid_token'
  | 'token_expired'
  | 'token_revoked'
  | 'invalid_credentials'
  | 'invalid_code'
  | 'invalid_refresh_token'
  | 'signed_out'
  | 'developer_required'
  | 'tier_limit_reached'
  | 'key_mismatch'
  | 'secret_key_required'
  | 'operator_required'
  | 'token_wrong_project'
  | 'cross_site'
  | 'reauthentication_required'
  | 'email_not_verified'
  | 'confirmation_required'
  | 'subscription_expired'
  | 'not_found'
  | 'customer_not_found'
  | 'project_not_found'
  | 'tier_not_found'
  | 'key_not_found'
  | 'provider_not_found'
  | 'platform_not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'email_taken'
  | 'external_id_taken'
  | 'subscribed'
  | 'conflict'
  | 'project_ambiguous'
  | 'idempotency_in_flight'
  | 'clock_conflict'
  | 'stripe_not_connected'
  | 'stripe_customer_deleted'
  | 'already_subscribed'
  | 'live_version_exists'
  | 'out_of_stock'
  | 'cart_changed'
  | 'payload_too_large'
  | 'uri_too_long'
  | 'unsupported_media_type'
  | 'invalid_id'
  | 'invalid_value'
  | 'unknown_meter'
  | 'invalid_cursor'
  | 'invalid_idempotency_key'
  | 'idempotency_mismatch'
  | 'redirect_not_allowed'
  | 'redirect_not_configured'
  | 'code_challenge_required'
  | 'stripe_refused'
  | 'live_connection_required'
  | 'rate_limited'
  | 'authentication_rate_limited'
  | 'headers_too_large'
  | 'internal'
  | 'provider_failed'
  | 'mail_not_configured'
  | 'storage_unavailable'
  | 'overloaded'
  | 'not_ready'
  | 'shutting_down'
  | 'stripe_not_configured'
  | 'stripe_unavailable';

/** Codes of this client, for what never became an answer of the server. */
export type ClientErrorCode =
  /** No answer: offline, refused, cut, or forbidden by the browser. */
  | 'connection_failed'
  /** No whole answer within the time-out. */
  | 'timeout'
  /** An answer that is not of this server: no JSON, or a redirect. */
  | 'invalid_response'
  /** Someone came back from signing in, but that sign-in was not begun in this browser. */
  | 'sign_in_not_started'
  /** The address carried a token of somebody else than who is signed in. */
  | 'account_switch_refused';
