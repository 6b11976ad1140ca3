//! From test to live: a project gets a live mode with keys of its own, which sells the same.

mod answer;
mod input;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::TierId;
use dream_domain::key::{Mode, PublishableKey, SecretKey};
use dream_domain::project::redirect_allowed;
use dream_domain::tier::{Tier, validate_all};
use dream_store::projects::{self as store, NewMode, ProjectSettings, Tenant};
use dream_store::works::{Kind, Work};
use serde_json::json;

use crate::app::App;
use crate::caller::{Developer, DeveloperCaller};
use crate::http::body::Fields;
use crate::http::problem;
use crate::idempotency::Given;
use crate::promote::answer::Promoted;
use crate::promote::input::PromoteInput;
use crate::works::{self, Detail, Outcome, Patience, Went};
use crate::{catalog, payments, removal, retried, tier_input};

/// What a key of a new live mode is derived for.
const ROUTE: &str = "promote-to-live";

/// Promote a project to live
///
/// Gives the project a live mode that sells what its test mode sells, with the changes in `tiers` by their names, and
/// makes products and prices at the live payment account (428 `live_connection_required` without one, unless everything
/// is free). Customers, counts and orders of test mode stay where they are; `deleteTestData` deletes them with test mode.
/// If that takes longer than a call lasts, it goes on, and the answer names it in `work`.
#[utoipa::path(post, path = "/promote-to-live", operation_id = "promoteProject", tag = "projects", request_body(content = PromoteInput), params(Patience),
    responses((status = 200, description = "Promoted; the secret key is shown once", body = Promoted)), security(("developer" = [])))]
pub(crate) async fn promote(
    State(app): State<App>,
    Developer(developer): Developer,
    Given(given): Given,
    patience: Patience,
    fields: Fields,
) -> problem::Result<Json<Promoted>> {
    let input = PromoteInput::read(fields)?;
    let test = of_test(&app, &developer, &input.publishable_key).await?;
    let user = &developer.user;
    let key = retried::publishable_key(&app, Mode::Live, user, ROUTE, given.as_deref());
    let (live, secret) = if let Some(live) = live_of(&app, &test).await? {
        again(&app, &developer, &live, &key).await?
    } else {
        let tiers = tiers(&app, &test, &input)?;
        check_account(&app, &test, &tiers).await?;
        make(&app, &developer, &test, key, tiers).await?
    };
    app.fault("promote.stored");
    catalog::make_now(&app, &live).await;
    app.fault("promote.made");
    let mut warnings = Vec::new();
    let end = if input.deletes_test_data {
        delete_test(&app, &developer, &test, &patience).await
    } else {
        End::Stays
    };
    warnings.extend(end.warning());
    let live = developer.owned(&app, live.scope.tenant()).await?;
    if live.settings.redirect_origins.is_empty() {
        warnings.push("No redirect origins are allowed in live mode yet: set redirectOrigins with POST /projects/settings before people sign in or buy.".to_owned());
    }
    Ok(Json(Promoted::of(&live, &secret, &end, &warnings)))
}

/// A project of the developer's, by its publishable key of test mode.
async fn of_test(app: &App, developer: &DeveloperCaller, key: &str) -> Result<Tenant> {
    if key.starts_with("pk_live_") {
        return Err(Code::MissingField
            .error("publishableKey is one of live mode; send the project's key of test mode"));
    }
    developer.owned(app, key).await
}

/// The live mode of a project, if it has one.
async fn live_of(app: &App, test: &Tenant) -> Result<Option<Tenant>> {
    let live = store::tenants_of(&app.db, test.scope.platform(), Mode::Live).await?;
    let project = test.scope.project();
    Ok(live
        .into_iter()
        .find(|tenant| tenant.scope.project() == project))
}

/// The project is live already: 409, unless an earlier try of this same request made it so.
async fn again(
    app: &App,
    developer: &DeveloperCaller,
    live: &Tenant,
    key: &PublishableKey,
) -> Result<(Tenant, SecretKey)> {
    if **live.scope.tenant() == *key.as_str()
        && let Some(found) =
            retried::resume(app, &developer.user, live.scope.platform(), key).await?
    {
        return Ok(found);
    }
    Err(exists(live))
}

fn exists(live: &Tenant) -> Error {
    Code::LiveExists
        .error("This project is live already; edit its live tiers instead")
        .with("existingLiveKey", live.scope.tenant().to_string())
}

/// What is sold in live mode: what test mode sells, with the changes.
fn tiers(app: &App, test: &Tenant, input: &PromoteInput) -> Result<Vec<Tier>> {
    let sold: Vec<Tier> = test
        .tiers
        .iter()
        .filter(|tier| tier.active)
        .cloned()
        .collect();
    let mut tiers = input.applied(test, sold)?;
    for tier in &mut tiers {
        let id = TierId::new(app.now(), app.random.bytes());
        tier.price_id = id.to_string();
        tier.product_id = id.to_string();
        tier.version = 1;
        tier.id = id;
        tier_input::check_fits(test.kind, tier)?;
    }
    validate_all(&tiers)?;
    Ok(tiers)
}

/// 428 if something costs money and there is no account that could take it.
async fn check_account(app: &App, test: &Tenant, tiers: &[Tier]) -> Result<()> {
    if !tiers.iter().any(catalog::is_sold) {
        return Ok(());
    }
    app.payments.provider(Mode::Live)?;
    let platform = test.scope.platform();
    let account = dream_store::payments::account(&app.db, platform, Mode::Live).await?;
    if account.is_some_and(|account| account.disconnected_at.is_none()) {
        return Ok(());
    }
    let detail = payments::not_connected(Mode::Live).detail().to_owned();
    Err(Code::LiveConnectionRequired
        .error(detail)
        .with("needsLiveOAuth", true))
}

async fn make(
    app: &App,
    developer: &DeveloperCaller,
    test: &Tenant,
    publishable_key: PublishableKey,
    tiers: Vec<Tier>,
) -> Result<(Tenant, SecretKey)> {
    let (key, secret) = app.new_key(Mode::Live, "default");
    let name: Arc<str> = publishable_key.as_str().into();
    let live = NewMode {
        messages: catalog::messages(app, &name, &tiers, catalog::MEANWHILE_MS),
        settings: settings(&test.settings),
        publishable_key,
        key,
        tiers,
    };
    let detail = json!({"from": test.scope.tenant().to_string()});
    let act = app.act(&developer.user, "project.promote", &name, &detail);
    match store::promote(&app.db, &test.scope, &live, &act).await {
        Err(error) if error.code() == Code::LiveExists => {
            return Err(live_of(app, test).await?.as_ref().map_or(error, exists));
        }
        done => done?,
    }
    Ok((developer.owned(app, &name).await?, secret))
}

/// The settings of test mode, the picture among them, but for what only a developer's own machine is good for.
fn settings(test: &ProjectSettings) -> ProjectSettings {
    let is_local = |url: &String| redirect_allowed(url, &[], Mode::Test);
    let public = |url: &Option<String>| url.clone().filter(|url| !is_local(url));
    let origins = test.redirect_origins.iter();
    ProjectSettings {
        redirect_origins: origins.filter(|url| !is_local(url)).cloned().collect(),
        upgrade_url: public(&test.upgrade_url),
        default_redirect: public(&test.default_redirect),
        // People of live mode show that an address is theirs, whatever was handy while testing.
        email_verification: None,
        sample_until: None,
        ..test.clone()
    }
}

/// What becomes of test mode.
enum End {
    Stays,
    Gone,
    Goes(Box<Work>),
    Fails(Error),
}

impl End {
    fn warning(&self) -> Option<String> {
        match self {
            Self::Stays | Self::Gone => None,
            Self::Goes(_) => Some("Test mode is still being deleted.".to_owned()),
            Self::Fails(error) => Some(format!("Test mode is still there: {}.", error.detail())),
        }
    }
}

/// Deletes test mode with all that is in it.
async fn delete_test(
    app: &App,
    developer: &DeveloperCaller,
    test: &Tenant,
    patience: &Patience,
) -> End {
    let detail = Detail {
        actor: developer.user.to_string(),
        leaves_subscriptions: false,
        sample_until: None,
        held: Went::default(),
    };
    let asked = async {
        removal::check(app, test, false).await?;
        works::ask(app, test, Kind::DeleteTest, &detail, patience.wait()).await
    };
    match asked.await {
        Ok(Outcome::Done(_)) => End::Gone,
        Ok(Outcome::Runs(work)) => End::Goes(Box::new(work)),
        Err(error) => {
            tracing::warn!(tenant = &**test.scope.tenant(), cause = ?error, "test mode could not be deleted");
            End::Fails(error)
        }
    }
}
