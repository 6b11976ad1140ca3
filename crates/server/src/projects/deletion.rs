//! The end of a project: at the payment provider first, then here.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Error, Result};
use dream_store::projects::{self as store, Holds, Tenant};
use dream_store::works::Kind;

use crate::app::App;
use crate::caller::{Developer, DeveloperCaller};
use crate::http::body::{Fields, missing};
use crate::http::problem;
use crate::projects::answer::ProjectDeleted;
use crate::projects::input::DeleteInput;
use crate::removal;
use crate::works::{self, Detail, Outcome, Patience, Went, WorkAnswer};

/// Delete a project
///
/// The whole of it, test and live: keys, tiers, customers, counts, orders. Subscriptions are canceled at the payment
/// provider first, and its products archived. Nothing remains but a line in the audit log. `confirm` is the project's
/// name, typed; without it the answer says what would be deleted. What takes longer than a call lasts is answered with
/// 202 and goes on; `GET /projects/works` tells how far it is, and asking again joins it.
#[utoipa::path(post, path = "/projects/delete", operation_id = "deleteProject", tag = "projects", request_body(content = DeleteInput), params(Patience),
    responses((status = 200, description = "Deleted", body = ProjectDeleted), (status = 202, description = "It is being deleted", body = WorkAnswer)), security(("developer" = [])))]
pub(crate) async fn delete(
    State(app): State<App>,
    Developer(developer): Developer,
    patience: Patience,
    fields: Fields,
) -> problem::Result<Response> {
    let input = DeleteInput::read(fields)?;
    let tenants = chosen(&app, &developer, &input).await?;
    let held = held(&app, &tenants).await?;
    check_confirmed(&tenants, &input, &held)?;
    let (Some(tenant), leaves) = (tenants.first(), input.leaves_subscriptions) else {
        return Err(missing_project().into());
    };
    for tenant in &tenants {
        removal::check(&app, tenant, leaves).await?;
    }
    let detail = Detail {
        actor: developer.user.to_string(),
        leaves_subscriptions: leaves,
        sample_until: None,
        held: Went {
            modes: tenants.len(),
            customers: held.customers,
            subscriptions: held.subscriptions,
            orders: held.orders,
            events: 0,
        },
    };
    match works::ask(&app, tenant, Kind::DeleteProject, &detail, patience.wait()).await? {
        Outcome::Done(went) => Ok(Json(ProjectDeleted::of(&went)).into_response()),
        Outcome::Runs(work) => Ok(WorkAnswer::of(&work)),
    }
}

fn missing_project() -> Error {
    Code::ProjectNotFound.error("You have no such project")
}

/// What all modes hold together.
async fn held(app: &App, tenants: &[Tenant]) -> Result<Holds> {
    let mut all = Holds::default();
    for tenant in tenants {
        let holds = store::holds(&app.db, &tenant.scope).await?;
        all.customers += holds.customers;
        all.subscriptions += holds.subscriptions;
        all.orders += holds.orders;
    }
    Ok(all)
}

/// The name of the project is typed, or the project was chosen by it.
fn check_confirmed(tenants: &[Tenant], input: &DeleteInput, held: &Holds) -> Result<()> {
    let name = tenants.first().map_or("", |tenant| &*tenant.name);
    let by_name = input.project_name.is_some();
    if input.confirm.as_deref() == Some(name) || (by_name && input.confirm.is_none()) {
        return Ok(());
    }
    let Holds {
        customers,
        subscriptions,
        orders,
    } = *held;
    let detail = format!(
        "This deletes the whole project {name}, test and live: {customers} customers and {orders} orders. \
         {subscriptions} subscriptions are canceled at once. Send confirm: {name:?} to do it"
    );
    Err(Code::ConfirmationRequired
        .error(detail)
        .with("customers", customers)
        .with("subscriptions", subscriptions)
        .with("orders", orders))
}

/// The tenants of the project that is to be deleted: named by key, id, or a name that is unique.
async fn chosen(
    app: &App,
    developer: &DeveloperCaller,
    input: &DeleteInput,
) -> Result<Vec<Tenant>> {
    let platform = developer
        .platform(app)
        .await
        .map_err(|_| missing_project())?;
    let all = store::list(&app.db, &platform).await?;
    let id = match (
        &input.publishable_key,
        &input.project_id,
        &input.project_name,
    ) {
        (Some(key), _, _) => all
            .iter()
            .find(|t| **t.scope.tenant() == **key)
            .map(|t| t.scope.project().clone()),
        (None, Some(id), _) => all
            .iter()
            .find(|t| t.scope.project().as_str() == id)
            .map(|t| t.scope.project().clone()),
        (None, None, Some(name)) => {
            let mut named: Vec<_> = all
                .iter()
                .filter(|t| *t.name == **name)
                .map(|t| t.scope.project().clone())
                .collect();
            named.dedup();
            if named.len() > 1 {
                return Err(Code::ProjectAmbiguous.error(format!(
                    "You have {} projects called {name}; name one by publishableKey",
                    named.len()
                )));
            }
            named.pop()
        }
        (None, None, None) => return Err(missing("publishableKey")),
    };
    let id = id.ok_or_else(missing_project)?;
    Ok(all
        .into_iter()
        .filter(|tenant| *tenant.scope.project() == id)
        .collect())
}
