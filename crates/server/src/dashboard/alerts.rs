//! What needs a look, and whether news of payments arrive.

use dream_domain::error::Result;
use dream_domain::usage::Meter;
use dream_store::dashboard::{self as store, Running, Troubles};
use dream_store::inbox as events;
use dream_store::projects::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

use super::stores::Store;
use super::used;
use crate::app::App;
use crate::reconcile::bad::{self, Bad};
use crate::reconcile::{self, Report};

/// Something that needs a look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Alert {
    /// `events_dead`, `events_failing`, `account_missing`, `account_incomplete`, `repaired`, `limit_close`,
    /// `limit_reached` or `stock_low`.
    #[schema(example = "events_dead")]
    code: &'static str,
    /// `warning` or `bad`.
    #[schema(example = "bad")]
    level: &'static str,
    #[schema(example = "2 events could not be worked and were given up.")]
    message: String,
    /// Milliseconds since the epoch; absent where it is no event.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    /// The page of the dashboard, below the project's.
    #[schema(example = "events?status=dead")]
    link: &'static str,
}

/// Whether news of payments arrive and are worked. Times are milliseconds since the epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Health {
    /// When the last event arrived; null before the first.
    last_webhook_at: Option<i64>,
    /// Events that wait to be worked.
    inbox_waiting: i64,
    /// Events that were given up.
    inbox_dead: i64,
    /// When everything was last compared with the payment provider.
    reconciled_at: Option<i64>,
    /// Subscriptions of this project that were put right then.
    repaired: i64,
}

/// Reads both.
pub(super) async fn read(
    app: &App,
    tenant: &Tenant,
    stock: &Store,
) -> Result<(Vec<Alert>, Health)> {
    let (db, scope) = (&app.db, &tenant.scope);
    let (troubles, bad) = bad::look(app, tenant).await?;
    let wish = used::wish(tenant, &Meter::requests(), app.now());
    let running = store::running(db, scope, &wish).await?;
    let report = reconcile::last(app).await?;
    let repaired = report.as_ref().map_or(0, |report| repaired(tenant, report));
    let mut alerts: Vec<Alert> = bad.into_iter().map(Alert::bad).collect();
    alerts.extend(of_events(&troubles));
    alerts.extend(of_repairs(report.as_ref(), repaired));
    alerts.extend(of_limits(&running));
    alerts.extend(of_stock(stock.low));
    let last = events::last_received(db, scope).await?;
    let health = Health {
        last_webhook_at: last.map(|at| at.0),
        inbox_waiting: troubles.waiting,
        inbox_dead: troubles.dead,
        reconciled_at: report.map(|report| report.at),
        repaired,
    };
    Ok((alerts, health))
}

impl Alert {
    fn bad(bad: Bad) -> Self {
        Self {
            code: bad.code,
            level: "bad",
            message: bad.message,
            at: bad.at,
            link: bad.link,
        }
    }
}

fn of_events(troubles: &Troubles) -> Option<Alert> {
    let is = if troubles.failing == 1 { "is" } else { "are" };
    let events = counted(troubles.failing, "event", "events");
    (troubles.failing > 0).then(|| Alert {
        code: "events_failing",
        level: "warning",
        message: format!("{events} failed and {is} tried again."),
        at: None,
        link: "events?status=waiting",
    })
}

fn of_repairs(report: Option<&Report>, repaired: i64) -> Option<Alert> {
    let report = report.filter(|_| repaired > 0)?;
    Some(Alert {
        code: "repaired",
        level: "warning",
        message: format!(
            "{} not as the payment provider had told and {} put right; webhooks may not arrive.",
            counted(repaired, "subscription was", "subscriptions were"),
            were(repaired)
        ),
        at: Some(report.at),
        link: "events",
    })
}

fn of_limits(running: &Running) -> Vec<Alert> {
    let of = |code, count: i64, what: &str, link| {
        (count > 0).then(|| Alert {
            code,
            level: "warning",
            message: format!(
                "{} {what}.",
                counted(count, "customer has", "customers have")
            ),
            at: None,
            link,
        })
    };
    let reached = of(
        "limit_reached",
        running.reached,
        "used up the limit of the plan",
        "usage/customers?usage=reached",
    );
    let close = of(
        "limit_close",
        running.close,
        "used 80 % of the limit of the plan",
        "usage/customers?usage=close",
    );
    reached.into_iter().chain(close).collect()
}

fn of_stock(low: i64) -> Option<Alert> {
    (low > 0).then(|| Alert {
        code: "stock_low",
        level: "warning",
        message: format!(
            "{} low on stock.",
            counted(low, "product is", "products are")
        ),
        at: None,
        link: "products",
    })
}

fn repaired(tenant: &Tenant, report: &Report) -> i64 {
    let of_tenant = report.projects.get(&**tenant.scope.tenant());
    of_tenant.copied().unwrap_or(0)
}

fn were(count: i64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
