//! Buying a plan: the checkout of one user for one tier, and the page where he manages what he bought. End users buy
//! of a developer here, and developers of the platform.

mod portal;
mod urls;

use std::sync::Arc;
use std::time::Duration;

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::id::CheckoutId;
use dream_domain::tier::{Tier, TierKind, find_tier};
use dream_store::checkouts::{self as store, Checkout, NewCheckout, Opened, Status};
use dream_store::customers::Customer;
use dream_store::payments as accounts;
use dream_store::projects::Tenant;
use dream_store::subscriptions::{self, Row};

pub(crate) use portal::{PortalInput, PortalPage, Wanted, open as open_portal};
pub(crate) use urls::{Ways, allowed, filled};

use crate::app::App;
use crate::payments::api::checkout::{NewSession, Payer, Sale};
use crate::payments::api::customers::NewCustomer;
use crate::payments::api::{Failure, Kind, Metadata};
use crate::payments::{self, Account};
use crate::{catalog, plans};

/// How long a session can be paid: the provider allows up to 24 hours.
const SESSION_MS: i64 = 23 * 3_600_000;
/// How long to wait for a checkout that another call is opening, and how often to look.
const SOON_LOOKS: u32 = 50;
const SOON: Duration = Duration::from_millis(100);
/// How often a checkout that closed meanwhile is begun anew.
const TRIES: usize = 5;

/// A page of the payment provider to send the buyer to.
pub(crate) struct Page {
    pub(crate) url: String,
    /// The session; none if the page is the portal.
    pub(crate) session_id: Option<String>,
}

/// What is to be bought.
pub(crate) struct Wish<'a> {
    /// A tier by its name, or none.
    pub(crate) tier: Option<&'a str>,
    /// The price the buyer has seen, or none.
    pub(crate) price_id: Option<&'a str>,
}

/// Begins a checkout. Who pays for a plan already gets the portal instead: nobody pays twice (defects 34).
pub(crate) async fn begin(
    app: &App,
    tenant: &Tenant,
    buyer: &Customer,
    wish: &Wish<'_>,
    ways: &Ways,
) -> Result<Page> {
    let tier = chosen(tenant, wish)?;
    let account = payments::account_of(app, &tenant.scope).await?;
    let held = subscriptions::of_user(&app.db, &tenant.scope, &buyer.id).await?;
    if let Some(running) = held.iter().find(|row| runs(row)) {
        let wanted = Wanted {
            return_url: ways.cancel.clone(),
            flow: (running.tier != tier.name).then(|| "update".to_owned()),
        };
        let url = portal::open(app, tenant, buyer, &wanted).await?;
        return Ok(Page {
            url,
            session_id: None,
        });
    }
    let tier = catalog::ensure_tier(app, tenant, &tier.name).await?;
    for _ in 0..TRIES {
        if let Some(page) = attempt(app, tenant, &account, buyer, &tier, ways).await? {
            return Ok(page);
        }
    }
    Err(Code::Conflict.error("Another checkout of this user is being opened; retry in a moment"))
}

/// The tier that is meant: by name, by price, or the one called `pro`, as the first client left it out.
fn chosen<'a>(tenant: &'a Tenant, wish: &Wish<'_>) -> Result<&'a Tier> {
    let is_price = |tier: &&Tier, id: &str| tier.price_id == id || tier.id.as_str() == id;
    let plans = || {
        let tiers = tenant.tiers.iter();
        tiers.filter(|tier| tier.kind == TierKind::Subscription)
    };
    let tier = match (wish.tier, wish.price_id) {
        (Some(name), _) => {
            find_tier(&tenant.tiers, name).ok_or_else(|| plans::unknown(tenant, name))?
        }
        (None, Some(id)) => plans()
            .find(|tier| is_price(tier, id))
            .ok_or_else(|| mismatch("There is no plan with this price"))?,
        (None, None) => plans()
            .find(|tier| tier.name == "pro")
            .ok_or_else(|| plans::unknown(tenant, "pro"))?,
    };
    if let Some(id) = wish.price_id
        && !is_price(&tier, id)
    {
        return Err(mismatch(
            "priceId is not the price of this tier any more; read GET /api/tiers again",
        ));
    }
    if !tier.active {
        let detail = format!("{} is no longer sold; read GET /api/tiers again", tier.name);
        return Err(Code::UnknownPlan.error(detail));
    }
    if tier.price.minor == 0 {
        let fix = "Name a tier that costs something; free plans need no checkout";
        return Err(invalid("tier", format!("{} costs nothing", tier.name), fix));
    }
    Ok(tier)
}

fn mismatch(detail: &'static str) -> Error {
    Code::PriceMismatch.error(detail)
}

/// Whether a subscription still is one: it may be behind with its payment, but it has not ended.
fn runs(row: &Row) -> bool {
    row.ended_at.is_none() && !matches!(&*row.status, "canceled" | "incomplete_expired")
}

/// Opens a checkout, or takes the one that is open; none if that one closed meanwhile.
async fn attempt(
    app: &App,
    tenant: &Tenant,
    account: &Account<'_>,
    buyer: &Customer,
    tier: &Tier,
    ways: &Ways,
) -> Result<Option<Page>> {
    let now = app.now();
    let new = NewCheckout {
        id: CheckoutId::new(now, app.random.bytes()),
        user: buyer.id.clone(),
        tier: tier.name.clone(),
        price_id: tier.price_id.clone(),
        account_id: account.id.to_string(),
        success_url: ways.success.clone(),
        cancel_url: ways.cancel.clone(),
        created_at: now,
        expires_at: now.plus(SESSION_MS),
    };
    let checkout = match store::open(&app.db, &tenant.scope, &new).await? {
        Opened::Existing(checkout) if is_other(&checkout, &new) => {
            withdraw(app, tenant, account, &checkout).await?;
            return Ok(None);
        }
        Opened::Existing(checkout) => soon(app, tenant, checkout).await?,
        Opened::New => {
            let stored = store::find(&app.db, &tenant.scope, new.id.as_str()).await?;
            stored.ok_or_else(|| Code::Conflict.error("The checkout is gone already; try again"))?
        }
    };
    if !matches!(checkout.status, Status::Opening | Status::Open) {
        return Ok(None);
    }
    app.fault("checkout.stored");
    if let (Some(url), Some(id)) = (&checkout.url, &checkout.session_id) {
        return Ok(Some(Page {
            url: url.to_string(),
            session_id: Some(id.to_string()),
        }));
    }
    let made = make(app, tenant, account, buyer, tier, &checkout).await;
    if let Err(error) = &made
        && error.code() == Code::PaymentRefused
    {
        close(app, tenant, &checkout, Status::Failed).await?;
    }
    made
}

/// A checkout that somebody else is opening, once it has its session; as it is if whoever began is gone.
async fn soon(app: &App, tenant: &Tenant, mut checkout: Checkout) -> Result<Checkout> {
    for _ in 0..SOON_LOOKS {
        if checkout.status != Status::Opening {
            break;
        }
        tokio::time::sleep(SOON).await;
        let found = store::find(&app.db, &tenant.scope, &checkout.id).await?;
        checkout = found.unwrap_or(checkout);
    }
    Ok(checkout)
}

/// Whether the open checkout sells at another price, at another account, or leads elsewhere.
fn is_other(open: &Checkout, new: &NewCheckout) -> bool {
    *open.price_id != *new.price_id
        || *open.account_id != *new.account_id
        || *open.success_url != *new.success_url
        || *open.cancel_url != *new.cancel_url
}

/// Takes an open checkout off sale. One that was paid in the meantime stays paid: its event settles it.
async fn withdraw(
    app: &App,
    tenant: &Tenant,
    account: &Account<'_>,
    checkout: &Checkout,
) -> Result<()> {
    if let Some(id) = checkout
        .session_id
        .as_deref()
        .filter(|_| *checkout.account_id == *account.id)
    {
        let key = format!("{}/expire", checkout.id);
        match account.calls().expire_checkout(id, &key).await {
            Err(failure) if !matches!(failure.kind, Kind::Refused | Kind::NotFound) => {
                return Err(payments::problem(failure));
            }
            _ => {}
        }
    }
    close(app, tenant, checkout, Status::Expired).await
}

async fn close(app: &App, tenant: &Tenant, checkout: &Checkout, status: Status) -> Result<()> {
    store::close(
        &app.db,
        &tenant.scope,
        &checkout.id,
        status,
        None,
        app.now(),
    )
    .await?;
    Ok(())
}

/// Opens the session of a checkout. Its id is the idempotency key: a second call, after a crash or at the same time,
/// gets the same session.
async fn make(
    app: &App,
    tenant: &Tenant,
    account: &Account<'_>,
    buyer: &Customer,
    tier: &Tier,
    checkout: &Checkout,
) -> Result<Option<Page>> {
    let customer = customer(app, tenant, account, buyer).await?;
    app.fault("checkout.customer");
    let notes = notes(tenant, checkout);
    let trial = tier.trial_days.and_then(|days| u32::try_from(days).ok());
    let new = NewSession {
        sale: Sale::Subscription {
            metadata: &notes,
            trial_days: trial.filter(|days| *days > 0),
        },
        lines: &[(&checkout.price_id, 1)],
        payer: Payer::Customer(&customer),
        client_reference_id: Some(&checkout.user),
        metadata: &notes,
        success_url: &checkout.success_url,
        cancel_url: &checkout.cancel_url,
        expires_at: Some(checkout.expires_at),
        automatic_tax: tenant.settings.enable_tax,
        shipping_countries: &[],
        allow_promotion_codes: false,
    };
    let made = account.calls().create_checkout(&new, &checkout.id).await;
    let session = match made {
        Ok(session) => session,
        Err(failure) if is_customer_gone(&failure) => {
            accounts::customer_deleted(&app.db, &account.id, &customer, app.now()).await?;
            close(app, tenant, checkout, Status::Failed).await?;
            return Ok(None);
        }
        Err(failure) => return Err(payments::problem(failure)),
    };
    app.fault("checkout.session");
    let Some(url) = session.url else {
        close(app, tenant, checkout, Status::Expired).await?;
        return Ok(None);
    };
    let (scope, at) = (&tenant.scope, session.expires_at);
    let open = store::attach(&app.db, scope, &checkout.id, &session.id, &url, at).await?;
    Ok(open.then_some(Page {
        url,
        session_id: Some(session.id),
    }))
}

/// What the provider keeps beside the session and its subscription, for people who look there.
fn notes(tenant: &Tenant, checkout: &Checkout) -> Metadata {
    let note = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    [
        note("publishableKey", tenant.scope.tenant()),
        note("userId", &checkout.user),
        note("tier", &checkout.tier),
        note("checkoutId", &checkout.id),
    ]
    .into()
}

fn is_customer_gone(failure: &Failure) -> bool {
    let names_customer = failure.param.as_deref() == Some("customer");
    names_customer && matches!(failure.kind, Kind::Refused | Kind::NotFound)
}

/// The provider's customer of a user: one per user and account, made when it is first needed.
async fn customer(
    app: &App,
    tenant: &Tenant,
    account: &Account<'_>,
    buyer: &Customer,
) -> Result<Arc<str>> {
    let scope = &tenant.scope;
    if let Some(known) = accounts::customer(&app.db, scope, &buyer.id, &account.id).await? {
        return Ok(known);
    }
    let notes: Metadata = [
        ("publishableKey".to_owned(), scope.tenant().to_string()),
        ("userId".to_owned(), buyer.id.to_string()),
    ]
    .into();
    // One that was made and not written down is found again, however long ago that was (cases BIL-09).
    if let Some(made) = made_before(account, buyer, &notes).await? {
        return accounts::put_customer(&app.db, scope, &buyer.id, &account.id, &made, app.now())
            .await;
    }
    let names: Vec<&str> = [&buyer.first_name, &buyer.last_name]
        .into_iter()
        .flatten()
        .map(|name| &**name)
        .collect();
    let name = names.join(" ");
    let new = NewCustomer {
        email: buyer.email.as_deref(),
        name: (!name.is_empty()).then_some(&name),
        metadata: &notes,
    };
    // The version keeps a customer that was deleted at the provider from coming back out of its memory of keys.
    let key = format!("customer/{}/{}/{}", buyer.id, account.id, buyer.version);
    let made = account.calls().create_customer(&new, &key).await;
    let made = made.map_err(payments::problem)?;
    app.fault("checkout.customer-made");
    accounts::put_customer(&app.db, scope, &buyer.id, &account.id, &made.id, app.now()).await
}

/// The provider's customer with a buyer's address and our notes.
async fn made_before(
    account: &Account<'_>,
    buyer: &Customer,
    notes: &Metadata,
) -> Result<Option<String>> {
    let Some(email) = &buyer.email else {
        return Ok(None);
    };
    let found = account.calls().customers_by_email(email).await;
    let found = found.map_err(payments::problem)?;
    let ours = |known: &payments::api::customers::Customer| {
        !known.deleted
            && notes
                .iter()
                .all(|(name, value)| known.metadata.get(name) == Some(value))
    };
    Ok(found.into_iter().find(ours).map(|known| known.id))
}
