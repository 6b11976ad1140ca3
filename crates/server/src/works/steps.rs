//! What each kind of work does. Every step may be done again.

use dream_domain::error::{Code, Result};
use dream_domain::id::PlatformId;
use dream_domain::time::Millis;
use dream_store::projects::reset::What;
use dream_store::projects::{self, Tenant};
use dream_store::works::Kind;
use serde_json::json;

use super::{Detail, Went, read};
use crate::app::App;
use crate::progress::Running;
use crate::removal::{self, Wish};

/// Does it, from wherever it stands.
pub(super) async fn run(app: &App, running: &Running<'_>) -> Result<Went> {
    let work = running.work;
    let detail: Detail = read(&work.detail)?;
    let platform = PlatformId::parse(&work.platform)?;
    let mut tenants = projects::list(&app.db, &platform).await?;
    tenants.retain(|tenant| tenant.scope.project().as_str() == &*work.project);
    if work.kind == Kind::DeleteProject {
        return delete_project(app, &tenants, &detail, running).await;
    }
    tenants.retain(|tenant| **tenant.scope.tenant() == *work.tenant);
    match (tenants.first(), work.kind) {
        (Some(tenant), Kind::Reset) => reset(app, tenant, &detail, running).await,
        (Some(tenant), _) => delete_test(app, tenant, &detail, running).await,
        (None, Kind::Reset) => {
            Err(Code::ProjectNotFound.error("The project was deleted meanwhile"))
        }
        (None, _) => Ok(detail.held),
    }
}

async fn delete_project(
    app: &App,
    tenants: &[Tenant],
    detail: &Detail,
    running: &Running<'_>,
) -> Result<Went> {
    let Some(first) = tenants.first() else {
        return Ok(detail.held);
    };
    withdraw(app, tenants, detail, running).await?;
    let project = first.scope.project().to_string();
    let told = json!({
        "name": &*first.name,
        "modes": tenants.len(),
        "customers": detail.held.customers,
        "subscriptions": detail.held.subscriptions,
        "orders": detail.held.orders,
    });
    let act = app.act(&detail.actor, "project.delete", &project, &told);
    projects::delete(&app.db, tenants, &act).await?;
    Ok(detail.held)
}

/// Test mode goes with all that is in it; live mode stays.
async fn delete_test(
    app: &App,
    test: &Tenant,
    detail: &Detail,
    running: &Running<'_>,
) -> Result<Went> {
    withdraw(app, std::slice::from_ref(test), detail, running).await?;
    let key = test.scope.tenant();
    let told = json!({"mode": "test"});
    let act = app.act(&detail.actor, "project.delete-mode", key, &told);
    projects::delete_mode(&app.db, test, &act).await?;
    Ok(detail.held)
}

async fn withdraw(
    app: &App,
    tenants: &[Tenant],
    detail: &Detail,
    running: &Running<'_>,
) -> Result<()> {
    let mut left = 0;
    for tenant in tenants {
        left += removal::count_running(app, tenant).await?;
    }
    let progress = &running.progress;
    progress.begin(left);
    for tenant in tenants {
        let leaves = detail.leaves_subscriptions;
        removal::withdraw(app, tenant, &detail.actor, leaves, progress).await?;
    }
    Ok(())
}

async fn reset(app: &App, tenant: &Tenant, detail: &Detail, running: &Running<'_>) -> Result<Went> {
    let wish = Wish {
        what: detail
            .sample_until
            .map_or(What::All, |until| What::Sample(Millis(until))),
        actor: &detail.actor,
        leaves_subscriptions: detail.leaves_subscriptions,
    };
    let gone = removal::empty(app, tenant, wish, running).await?;
    Ok(Went {
        modes: 0,
        customers: gone.customers,
        subscriptions: gone.subscriptions,
        orders: gone.orders,
        events: gone.events,
    })
}
