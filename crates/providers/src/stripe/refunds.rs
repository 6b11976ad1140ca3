//! Refunds: money that goes back, in whole or in part.

use dream_domain::money::Currency;
use dream_domain::time::Millis;
use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure, Metadata, read};

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// `re_…`.
    pub id: String,
    /// What was paid with.
    #[serde(default, deserialize_with = "read::reference")]
    pub payment_intent: Option<String>,
    /// The payment it is of.
    #[serde(default, deserialize_with = "read::reference")]
    pub charge: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// The currency.
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`.
    pub status: Option<String>,
    /// `duplicate`, `fraudulent`, `requested_by_customer` or `expired_uncaptured_charge`.
    pub reason: Option<String>,
    /// Our notes.
    #[serde(default, deserialize_with = "read::or_empty")]
    pub metadata: Metadata,
    /// When it was made.
    #[serde(deserialize_with = "read::seconds")]
    pub created: Millis,
}

/// Why money goes back; the last one also puts card and address on the account's block lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The customer wants it.
    RequestedByCustomer,
    /// Paid twice.
    Duplicate,
    /// Paid by somebody else.
    Fraudulent,
}

impl Reason {
    /// Stripe's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestedByCustomer => "requested_by_customer",
            Self::Duplicate => "duplicate",
            Self::Fraudulent => "fraudulent",
        }
    }
}

/// A refund to make.
#[derive(Clone, Copy, Debug)]
pub struct NewRefund<'a> {
    /// What was paid with.
    pub payment_intent: &'a str,
    /// Minor units; everything that is left if absent.
    pub amount: Option<i64>,
    /// Why.
    pub reason: Option<Reason>,
    /// Our notes.
    pub metadata: &'a Metadata,
}

impl At<'_> {
    /// Gives money back; code `charge_already_refunded` if none is left.
    pub async fn create_refund(&self, new: &NewRefund<'_>, key: &str) -> Result<Refund, Failure> {
        let form = Form::default()
            .with("payment_intent", new.payment_intent)
            .maybe("amount", new.amount)
            .maybe("reason", new.reason.map(Reason::as_str))
            .notes("metadata", new.metadata);
        self.post("/v1/refunds", form, key).await
    }

    /// Reads a refund.
    pub async fn refund(&self, id: &str) -> Result<Refund, Failure> {
        let path = path("/v1/refunds/{}", id)?;
        self.get(&path, Form::default()).await
    }

    /// The refunds of one payment.
    pub async fn refunds_of(&self, payment_intent: &str) -> Result<Vec<Refund>, Failure> {
        let query = Form::default().with("payment_intent", payment_intent);
        self.all("/v1/refunds", query).await
    }
}
