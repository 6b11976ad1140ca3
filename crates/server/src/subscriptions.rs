//! Brings a subscription up to date: what is stored is read, the provider is asked, a rule decides, and all that
//! follows is written at once.
//!
//! What was fetched is written only if the stored row is still the one that was read *before* the fetch. So an answer
//! that is older than a stored one never takes its place, in whatever order events arrive (DESIGN 3.4).

mod decided;

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::ChangeId;
use dream_domain::plan::{Grant, effective_plan};
use dream_domain::subscription::{Claim, Facts, Policy, Status, decide};
use dream_domain::tier::default_tier;
use dream_domain::time::Millis;
use dream_store::customers::{self, Customer};
use dream_store::inbox::Claimed;
use dream_store::invoices::Invoice;
use dream_store::payments as accounts;
use dream_store::prices::{self, Price};
use dream_store::projects::Tenant;
use dream_store::subscriptions::{self as store, Applied, Apply, ChangeRow, Row};

use crate::app::App;
use crate::payments::{self, Account, api};

/// How often everything is read anew when something changed meanwhile. Each time somebody did change something, so
/// this ends; the number only bounds what a mistake of ours could cost.
const TRIES: usize = 20;

/// Why a subscription is brought up to date, and what is written with it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cause<'a> {
    /// The event that told of it; it is done when the effect is.
    pub(crate) event: Option<&'a Claimed>,
    /// The checkout that made it, with the user who bought.
    pub(crate) checkout: Option<(&'a str, &'a str)>,
    /// An invoice of it changed.
    pub(crate) invoices: bool,
    /// Nobody waits for it: it lets calls pass that somebody waits for.
    pub(crate) is_patient: bool,
}

impl Cause<'_> {
    fn calls<'a>(&self, account: &'a Account<'_>) -> api::At<'a> {
        if self.is_patient {
            account.calls().in_background()
        } else {
            account.calls()
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Synced {
    /// It is stored. `changed` tells whether it said anything new.
    Done {
        /// Whose it is.
        user: Arc<str>,
        /// The plan of that user now.
        plan: String,
        /// Something was different from what we knew.
        changed: bool,
    },
    /// It is none of ours, and why.
    Foreign(&'static str),
}

/// Fetches a subscription and writes what it means for its user.
pub(crate) async fn sync(app: &App, tenant: &Tenant, id: &str, cause: Cause<'_>) -> Result<Synced> {
    for _ in 0..TRIES {
        if let Some(synced) = attempt(app, tenant, id, cause).await? {
            return Ok(synced);
        }
    }
    Err(Code::Conflict.error("The subscription keeps changing while it is read"))
}

/// Cancels everything that a user pays for, before the user is deleted. What cannot be reached any more is left to
/// whoever owns that account.
pub(crate) async fn cancel_all(app: &App, tenant: &Tenant, user: &str) -> Result<()> {
    let rows = store::of_user(&app.db, &tenant.scope, user).await?;
    if rows.iter().all(|row| row.ended_at.is_some()) {
        return Ok(());
    }
    let account = match payments::account_of(app, &tenant.scope).await {
        Ok(account) => account,
        Err(error) if error.code() == Code::PaymentsNotConnected => return Ok(()),
        Err(error) => return Err(error),
    };
    for row in rows {
        if row.ended_at.is_some() || row.account_id != *account.id {
            continue;
        }
        match account.calls().cancel_now(&row.id).await {
            Err(failure) if failure.kind != api::Kind::NotFound => {
                return Err(payments::problem(failure));
            }
            _ => {}
        }
    }
    Ok(())
}

/// One round; none if something changed meanwhile.
async fn attempt(app: &App, tenant: &Tenant, id: &str, cause: Cause<'_>) -> Result<Option<Synced>> {
    let scope = &tenant.scope;
    let before = store::find(&app.db, scope, id).await?;
    let asked_at = app.now();
    let Some(fetched) = fetch(app, tenant, id, before.as_ref(), cause).await? else {
        return Ok(Some(Synced::Foreign(
            "the account has no such subscription",
        )));
    };
    let Some(user) = user_of(app, tenant, &fetched, before.as_ref(), cause).await? else {
        return Ok(Some(Synced::Foreign("nobody here bought it")));
    };
    let Some(customer) = customers::find(&app.db, scope, &user).await? else {
        return Ok(Some(Synced::Foreign("its customer is deleted")));
    };
    let prices = prices::of(&app.db, scope).await?;
    let policy = Policy {
        grace_ms: app.config.payments.grace_ms,
        disconnected: fetched.account.is_none(),
    };
    let plan_of = |price: &str| tier_of(&prices, price).map(str::to_owned);
    let decision = decide(&fetched.facts, &plan_of, &policy);
    let sold = fetched.facts.sold(&plan_of);
    let row = decided::row(&fetched, &decision, &user, sold, before.as_ref(), asked_at);
    let next = entitled(app, tenant, &customer, id, decision.claim.as_ref()).await?;
    write(app, tenant, &customer, &row, &next, before, &fetched, cause).await
}

/// What was fetched.
struct Fetched {
    facts: Facts,
    /// The account it is at; none if it is connected no more, and the facts are the stored ones.
    account: Option<Arc<str>>,
    invoices: Vec<api::invoices::Invoice>,
}

/// Asks the provider. An account that is connected no more cannot be asked: what was known last stands.
async fn fetch(
    app: &App,
    tenant: &Tenant,
    id: &str,
    before: Option<&Row>,
    cause: Cause<'_>,
) -> Result<Option<Fetched>> {
    let account = match payments::account_of(app, &tenant.scope).await {
        Ok(account) => account,
        Err(error) if error.code() == Code::PaymentsNotConnected => {
            return before.map(stored_facts).transpose();
        }
        Err(error) => return Err(error),
    };
    if before.is_some_and(|row| row.account_id != *account.id) {
        // It stays at the account that was connected when it was bought, which we may no longer ask.
        return before.map(stored_facts).transpose();
    }
    let calls = cause.calls(&account);
    match calls.subscription(id).await {
        Ok(found) => {
            let wants_invoices = cause.invoices
                || before.is_none_or(|row| row.period_start != found.facts.period().0);
            let invoices = if wants_invoices {
                let listed = calls.invoices_of_subscription(id).await;
                listed.map_err(payments::problem)?
            } else {
                Vec::new()
            };
            Ok(Some(Fetched {
                facts: found.facts,
                account: Some(account.id),
                invoices,
            }))
        }
        Err(failure) if failure.kind == api::Kind::NotFound => {
            let gone = before.map(stored_facts).transpose()?;
            Ok(gone.map(|known| ended(known, account.id, app.now())))
        }
        Err(failure) => Err(payments::problem(failure)),
    }
}

fn stored_facts(row: &Row) -> Result<Fetched> {
    let facts = serde_json::from_str(&row.facts).map_err(|e| {
        Code::Internal
            .error("A stored subscription is damaged")
            .because(e)
    })?;
    Ok(Fetched {
        facts,
        account: None,
        invoices: Vec::new(),
    })
}

/// The provider has forgotten it, as it does with data of test mode: it has ended.
fn ended(known: Fetched, account: Arc<str>, now: Millis) -> Fetched {
    let ended_at = known.facts.ended_at.or(Some(now));
    Fetched {
        facts: Facts {
            status: Status::Canceled,
            ended_at,
            ..known.facts
        },
        account: Some(account),
        ..known
    }
}

/// Whose it is, by what we stored: the row, the checkout that made it, or the provider's customer. What its metadata
/// says must agree, and never decides (DESIGN 3.4).
async fn user_of(
    app: &App,
    tenant: &Tenant,
    fetched: &Fetched,
    before: Option<&Row>,
    cause: Cause<'_>,
) -> Result<Option<Arc<str>>> {
    let scope = &tenant.scope;
    if let Some(row) = before {
        return Ok(Some(row.user.as_str().into()));
    }
    let said = |name: &str| fetched.facts.metadata.get(name).map(String::as_str);
    if said("publishableKey").is_some_and(|key| *key != **scope.tenant()) {
        return Ok(None);
    }
    let Some(account) = &fetched.account else {
        return Ok(None);
    };
    let customer = &fetched.facts.customer_id;
    let users = accounts::user_of_customer(&app.db, account, scope.mode(), customer).await?;
    let mut users = users
        .into_iter()
        .filter(|(of, _)| **of == **scope.tenant())
        .map(|(_, user)| user);
    let found = match cause.checkout {
        Some((_, buyer)) => users.find(|user| **user == *buyer),
        None => users.next(),
    };
    Ok(found.filter(|user| said("userId").is_none_or(|said| said == &**user)))
}

fn tier_of<'a>(prices: &'a [Price], id: &str) -> Option<&'a str> {
    let found = prices.iter().find(|price| *price.price_id == *id);
    found.map(|price| &*price.tier)
}

/// The plan of a user with what one of his subscriptions claims now. None stands for the default plan.
struct Entitled {
    plan: Option<String>,
    shown_before: String,
    shown: String,
}

async fn entitled(
    app: &App,
    tenant: &Tenant,
    customer: &Customer,
    id: &str,
    claim: Option<&Claim>,
) -> Result<Entitled> {
    let by = format!("subscription:{id}");
    let mut grants = customers::grants(&app.db, &tenant.scope, &customer.id).await?;
    grants.retain(|grant| grant.by != by);
    grants.extend(claim.map(|claim| Grant {
        plan: claim.plan.clone(),
        by,
        until: claim.until,
    }));
    let tiers = &tenant.tiers;
    let default = default_tier(tiers).map(|tier| tier.name.as_str());
    let plan = effective_plan(tiers, &grants, app.now()).map(|tier| tier.name.as_str());
    let shown = plan.or(default).unwrap_or_default();
    let before = customer.plan.as_deref().or(default).unwrap_or_default();
    Ok(Entitled {
        plan: plan.filter(|_| plan != default).map(str::to_owned),
        shown_before: before.to_owned(),
        shown: shown.to_owned(),
    })
}

/// Writes it all; none if something changed meanwhile.
#[expect(
    clippy::too_many_arguments,
    reason = "everything that was read, read anew in each round"
)]
async fn write(
    app: &App,
    tenant: &Tenant,
    customer: &Customer,
    row: &Row,
    next: &Entitled,
    before: Option<Row>,
    fetched: &Fetched,
    cause: Cause<'_>,
) -> Result<Option<Synced>> {
    let scope = &tenant.scope;
    let change = change(app, tenant, customer, row, next).await?;
    let invoices: Vec<Invoice> = fetched
        .invoices
        .iter()
        .map(|invoice| decided::invoice(invoice, row))
        .collect();
    let is_same = before
        .as_ref()
        .is_some_and(|old| decided::is_same(old, row));
    let changed = change.is_some() || !is_same;
    let synced = Synced::Done {
        user: customer.id.clone(),
        plan: next.shown.clone(),
        changed,
    };
    let expected = before.as_ref().map(|row| row.version);
    if !changed && cause.event.is_none() && cause.checkout.is_none() && invoices.is_empty() {
        let version = expected.unwrap_or_default();
        let (at, check) = (row.fetched_at, row.next_check_at);
        let noted = store::unchanged(&app.db, scope, &row.id, version, at, check).await?;
        return Ok(noted.then_some(synced));
    }
    let apply = Apply {
        user: &customer.id,
        row: Some(row),
        expected,
        customer_version: Some(customer.version),
        plan_from: customer.plan.as_deref(),
        plan_to: next.plan.as_deref(),
        change,
        checkout: cause.checkout.map(|(id, _)| id),
        invoices: &invoices,
        event: cause.event,
        at: app.now(),
        machine: app.clock.machine(),
    };
    match store::apply(&app.db, scope, &apply).await? {
        Applied::Done => Ok(Some(synced)),
        Applied::Conflict => Ok(None),
    }
}

/// The record of what changed for the user, if his plan or what he pays did (rules 21).
async fn change(
    app: &App,
    tenant: &Tenant,
    customer: &Customer,
    row: &Row,
    next: &Entitled,
) -> Result<Option<ChangeRow>> {
    let (scope, now) = (&tenant.scope, app.now());
    let last = store::changes_of_user(&app.db, scope, &customer.id, None, 1).await?;
    let last = last.first().filter(|last| *last.currency == *row.currency);
    let mrr_before = last.map_or(0, |last| last.mrr_after);
    let others = store::of_user(&app.db, scope, &customer.id).await?;
    let others: i64 = others
        .iter()
        .filter(|other| other.id != row.id && other.currency == row.currency)
        .map(|other| decided::mrr_at(other, now))
        .sum();
    let mrr_after = others + decided::mrr_at(row, now);
    if mrr_before == mrr_after && next.shown_before == next.shown {
        return Ok(None);
    }
    Ok(Some(ChangeRow {
        id: ChangeId::new(now, app.random.bytes()),
        from: next.shown_before.clone(),
        to: next.shown.clone(),
        mrr_before,
        mrr_after,
        currency: row.currency.clone(),
        reason: row.reason.clone(),
    }))
}
