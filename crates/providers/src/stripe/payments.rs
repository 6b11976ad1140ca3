//! Payment intents, charges and disputes: what happened to money.

use dream_domain::money::Currency;
use dream_domain::time::Millis;
use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure, Metadata, read};

/// One purchase, whatever number of attempts it took.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PaymentIntent {
    /// `pi_…`.
    pub id: String,
    /// Minor units asked for.
    pub amount: i64,
    /// Minor units that came.
    pub amount_received: i64,
    /// The currency.
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    /// `succeeded`, `processing`, `requires_action` and others.
    pub status: String,
    /// Who pays.
    #[serde(default, deserialize_with = "read::reference")]
    pub customer: Option<String>,
    /// The newest attempt.
    #[serde(default, deserialize_with = "read::reference")]
    pub latest_charge: Option<String>,
    /// Our notes.
    #[serde(default, deserialize_with = "read::or_empty")]
    pub metadata: Metadata,
}

/// One attempt to take money.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Charge {
    /// `ch_…`.
    pub id: String,
    /// The purchase it belongs to.
    #[serde(default, deserialize_with = "read::reference")]
    pub payment_intent: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// Of them, those that went back.
    pub amount_refunded: i64,
    /// The currency.
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    /// It succeeded.
    pub paid: bool,
    /// All of it went back.
    pub refunded: bool,
    /// The payer's bank wants it back.
    pub disputed: bool,
    /// Who paid.
    #[serde(default, deserialize_with = "read::reference")]
    pub customer: Option<String>,
    /// Stripe's receipt.
    pub receipt_url: Option<String>,
    /// Where the receipt was sent.
    pub receipt_email: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "read::seconds")]
    pub created: Millis,
}

/// A payer's bank wants money back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "RawDispute")]
pub struct Dispute {
    /// `dp_…` or `du_…`.
    pub id: String,
    /// The payment it is about.
    pub charge: Option<String>,
    /// The purchase it is about.
    pub payment_intent: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// `needs_response`, `under_review`, `won`, `lost`, `prevented` or a `warning_…`.
    pub status: String,
    /// The bank's reason.
    pub reason: String,
    /// Until when evidence is taken.
    pub due_by: Option<Millis>,
    /// When it was made.
    pub created: Millis,
}

impl At<'_> {
    /// Reads a payment intent.
    pub async fn payment_intent(&self, id: &str) -> Result<PaymentIntent, Failure> {
        let path = path("/v1/payment_intents/{}", id)?;
        self.get(&path, Form::default()).await
    }

    /// Reads a charge.
    pub async fn charge(&self, id: &str) -> Result<Charge, Failure> {
        let path = path("/v1/charges/{}", id)?;
        self.get(&path, Form::default()).await
    }

    /// The charges of one purchase.
    pub async fn charges_of(&self, payment_intent: &str) -> Result<Vec<Charge>, Failure> {
        let query = Form::default().with("payment_intent", payment_intent);
        self.all("/v1/charges", query).await
    }

    /// Reads a dispute.
    pub async fn dispute(&self, id: &str) -> Result<Dispute, Failure> {
        let path = path("/v1/disputes/{}", id)?;
        self.get(&path, Form::default()).await
    }
}

#[derive(Deserialize)]
struct RawDispute {
    id: String,
    #[serde(default, deserialize_with = "read::reference")]
    charge: Option<String>,
    #[serde(default, deserialize_with = "read::reference")]
    payment_intent: Option<String>,
    amount: i64,
    #[serde(deserialize_with = "read::currency")]
    currency: Currency,
    status: String,
    reason: String,
    evidence_details: Option<RawEvidence>,
    #[serde(deserialize_with = "read::seconds")]
    created: Millis,
}

#[derive(Deserialize)]
struct RawEvidence {
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    due_by: Option<Millis>,
}

impl From<RawDispute> for Dispute {
    fn from(raw: RawDispute) -> Self {
        Self {
            id: raw.id,
            charge: raw.charge,
            payment_intent: raw.payment_intent,
            amount: raw.amount,
            currency: raw.currency,
            status: raw.status,
            reason: raw.reason,
            due_by: raw.evidence_details.and_then(|details| details.due_by),
            created: raw.created,
        }
    }
}
