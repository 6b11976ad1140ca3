//! Invoices of subscriptions.

use dream_domain::money::Currency;
use dream_domain::time::Millis;
use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure, read};

/// An invoice. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Raw")]
pub struct Invoice {
    /// `in_…`.
    pub id: String,
    /// The number on it; none while it is a draft.
    pub number: Option<String>,
    /// Who pays.
    pub customer_id: Option<String>,
    /// The subscription it is for.
    pub subscription_id: Option<String>,
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    pub status: Option<String>,
    /// What is to be paid.
    pub amount_due: i64,
    /// What was paid.
    pub amount_paid: i64,
    /// What is left.
    pub amount_remaining: i64,
    /// Before discounts and taxes.
    pub subtotal: i64,
    /// After them.
    pub total: i64,
    /// The currency.
    pub currency: Currency,
    /// Why there is one: `subscription_create`, `subscription_cycle`, `subscription_update` and others.
    pub billing_reason: Option<String>,
    /// How often payment was tried.
    pub attempt_count: i64,
    /// When it is tried next.
    pub next_payment_attempt: Option<Millis>,
    /// When the time that it is for begins.
    pub period_start: Option<Millis>,
    /// When it ends.
    pub period_end: Option<Millis>,
    /// The page where the payer sees and pays it.
    pub hosted_invoice_url: Option<String>,
    /// The same on paper.
    pub invoice_pdf: Option<String>,
    /// When it was made.
    pub created: Millis,
    /// When it was paid.
    pub paid_at: Option<Millis>,
    /// The payment intent that paid it, by which refunds name it; none while nothing was paid.
    pub payment_intent: Option<String>,
    /// Whether real money is meant.
    pub livemode: bool,
}

impl At<'_> {
    /// Reads an invoice.
    pub async fn invoice(&self, id: &str) -> Result<Invoice, Failure> {
        let path = path("/v1/invoices/{}", id)?;
        let query = Form::default().each("expand", ["payments"]);
        self.get(&path, query).await
    }

    /// The invoices of a customer.
    pub async fn invoices_of_customer(&self, customer: &str) -> Result<Vec<Invoice>, Failure> {
        self.listed("customer", customer).await
    }

    /// The invoices of a subscription.
    pub async fn invoices_of_subscription(
        &self,
        subscription: &str,
    ) -> Result<Vec<Invoice>, Failure> {
        self.listed("subscription", subscription).await
    }

    async fn listed(&self, of: &str, id: &str) -> Result<Vec<Invoice>, Failure> {
        let query = Form::default().with(of, id);
        let query = query.each("expand", ["data.payments"]);
        self.all("/v1/invoices", query).await
    }
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    number: Option<String>,
    #[serde(default, deserialize_with = "read::reference")]
    customer: Option<String>,
    parent: Option<RawParent>,
    #[serde(default, deserialize_with = "read::reference")]
    subscription: Option<String>,
    status: Option<String>,
    amount_due: i64,
    amount_paid: i64,
    amount_remaining: i64,
    subtotal: i64,
    total: i64,
    #[serde(deserialize_with = "read::currency")]
    currency: Currency,
    billing_reason: Option<String>,
    #[serde(default)]
    attempt_count: i64,
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    next_payment_attempt: Option<Millis>,
    lines: Option<RawLines>,
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    period_start: Option<Millis>,
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    period_end: Option<Millis>,
    hosted_invoice_url: Option<String>,
    invoice_pdf: Option<String>,
    #[serde(deserialize_with = "read::seconds")]
    created: Millis,
    status_transitions: Option<RawTransitions>,
    payments: Option<RawPayments>,
    livemode: bool,
}

#[derive(Deserialize)]
struct RawPayments {
    data: Vec<RawInvoicePayment>,
}

#[derive(Deserialize)]
struct RawInvoicePayment {
    status: Option<String>,
    payment: Option<RawPayment>,
}

#[derive(Deserialize)]
struct RawPayment {
    #[serde(default, deserialize_with = "read::reference")]
    payment_intent: Option<String>,
}

#[derive(Deserialize)]
struct RawParent {
    subscription_details: Option<RawDetails>,
}

#[derive(Deserialize)]
struct RawDetails {
    #[serde(default, deserialize_with = "read::reference")]
    subscription: Option<String>,
}

#[derive(Deserialize)]
struct RawLines {
    data: Vec<RawLine>,
}

#[derive(Deserialize)]
struct RawLine {
    period: Option<RawPeriod>,
}

#[derive(Deserialize)]
struct RawPeriod {
    #[serde(deserialize_with = "read::seconds")]
    start: Millis,
    #[serde(deserialize_with = "read::seconds")]
    end: Millis,
}

#[derive(Deserialize)]
struct RawTransitions {
    #[serde(default, deserialize_with = "read::maybe_seconds")]
    paid_at: Option<Millis>,
}

impl From<Raw> for Invoice {
    fn from(raw: Raw) -> Self {
        let details = raw.parent.and_then(|parent| parent.subscription_details);
        let of_parent = details.and_then(|details| details.subscription);
        // The period of an invoice is the time in which it was put together; that of its lines is what was bought.
        let lines = raw.lines.map(|lines| lines.data).unwrap_or_default();
        let bought = || lines.iter().filter_map(|line| line.period.as_ref());
        let payments = raw.payments.map(|list| list.data).unwrap_or_default();
        let mut paid = payments
            .into_iter()
            .filter(|it| it.status.as_deref() == Some("paid"));
        let paid = paid.find_map(|it| it.payment?.payment_intent);
        Self {
            id: raw.id,
            number: raw.number,
            customer_id: raw.customer,
            subscription_id: of_parent.or(raw.subscription),
            status: raw.status,
            amount_due: raw.amount_due,
            amount_paid: raw.amount_paid,
            amount_remaining: raw.amount_remaining,
            subtotal: raw.subtotal,
            total: raw.total,
            currency: raw.currency,
            billing_reason: raw.billing_reason,
            attempt_count: raw.attempt_count,
            next_payment_attempt: raw.next_payment_attempt,
            period_start: bought().map(|time| time.start).min().or(raw.period_start),
            period_end: bought().map(|time| time.end).max().or(raw.period_end),
            hosted_invoice_url: raw.hosted_invoice_url,
            invoice_pdf: raw.invoice_pdf,
            created: raw.created,
            paid_at: raw.status_transitions.and_then(|times| times.paid_at),
            payment_intent: paid,
            livemode: raw.livemode,
        }
    }
}
