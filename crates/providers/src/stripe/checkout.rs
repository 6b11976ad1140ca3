//! Checkout sessions: the page where somebody pays.

use dream_domain::money::Currency;
use dream_domain::time::Millis;
use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::catalog::Price;
use crate::stripe::form::Form;
use crate::stripe::read::Page;
use crate::stripe::{At, Failure, Metadata, read};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Raw")]
pub struct Session {
    /// `cs_test_…` or `cs_live_…`.
    pub id: String,
    /// What it sells.
    pub mode: Sells,
    /// How far it is.
    pub status: Status,
    /// Whether money came.
    pub payment_status: PaymentStatus,
    /// Whom it sells to, once that is known.
    pub customer: Option<String>,
    /// The address that the payer gave, else the one that the session was made with.
    pub email: Option<String>,
    /// Our own reference.
    pub client_reference_id: Option<String>,
    /// What was paid with, in payment mode.
    pub payment_intent: Option<String>,
    /// What was made, in subscription mode.
    pub subscription: Option<String>,
    /// What the payer pays in all, in minor units.
    pub amount_total: Option<i64>,
    /// Of it, taxes.
    pub amount_tax: i64,
    /// The currency.
    pub currency: Option<Currency>,
    /// When it was made.
    pub created: Millis,
    /// When it is taken off sale.
    pub expires_at: Millis,
    /// The page; none once the session is over.
    pub url: Option<String>,
    /// Where goods go to, if that was asked.
    pub shipping: Option<Shipping>,
    /// Our notes.
    pub metadata: Metadata,
    /// Whether real money is meant.
    pub livemode: bool,
    /// What it sells: all of it when the session was read by itself, else empty.
    pub lines: Vec<Line>,
}

impl Session {
    /// Whether what was bought may be handed over: the session is complete and nothing is left to pay now.
    pub fn is_paid(&self) -> bool {
        let settled = matches!(
            self.payment_status,
            PaymentStatus::Paid | PaymentStatus::NoPaymentRequired
        );
        self.status == Status::Complete && settled
    }
}

/// What a session sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sells {
    /// Things, paid once.
    Payment,
    /// Something that is paid again and again.
    Subscription,
    /// Nothing that we sell.
    #[serde(other)]
    Unknown,
}

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The payer can pay.
    Open,
    /// The payer is done; slow ways of paying may still be under way.
    Complete,
    /// It is over, and nothing was bought.
    Expired,
    /// A word that this client does not know.
    #[serde(other)]
    Unknown,
}

/// Whether money came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// It came.
    Paid,
    /// Not yet.
    Unpaid,
    /// Nothing is due now: a trial, or everything discounted.
    NoPaymentRequired,
    /// A word that this client does not know.
    #[serde(other)]
    Unknown,
}

/// One line of what a session sells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// `li_…`.
    pub id: String,
    /// The name of the product.
    pub description: Option<String>,
    /// The price.
    pub price: Option<Price>,
    /// How many.
    pub quantity: Option<i64>,
    /// What the line costs in all, in minor units.
    pub amount_total: i64,
}

/// Where goods go to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Shipping {
    /// Who gets them.
    pub name: Option<String>,
    /// Where that is.
    pub address: Option<Address>,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Address {
    /// Street and number.
    pub line1: Option<String>,
    /// What does not fit there.
    pub line2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state or region.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// Two letters, upper-case.
    pub country: Option<String>,
}

/// A session to make.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// What it sells.
    pub sale: Sale<'a>,
    /// Prices and how many of each; at most 100 in payment mode and 20 in subscription mode.
    pub lines: &'a [(&'a str, i64)],
    /// Whom it sells to.
    pub payer: Payer<'a>,
    /// Our own reference, up to 200 characters.
    pub client_reference_id: Option<&'a str>,
    /// Our notes on the session.
    pub metadata: &'a Metadata,
    /// Where the payer goes after paying; `{CHECKOUT_SESSION_ID}` in it becomes the id.
    pub success_url: &'a str,
    /// Where the payer goes otherwise.
    pub cancel_url: &'a str,
    /// When it is taken off sale, 30 minutes to 24 hours ahead; 24 hours if absent.
    pub expires_at: Option<Millis>,
    /// Stripe works out taxes.
    pub automatic_tax: bool,
    /// The countries that goods are sent to, two letters each; none asks for no address.
    pub shipping_countries: &'a [String],
    /// The payer may enter a promotion code.
    pub allow_promotion_codes: bool,
}

/// What a new session sells.
#[derive(Clone, Copy, Debug)]
pub enum Sale<'a> {
    /// A subscription.
    Subscription {
        /// Our notes on the subscription.
        metadata: &'a Metadata,
        /// Days before the first payment, 1 to 730.
        trial_days: Option<u32>,
    },
    /// Things, paid once.
    Payment {
        /// Our notes on the payment intent.
        metadata: &'a Metadata,
    },
}

/// Whom a new session sells to.
#[derive(Clone, Copy, Debug)]
pub enum Payer<'a> {
    /// A customer.
    Customer(&'a str),
    /// Somebody of whom the address is known.
    Email(&'a str),
    /// Whoever comes.
    Anyone,
}

impl At<'_> {
    /// Makes a session.
    pub async fn create_checkout(
        &self,
        new: &NewSession<'_>,
        key: &str,
    ) -> Result<Session, Failure> {
        self.post("/v1/checkout/sessions", form_of(new), key).await
    }

    /// Reads a session with everything that it sells.
    pub async fn checkout(&self, id: &str) -> Result<Session, Failure> {
        let path = path("/v1/checkout/sessions/{}", id)?;
        let query = Form::default().each("expand", ["line_items"]);
        let raw: Raw = self.get(&path, query).await?;
        let more = raw.line_items.as_ref().is_some_and(|lines| lines.has_more);
        let mut session = Session::from(raw);
        if more {
            session.lines = self.checkout_lines(id).await?;
        }
        Ok(session)
    }

    /// Everything that a session sells.
    pub async fn checkout_lines(&self, id: &str) -> Result<Vec<Line>, Failure> {
        let path = path("/v1/checkout/sessions/{}/line_items", id)?;
        self.all(&path, Form::default()).await
    }

    /// The sessions of a customer, without what they sell.
    pub async fn checkouts_of(&self, customer: &str) -> Result<Vec<Session>, Failure> {
        let query = Form::default().with("customer", customer);
        self.all("/v1/checkout/sessions", query).await
    }

    /// Takes a session off sale; [`crate::stripe::Kind::Refused`] if it is not open.
    pub async fn expire_checkout(&self, id: &str, key: &str) -> Result<Session, Failure> {
        let path = path("/v1/checkout/sessions/{}/expire", id)?;
        self.post(&path, Form::default(), key).await
    }
}

fn form_of(new: &NewSession<'_>) -> Form {
    let mut form = Form::default()
        .with("success_url", new.success_url)
        .with("cancel_url", new.cancel_url)
        .maybe("client_reference_id", new.client_reference_id)
        .maybe("expires_at", new.expires_at.map(read::as_seconds))
        .flag("automatic_tax[enabled]", new.automatic_tax)
        .flag("allow_promotion_codes", new.allow_promotion_codes)
        .each(
            "shipping_address_collection[allowed_countries]",
            new.shipping_countries,
        )
        .notes("metadata", new.metadata);
    for (place, (price, quantity)) in new.lines.iter().enumerate() {
        form = form
            .with(&format!("line_items[{place}][price]"), price)
            .with(&format!("line_items[{place}][quantity]"), quantity);
    }
    form = match new.sale {
        Sale::Subscription {
            metadata,
            trial_days,
        } => form
            .with("mode", "subscription")
            .maybe("subscription_data[trial_period_days]", trial_days)
            .notes("subscription_data[metadata]", metadata),
        Sale::Payment { metadata } => form
            .with("mode", "payment")
            .notes("payment_intent_data[metadata]", metadata),
    };
    match new.payer {
        Payer::Customer(id) => with_customer(form, id, new),
        Payer::Email(email) => form.with("customer_email", email),
        Payer::Anyone => form,
    }
}

/// Taxes of a known customer need an address, and Stripe asks for one only if it may keep it
/// (docs.stripe.com/tax/checkout, `customer_update`).
fn with_customer(form: Form, id: &str, new: &NewSession<'_>) -> Form {
    let ships = !new.shipping_countries.is_empty();
    let taxes = new.automatic_tax;
    form.with("customer", id)
        .maybe("customer_update[address]", taxes.then_some("auto"))
        .maybe(
            "customer_update[shipping]",
            (taxes && ships).then_some("auto"),
        )
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    mode: Sells,
    status: Option<Status>,
    payment_status: PaymentStatus,
    #[serde(default, deserialize_with = "read::reference")]
    customer: Option<String>,
    customer_details: Option<RawDetails>,
    customer_email: Option<String>,
    client_reference_id: Option<String>,
    #[serde(default, deserialize_with = "read::reference")]
    payment_intent: Option<String>,
    #[serde(default, deserialize_with = "read::reference")]
    subscription: Option<String>,
    amount_total: Option<i64>,
    total_details: Option<RawTotals>,
    #[serde(default, deserialize_with = "read::maybe_currency")]
    currency: Option<Currency>,
    #[serde(deserialize_with = "read::seconds")]
    created: Millis,
    #[serde(deserialize_with = "read::seconds")]
    expires_at: Millis,
    url: Option<String>,
    collected_information: Option<RawCollected>,
    shipping_details: Option<Shipping>,
    #[serde(default, deserialize_with = "read::or_empty")]
    metadata: Metadata,
    livemode: bool,
    line_items: Option<Page<Line>>,
}

#[derive(Deserialize)]
struct RawDetails {
    email: Option<String>,
}

#[derive(Deserialize)]
struct RawTotals {
    amount_tax: Option<i64>,
}

#[derive(Deserialize)]
struct RawCollected {
    shipping_details: Option<Shipping>,
}

impl From<Raw> for Session {
    fn from(raw: Raw) -> Self {
        let given = raw.customer_details.and_then(|details| details.email);
        let collected = raw.collected_information;
        let shipping = collected.and_then(|collected| collected.shipping_details);
        Self {
            id: raw.id,
            mode: raw.mode,
            status: raw.status.unwrap_or(Status::Unknown),
            payment_status: raw.payment_status,
            customer: raw.customer,
            email: given.or(raw.customer_email),
            client_reference_id: raw.client_reference_id,
            payment_intent: raw.payment_intent,
            subscription: raw.subscription,
            amount_total: raw.amount_total,
            amount_tax: raw.total_details.and_then(|it| it.amount_tax).unwrap_or(0),
            currency: raw.currency,
            created: raw.created,
            expires_at: raw.expires_at,
            url: raw.url,
            shipping: shipping.or(raw.shipping_details),
            metadata: raw.metadata,
            livemode: raw.livemode,
            lines: raw.line_items.map(|lines| lines.data).unwrap_or_default(),
        }
    }
}
