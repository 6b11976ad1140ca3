//! The sandbox beside us in development: webhook endpoints there, its time, accounts for demo data. Its objects are
//! reached like those of the provider it stands in for.

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::Mode;
use dream_domain::text::hex;
pub(crate) use dream_providers::sandbox::Payer;
use dream_providers::sandbox::{Failure, Sandbox};
use dream_providers::stripe::endpoints::{Endpoint, NewEndpoint};
use dream_store::payments::Health;
use dream_store::settings;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::app::App;
use crate::config::PaymentMode;
use crate::payments::{Source, health, mode, problem};

/// Where we take events, below our address.
const WEBHOOK: &str = "/webhook/stripe";
/// The sandbox answers within half a minute whether it is through; a long journey through time needs more.
const SETTLES_MAX: u32 = 10;

/// Whether a sandbox answers at an address.
pub async fn answers(url: &str) -> bool {
    match Sandbox::at(url) {
        Ok(sandbox) => sandbox.answers().await,
        Err(_) => false,
    }
}

/// Makes the webhook endpoints at the sandbox of this process that are missing there, or lead elsewhere than to `base`
/// (an address of ours without a slash at its end): in each mode that it stands in for, one for the accounts of
/// developers and one for the platform's own. Their secrets are kept sealed in the database; any other that leads to a
/// server like this one is removed.
pub async fn ensure_endpoints(app: &App, base: &str) -> Result<()> {
    if own(app).is_none() {
        return Ok(());
    }
    // Two at once would each remove what the other has made and not yet written down.
    let _one_at_a_time = app.payments.endpoints.lock().await;
    let url = format!("{base}{WEBHOOK}");
    for mode in [Mode::Test, Mode::Live] {
        if stands_in(app, mode).is_some() {
            ensure_endpoints_of(app, mode, &url).await?;
        }
    }
    Ok(())
}

/// Lets the sandbox follow after business time was moved: answers when everything that became due has happened there
/// and was told to us.
pub(crate) async fn settle(app: &App) -> Result<()> {
    let Some(sandbox) = &app.payments.sandbox else {
        return Ok(());
    };
    // Another process that runs it sees the moved clock with its next heartbeat.
    let at = app.now().0.div_euclid(1000);
    for _ in 0..SETTLES_MAX {
        if sandbox.settle(at).await.map_err(unanswered)? {
            return Ok(());
        }
    }
    Err(Code::PaymentsUnavailable
        .error("Business time was moved, but the sandbox is still at work; ask again later"))
}

/// Connects the account of this name to the platform at the sandbox unless it is, as its owner would on a page, and
/// answers how it is. None where the sandbox does not stand in for the mode.
pub(crate) async fn connect(app: &App, mode: Mode, account: &str) -> Result<Option<Health>> {
    let (Some(sandbox), Some(settings)) = (&app.payments.sandbox, stands_in(app, mode)) else {
        return Ok(None);
    };
    let client = app.payments.provider(mode)?;
    let known = client.at(account).account().await;
    let found = if let Ok(found) = known {
        found
    } else {
        let connected = sandbox.connect(&settings.secret_key, account).await;
        connected.map_err(unanswered)?;
        client.at(account).account().await.map_err(problem)?
    };
    Ok(Some(health(found)))
}

/// Whether a mode is served by the sandbox that this process runs, so that it follows our clock at once.
pub(crate) fn is_own(app: &App, wanted: Mode) -> bool {
    own(app).is_some() && stands_in(app, wanted).is_some()
}

/// Makes the sandbox of this process forget everything.
pub(crate) async fn forget(app: &App) -> Result<()> {
    match own(app) {
        Some(sandbox) => sandbox.reset().await.map_err(unanswered),
        None => Ok(()),
    }
}

/// The sandbox, if this process runs it.
fn own(app: &App) -> Option<&Sandbox> {
    let ours = app.config.sandbox.as_ref().is_some_and(|it| it.is_ours);
    app.payments.sandbox.as_ref().filter(|_| ours)
}

/// Pays a checkout as its buyer would.
pub(crate) async fn pay(app: &App, session: &str, payer: &Payer<'_>) -> Result<()> {
    match own(app) {
        Some(sandbox) => sandbox.pay(session, payer).await.map_err(unanswered),
        None => Ok(()),
    }
}

/// Presses a button of a billing portal's page as its customer would.
pub(crate) async fn press(app: &App, page: &str, fields: &[(&str, &str)]) -> Result<()> {
    match own(app) {
        Some(sandbox) => sandbox.press(page, fields).await.map_err(unanswered),
        None => Ok(()),
    }
}

/// The secrets of the endpoints that were made at the sandbox; none before the process that runs it has made them.
pub(super) async fn secret(
    app: &App,
    mode: Mode,
    source: Source,
) -> Result<Option<Zeroizing<String>>> {
    let endpoint = endpoint(app, &name(mode, source)).await?;
    Ok(endpoint.map(|endpoint| Zeroizing::new(endpoint.secret)))
}

/// The endpoints of one mode. Who was stopped between making one and writing it down has left one that nobody knows
/// the secret of.
async fn ensure_endpoints_of(app: &App, mode: Mode, url: &str) -> Result<()> {
    let client = app.payments.provider(mode)?;
    let own = client.at("");
    let there = own.endpoints().await.map_err(problem)?;
    let (mut right, mut missing) = (Vec::new(), Vec::new());
    for source in [Source::Connect, Source::Platform] {
        match endpoint(app, &name(mode, source)).await? {
            Some(known) if leads_to(&there, &known.id, url) => right.push(known.id),
            Some(_) | None => missing.push(source),
        }
    }
    let of_ours = there.iter().filter(|found| found.url.ends_with(WEBHOOK));
    for stray in of_ours.filter(|found| !right.contains(&found.id)) {
        own.delete_endpoint(&stray.id).await.map_err(problem)?;
    }
    for source in missing {
        make_endpoint(app, mode, source, url).await?;
    }
    Ok(())
}

fn leads_to(there: &[Endpoint], id: &str, url: &str) -> bool {
    there.iter().any(|found| found.id == id && found.url == url)
}

/// Makes an endpoint and writes down its secret.
async fn make_endpoint(app: &App, mode: Mode, source: Source, url: &str) -> Result<()> {
    let client = app.payments.provider(mode)?;
    let own = client.at("");
    let name = name(mode, source);
    let new = NewEndpoint {
        url,
        events: &["*"],
        connect: source == Source::Connect,
    };
    let key = hex(&app.random.bytes::<16>());
    let made = own.create_endpoint(&new, &key).await.map_err(problem)?;
    let secret = made.secret.map(|secret| secret.to_string());
    let made = Made {
        id: made.id,
        secret: secret.unwrap_or_default(),
    };
    let plain = serde_json::to_vec(&made).map(Zeroizing::new);
    let plain = plain.map_err(|cause| {
        let error = Code::Internal.error("A webhook endpoint could not be written");
        error.because(cause)
    })?;
    let sealed = app.master.seal(&app.random, &name, &plain)?;
    settings::put(&app.db, &name, &sealed).await
}

/// An endpoint that was made at the sandbox.
#[derive(Serialize, Deserialize)]
struct Made {
    id: String,
    secret: String,
}

async fn endpoint(app: &App, name: &str) -> Result<Option<Made>> {
    let Some(sealed) = settings::find(&app.db, name).await? else {
        return Ok(None);
    };
    let plain = app.master.open(name, &sealed)?;
    Ok(serde_json::from_slice(&plain).ok())
}

/// The setting that holds an endpoint, sealed under its own name.
fn name(mode: Mode, source: Source) -> String {
    let source = match source {
        Source::Connect => "connect",
        Source::Platform => "platform",
    };
    format!("sandbox_endpoint_{}_{source}", mode.as_str())
}

fn stands_in(app: &App, wanted: Mode) -> Option<&PaymentMode> {
    mode(&app.config, wanted).filter(|settings| settings.is_sandbox)
}

fn unanswered(failure: Failure) -> Error {
    let detail = "The sandbox does not answer; restart the server, which starts it again";
    Code::PaymentsUnavailable.error(detail).because(failure)
}
