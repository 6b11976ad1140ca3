//! Orders written: made with what they hold, then changed by version, each change one transaction.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::order::{Dispute, Hold, RefundStatus};
use dream_domain::time::Millis;
use dream_domain::user::Email;

use crate::Db;
use crate::db::Change;
use crate::inbox;
use crate::orders::refunds::{self, NewRefund, Refund};
use crate::orders::{Line, Order};
use crate::outbox::{self, Message};
use crate::params;
use crate::reservations::{self, Reservation};
use crate::scope::{self, Scope};
use crate::sql::statements;
use crate::step::{Refusal, Step};

/// Entries of the timeline that one change can make.
const PLACES: i64 = 100;

statements! {
    PUT_LINE = "insert into order_lines (publishable_key, order_id, line, tier_id, tier, name, price_id, unit_amount, quantity, amount,
        counted, refunded_quantity, restocked_quantity, image_url) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (publishable_key, order_id, line) do update set quantity = excluded.quantity, amount = excluded.amount,
          refunded_quantity = excluded.refunded_quantity, restocked_quantity = excluded.restocked_quantity";
    ADD_EVENT = "insert into order_events (publishable_key, order_id, place, kind, amount, detail, at) values ($1, $2, $3, $4, $5, $6, $7)";
    /// What was sold stays sold: only whose account it was is forgotten.
    UNLINK = "update orders set user_id = null where publishable_key = $1 and user_id = $2";
    UPDATE = "update orders set status = $4, session_id = $5, url = $6, payment_id = $7, email = $8, email_folded = $9, amount_total = $10,
        amount_paid = $11, amount_refunded = $12, amount_held = $13, shipping = $14, tracking_url = $15, note = $16, dispute = $17,
        dispute_id = $18, expires_at = $19, paid_at = $20, fulfilled_at = $21, closed_at = $22, check_at = $23, version = version + 1
        where publishable_key = $1 and order_id = $2 and version = $3";
}

/// An entry of the timeline about to be made.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happened, such as `paid`.
    pub kind: &'static str,
    /// Minor units, where money moved.
    pub amount: Option<i64>,
    /// More of it, in words.
    pub detail: Option<String>,
}

/// What becomes of stock that an order holds or held.
#[derive(Clone, Debug)]
pub struct Return<'a> {
    /// As it was read.
    pub reservation: &'a Reservation,
    /// What becomes of it.
    pub hold: Hold,
    /// How many it is for from now on.
    pub quantity: i64,
}

/// A change of an order with everything that happens with it.
#[derive(Clone, Debug)]
pub struct Apply<'a> {
    /// As it shall be; its version is that at which it was read.
    pub order: &'a Order,
    /// Lines as they shall be.
    pub lines: Vec<Line>,
    /// What becomes of its reservations.
    pub returns: Vec<Return<'a>>,
    /// Tier by id and internal name, and how many it gets (or gives, below 0).
    pub stock: Vec<(Arc<str>, Arc<str>, i64)>,
    /// Another end for what it holds.
    pub ends_at: Option<Millis>,
    /// Money to be given back.
    pub asked: Vec<NewRefund>,
    /// What became of refunds: as they were read, what they are now, and the provider's id or the reason.
    pub settled: Vec<(Refund, RefundStatus, Option<String>)>,
    /// What is noted in the timeline.
    pub entries: Vec<Entry>,
    /// What leaves.
    pub mails: Vec<Message>,
    /// The event that told of it.
    pub event: Option<(&'a inbox::Claimed, Millis)>,
    /// When.
    pub at: Millis,
}

impl<'a> Apply<'a> {
    /// A change of the order alone.
    pub fn of(order: &'a Order, at: Millis) -> Self {
        Self {
            order,
            lines: Vec::new(),
            returns: Vec::new(),
            stock: Vec::new(),
            ends_at: None,
            asked: Vec::new(),
            settled: Vec::new(),
            entries: Vec::new(),
            mails: Vec::new(),
            event: None,
            at,
        }
    }
}

/// Whether a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// All of it.
    Done,
    /// Nothing: the order, its stock or its event changed meanwhile. Read again.
    Conflict,
}

/// Makes a change, all of it or nothing.
pub async fn apply(db: &Db, scope: &Scope, change: &Apply<'_>) -> Result<Applied> {
    let tenant = scope.tenant();
    let mut stock = change.stock.clone();
    stock.retain(|(_, _, by)| *by != 0);
    // Everyone locks in the same order.
    stock.sort_by(|(_, one, _), (_, other, _)| one.cmp(other));
    let bumps = if stock.is_empty() {
        Vec::new()
    } else {
        vec![db.versions().tenant_slot(tenant)]
    };
    let mut steps = vec![if stock.is_empty() {
        scope::hold(tenant)
    } else {
        scope::touch(tenant)
    }];
    steps.extend(
        stock
            .iter()
            .map(|(tier, _, by)| reservations::stock_step(tenant, tier, *by)),
    );
    steps.push(update_step(tenant, change));
    steps.extend(parts(tenant, change));
    let done = db
        .change(Change {
            steps,
            bumps,
            ..Change::default()
        })
        .await;
    match done {
        Ok(_) => Ok(Applied::Done),
        Err(Refusal::Guard(_) | Refusal::Taken(_)) => Ok(Applied::Conflict),
        Err(refusal) => Err(refusal.into()),
    }
}

fn parts(tenant: &Arc<str>, change: &Apply<'_>) -> Vec<Step> {
    let (id, mut steps) = (&change.order.id, Vec::new());
    let ends = change.ends_at.iter();
    steps.extend(ends.map(|end| reservations::move_end_step(tenant, id, *end)));
    steps.extend(
        change
            .returns
            .iter()
            .map(|it| reservations::set_step(tenant, it.reservation, it.hold, it.quantity)),
    );
    steps.extend(
        change
            .lines
            .iter()
            .map(|line| put_line_step(tenant, id, line)),
    );
    let asked = change.asked.iter();
    steps.extend(asked.map(|refund| refunds::add_step(tenant, id, refund)));
    let settled = change.settled.iter();
    steps.extend(settled.map(|(refund, status, word)| {
        refunds::settle_step(tenant, refund, *status, word.as_deref(), change.at)
    }));
    let entries = change.entries.iter().zip(0..);
    steps.extend(entries.map(|(entry, place)| {
        let place = (change.order.version + 1) * PLACES + place;
        event_step(tenant, id, place, entry, change.at)
    }));
    steps.extend(change.mails.iter().map(outbox::add_step));
    steps.extend(
        change
            .event
            .map(|(event, now)| inbox::done_step(event, now)),
    );
    steps
}

/// The step that begins the timeline of a new order.
pub(crate) fn created_step(tenant: &str, order: &str, at: Millis) -> Step {
    let entry = Entry {
        kind: "created",
        amount: None,
        detail: None,
    };
    event_step(tenant, order, PLACES, &entry, at)
}

fn event_step(tenant: &str, order: &str, place: i64, entry: &Entry, at: Millis) -> Step {
    let row = params![
        tenant,
        order,
        place,
        entry.kind,
        entry.amount,
        entry.detail.as_deref(),
        at
    ];
    Step::new(&ADD_EVENT, row).must_change(1)
}

fn put_line_step(tenant: &str, order: &str, line: &Line) -> Step {
    let row = params![
        tenant,
        order,
        line.line,
        &line.tier_id,
        &line.tier,
        &line.name,
        &line.price_id,
        line.unit_amount,
        line.quantity,
        line.amount,
        line.counted,
        line.refunded_quantity,
        line.restocked_quantity,
        line.image_url.as_ref()
    ];
    Step::new(&PUT_LINE, row).must_change(1)
}

/// What an address is searched by.
pub(crate) fn folded(email: &str) -> String {
    Email::parse(email).map_or_else(|_| email.to_lowercase(), |email| email.folded())
}

fn update_step(tenant: &str, change: &Apply<'_>) -> Step {
    let order = change.order;
    let row = params![
        tenant,
        &order.id,
        order.version,
        order.state().as_str(),
        order.session_id.as_ref(),
        order.url.as_ref(),
        order.payment_id.as_ref(),
        order.email.as_ref(),
        order.email.as_deref().map(folded),
        order.amount_total,
        order.amount_paid,
        order.amount_refunded,
        order.amount_held,
        order.shipping.as_ref(),
        order.tracking_url.as_ref(),
        order.note.as_ref(),
        order.dispute.map(Dispute::as_str),
        order.dispute_id.as_ref(),
        order.expires_at,
        order.paid_at,
        order.fulfilled_at,
        order.closed_at,
        order.check_at
    ];
    Step::new(&UPDATE, row).must_change(1)
}
