//! Money that goes back: asked of the payment provider with the refund's own id as the key, so that it goes once.

use std::sync::Arc;

use dream_domain::error::{Error, Result};
use dream_domain::id::RefundId;
use dream_domain::order::RefundStatus;
use dream_domain::time::Millis;
use dream_store::orders::{self, Apply, Entry, Line, NewRefund, Order, Refund};
use dream_store::projects::Tenant;

use crate::app::App;
use crate::payments::api::refunds::{NewRefund as Asked, Reason, Refund as Answer};
use crate::payments::api::{Failure, Metadata};
use crate::payments::problem;
use crate::sales::{TRIES_MAX, busy, calls, make, receipt};

/// Between two tries to reach the payment provider, in milliseconds.
const AGAIN_MS: i64 = 300_000;
/// The note at the provider that names the refund here.
const NOTE: &str = "refundId";

/// Asks the payment provider for every refund of an order of which nothing was heard.
pub(crate) async fn ask(app: &App, tenant: &Tenant, order: &str) -> Result<()> {
    let waiting = orders::refunds_of(&app.db, &tenant.scope, order).await?;
    for refund in waiting.iter().filter(|it| it.status == RefundStatus::Asked) {
        ask_one(app, tenant, refund).await?;
    }
    Ok(())
}

async fn ask_one(app: &App, tenant: &Tenant, refund: &Refund) -> Result<()> {
    let Some(order) = orders::find(&app.db, &tenant.scope, &refund.order).await? else {
        return Ok(());
    };
    match request(app, tenant, &order, refund).await {
        Ok(answer) => told(app, tenant, refund, &answer).await,
        Err(Trouble::Final(why)) => settle(app, tenant, refund, RefundStatus::Failed, &why).await,
        Err(Trouble::Later(error)) => {
            let due = app.now().plus(AGAIN_MS);
            let why = error.detail();
            orders::postpone(&app.db, &tenant.scope, &refund.id, due, why).await?;
            Err(error)
        }
    }
}

/// Why a refund was not made.
enum Trouble {
    Final(String),
    Later(Error),
}

async fn request(
    app: &App,
    tenant: &Tenant,
    order: &Order,
    refund: &Refund,
) -> Result<Answer, Trouble> {
    let Some(payment) = order.payment_id.as_deref() else {
        return Err(Trouble::Final("Nothing was paid for this order".to_owned()));
    };
    let calls = calls(app, tenant, order).map_err(Trouble::Later)?;
    let trouble = |failure: Failure| {
        let kept = failure.message.clone();
        match problem(failure) {
            error if is_final(&error) => Trouble::Final(kept),
            error => Trouble::Later(error),
        }
    };
    if refund.last_error.is_some() {
        // An answer may have been lost: what is there is not asked for again.
        let made = calls.refunds_of(payment).await.map_err(trouble)?;
        let ours = |it: &Answer| it.metadata.get(NOTE).is_some_and(|id| **id == *refund.id);
        if let Some(found) = made.into_iter().find(ours) {
            return Ok(found);
        }
    }
    let metadata = Metadata::from([
        (NOTE.to_owned(), refund.id.to_string()),
        ("orderId".to_owned(), order.id.to_string()),
    ]);
    let new = Asked {
        payment_intent: payment,
        amount: Some(refund.amount),
        reason: refund.reason.as_deref().and_then(reason),
        metadata: &metadata,
    };
    calls.create_refund(&new, &refund.id).await.map_err(trouble)
}

/// Reads the word of a reason.
pub(crate) fn reason(word: &str) -> Option<Reason> {
    let all = [
        Reason::RequestedByCustomer,
        Reason::Duplicate,
        Reason::Fraudulent,
    ];
    all.into_iter().find(|reason| reason.as_str() == word)
}

fn is_final(error: &Error) -> bool {
    error.code() == dream_domain::error::Code::PaymentRefused
}

/// Writes down what the payment provider says of a refund of ours.
async fn told(app: &App, tenant: &Tenant, refund: &Refund, answer: &Answer) -> Result<()> {
    if has_failed(answer) {
        let why = "The payment provider could not give the money back";
        settle(app, tenant, refund, RefundStatus::Failed, why).await
    } else {
        settle(app, tenant, refund, RefundStatus::Made, &answer.id).await
    }
}

fn has_failed(answer: &Answer) -> bool {
    matches!(answer.status.as_deref(), Some("failed" | "canceled"))
}

/// Brings what is known of the refunds of a payment to what the provider says: those made there, those of which
/// nothing was heard, and those that failed later.
pub(super) async fn reconcile(app: &App, tenant: &Tenant, order: &Order) -> Result<()> {
    let Some(payment) = order.payment_id.as_deref() else {
        return Ok(());
    };
    let calls = calls(app, tenant, order)?;
    let there = calls.refunds_of(payment).await.map_err(problem)?;
    for answer in &there {
        let here = orders::refunds_of(&app.db, &tenant.scope, &order.id).await?;
        let noted = answer.metadata.get(NOTE);
        let known = here.iter().find(|it| {
            it.provider_id.as_deref() == Some(answer.id.as_str())
                || noted.is_some_and(|id| **id == *it.id)
        });
        match known {
            None if has_failed(answer) => {}
            None => adopt(app, tenant, &order.id, answer).await?,
            Some(refund) => told(app, tenant, refund, answer).await?,
        }
    }
    Ok(())
}

/// Writes a refund down that was made at the payment provider.
async fn adopt(app: &App, tenant: &Tenant, order: &str, answer: &Answer) -> Result<()> {
    let now = app.now();
    for _ in 0..TRIES_MAX {
        let Some(mut order) = orders::find(&app.db, &tenant.scope, order).await? else {
            return Ok(());
        };
        let known = orders::refunds_of(&app.db, &tenant.scope, &order.id).await?;
        let id = answer.id.as_str();
        if known.iter().any(|it| it.provider_id.as_deref() == Some(id)) {
            return Ok(());
        }
        order.amount_refunded += answer.amount;
        let new = NewRefund {
            id: RefundId::new(now, app.random.bytes()),
            amount: answer.amount,
            status: RefundStatus::Made,
            provider_id: Some(answer.id.clone()),
            reason: answer.reason.clone(),
            origin: "provider",
            restock: false,
            lines: Vec::new(),
            created_at: now,
            due_at: now,
        };
        let change = Apply {
            asked: vec![new],
            entries: vec![refunded(answer.amount)],
            mails: receipt::refund_letter(app, tenant, &order, answer.amount)?,
            ..Apply::of(&order, now)
        };
        if make(app, tenant, &change).await?.is_some() {
            return Ok(());
        }
    }
    Err(busy())
}

/// Writes down what became of a refund, once. `word` is the provider's id of it, or why it failed.
async fn settle(
    app: &App,
    tenant: &Tenant,
    refund: &Refund,
    status: RefundStatus,
    word: &str,
) -> Result<()> {
    let now = app.now();
    for _ in 0..TRIES_MAX {
        let all = orders::refunds_of(&app.db, &tenant.scope, &refund.order).await?;
        let Some(refund) = all.into_iter().find(|it| it.id == refund.id) else {
            return Ok(());
        };
        if refund.status == status || refund.status == RefundStatus::Failed {
            return Ok(());
        }
        let Some(mut order) = orders::find(&app.db, &tenant.scope, &refund.order).await? else {
            return Ok(());
        };
        let mut lines = orders::lines(&app.db, &tenant.scope, &refund.order).await?;
        let stock = move_money(&mut order, &mut lines, &refund, status);
        let mails = if status == RefundStatus::Made {
            receipt::refund_letter(app, tenant, &order, refund.amount)?
        } else {
            Vec::new()
        };
        let entry = match status {
            RefundStatus::Made => refunded(refund.amount),
            _ => failed(&refund, word),
        };
        let change = Apply {
            lines,
            stock,
            settled: vec![(refund, status, Some(word.to_owned()))],
            entries: vec![entry],
            mails,
            ..Apply::of(&order, now)
        };
        if make(app, tenant, &change).await?.is_some() {
            return Ok(());
        }
    }
    Err(busy())
}

/// Moves the money of a refund to where it is now; answers what comes back to the shelf.
fn move_money(
    order: &mut Order,
    lines: &mut Vec<Line>,
    refund: &Refund,
    status: RefundStatus,
) -> Vec<(Arc<str>, Arc<str>, i64)> {
    if refund.status == RefundStatus::Asked {
        order.amount_held -= refund.amount;
    } else {
        order.amount_refunded -= refund.amount;
    }
    let made = status == RefundStatus::Made;
    if made {
        order.amount_refunded += refund.amount;
    }
    let mut stock = Vec::new();
    lines.retain_mut(|line| {
        let Some((_, quantity)) = refund.lines.iter().find(|(number, _)| *number == line.line)
        else {
            return false;
        };
        if !made {
            line.refunded_quantity -= quantity;
        } else if refund.restock && line.counted {
            line.restocked_quantity += quantity;
            stock.push((line.tier_id.clone(), line.tier.clone(), *quantity));
        }
        true
    });
    stock
}

fn refunded(amount: i64) -> Entry {
    Entry {
        kind: "refunded",
        amount: Some(amount),
        detail: None,
    }
}

fn failed(refund: &Refund, why: &str) -> Entry {
    Entry {
        kind: "refund_failed",
        amount: Some(refund.amount),
        detail: Some(why.to_owned()),
    }
}

/// Asks again for refunds of all projects of which nothing was heard; answers how many.
pub(super) async fn sweep(app: &App, now: Millis, limit: i64) -> Result<usize> {
    let due = orders::refunds_due(&app.db, now, limit).await?;
    for (tenant, order, id) in &due {
        let Some(tenant) = super::tenant_named(app, tenant).await? else {
            continue;
        };
        if let Err(error) = ask(app, &tenant, order).await {
            tracing::warn!(refund = &**id, cause = ?error, "a refund could not be made yet");
            let next = now.plus(AGAIN_MS);
            orders::postpone(&app.db, &tenant.scope, id, next, error.detail()).await?;
        }
    }
    Ok(due.len())
}
