//! The words that statuses, reasons and standings are written with, and sentences for people.

use super::{Because, Reason, Standing, Status};

impl Status {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Incomplete,
        Self::IncompleteExpired,
        Self::Trialing,
        Self::Active,
        Self::PastDue,
        Self::Canceled,
        Self::Unpaid,
        Self::Paused,
        Self::Unknown,
    ];

    /// The provider's word; `unknown` for all that are not known.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word exactly; any other is [`Status::Unknown`], which gives nothing.
    pub fn parse(text: &str) -> Self {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.unwrap_or(Self::Unknown)
    }

    /// Whether nothing can follow it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Active,
        Self::Trial,
        Self::CancelsAtPeriodEnd,
        Self::GraceAfterFailedPayment,
        Self::GraceOver,
        Self::Canceled,
        Self::Unpaid,
        Self::Paused,
        Self::Incomplete,
        Self::UnknownPrice,
        Self::UnknownStatus,
        Self::Disconnected,
    ];

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Trial => "trial",
            Self::CancelsAtPeriodEnd => "cancels_at_period_end",
            Self::GraceAfterFailedPayment => "grace_after_failed_payment",
            Self::GraceOver => "grace_over",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Incomplete => "incomplete",
            Self::UnknownPrice => "unknown_price",
            Self::UnknownStatus => "unknown_status",
            Self::Disconnected => "disconnected",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// The rule that decided, for people.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Active => "The subscription is paid and gives its plan.",
            Self::Trial => "The subscription is in its trial and gives its plan.",
            Self::CancelsAtPeriodEnd => {
                "The subscription was canceled and gives its plan until it ends."
            }
            Self::GraceAfterFailedPayment => {
                "A payment failed; the plan is kept for a grace period while the payment is tried again."
            }
            Self::GraceOver => {
                "A payment failed and the grace period is over, so the subscription gives no plan until it is paid."
            }
            Self::Canceled => "The subscription has ended and gives no plan.",
            Self::Unpaid => {
                "Payments failed and are no longer tried, so the subscription gives no plan until it is paid."
            }
            Self::Paused => {
                "The trial ended without a payment method, so the subscription gives no plan until it is resumed."
            }
            Self::Incomplete => {
                "The first payment has not succeeded, so the subscription gives no plan."
            }
            Self::UnknownPrice => {
                "The price of the subscription belongs to no tier of this project, so it gives no plan."
            }
            Self::UnknownStatus => {
                "The payment provider gave a status that is not known here, so the subscription gives no plan."
            }
            Self::Disconnected => {
                "The payment account is disconnected; the plan is kept only until the paid period ends."
            }
        }
    }
}

impl Because {
    /// The word that is sent: that of the [`Reason`], or `granted` or `default`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscription(reason) => reason.as_str(),
            Self::Granted => "granted",
            Self::Default => "default",
        }
    }

    /// The rule that decided, for people.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Subscription(reason) => reason.sentence(),
            Self::Granted => "The plan was given by hand or through the API, not bought.",
            Self::Default => {
                "Nothing was bought or given, so the default plan of the project holds, if it has one."
            }
        }
    }
}

impl Standing {
    /// All of them, the weakest first.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Canceled,
        Self::PastDue,
        Self::Canceling,
        Self::Trialing,
        Self::Active,
    ];

    /// `none`, `trialing`, `active`, `canceling`, `past_due` or `canceled`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Canceled => "canceled",
            Self::PastDue => "past_due",
            Self::Canceling => "canceling",
            Self::Trialing => "trialing",
            Self::Active => "active",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.as_str() == text)
    }
}
