//! What tests of payments begin with: a subscription, a checkout, an invoice and an event of one user.

use dream_domain::id::{ChangeId, CheckoutId, EventId};
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::checkouts::{self, NewCheckout};
use dream_store::customers::{self, Customer};
use dream_store::inbox::{self, Claimed, NewEvent, Received};
use dream_store::invoices::Invoice;
use dream_store::prices::Price;
use dream_store::projects::Tenant;
use dream_store::scope::Scope;
use dream_store::subscriptions::{self, Applied, Apply, ChangeRow, Row};
use dream_store::{payments, prices};

use crate::clock::DAY;
use crate::tenant::bytes;

pub(crate) const ACCOUNT: &str = "acct_1";
pub(crate) const MINUTE: i64 = 60_000;

/// An active monthly subscription to `pro` that gives the plan until there is news.
pub(crate) fn active(db: &Db, user: &str, id: &str) -> Row {
    let now = db.now();
    Row {
        id: id.to_owned(),
        user: user.to_owned(),
        account_id: ACCOUNT.to_owned(),
        customer_id: format!("cus_of_{user}"),
        status: "active".to_owned(),
        price_id: "price_pro".to_owned(),
        product_id: "prod_pro".to_owned(),
        tier: "pro".to_owned(),
        amount: 2900,
        currency: "usd".to_owned(),
        interval: "month".to_owned(),
        quantity: 1,
        period_start: now,
        period_end: now.plus(30 * DAY),
        trial_end: None,
        cancel_at: None,
        cancel_at_period_end: false,
        canceled_at: None,
        ended_at: None,
        cancel_reason: None,
        claim_plan: Some("pro".to_owned()),
        claim_until: None,
        reason: "active".to_owned(),
        mrr: 2900,
        facts: "{\"status\":\"active\"}".to_owned(),
        started_at: now,
        fetched_at: now,
        next_check_at: Some(now.plus(30 * DAY + 5 * MINUTE)),
        version: 1,
    }
}

/// The same subscription after it has ended.
pub(crate) fn ended(db: &Db, row: &Row) -> Row {
    Row {
        status: "canceled".to_owned(),
        ended_at: Some(db.now()),
        claim_plan: None,
        mrr: 0,
        reason: "canceled".to_owned(),
        next_check_at: None,
        ..row.clone()
    }
}

/// A fetch that led to nothing but this row.
pub(crate) fn only<'a>(db: &Db, row: &'a Row, expected: Option<i64>) -> Apply<'a> {
    Apply {
        user: &row.user,
        row: Some(row),
        expected,
        customer_version: None,
        plan_from: None,
        plan_to: None,
        change: None,
        checkout: None,
        invoices: &[],
        event: None,
        at: db.now(),
        machine: db.now(),
    }
}

/// A fetch that brings the user from the default plan to that of the row.
pub(crate) fn bought<'a>(db: &Db, row: &'a Row) -> Apply<'a> {
    Apply {
        plan_to: row.claim_plan.as_deref(),
        change: Some(change(db, "free", "pro", 0, row.mrr)),
        ..only(db, row, None)
    }
}

pub(crate) fn change(db: &Db, from: &str, to: &str, mrr_before: i64, mrr_after: i64) -> ChangeRow {
    ChangeRow {
        id: ChangeId::new(db.now(), bytes()),
        from: from.to_owned(),
        to: to.to_owned(),
        mrr_before,
        mrr_after,
        currency: "usd".to_owned(),
        reason: "active".to_owned(),
    }
}

/// Stores a subscription as it is bought, and expects that it was.
pub(crate) async fn buy(db: &Db, scope: &Scope, row: &Row) {
    let done = subscriptions::apply(db, scope, &bought(db, row)).await;
    assert_eq!(done.unwrap(), Applied::Done);
}

pub(crate) fn checkout(db: &Db, user: &str) -> NewCheckout {
    NewCheckout {
        id: CheckoutId::new(db.now(), bytes()),
        user: user.into(),
        tier: "pro".to_owned(),
        price_id: "price_pro".to_owned(),
        account_id: ACCOUNT.to_owned(),
        success_url: "https://shop.example/thanks".to_owned(),
        cancel_url: "https://shop.example/".to_owned(),
        created_at: db.now(),
        expires_at: db.now().plus(5 * MINUTE),
    }
}

/// A paid invoice of 29 dollars.
pub(crate) fn paid(db: &Db, row: &Row, id: &str) -> Invoice {
    Invoice {
        id: id.into(),
        subscription_id: row.id.as_str().into(),
        user: row.user.as_str().into(),
        number: Some("A-1".into()),
        status: "paid".into(),
        amount_due: 2900,
        amount_paid: 2900,
        amount_refunded: 0,
        currency: "usd".into(),
        billing_reason: "subscription_create".into(),
        period_start: row.period_start,
        period_end: row.period_end,
        hosted_url: None,
        payment_id: Some(format!("pi_of_{id}").into()),
        created_at: db.now(),
        paid_at: Some(db.now()),
        next_attempt_at: None,
        fetched_at: db.now(),
    }
}

pub(crate) fn price(db: &Db, id: &str) -> Price {
    Price {
        price_id: id.into(),
        account_id: ACCOUNT.into(),
        product_id: "prod_pro".into(),
        tier: "pro".into(),
        amount: 2900,
        currency: "usd".into(),
        interval: "month".into(),
        kind: "subscription".into(),
        active: true,
        created_at: db.now(),
    }
}

/// An event of a subscription; events with the same name are the same.
pub(crate) fn event(db: &Db, name: &str, lane: &str) -> NewEvent {
    NewEvent {
        id: EventId::new(db.now(), bytes()),
        source: "payments",
        account_id: ACCOUNT.to_owned(),
        livemode: false,
        provider_event_id: format!("evt_{name}"),
        kind: "customer.subscription.updated".to_owned(),
        object_id: lane.to_owned(),
        lane: lane.to_owned(),
        payload: format!("{{\"name\":\"{name}\"}}"),
        created_at: db.now(),
        received_at: db.now(),
    }
}

/// Stores an event that is new; answers its id.
pub(crate) async fn arrive(db: &Db, name: &str, lane: &str) -> String {
    let event = event(db, name, lane);
    assert_eq!(inbox::receive(db, &event).await.unwrap(), Received::New);
    event.id.to_string()
}

pub(crate) async fn claim(db: &Db, now: Millis) -> Vec<Claimed> {
    inbox::claim(db, now, now.plus(MINUTE), 100).await.unwrap()
}

/// Leaves rows of a customer in every table of payments.
pub(crate) async fn trade(db: &Db, tenant: &Tenant, customer: &Customer) {
    let (scope, user) = (&tenant.scope, &*customer.id);
    let now = db.now();
    let name = format!("{}_{user}", scope.tenant());
    prices::put(db, scope, &price(db, "price_pro"))
        .await
        .unwrap();
    payments::put_customer(db, scope, user, ACCOUNT, &format!("cus_{name}"), now)
        .await
        .unwrap();
    let opened = checkout(db, user);
    checkouts::open(db, scope, &opened).await.unwrap();
    let row = active(db, user, &format!("sub_{name}"));
    let invoices = [paid(db, &row, &format!("in_{name}"))];
    let event = arrive(db, &name, &row.id).await;
    inbox::assign(db, &event, Some(scope.tenant()), scope.platform())
        .await
        .unwrap();
    let plan = customers::find(db, scope, user)
        .await
        .unwrap()
        .unwrap()
        .plan;
    let apply = Apply {
        invoices: &invoices,
        plan_from: plan.as_deref(),
        ..bought(db, &row)
    };
    let done = subscriptions::apply(db, scope, &apply).await.unwrap();
    assert_eq!(done, Applied::Done);
}
