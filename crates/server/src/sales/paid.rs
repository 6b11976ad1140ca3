//! A payment has come: the order is paid, what was held is sold, and what the provider sold counts.

use std::collections::HashMap;
use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::RefundId;
use dream_domain::order::{Hold, RefundStatus, Share, State, worth};
use dream_domain::time::Millis;
use dream_store::inbox::Claimed;
use dream_store::orders::{self, Apply, Entry, Line, NewRefund, Order, Return};
use dream_store::projects::Tenant;
use dream_store::reservations::{self, Reservation};

use crate::app::App;
use crate::payments::api::checkout::{self, Session};
use crate::sales::{make, receipt, tenant_named};

/// How long nobody else asks for a refund that was just written down, in milliseconds.
const REFUND_DUE_MS: i64 = 60_000;

/// What was bought, set against what is held.
#[derive(Debug, Default)]
struct Bought {
    lines: Vec<Line>,
    /// Index of the reservation, what becomes of it and how many it is for.
    holds: Vec<(usize, Hold, i64)>,
    stock: Vec<(Arc<str>, Arc<str>, i64)>,
    /// Line, how many of it there are not, and what they cost.
    short: Vec<(i64, i64, i64)>,
}

/// Writes the payment down; none if others changed something meanwhile.
pub(super) async fn apply(
    app: &App,
    tenant: &Tenant,
    mut order: Order,
    session: &Session,
    event: Option<&Claimed>,
) -> Result<Option<State>> {
    let Some(fresh) = tenant_named(app, tenant.scope.tenant()).await? else {
        return Ok(Some(order.state()));
    };
    let lines = orders::lines(&app.db, &tenant.scope, &order.id).await?;
    let held = reservations::of_order(&app.db, &tenant.scope, &order.id).await?;
    let bought = compare(&fresh, lines, &held, &session.lines);
    let now = app.now();
    let was_closed = order.closed_at.is_some();
    pay(&mut order, session, now);
    let asked = shortage(app, &bought, now, order.payment_id.is_some());
    order.amount_held = asked.iter().map(|refund| refund.amount).sum();
    let mails = receipt::letter(app, tenant, &order, &bought.lines)?;
    let change = Apply {
        entries: entries(&order, was_closed, &bought),
        returns: bought
            .holds
            .iter()
            .filter_map(|(index, hold, quantity)| {
                Some(Return {
                    reservation: held.get(*index)?,
                    hold: *hold,
                    quantity: *quantity,
                })
            })
            .collect(),
        lines: bought.lines,
        stock: bought.stock,
        asked,
        mails: mails.into_iter().collect(),
        event: event.map(|event| (event, app.clock.machine())),
        ..Apply::of(&order, now)
    };
    make(app, tenant, &change).await
}

/// The order as the session says it was paid.
fn pay(order: &mut Order, session: &Session, now: Millis) {
    order.session_id = Some(session.id.as_str().into());
    order.url = None;
    order.payment_id = session.payment_intent.as_deref().map(Arc::from);
    order.amount_paid = session.amount_total.unwrap_or(order.amount_total);
    order.email = match &session.email {
        Some(email) => Some(email.as_str().into()),
        None => order.email.clone(),
    };
    order.shipping = session.shipping.as_ref().map(receipt::shipping_text);
    order.paid_at = Some(now);
    order.check_at = None;
}

/// Sets what the provider sold against what was ordered and is held. Its lines count; what nobody has is short.
fn compare(
    tenant: &Tenant,
    lines: Vec<Line>,
    held: &[Reservation],
    sold: &[checkout::Line],
) -> Bought {
    let mut by_price: HashMap<&str, (i64, i64)> = HashMap::new();
    for line in sold {
        let price = line.price.as_ref().map_or("", |price| price.id.as_str());
        let entry = by_price.entry(price).or_default();
        entry.0 += line.quantity.unwrap_or(1);
        entry.1 += line.amount_total;
    }
    let mut bought = Bought::default();
    for mut line in lines {
        (line.quantity, line.amount) = by_price.remove(&*line.price_id).unwrap_or_default();
        let index = held.iter().position(|it| it.line == line.line);
        if let Some(index) = index.filter(|_| line.counted) {
            supply(tenant, &mut line, index, &held[index], &mut bought);
        }
        bought.lines.push(line);
    }
    let mut number = bought.lines.iter().map(|line| line.line).max().unwrap_or(0);
    for line in sold {
        let price = line.price.as_ref().map_or("", |price| price.id.as_str());
        if let Some((quantity, amount)) = by_price.remove(price) {
            number += 1;
            bought
                .lines
                .push(foreign(number, line, price, quantity, amount));
        }
    }
    bought
}

/// Takes or gives what a line differs from what is held for it.
fn supply(tenant: &Tenant, line: &mut Line, index: usize, held: &Reservation, out: &mut Bought) {
    let tier = tenant
        .tiers
        .iter()
        .find(|tier| tier.id.as_str() == &*line.tier_id);
    let available = tier.and_then(|tier| tier.inventory);
    let has = if held.hold == Hold::Held {
        held.quantity
    } else {
        0
    };
    let lacking = line.quantity - has;
    let taken: i64 = out
        .stock
        .iter()
        .filter(|(id, _, _)| *id == line.tier_id)
        .map(|(_, _, by)| by)
        .sum();
    let enough = available.is_none_or(|there| there + taken >= lacking);
    let kept = if enough { line.quantity } else { has };
    if kept < line.quantity {
        let short = line.quantity - kept;
        let share = Share {
            returned: 0,
            ..line.share()
        };
        out.short.push((line.line, short, worth(&share, short)));
        line.refunded_quantity = short;
    } else if lacking != 0 && available.is_some() {
        out.stock
            .push((line.tier_id.clone(), line.tier.clone(), -lacking));
    }
    let hold = if kept > 0 {
        Hold::Consumed
    } else {
        Hold::Released
    };
    out.holds
        .push((index, hold, if kept > 0 { kept } else { held.quantity }));
}

/// A line that only the provider knows.
fn foreign(number: i64, line: &checkout::Line, price: &str, quantity: i64, amount: i64) -> Line {
    Line {
        line: number,
        tier_id: "".into(),
        tier: "".into(),
        name: line.description.as_deref().unwrap_or("Other").into(),
        price_id: price.into(),
        unit_amount: amount / quantity.max(1),
        quantity,
        amount,
        counted: false,
        refunded_quantity: 0,
        restocked_quantity: 0,
        image_url: None,
    }
}

/// The money of what there is not goes back.
fn shortage(app: &App, bought: &Bought, now: Millis, is_paid: bool) -> Vec<NewRefund> {
    let amount: i64 = bought.short.iter().map(|(_, _, amount)| amount).sum();
    if amount <= 0 || !is_paid {
        return Vec::new();
    }
    vec![NewRefund {
        id: RefundId::new(now, app.random.bytes()),
        amount,
        status: RefundStatus::Asked,
        provider_id: None,
        reason: None,
        origin: "out_of_stock",
        restock: false,
        lines: bought
            .short
            .iter()
            .map(|(line, quantity, _)| (*line, *quantity))
            .collect(),
        created_at: now,
        due_at: now.plus(REFUND_DUE_MS),
    }]
}

fn entries(order: &Order, was_closed: bool, bought: &Bought) -> Vec<Entry> {
    let mut entries = vec![Entry {
        kind: "paid",
        amount: Some(order.amount_paid),
        detail: was_closed.then(|| "after the time to pay was over".to_owned()),
    }];
    if !bought.short.is_empty() {
        let name = |number: i64| {
            let line = bought.lines.iter().find(|line| line.line == number);
            line.map_or("", |line| &*line.name)
        };
        let list: Vec<String> = bought
            .short
            .iter()
            .map(|(line, quantity, _)| format!("{quantity} × {}", name(*line)))
            .collect();
        entries.push(Entry {
            kind: "out_of_stock",
            amount: Some(order.amount_held),
            detail: Some(list.join(", ")),
        });
    }
    entries
}
