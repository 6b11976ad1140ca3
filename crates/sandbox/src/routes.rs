//! The whole API on one page.

use serde_json::Value;

use crate::catalog::{prices, products};
use crate::checkout::sessions;
use crate::context::{Context, Input};
use crate::params::{Field, Kind, may};
use crate::payments::{cards, charges, disputes, intents, refunds, setups};
use crate::portal::{configurations, sessions as portal};
use crate::problem::Result;
use crate::subscriptions::{
    api as subscriptions, collecting, invoices, item_api as items, pausing, preview,
};
use crate::{account_links, accounts, customers, events, webhook_endpoints};

/// One operation: `{}` in the path stands for an id.
pub(crate) struct Route {
    method: &'static str,
    path: &'static str,
    pub(crate) fields: &'static [&'static [Field]],
    pub(crate) run: Run,
}

/// What an operation does, inside a transaction.
pub(crate) type Run = fn(&Context, &Input) -> Result<Value>;

/// The operation of a request and the ids in its path.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Route, Vec<String>)> {
    ROUTES
        .iter()
        .filter(|route| route.method == method)
        .find_map(|route| Some((route, ids(route.path, path)?)))
}

const PAGE: &[Field] = &[
    may("limit", Kind::Integer),
    may("starting_after", Kind::Text),
    may("ending_before", Kind::Text),
];

const ROUTES: &[Route] = &[
    get("/v1/account", &[], accounts::own),
    post(
        "/v1/account_links",
        &[account_links::CREATE],
        account_links::create,
    ),
    get("/v1/accounts", &[PAGE], accounts::list),
    post("/v1/accounts", &[accounts::CREATE], accounts::create),
    get("/v1/accounts/{}", &[], accounts::retrieve),
    get(
        "/v1/billing_portal/configurations",
        &[PAGE, configurations::LIST],
        configurations::list,
    ),
    post(
        "/v1/billing_portal/configurations",
        &[configurations::FIELDS],
        configurations::create,
    ),
    get(
        "/v1/billing_portal/configurations/{}",
        &[],
        configurations::retrieve,
    ),
    post(
        "/v1/billing_portal/configurations/{}",
        &[configurations::CHANGE],
        configurations::update,
    ),
    post(
        "/v1/billing_portal/sessions",
        &[portal::CREATE],
        portal::create,
    ),
    get("/v1/charges", &[PAGE, charges::LIST], charges::list),
    get("/v1/charges/{}", &[], charges::retrieve),
    get(
        "/v1/checkout/sessions",
        &[PAGE, sessions::LIST],
        sessions::list,
    ),
    post(
        "/v1/checkout/sessions",
        &[sessions::CREATE],
        sessions::create,
    ),
    get("/v1/checkout/sessions/{}", &[], sessions::retrieve),
    post(
        "/v1/checkout/sessions/{}",
        &[sessions::UPDATE],
        sessions::update,
    ),
    post("/v1/checkout/sessions/{}/expire", &[], sessions::expire),
    get(
        "/v1/checkout/sessions/{}/line_items",
        &[PAGE],
        sessions::list_items,
    ),
    get("/v1/customers", &[PAGE, customers::LIST], customers::list),
    post("/v1/customers", &[customers::FIELDS], customers::create),
    get("/v1/customers/{}", &[], customers::retrieve),
    post("/v1/customers/{}", &[customers::FIELDS], customers::update),
    delete("/v1/customers/{}", &[], customers::delete),
    get("/v1/disputes", &[PAGE, disputes::LIST], disputes::list),
    get("/v1/disputes/{}", &[], disputes::retrieve),
    get("/v1/events", &[PAGE, events::LIST], events::list),
    get("/v1/events/{}", &[], events::retrieve),
    get("/v1/invoices", &[PAGE, invoices::LIST], invoices::list),
    get("/v1/invoices/{}", &[], invoices::retrieve),
    post(
        "/v1/invoices/create_preview",
        &[preview::CREATE],
        preview::create,
    ),
    post(
        "/v1/invoices/{}/mark_uncollectible",
        &[],
        collecting::mark_uncollectible,
    ),
    post("/v1/invoices/{}/pay", &[collecting::PAY], collecting::pay),
    post("/v1/invoices/{}/void", &[], collecting::void),
    get("/v1/payment_intents", &[PAGE, intents::LIST], intents::list),
    post("/v1/payment_intents", &[intents::CREATE], intents::create),
    get("/v1/payment_intents/{}", &[], intents::retrieve),
    post(
        "/v1/payment_intents/{}",
        &[intents::UPDATE],
        intents::update,
    ),
    post(
        "/v1/payment_intents/{}/cancel",
        &[intents::CANCEL],
        intents::cancel,
    ),
    post(
        "/v1/payment_intents/{}/confirm",
        &[intents::CONFIRM],
        intents::confirm,
    ),
    get("/v1/payment_methods", &[PAGE, cards::LIST], cards::list),
    get("/v1/payment_methods/{}", &[], cards::retrieve),
    post(
        "/v1/payment_methods/{}/attach",
        &[cards::ATTACH],
        cards::attach,
    ),
    post("/v1/payment_methods/{}/detach", &[], cards::detach),
    get("/v1/prices", &[PAGE, prices::LIST], prices::list),
    post("/v1/prices", &[prices::CREATE], prices::create),
    get("/v1/prices/{}", &[], prices::retrieve),
    post("/v1/prices/{}", &[prices::UPDATE], prices::update),
    get("/v1/products", &[PAGE, products::LIST], products::list),
    post("/v1/products", &[products::CREATE], products::create),
    get("/v1/products/{}", &[], products::retrieve),
    post("/v1/products/{}", &[products::UPDATE], products::update),
    delete("/v1/products/{}", &[], products::delete),
    get("/v1/refunds", &[PAGE, refunds::LIST], refunds::list),
    post("/v1/refunds", &[refunds::CREATE], refunds::create),
    get("/v1/refunds/{}", &[], refunds::retrieve),
    post("/v1/refunds/{}", &[refunds::UPDATE], refunds::update),
    get("/v1/setup_intents", &[PAGE, setups::LIST], setups::list),
    get("/v1/setup_intents/{}", &[], setups::retrieve),
    get("/v1/subscription_items", &[PAGE, items::LIST], items::list),
    post("/v1/subscription_items", &[items::CREATE], items::create),
    get("/v1/subscription_items/{}", &[], items::retrieve),
    post("/v1/subscription_items/{}", &[items::UPDATE], items::update),
    delete("/v1/subscription_items/{}", &[items::DELETE], items::delete),
    get(
        "/v1/subscriptions",
        &[PAGE, subscriptions::LIST],
        subscriptions::list,
    ),
    post(
        "/v1/subscriptions",
        &[subscriptions::CREATE],
        subscriptions::create,
    ),
    get("/v1/subscriptions/{}", &[], subscriptions::retrieve),
    post(
        "/v1/subscriptions/{}",
        &[subscriptions::UPDATE],
        subscriptions::update,
    ),
    delete(
        "/v1/subscriptions/{}",
        &[subscriptions::CANCEL],
        subscriptions::cancel,
    ),
    post(
        "/v1/subscriptions/{}/resume",
        &[pausing::RESUME],
        pausing::resume,
    ),
    get("/v1/webhook_endpoints", &[PAGE], webhook_endpoints::list),
    post(
        "/v1/webhook_endpoints",
        &[webhook_endpoints::CREATE],
        webhook_endpoints::create,
    ),
    get("/v1/webhook_endpoints/{}", &[], webhook_endpoints::retrieve),
    post(
        "/v1/webhook_endpoints/{}",
        &[webhook_endpoints::UPDATE],
        webhook_endpoints::update,
    ),
    delete("/v1/webhook_endpoints/{}", &[], webhook_endpoints::delete),
];

const fn get(path: &'static str, fields: &'static [&'static [Field]], run: Run) -> Route {
    Route {
        method: "GET",
        path,
        fields,
        run,
    }
}

const fn post(path: &'static str, fields: &'static [&'static [Field]], run: Run) -> Route {
    Route {
        method: "POST",
        path,
        fields,
        run,
    }
}

const fn delete(path: &'static str, fields: &'static [&'static [Field]], run: Run) -> Route {
    Route {
        method: "DELETE",
        path,
        fields,
        run,
    }
}

fn ids(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut ids = Vec::new();
    let mut pieces = path.split('/');
    for expected in pattern.split('/') {
        let piece = pieces.next()?;
        if expected == "{}" && !piece.is_empty() {
            ids.push(
                percent_encoding::percent_decode_str(piece)
                    .decode_utf8()
                    .ok()?
                    .into_owned(),
            );
        } else if expected != piece {
            return None;
        }
    }
    pieces.next().is_none().then_some(ids)
}
