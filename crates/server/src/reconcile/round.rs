//! A round: every subscription is read, and what webhooks did not bring is fetched.

use std::collections::BTreeMap;
use std::sync::Arc;

use dream_domain::error::{Error, Result};
use dream_domain::key::Mode;
use dream_domain::time::Millis;
use dream_store::inbox::{self as events, Received};
use dream_store::projects::{self, Tenant};
use dream_store::reconcile::{self as store, Connected};
use dream_store::{settings, subscriptions as stored};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::sweep::{each, kept, tenant};
use super::{Lease, PATIENTLY, accounts as health, alerts};
use crate::app::App;
use crate::payments::api::events::{Start, Wanted};
use crate::payments::api::webhook::Event;
use crate::subscriptions::{self, Synced};
use crate::{inbox, payments};

/// The setting that keeps the report of the last round.
const LAST: &str = "reconciled";
/// Subscriptions that are read together.
const PAGE: i64 = 100;
/// Events show up in lists a little after they were made.
const OVERLAP_MS: i64 = 600_000;
/// The provider keeps events for thirty days.
const KEPT_MS: i64 = 30 * 86_400_000;
/// Pages of an account's events in one round, a hundred events each; the rest comes with the next one.
const PAGES_MAX: usize = 200;

/// What a round found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
#[schema(example = json!({"at": 1_795_248_960_500_i64, "read": 20, "repaired": 1, "missedEvents": 1, "failed": 0, "projects": 2}))]
pub(crate) struct Report {
    /// When it began (business time), in milliseconds since the epoch.
    pub(crate) at: i64,
    /// Subscriptions that were read at the payment provider.
    pub(crate) read: i64,
    /// Those that were not as we knew them, and are now.
    pub(crate) repaired: i64,
    /// Events that no webhook had brought.
    pub(crate) missed_events: i64,
    /// What could not be read and is read with the next round.
    pub(crate) failed: i64,
    /// How many were repaired, by publishable key.
    pub(crate) projects: BTreeMap<String, i64>,
}

/// The report of the last round; none before the first.
pub(crate) async fn last(app: &App) -> Result<Option<Report>> {
    let text = settings::find(&app.db, LAST).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// One round. Subscriptions are read before the events of the same time are worked, so that what was missed is counted
/// where it matters: as something that was wrong.
pub(super) async fn run(app: &App, lease: &Lease<'_>) -> Result<Report> {
    let mut report = Report {
        at: app.now().0,
        ..Report::default()
    };
    let connected = store::connected(&app.db).await?;
    let tenants = tenants(app, &connected).await?;
    for tenant in &tenants {
        read_all(app, tenant, lease, &mut report).await?;
    }
    for (mode, account, since) in accounts(app, &connected).await? {
        if !kept(Some(lease)).await? {
            break;
        }
        match missed(app, mode, &account, since).await {
            Ok(count) => report.missed_events += count,
            Err(error) => failed(&error, &mut report),
        }
    }
    health::look(app, &connected, lease, &mut report).await?;
    // A sandbox that was emptied knows nothing of us.
    if let Err(error) = payments::sandbox::ensure_endpoints(app, &app.config.local_url).await {
        failed(&error, &mut report);
    }
    inbox::work(app).await?;
    alerts::tell(app, &tenants).await;
    let text = serde_json::to_string(&report).unwrap_or_default();
    settings::put(&app.db, LAST, &text).await?;
    note(app, &report);
    Ok(report)
}

/// Every tenant that sells on an account that can be asked.
async fn tenants(app: &App, connected: &[Connected]) -> Result<Vec<Arc<Tenant>>> {
    let mut all: Vec<_> = tenant(app, &app.root).await?.into_iter().collect();
    for account in connected {
        let of_account = projects::tenants_of(&app.db, &account.platform, account.mode).await?;
        // The root project belongs to nobody who could connect an account.
        all.extend(of_account.into_iter().map(Arc::new));
    }
    all.retain(|tenant| app.payments.provider(tenant.scope.mode()).is_ok());
    Ok(all)
}

/// Every account with its mode and since when it is ours; one that several platforms have connected once.
async fn accounts(app: &App, connected: &[Connected]) -> Result<Vec<(Mode, Arc<str>, Millis)>> {
    let mut all = BTreeMap::new();
    for one in connected {
        let key = (one.mode.as_str(), one.account_id.clone());
        let (_, since) = all.entry(key).or_insert((one.mode, one.connected_at));
        *since = one.connected_at.min(*since);
    }
    let mut all: Vec<_> = all
        .into_iter()
        .map(|((_, account), (mode, since))| (mode, account, since))
        .collect();
    if let Some(root) = tenant(app, &app.root).await? {
        all.push((root.scope.mode(), "".into(), root.created_at));
    }
    all.retain(|(mode, ..)| app.payments.provider(*mode).is_ok());
    Ok(all)
}

/// Reads every subscription of a tenant that has not ended.
async fn read_all(
    app: &App,
    tenant: &Arc<Tenant>,
    lease: &Lease<'_>,
    report: &mut Report,
) -> Result<()> {
    let mut after: Arc<str> = "".into();
    loop {
        let page = stored::unended(&app.db, &tenant.scope, &after, PAGE).await?;
        let Some(last) = page.last().cloned() else {
            return Ok(());
        };
        if !kept(Some(lease)).await? {
            return Ok(());
        }
        after = last;
        let asked = i64::try_from(page.len()).unwrap_or(i64::MAX);
        let done = each(app, page, |app, id| {
            let tenant = tenant.clone();
            async move { subscriptions::sync(&app, &tenant, &id, PATIENTLY).await }
        });
        let done = done.await;
        let read = i64::try_from(done.len()).unwrap_or(i64::MAX);
        let drifted = |synced: &&Synced| matches!(synced, Synced::Done { changed: true, .. });
        let repaired = i64::try_from(done.iter().filter(drifted).count()).unwrap_or(i64::MAX);
        report.read += read;
        report.failed += asked - read;
        report.repaired += repaired;
        if repaired > 0 {
            let key = tenant.scope.tenant().to_string();
            *report.projects.entry(key).or_default() += repaired;
        }
    }
}

/// Fetches the events of an account since the last round and stores those that are new; answers how many those are.
async fn missed(app: &App, mode: Mode, account: &str, since: Millis) -> Result<i64> {
    let job = format!("events/{}/{account}", mode.as_str());
    let Some(lease) = Lease::take(app, &job).await? else {
        return Ok(0);
    };
    let now = app.now();
    let seen = lease.note.parse().map(Millis).ok();
    let from = seen.map_or(since, |seen| seen.plus(-OVERLAP_MS));
    let from = from.max(now.plus(-KEPT_MS));
    let fetched = fetch(app, mode, account, from).await;
    let note = match &fetched {
        Ok(_) => now.0.to_string(),
        Err(_) => lease.note.clone(),
    };
    lease.release(&note).await?;
    fetched
}

async fn fetch(app: &App, mode: Mode, account: &str, from: Millis) -> Result<i64> {
    let calls = app.payments.provider(mode)?.at(account).in_background();
    let mut fresh = 0;
    let mut oldest: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let wanted = Wanted {
            since: Some(from),
            start: oldest.as_deref().map_or(Start::Newest, Start::OlderThan),
            ..Wanted::default()
        };
        let page = calls.events(&wanted).await.map_err(payments::problem)?;
        for event in &page.events {
            fresh += i64::from(receive(app, event).await?);
        }
        oldest = page.events.last().map(|event| event.id.clone());
        if !page.has_more || oldest.is_none() {
            break;
        }
    }
    Ok(fresh)
}

/// Stores an event as a webhook would have; whether it is new.
async fn receive(app: &App, event: &Event) -> Result<bool> {
    let new = inbox::arrived(app, event, as_delivered(event));
    Ok(events::receive(&app.db, &new).await? == Received::New)
}

/// An event in the form in which webhooks bring it.
fn as_delivered(event: &Event) -> String {
    let mut body = json!({
        "id": event.id,
        "object": "event",
        "type": event.kind,
        "created": event.created.0.div_euclid(1000),
        "livemode": event.livemode,
        "api_version": event.api_version,
        "data": { "object": event.object },
    });
    if !event.account.is_empty() {
        body["account"] = event.account.as_str().into();
    }
    body.to_string()
}

/// Counts and says what is left to the next round.
pub(super) fn failed(error: &Error, report: &mut Report) {
    report.failed += 1;
    tracing::warn!(cause = ?error, "the payment provider cannot be asked for something; it is with the next round");
}

fn note(app: &App, report: &Report) {
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    app.metrics.reconciled.increment(1);
    app.metrics
        .reconcile_repaired
        .increment(count(report.repaired));
    app.metrics
        .reconcile_missed
        .increment(count(report.missed_events));
    let Report {
        read,
        repaired,
        missed_events,
        failed,
        ..
    } = report;
    tracing::info!(
        read,
        repaired,
        missed_events,
        failed,
        "everything was compared with the payment provider"
    );
}
