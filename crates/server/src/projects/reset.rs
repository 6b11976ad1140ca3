//! A project in test mode as it was before anybody used it: people and what they left go, what its developer set up
//! stays.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Result, invalid};
use dream_domain::key::Mode;
use dream_domain::time::Millis;
use dream_store::projects::Tenant;
use dream_store::projects::reset::{self as store, Gone, What};
use dream_store::works::Kind;

use crate::app::App;
use crate::caller::Developer;
use crate::http::body::Fields;
use crate::http::problem;
use crate::projects::answer::ProjectReset;
use crate::projects::input::ResetInput;
use crate::removal;
use crate::works::{self, Detail, Outcome, Patience, Went, WorkAnswer};

/// Reset a project in test mode
///
/// Customers, their subscriptions, usage, orders, carts, invoices, events, sessions and kept answers are deleted;
/// subscriptions are canceled at the payment provider first, and unpaid orders give their stock back. The project, its
/// keys, plans, products, pictures, settings, sign-in providers and payment account stay. `only: "sample"` takes just
/// the sample that demo data comes with. `confirm` is the project's name, typed; not needed for the sample. With
/// `dryRun` nothing is deleted, and the answer tells what would be. What takes longer than a call lasts is answered with
/// 202 and goes on; `GET /projects/works` tells how far it is, and asking again joins it.
#[utoipa::path(post, path = "/projects/reset", operation_id = "resetProject", tag = "projects", request_body(content = ResetInput), params(Patience),
    responses((status = 200, description = "What went", body = ProjectReset), (status = 202, description = "It is being reset", body = WorkAnswer)), security(("developer" = [])))]
pub(crate) async fn reset(
    State(app): State<App>,
    Developer(developer): Developer,
    patience: Patience,
    fields: Fields,
) -> problem::Result<Response> {
    let input = ResetInput::read(fields)?;
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    check_mode(&tenant)?;
    let what = what(&tenant, &input);
    if input.is_dry_run {
        let gone = store::count(&app.db, &tenant.scope, what).await?;
        return Ok(Json(ProjectReset::of(&gone)).into_response());
    }
    if !input.only_sample && input.confirm.as_deref() != Some(&*tenant.name) {
        let gone = store::count(&app.db, &tenant.scope, what).await?;
        return Err(unconfirmed(&tenant, &gone).into());
    }
    let leaves = input.leaves_subscriptions;
    removal::check_emptying(&app, &tenant, what, leaves).await?;
    let detail = Detail {
        actor: developer.user.to_string(),
        leaves_subscriptions: leaves,
        sample_until: match what {
            What::Sample(until) => Some(until.0),
            What::All => None,
        },
        held: Went::default(),
    };
    match works::ask(&app, &tenant, Kind::Reset, &detail, patience.wait()).await? {
        Outcome::Done(went) => Ok(Json(ProjectReset::of(&gone(&went))).into_response()),
        Outcome::Runs(work) => Ok(WorkAnswer::of(&work)),
    }
}

fn gone(went: &Went) -> Gone {
    Gone {
        customers: went.customers,
        subscriptions: went.subscriptions,
        orders: went.orders,
        events: went.events,
    }
}

fn check_mode(tenant: &Tenant) -> Result<()> {
    if tenant.scope.mode() == Mode::Test {
        return Ok(());
    }
    Err(invalid(
        "publishableKey",
        "is of live mode, whose customers are real",
        "Name the project by its pk_test_… key; single live customers are deleted with DELETE /api/customers/{id}",
    ))
}

/// Without a sample nothing is older than its end.
fn what(tenant: &Tenant, input: &ResetInput) -> What {
    if input.only_sample {
        What::Sample(Millis(tenant.settings.sample_until.unwrap_or(0)))
    } else {
        What::All
    }
}

fn unconfirmed(tenant: &Tenant, gone: &Gone) -> dream_domain::error::Error {
    let name = &*tenant.name;
    let Gone {
        customers,
        subscriptions,
        orders,
        events,
    } = *gone;
    let detail = format!(
        "This deletes {customers} customers, {subscriptions} subscriptions, {orders} orders and {events} events of {name} \
         in test mode. Send confirm: {name:?} to do it"
    );
    Code::ConfirmationRequired
        .error(detail)
        .with("customers", customers)
        .with("subscriptions", subscriptions)
        .with("orders", orders)
        .with("events", events)
}
