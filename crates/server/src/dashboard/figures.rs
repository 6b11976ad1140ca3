//! The figures of a project: recurring revenue, subscriptions, use, revenue, and what they were before.

use dream_domain::error::Result;
use dream_domain::revenue;
use dream_domain::subscription::Standing;
use dream_domain::time::Millis;
use dream_domain::usage::Meter;
use dream_store::dashboard::{self as store, Standings};
use dream_store::projects::Tenant;
use dream_store::scope::Scope;

use super::money::{Amounts, add, main_currency, of};
use crate::app::App;

/// What "lately" is: thirty days.
pub(super) const WINDOW_MS: i64 = 30 * DAY_MS;
pub(super) const DAY_MS: i64 = 86_400_000;

/// How a project stands.
pub(super) struct Figures {
    /// The currency of `mrr` and of single amounts.
    pub(super) currency: &'static str,
    pub(super) subscriptions: Subscriptions,
    pub(super) mrr: Amounts,
    pub(super) usage: i64,
    /// In basis points, over the last thirty days; none if nobody paid at their beginning.
    pub(super) churn: Option<i64>,
    /// Ever, and in the last thirty days.
    pub(super) revenue_ever: Amounts,
    pub(super) revenue: Amounts,
    pub(super) before: Before,
}

/// How it stood thirty days ago, or in the period before.
pub(super) struct Before {
    pub(super) active: i64,
    pub(super) canceling: i64,
    pub(super) mrr: Amounts,
    /// In as many days of the calendar month before.
    pub(super) usage: i64,
    pub(super) revenue: Amounts,
}

/// How many subscriptions stand where. Each is counted once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subscriptions {
    pub(super) active: i64,
    pub(super) trialing: i64,
    pub(super) canceling: i64,
    pub(super) past_due: i64,
}

impl Subscriptions {
    pub(super) fn of(rows: &[Standings]) -> Self {
        let count = |standing: Standing| {
            let rows = rows.iter().filter(|row| row.standing == standing);
            rows.map(|row| row.count).sum()
        };
        Self {
            active: count(Standing::Active),
            trialing: count(Standing::Trialing),
            canceling: count(Standing::Canceling),
            past_due: count(Standing::PastDue),
        }
    }
}

/// What subscriptions bring a month.
pub(super) fn mrr(rows: &[Standings]) -> Amounts {
    let mut amounts = Amounts::new();
    for row in rows {
        add(&mut amounts, &row.currency, row.mrr);
    }
    amounts
}

/// Reads the figures. Use is exact after a fold.
pub(super) async fn read(app: &App, tenant: &Tenant) -> Result<Figures> {
    let (db, scope, now) = (&app.db, &tenant.scope, app.now());
    let ago = now.plus(-WINDOW_MS);
    let standings = store::standings(db, scope).await?;
    let (paying, lost) = store::churn(db, scope, ago, now.plus(1)).await?;
    let mut canceling = 0;
    let (mut mrr_before, mut revenue) = (Amounts::new(), [const { Amounts::new() }; 3]);
    for row in store::changes(db, scope, ago, ago).await? {
        add(&mut mrr_before, &row.currency, row.mrr);
        canceling += row.canceling;
    }
    for row in store::revenue(db, scope, now, WINDOW_MS).await? {
        let sums = [row.total, row.recent, row.before];
        for (amounts, sum) in revenue.iter_mut().zip(sums) {
            add(amounts, &row.currency, sum);
        }
    }
    let [revenue_ever, revenue, revenue_before] = revenue;
    let (usage, usage_before) = months(app, scope, &Meter::requests()).await?;
    Ok(Figures {
        currency: main_currency(tenant),
        subscriptions: Subscriptions::of(&standings),
        mrr: mrr(&standings),
        usage,
        churn: revenue::churn(lost, paying),
        revenue_ever,
        revenue,
        before: Before {
            active: paying,
            canceling,
            mrr: mrr_before,
            usage: usage_before,
            revenue: revenue_before,
        },
    })
}

/// Use of a meter since the first of the month, and in as many days of the month before.
pub(super) async fn months(app: &App, scope: &Scope, meter: &Meter) -> Result<(i64, i64)> {
    let today = app.now().day_start();
    let first = Millis::of_date(today.date().first_of_month());
    let before = Millis::of_date(first.plus(-1).date().first_of_month());
    let same_day = before.plus(today.0 - first.0).min(first.plus(-DAY_MS));
    let used = calls(app, scope, meter, first, today).await?;
    Ok((used, calls(app, scope, meter, before, same_day).await?))
}

/// Use of a meter between two days, both included.
pub(super) async fn calls(
    app: &App,
    scope: &Scope,
    meter: &Meter,
    from: Millis,
    to: Millis,
) -> Result<i64> {
    let days = store::used(&app.db, scope, meter, from, to).await?;
    Ok(days.iter().map(|(_, used)| used).sum())
}

impl Figures {
    /// What subscriptions bring a month in the main currency.
    pub(super) fn main_mrr(&self) -> i64 {
        of(&self.mrr, self.currency)
    }
}
