//! The receipt of an order: its unguessable address, and the letters that hold it.

use dream_domain::error::Result;
use dream_domain::money::{Currency, Money};
use dream_domain::user::Email;
use dream_store::orders::{Event, Line, Order};
use dream_store::outbox::Message;
use dream_store::projects::Tenant;
use serde_json::json;

use crate::app::App;
use crate::identity::secret;
use crate::mail::{self, Letter};
use crate::payments::api::checkout::Shipping;

/// A fresh token of the order with this id: what is stored of it, and it, sealed.
pub(crate) fn token(app: &App, order: &str) -> Result<(String, String)> {
    let token = secret::fresh(&app.random);
    let sealed = app
        .master
        .seal(&app.random, &owner(order), token.as_bytes())?;
    Ok((secret::hash(&token), sealed))
}

/// Where the buyer sees an order.
pub(crate) fn link(app: &App, order: &Order) -> Result<String> {
    let token = app.master.open(&owner(&order.id), &order.receipt_sealed)?;
    let token = String::from_utf8_lossy(&token);
    Ok(format!("{}/r/{token}", app.config.public_url))
}

/// An amount of an order in words, such as `$18.00`.
pub(crate) fn money(order: &Order, minor: i64) -> String {
    match Currency::parse(&order.currency) {
        Ok(currency) => Money { minor, currency }.to_string(),
        Err(_) => format!("{minor} {}", order.currency),
    }
}

/// What happened to an order, in words.
pub(crate) fn words(order: &Order, event: &Event) -> String {
    let amount = money(order, event.amount.unwrap_or(0));
    let plain = match &*event.kind {
        "created" => "Ordered".to_owned(),
        "paid" => format!("Paid {amount}"),
        "payment_processing" => "Payment on its way".to_owned(),
        "payment_failed" => "Payment failed".to_owned(),
        "out_of_stock" => format!("Not available any more; {amount} goes back"),
        "fulfilled" => "Sent".to_owned(),
        "refunded" => format!("Refunded {amount}"),
        "refund_failed" => format!("Refund of {amount} failed"),
        "expired" => "Not paid in time".to_owned(),
        "released" => "Released by the seller".to_owned(),
        "checkout_failed" => "The payment page could not be opened".to_owned(),
        "disputed" => format!("Disputed: {amount}"),
        "dispute_won" => "Dispute won".to_owned(),
        "dispute_lost" => format!("Dispute lost: {amount}"),
        other => other.to_owned(),
    };
    match &event.detail {
        Some(detail) => format!("{plain} ({detail})"),
        None => plain,
    }
}

/// Where goods go to, as it is stored.
pub(super) fn shipping_text(shipping: &Shipping) -> std::sync::Arc<str> {
    let address = shipping.address.as_ref().map(|address| {
        json!({"line1": address.line1, "line2": address.line2, "city": address.city, "state": address.state,
            "postalCode": address.postal_code, "country": address.country})
    });
    json!({"name": shipping.name, "address": address})
        .to_string()
        .into()
}

/// The letter to a buyer who paid; none where there is no address, or no mail leaves.
pub(super) fn letter(
    app: &App,
    tenant: &Tenant,
    order: &Order,
    lines: &[Line],
) -> Result<Option<Message>> {
    let Some((to, link)) = buyer(app, order)? else {
        return Ok(None);
    };
    let list: Vec<String> = lines
        .iter()
        .filter(|line| line.quantity > 0)
        .map(|line| format!("{} × {}", line.quantity, line.name))
        .collect();
    let missing = (order.amount_held > 0).then(|| money(order, order.amount_held));
    let letter = Letter::Receipt {
        bought: &list.join(", "),
        total: &money(order, order.amount_paid),
        missing: missing.as_deref(),
        link: &link,
    };
    mail::compose(app, tenant, &to, &letter).map(Some)
}

/// The letter to a buyer whose money goes back.
pub(super) fn refund_letter(
    app: &App,
    tenant: &Tenant,
    order: &Order,
    minor: i64,
) -> Result<Vec<Message>> {
    let Some((to, link)) = buyer(app, order)? else {
        return Ok(Vec::new());
    };
    let letter = Letter::Refunded {
        amount: &money(order, minor),
        link: &link,
    };
    Ok(vec![mail::compose(app, tenant, &to, &letter)?])
}

/// The letter to a buyer whose order was sent.
pub(crate) fn sent_letter(app: &App, tenant: &Tenant, order: &Order) -> Result<Vec<Message>> {
    let Some((to, link)) = buyer(app, order)? else {
        return Ok(Vec::new());
    };
    let letter = Letter::Sent {
        note: order.note.as_deref(),
        tracking: order.tracking_url.as_deref(),
        link: &link,
    };
    Ok(vec![mail::compose(app, tenant, &to, &letter)?])
}

/// The address of a buyer and of the receipt; none where no letter can reach anyone.
fn buyer(app: &App, order: &Order) -> Result<Option<(Email, String)>> {
    let email = order.email.as_deref().map(Email::parse);
    match email {
        Some(Ok(email)) if app.config.can_mail() => Ok(Some((email, link(app, order)?))),
        _ => Ok(None),
    }
}

/// What the seal of a token is bound to.
fn owner(order: &str) -> String {
    format!("receipt/{order}")
}
