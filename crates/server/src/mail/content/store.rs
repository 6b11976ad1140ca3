//! The words of letters about orders and stock.

use super::{Action, Content, empty};
use crate::mail::StockChange;

/// To a buyer who paid: what was bought, what it cost, and what goes back because it is not there.
pub(super) fn receipt<'a>(
    name: &str,
    (bought, total, missing): (&str, &str, Option<&str>),
    link: &'a str,
) -> Content<'a> {
    let paid = format!("{name} has your order: {bought}. You paid {total}.");
    let intro = match missing {
        Some(missing) => format!(
            "{paid} Not everything is there any more: {missing} of that goes back to you by itself."
        ),
        None => paid,
    };
    Content {
        subject: format!("Your order at {name}"),
        heading: "Thank you for your order",
        intro,
        actions: vec![Action {
            label: "See your receipt",
            link,
        }],
        closing: "Keep this mail: whoever has the link sees the receipt.".to_owned(),
        ..empty()
    }
}

/// To a buyer whose order was sent.
pub(super) fn sent<'a>(
    name: &str,
    note: Option<&str>,
    tracking: Option<&'a str>,
    link: &'a str,
) -> Content<'a> {
    let track = tracking.map(|link| Action {
        label: "Follow the parcel",
        link,
    });
    let receipt = Action {
        label: "See your receipt",
        link,
    };
    Content {
        subject: format!("Your order at {name} is on its way"),
        heading: "Your order is on its way",
        intro: match note {
            Some(note) => format!("{name} writes: {note}"),
            None => format!("{name} has sent your order."),
        },
        actions: track.into_iter().chain([receipt]).collect(),
        closing: format!("If it does not arrive, tell {name}."),
        ..empty()
    }
}

/// To a buyer whose money goes back.
pub(super) fn refunded<'a>(name: &str, amount: &str, link: &'a str) -> Content<'a> {
    Content {
        subject: format!("{amount} back from {name}"),
        heading: "Your money goes back",
        intro: format!(
            "{name} gives you {amount} back, the way you paid. Banks take up to ten days to show it."
        ),
        actions: vec![Action {
            label: "See your receipt",
            link,
        }],
        closing: format!("If you have questions, ask {name}."),
        ..empty()
    }
}

/// To a developer whose stock changed.
pub(super) fn stock<'a>(
    (store, product): (&str, &str),
    unsold: i64,
    change: StockChange,
    link: &'a str,
) -> Content<'a> {
    let (heading, what) = match change {
        StockChange::Low => (
            "Few are left",
            format!("only {unsold} of {product} are left"),
        ),
        StockChange::Out => ("Sold out", format!("{product} is sold out")),
        StockChange::Back => (
            "Back in stock",
            format!("{product} is back in stock, with {unsold} to sell"),
        ),
    };
    Content {
        subject: format!("{store}: {what}"),
        heading,
        intro: format!("In your store {store}, {what}."),
        actions: vec![Action {
            label: "Open the store",
            link,
        }],
        closing: "You get one mail each time this changes.".to_owned(),
        ..empty()
    }
}
