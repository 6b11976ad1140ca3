//! Why a call failed, in words that may be shown.

use std::fmt;

/// A call that did not do what was asked. Nothing in it is secret: keys, key hints and ids are taken out of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What to do about it.
    pub kind: Kind,
    /// The status of the answer; none if there was no answer.
    pub status: Option<u16>,
    /// Stripe's code, such as `resource_missing` or `card_declined`.
    pub code: Option<String>,
    /// The parameter that is to blame, such as `customer` or `items[0][price]`.
    pub param: Option<String>,
    /// One sentence.
    pub message: String,
    /// Stripe's id of the call, for their support.
    pub request_id: Option<String>,
    /// When Stripe wants to be asked again, in seconds.
    pub retry_after_seconds: Option<u32>,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No answer: no connection, or none in time. The call may have done its work.
    Unreachable,
    /// Too many calls, Stripe's count or ours; later it is answered.
    RateLimited,
    /// Stripe is not well (5xx).
    Unavailable,
    /// What was asked for is wrong and stays wrong.
    Refused,
    /// There is no such object at this account.
    NotFound,
    /// The key is not valid (401), or the account is not ours any more (403 with code `account_invalid`).
    Unauthorized,
    /// Another call holds the object or the idempotency key.
    Conflict,
    /// The answer is not one of Stripe's. The call may have done its work.
    Damaged,
}

impl Failure {
    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            Kind::Unreachable | Kind::RateLimited | Kind::Unavailable | Kind::Conflict => true,
            Kind::Refused | Kind::NotFound | Kind::Unauthorized | Kind::Damaged => false,
        }
    }

    /// Whether an object that the call named in this parameter does not exist (any more).
    pub fn misses(&self, param: &str) -> bool {
        self.kind == Kind::NotFound && self.param.as_deref() == Some(param)
    }

    /// A failure without an answer of Stripe's.
    pub(super) fn of(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            code: None,
            param: None,
            message: message.into(),
            request_id: None,
            retry_after_seconds: None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
