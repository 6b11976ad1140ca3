//! The provider's page where a buyer changes his plan or card, cancels, and finds invoices.

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::tier::TierKind;
use dream_store::customers::Customer;
use dream_store::payments as accounts;
use dream_store::prices;
use dream_store::projects::Tenant;
use dream_store::{settings, subscriptions};
use serde::Serialize;
use utoipa::ToSchema;

use super::{allowed, runs};
use crate::app::App;
use crate::http::body::Fields;
use crate::idempotency::digest;
use crate::payments::api::portal::{Flow, NewPortal, Offer};
use crate::payments::{self, Account};

/// Products that the page can offer to change to: the provider's limit.
const PLANS_MAX: usize = 10;

/// How to open the billing portal.
#[derive(Debug, Default, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"returnUrl": "http://localhost:3000/account"}))]
pub(crate) struct PortalInput {
    /// An address of an allowed origin.
    return_url: Option<String>,
    /// `cancel`, `update` or `payment_method`: the one thing to do there.
    flow: Option<String>,
}

/// The billing portal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PortalPage {
    #[schema(example = "https://billing.example.com/bps_1")]
    url: String,
}

impl PortalInput {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            return_url: fields.text("returnUrl")?,
            flow: fields.text("flow")?,
        })
    }

    /// Where the page may lead back to (rules 26).
    pub(crate) fn wanted(self, app: &App, tenant: &Tenant) -> Result<Wanted> {
        Ok(Wanted {
            return_url: allowed(app, tenant, "returnUrl", self.return_url.as_deref())?,
            flow: self.flow,
        })
    }
}

impl PortalPage {
    /// Opens the page for a user; 400 `no_subscription` for one who has bought nothing.
    pub(crate) async fn open(
        app: &App,
        tenant: &Tenant,
        user: &Customer,
        wanted: &Wanted,
    ) -> Result<Self> {
        let url = open(app, tenant, user, wanted).await?;
        Ok(Self { url })
    }
}

/// What the page is opened for.
pub(crate) struct Wanted {
    /// Where its way back leads.
    pub(crate) return_url: String,
    /// `cancel`, `update` or `payment_method`; none shows everything.
    pub(crate) flow: Option<String>,
}

/// Opens the page for a user who has bought something; 400 `no_subscription` for one who has not.
pub(crate) async fn open(
    app: &App,
    tenant: &Tenant,
    user: &Customer,
    wanted: &Wanted,
) -> Result<String> {
    let account = payments::account_of(app, &tenant.scope).await?;
    let scope = &tenant.scope;
    let customer = accounts::customer(&app.db, scope, &user.id, &account.id)
        .await?
        .ok_or_else(nothing_bought)?;
    let configuration = configuration(app, tenant, &account).await?;
    let rows = subscriptions::of_user(&app.db, scope, &user.id).await?;
    let running = rows.iter().find(|row| runs(row)).map(|row| row.id.as_str());
    let new = NewPortal {
        customer: &customer,
        configuration: &configuration,
        return_url: &wanted.return_url,
        flow: flow(wanted.flow.as_deref(), running)?,
    };
    // Each opening is a page of its own; the key only serves the retries of this one.
    let key = format!("portal/{}", digest(&[&app.random.bytes::<16>()]));
    match account.calls().create_portal(&new, &key).await {
        Ok(portal) => Ok(portal.url),
        Err(failure) if failure.param.as_deref() == Some("customer") => {
            accounts::customer_deleted(&app.db, &account.id, &customer, app.now()).await?;
            let detail =
                "This customer was deleted at the payment provider; a new checkout makes a new one";
            Err(Code::PaymentCustomerGone.error(detail))
        }
        Err(failure) => Err(payments::problem(failure)),
    }
}

fn nothing_bought() -> Error {
    Code::NoSubscription
        .error("This user has not bought anything yet, so there is nothing to manage")
}

fn flow<'a>(word: Option<&str>, running: Option<&'a str>) -> Result<Option<Flow<'a>>> {
    match (word, running) {
        (None, _) => Ok(None),
        (Some("payment_method"), _) => Ok(Some(Flow::PaymentMethod)),
        (Some("cancel"), Some(id)) => Ok(Some(Flow::Cancel(id))),
        (Some("update"), Some(id)) => Ok(Some(Flow::Update(id))),
        (Some("cancel" | "update"), None) => {
            Err(Code::NoSubscription.error("This user has no subscription that runs"))
        }
        (Some(_), _) => Err(invalid(
            "flow",
            "is none of the flows",
            "Send cancel, update or payment_method, or leave it out",
        )),
    }
}

/// What the page offers for this project: one configuration per set of plans, made when it is first needed.
async fn configuration(app: &App, tenant: &Tenant, account: &Account<'_>) -> Result<String> {
    let scope = &tenant.scope;
    let known = prices::of(&app.db, scope).await?;
    let sold = tenant
        .tiers
        .iter()
        .filter(|tier| tier.active && tier.kind == TierKind::Subscription);
    let plans: Vec<(&str, Vec<&str>)> = sold
        .filter_map(|tier| {
            let price = known.iter().find(|price| {
                *price.price_id == *tier.price_id
                    && *price.account_id == *account.id
                    && price.active
            })?;
            Some((&*price.product_id, vec![&*price.price_id]))
        })
        .take(PLANS_MAX)
        .collect();
    let offer = Offer {
        plans: &plans,
        headline: None,
        return_url: None,
    };
    let said = format!("{}/{}/{plans:?}", scope.tenant(), account.id);
    let (name, hash) = (
        format!("portal/{}", scope.tenant()),
        digest(&[said.as_bytes()]),
    );
    let stored = settings::find(&app.db, &name).await?;
    let stored = stored.as_deref().and_then(|text| text.split_once(' '));
    if let Some((of, id)) = stored
        && of == hash
    {
        return Ok(id.to_owned());
    }
    let made = account
        .calls()
        .create_portal_configuration(&offer, &format!("portal/{hash}"))
        .await;
    let made = made.map_err(payments::problem)?;
    settings::put(&app.db, &name, &format!("{hash} {}", made.id)).await?;
    Ok(made.id)
}
