//! One error type with a closed set of codes. Each code has a page, a public detail and a private cause.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

/// What fallible functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Something that could not be done. `Display` never shows the cause.
pub struct Error(Box<Inside>);

struct Inside {
    code: Code,
    detail: Cow<'static, str>,
    members: Vec<(&'static str, Value)>,
    fields: Vec<FieldError>,
    cause: Option<Cause>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A field that is wrong, and how to make it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Where: the name of the field.
    pub location: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl Error {
    /// Which kind of error it is.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What happened and what to do, for the caller to read.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// More members of the problem body.
    pub fn members(&self) -> &[(&'static str, Value)] {
        &self.0.members
    }

    /// The fields that are wrong.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// Adds a member to the problem body.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.members.push((name, value.into()));
        self
    }

    /// Names a field that is wrong.
    #[must_use]
    pub fn field(
        mut self,
        location: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        self.0.fields.push(FieldError {
            location: location.into(),
            message: message.into(),
            fix: fix.into(),
        });
        self
    }

    /// Says that the wrong field is inside of something: `price` in `tiers[2]` is `tiers[2].price`.
    #[must_use]
    pub fn inside(mut self, place: &str) -> Self {
        for field in &mut self.0.fields {
            if self.0.detail.starts_with(&field.location) {
                self.0.detail = format!("{place}.{}", self.0.detail).into();
            }
            field.location = format!("{place}.{}", field.location);
        }
        self
    }

    /// Keeps the cause, for the log only.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.detail)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match &self.0.cause {
            Some(cause) => write!(f, " (cause: {cause:?})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $title:literal, $help:literal;)*) => {
        /// Every error there is. The code is stable; its page is `docs/errors/<code>.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $help] $name,)*
        }

        impl Code {
            /// All codes, in the order of their status.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code, `snake_case`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A few words; the `error` member that the first clients read.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// When it happens and how to fix it.
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help,)* }
            }
        }
    };
}

codes! {
    UserRequired = "user_required", 400, "User required", "A call with a secret key did not say which user it is for. Send X-User-Id with your own id of the user, or the user's token in X-Clerk-Token.";
    InvalidJson = "invalid_json", 400, "Invalid JSON", "The body cannot be read as JSON. Check quotes, commas and encoding (UTF-8 without a byte order mark), and that no member appears twice.";
    MissingField = "missing_field", 400, "Missing required field", "A field that must be there is not. The message names it.";
    UnknownPlan = "unknown_plan", 400, "Unknown plan", "The plan or tier that was named is not one of this project. The message lists those that are.";
    PriceMismatch = "price_mismatch", 400, "Price mismatch", "The price that was named is not the current one of this tier. Read GET /api/tiers again.";
    KindLocked = "kind_locked", 400, "Project kind is locked", "What was added does not fit the kind of the project, which is fixed when it is made.";
    InvalidHeader = "invalid_header", 400, "Invalid header", "A header appears twice or cannot be read. The message names it.";
    NoSubscription = "no_subscription", 400, "No active subscription found", "The user never bought anything here, so there is no billing page to show. Send the user to a checkout first.";
    MissingSignature = "missing_signature", 400, "No signature", "The webhook carries no signature header, so nothing says who sent it. Only the payment provider calls this address.";
    InvalidSignature = "invalid_signature", 400, "Webhook signature verification failed", "The signature does not fit the body under any secret that is set, or it is older than five minutes. Compare the signing secret.";
    EmptyCart = "empty_cart", 400, "No items provided", "The cart holds nothing. Send items with at least one line.";
    MissingAuthentication = "missing_authentication", 401, "Missing authentication", "The call carries no key. Send Authorization: Bearer with a secret key from your server, or X-Publishable-Key from a browser.";
    InvalidApiKey = "invalid_api_key", 401, "Invalid API key", "The secret key is unknown, revoked or expired. Copy it again, or make a new one with POST /projects/regenerate-secret.";
    InvalidPublishableKey = "invalid_publishable_key", 401, "Invalid publishable key", "The publishable key is unknown or misspelt. Copy it again from your project.";
    PublishableKeyInAuthorization = "publishable_key_in_authorization", 401, "Publishable key in Authorization", "A publishable key was sent where a secret key belongs. Send it in X-Publishable-Key.";
    UserTokenRequired = "user_token_required", 401, "Invalid or missing end-user token", "The call is for one user and nothing says which in a way that proves it. Send the user's token in X-Clerk-Token.";
    InvalidToken = "invalid_token", 401, "Invalid or missing end-user token", "The token is not one of this server, or was changed on the way. Sign in again.";
    TokenExpired = "token_expired", 401, "Invalid or missing end-user token", "The token is past its end. Get a fresh one.";
    TokenRevoked = "token_revoked", 401, "Invalid or missing end-user token", "The session of the token was ended, or its user deleted. Sign in again.";
    InvalidCredentials = "invalid_credentials", 401, "Invalid e-mail or password", "The e-mail address or the password is wrong; which of them is not told. Correct them, or reset the password.";
    InvalidCode = "invalid_code", 401, "Invalid or expired code", "The code or link is wrong, was used, or is past its end. Ask for a new one.";
    InvalidRefreshToken = "invalid_refresh_token", 401, "Invalid refresh token", "The refresh token is unknown, past its end, or was used before, which ends its session. Sign in again.";
    SignedOut = "signed_out", 401, "Not signed in", "The call needs a session on the hosted pages of this project. Sign in first.";
    DeveloperRequired = "developer_required", 401, "Authentication failed", "The call is for developers. Send the token of a developer in Authorization: Bearer.";
    TierLimitReached = "tier_limit_reached", 403, "Tier limit reached", "The user has used what the plan allows in this period. Offer an upgrade, or wait for resetsAt.";
    KeyMismatch = "key_mismatch", 403, "Forbidden", "The publishable key and the secret key belong to different projects. Send one of them, or a pair.";
    SecretKeyRequired = "secret_key_required", 403, "Forbidden", "The call needs a secret key, which belongs on a server and never in a browser.";
    OperatorRequired = "operator_required", 403, "Forbidden", "Only operators of this server may call this. They are the verified e-mails in operator.emails.";
    TokenWrongProject = "token_wrong_project", 403, "Publishable key mismatch", "The token is of a user of another project. Sign in to this one.";
    CrossSite = "cross_site", 403, "Forbidden", "The call came from another site, or through a way that is closed to it.";
    ReauthenticationRequired = "reauthentication_required", 403, "Sign in again", "What was asked for needs a sign-in of the last ten minutes, or the password. Sign in again and repeat it.";
    EmailNotVerified = "email_not_verified", 403, "E-mail not verified", "The call needs a verified e-mail address. Follow the link in the mail, or ask for a new one.";
    ConfirmationRequired = "confirmation_required", 403, "Confirmation required", "What would be deleted must be confirmed by typing its name. Send confirm with exactly that name.";
    SubscriptionExpired = "subscription_expired", 403, "subscription_expired", "The developer's own subscription to this platform has ended, so live keys are stopped. Renew it on the dashboard; test keys go on.";
    NotFound = "not_found", 404, "Not found", "There is nothing under this address, or it is not yours.";
    CustomerNotFound = "customer_not_found", 404, "Customer not found", "There is no customer with this id in this project. Make one with POST /api/customers and externalId.";
    ProjectNotFound = "project_not_found", 404, "Project not found", "There is no project with this key, id or name on your platform.";
    TierNotFound = "tier_not_found", 404, "Tier not found", "There is no tier with this name in this project. GET /tiers lists them.";
    KeyNotFound = "key_not_found", 404, "Key not found or not owned by you", "There is no active key with this id or publishable key on your platform.";
    ProviderNotFound = "provider_not_found", 404, "Sign-in provider not found", "This project has no sign-in provider with this id.";
    PlatformNotFound = "platform_not_found", 404, "Platform ID not generated yet", "The developer has no platform yet. Make one with POST /generate-platform-id.";
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed", "The address exists, but not with this method. The Allow header lists those it knows.";
    RequestTimeout = "request_timeout", 408, "Request timeout", "The body did not arrive in time. Send it again.";
    EmailTaken = "email_taken", 409, "Failed to create customer", "Another customer of this project has this e-mail. Find that one, or use another address.";
    ExternalIdTaken = "external_id_taken", 409, "Failed to create customer", "Another customer of this project has this external id or e-mail.";
    Subscribed = "subscribed", 409, "Customer is subscribed", "The customer pays for a subscription, which decides the plan. Change or cancel the subscription instead.";
    Conflict = "conflict", 409, "Conflict", "Something changed at the same time, or exists already. Read it again and retry.";
    ProjectAmbiguous = "project_ambiguous", 409, "Project name is ambiguous", "Several projects have this name. Name the one you mean by publishableKey or projectId.";
    IdempotencyInFlight = "idempotency_in_flight", 409, "Request in progress", "The first request with this Idempotency-Key still runs. Wait a moment and retry with the same key.";
    ClockConflict = "clock_conflict", 409, "Clock conflict", "The clock cannot go back, because data was written in the future. Reset with DELETE /_dev/clock?wipe=true.";
    PaymentsNotConnected = "stripe_not_connected", 409, "Payment account not connected", "The developer has not connected a payment account for this mode, or has disconnected it. Connect one on the dashboard.";
    PaymentCustomerGone = "stripe_customer_deleted", 409, "Payment customer deleted", "The customer was deleted at the payment provider, so there is nothing to manage. A new checkout makes a new one.";
    AlreadySubscribed = "already_subscribed", 409, "Already subscribed", "The user pays for this plan already. Open the billing portal to change or cancel it.";
    LiveExists = "live_version_exists", 409, "Live version already exists", "The project was promoted before. Edit its live tiers instead.";
    OutOfStock = "out_of_stock", 409, "Out of stock", "There is not enough left of a product. The answer names each line and what is left.";
    CartChanged = "cart_changed", 409, "Cart has changed", "A product in the cart was archived or has another price now. Read GET /api/products again.";
    PayloadTooLarge = "payload_too_large", 413, "Payload too large", "The body is larger than this call takes. The message says how much that is.";
    UriTooLong = "uri_too_long", 414, "URI too long", "The address is longer than 8 KiB. Put what is long into the body.";
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type", "The body has a type that this call does not read. Send application/json in UTF-8.";
    InvalidId = "invalid_id", 422, "Invalid id", "An id does not have its documented form.";
    InvalidValue = "invalid_value", 422, "Invalid value", "A value has the wrong type, is out of range or badly formed. errors names the field and the fix.";
    UnknownMeter = "unknown_meter", 422, "Unknown meter", "No tier of this project names the meter. The message lists those that are named.";
    InvalidCursor = "invalid_cursor", 422, "Invalid cursor", "The cursor was made for another list, or changed. Start again without one.";
    InvalidIdempotencyKey = "invalid_idempotency_key", 422, "Invalid Idempotency-Key", "The key is empty, too long, not visible ASCII, or too easy to guess for a public call.";
    IdempotencyMismatch = "idempotency_mismatch", 422, "Idempotency-Key reused", "The key was used for another request. Use a fresh key for each request, and the same only for retries.";
    RedirectNotAllowed = "redirect_not_allowed", 422, "Redirect not allowed", "The address is not on the project's list of allowed origins. Add its origin with POST /projects/settings; test mode allows loopback by itself.";
    RedirectNotConfigured = "redirect_not_configured", 422, "Redirect not configured", "No address to return to was sent and the project has no default. Send one, or set defaultRedirect with POST /projects/settings.";
    CodeChallengeRequired = "code_challenge_required", 422, "Code challenge required", "The project has switched off tokens in addresses (legacyToken). Send a code challenge, as the current SDK does, and exchange the code.";
    PaymentRefused = "stripe_refused", 422, "Payment provider refused", "The payment provider refused what was asked for. The message says why, in its own words.";
    LiveConnectionRequired = "live_connection_required", 428, "Live Stripe connection required", "The project has priced tiers and no payment account for live mode. Connect one, then promote it.";
    RateLimited = "rate_limited", 429, "Rate limit exceeded", "Too many calls in a minute. Wait for Retry-After seconds.";
    AuthenticationRateLimited = "authentication_rate_limited", 429, "Rate limit exceeded", "Too many failed authentications from this address. Correct the key, then wait for Retry-After seconds. A right key is never refused by this.";
    HeadersTooLarge = "headers_too_large", 431, "Headers too large", "The request has more than 100 headers or 32 KiB of them. Send fewer; old cookies are the usual cause.";
    Internal = "internal", 500, "Internal error", "Something is wrong on our side. Tell the operator the request id.";
    ProviderFailed = "provider_failed", 502, "Sign-in provider failed", "The sign-in provider did not answer, or not as it should. Nothing was changed; try again, or sign in another way.";
    MailNotConfigured = "mail_not_configured", 503, "Mail not configured", "The server cannot send mail, which this needs. The operator names a mail server in the settings (`smtp_url`).";
    StorageUnavailable = "storage_unavailable", 503, "Storage unavailable", "The database cannot be written at the moment. Nothing was changed; retry after Retry-After seconds. The operator finds the cause in the log and with dream-api doctor.";
    Overloaded = "overloaded", 503, "Overloaded", "The server has all the work it can take. Nothing was changed; retry after Retry-After seconds.";
    NotReady = "not_ready", 503, "Not ready", "The server starts or cannot write. Retry in a few seconds.";
    ShuttingDown = "shutting_down", 503, "Shutting down", "The server is stopping. Nothing was changed; retry in a few seconds.";
    PaymentsNotConfigured = "stripe_not_configured", 503, "Payments not configured", "The operator of this server has not set up payments for this mode.";
    PaymentsUnavailable = "stripe_unavailable", 503, "Payment provider unavailable", "The payment provider did not answer, or asked us to slow down. Nothing was changed; retry after Retry-After seconds.";
}

impl Code {
    /// An error of this kind; `detail` says what happened and what to do, for the caller to read. The
    /// title stands in for an empty one, since a problem without a message helps nobody (wire.md 1).
    pub fn error(self, detail: impl Into<Cow<'static, str>>) -> Error {
        let mut detail = detail.into();
        if detail.is_empty() {
            detail = self.title().into();
        }
        Error(Box::new(Inside {
            code: self,
            detail,
            members: Vec::new(),
            fields: Vec::new(),
            cause: None,
        }))
    }
}

/// A 422 `invalid_value` that names the field, what is wrong with it ("is too long"), and the fix.
pub fn invalid(field: &str, message: impl Into<String>, fix: impl Into<String>) -> Error {
    let message = message.into();
    Code::InvalidValue
        .error(format!("{field} {message}"))
        .field(field, message, fix)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::error::Error as _;

    use super::*;

    #[test]
    fn codes_are_unique_and_snake_case() {
        let codes: HashSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in codes {
            let plain = |b: u8| b.is_ascii_lowercase() || b == b'_';
            let edge = code.starts_with('_') || code.ends_with('_') || code.contains("__");
            assert!(
                !code.is_empty() && code.bytes().all(plain) && !edge,
                "{code}"
            );
        }
    }

    #[test]
    fn every_code_says_what_it_is() {
        for code in Code::ALL {
            let (title, help) = (code.title(), code.help());
            assert!(!title.is_empty() && !title.ends_with('.'), "{title}");
            assert!(
                help.len() > 30 && help.ends_with('.') && !help.contains('!'),
                "{help}"
            );
            assert!((400..600).contains(&code.status()));
        }
        assert!(Code::ALL.is_sorted_by_key(|code| code.status()));
    }

    #[test]
    fn the_words_of_the_wire_are_kept() {
        for (code, status, title) in [
            (Code::MissingAuthentication, 401, "Missing authentication"),
            (Code::InvalidApiKey, 401, "Invalid API key"),
            (Code::InvalidPublishableKey, 401, "Invalid publishable key"),
            (
                Code::UserTokenRequired,
                401,
                "Invalid or missing end-user token",
            ),
            (Code::InvalidToken, 401, "Invalid or missing end-user token"),
            (Code::TokenWrongProject, 403, "Publishable key mismatch"),
            (Code::KeyMismatch, 403, "Forbidden"),
            (Code::SecretKeyRequired, 403, "Forbidden"),
            (Code::TierLimitReached, 403, "Tier limit reached"),
            (Code::NotFound, 404, "Not found"),
            (Code::CustomerNotFound, 404, "Customer not found"),
            (Code::MissingField, 400, "Missing required field"),
            (Code::RateLimited, 429, "Rate limit exceeded"),
            (Code::Internal, 500, "Internal error"),
        ] {
            assert_eq!((code.status(), code.title()), (status, title));
        }
    }

    #[test]
    fn an_error_carries_what_its_answer_needs() {
        let error = Code::TierLimitReached
            .error("Tier limit reached")
            .with("count", 5)
            .with("plan", "free")
            .field("amount", "is too much", "Send less");
        assert_eq!(error.code(), Code::TierLimitReached);
        assert_eq!(
            error.members(),
            [("count", 5.into()), ("plan", "free".into())]
        );
        let field = FieldError {
            location: "amount".into(),
            message: "is too much".into(),
            fix: "Send less".into(),
        };
        assert_eq!(error.fields(), [field]);
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn the_cause_is_for_the_log_only() {
        let inner = Code::StorageUnavailable.error("The disk is full");
        let error = Code::Internal.error("It broke").because(inner);
        assert_eq!(error.to_string(), "internal: It broke");
        assert!(!error.detail().contains("disk"));
        assert_eq!(
            error.source().unwrap().to_string(),
            "storage_unavailable: The disk is full"
        );
        assert!(format!("{error:?}").contains("The disk is full"));
        assert!(Code::Internal.error("It broke").source().is_none());
    }

    #[test]
    fn a_detail_is_never_empty() {
        assert_eq!(Code::NotFound.error("").detail(), "Not found");
        assert_eq!(Code::NotFound.error(String::new()).detail(), "Not found");
    }

    #[test]
    fn a_wrong_field_is_named_with_its_place() {
        let error = invalid("price", "is negative", "Send 0 or more").inside("tiers[2]");
        assert_eq!(error.detail(), "tiers[2].price is negative");
        assert_eq!(error.fields()[0].location, "tiers[2].price");
        let whole = Code::Conflict.error("Taken").inside("tiers[2]");
        assert_eq!((whole.detail(), whole.fields()), ("Taken", &[][..]));
    }
}
