//! What happens to orders without news: their time to pay ends, refunds are asked for again, developers are told.

use dream_domain::error::Result;
use dream_domain::time::Millis;
use dream_store::orders::{self, Apply};
use dream_store::projects::Tenant;

use crate::app::App;
use crate::sales::closing::{self, Why};
use crate::sales::{make, refunds, stock, tenant_named};

/// Orders that are looked at together.
const BATCH: i64 = 100;
/// Between two looks at an order that could not be looked at, in milliseconds.
const AGAIN_MS: i64 = 60_000;

/// Does what is due of all orders; answers how many things that were.
pub(crate) async fn sweep(app: &App) -> Result<usize> {
    let now = app.now();
    let mut done = 0;
    loop {
        let due = orders::due(&app.db, now, BATCH).await?;
        for (tenant, id) in &due {
            let Some(tenant) = tenant_named(app, tenant).await? else {
                continue;
            };
            look(app, &tenant, id, now).await?;
        }
        done += due.len();
        if i64::try_from(due.len()).is_ok_and(|count| count < BATCH) {
            break;
        }
    }
    done += refunds::sweep(app, now, BATCH).await?;
    done += stock::tell(app, None).await?;
    Ok(done)
}

/// Looks at an order whose time is over: what the payment provider says counts, paid meanwhile or not.
async fn look(app: &App, tenant: &Tenant, id: &str, now: Millis) -> Result<()> {
    let Some(order) = orders::find(&app.db, &tenant.scope, id).await? else {
        return Ok(());
    };
    let looked = closing::withdraw(app, tenant, &order, Why::Expired).await;
    if let Err(error) = &looked {
        tracing::warn!(order = id, cause = ?error, "an order could not be looked at; it is tried again");
    }
    later(app, tenant, id, now).await
}

/// What is still due after it was looked at is looked at again a little later.
async fn later(app: &App, tenant: &Tenant, id: &str, now: Millis) -> Result<()> {
    let found = orders::find(&app.db, &tenant.scope, id).await?;
    let Some(mut order) = found.filter(|order| order.check_at.is_some_and(|at| at <= now)) else {
        return Ok(());
    };
    order.check_at = Some(now.plus(AGAIN_MS));
    make(app, tenant, &Apply::of(&order, now)).await?;
    Ok(())
}
