//! The customer portal: where a payer changes the card or the plan, cancels, and finds invoices.

use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure};

/// What a portal offers, as Stripe keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Configuration {
    /// `bpc_…`.
    pub id: String,
    /// Whether sessions can be made with it.
    pub active: bool,
}

/// What a portal offers: card, invoices, e-mail address, cancelling at the end of the period, and change of plan.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// Products with the prices one can change to, at most ten products; none offers no change.
    pub plans: &'a [(&'a str, Vec<&'a str>)],
    /// A line at the top, up to 60 characters.
    pub headline: Option<&'a str>,
    /// Where the way back leads if a session names nothing.
    pub return_url: Option<&'a str>,
}

/// A session to make.
#[derive(Clone, Copy, Debug)]
pub struct NewPortal<'a> {
    /// Whose.
    pub customer: &'a str,
    /// What it offers.
    pub configuration: &'a str,
    /// Where the way back leads.
    pub return_url: &'a str,
    /// The one thing to do there; none shows everything.
    pub flow: Option<Flow<'a>>,
}

/// The one thing to do in a portal; afterwards the payer comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow<'a> {
    /// Cancel this subscription.
    Cancel(&'a str),
    /// Change the plan of this subscription.
    Update(&'a str),
    /// Give another card.
    PaymentMethod,
}

/// A customer's way to the page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Portal {
    /// `bps_…`.
    pub id: String,
    /// The page; it lasts minutes.
    pub url: String,
}

impl At<'_> {
    /// Makes what portals of this account offer.
    pub async fn create_portal_configuration(
        &self,
        offer: &Offer<'_>,
        key: &str,
    ) -> Result<Configuration, Failure> {
        let form = form_of(offer);
        self.post("/v1/billing_portal/configurations", form, key)
            .await
    }

    /// Changes what portals of this account offer.
    pub async fn update_portal_configuration(
        &self,
        id: &str,
        offer: &Offer<'_>,
        key: &str,
    ) -> Result<Configuration, Failure> {
        let path = path("/v1/billing_portal/configurations/{}", id)?;
        self.post(&path, form_of(offer), key).await
    }

    /// Makes a session.
    pub async fn create_portal(&self, new: &NewPortal<'_>, key: &str) -> Result<Portal, Failure> {
        let form = Form::default()
            .with("customer", new.customer)
            .with("configuration", new.configuration)
            .with("return_url", new.return_url);
        let form = match new.flow {
            Some(flow) => with_flow(form, flow, new.return_url),
            None => form,
        };
        self.post("/v1/billing_portal/sessions", form, key).await
    }
}

fn form_of(offer: &Offer<'_>) -> Form {
    let form = Form::default()
        .maybe("business_profile[headline]", offer.headline)
        .maybe("default_return_url", offer.return_url)
        .with("features[customer_update][enabled]", true)
        .each("features[customer_update][allowed_updates]", ["email"])
        .with("features[invoice_history][enabled]", true)
        .with("features[payment_method_update][enabled]", true)
        .with("features[subscription_cancel][enabled]", true)
        .with("features[subscription_cancel][mode]", "at_period_end");
    let update = |name: &str| format!("features[subscription_update]{name}");
    if offer.plans.is_empty() {
        return form.with(&update("[enabled]"), false);
    }
    let form = form
        .with(&update("[enabled]"), true)
        .each(&update("[default_allowed_updates]"), ["price"])
        .with(&update("[proration_behavior]"), "create_prorations");
    offer
        .plans
        .iter()
        .enumerate()
        .fold(form, |form, (place, (product, prices))| {
            let plan = |name: &str| update(&format!("[products][{place}][{name}]"));
            form.with(&plan("product"), product)
                .each(&plan("prices"), prices)
        })
}

fn with_flow(form: Form, flow: Flow<'_>, return_url: &str) -> Form {
    let (kind, subscription) = match flow {
        Flow::Cancel(id) => ("subscription_cancel", Some(id)),
        Flow::Update(id) => ("subscription_update", Some(id)),
        Flow::PaymentMethod => ("payment_method_update", None),
    };
    form.with("flow_data[type]", kind)
        .maybe(&format!("flow_data[{kind}][subscription]"), subscription)
        .with("flow_data[after_completion][type]", "redirect")
        .with(
            "flow_data[after_completion][redirect][return_url]",
            return_url,
        )
}
