//! The whole API on one page.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use dream_domain::error::Code;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::front::{Entry, Table};
use crate::http::problem::Problem;
use crate::openapi::{base, complete};
use crate::{
    accounts, assets, audit, auth, cart, checkout, connect, customers, dashboard, demo, dev,
    dev_mail, developers, events, explain, health, hosted, logos, orders, pages, platform,
    previews, projects, promote, providers, receipts, tiers, usage, webhooks,
};

/// Routes that browsers of any origin may call (rules 11).
fn cross_origin() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(usage::track))
        .routes(routes!(usage::check))
        .routes(routes!(usage::history))
        .routes(routes!(customers::me))
        .routes(routes!(checkout::create))
        .routes(routes!(checkout::portal))
        .routes(routes!(checkout::get))
        .routes(routes!(tiers::list))
        .routes(routes!(tiers::products))
        .routes(routes!(cart::checkout))
        .routes(routes!(auth::exchange::token))
        .routes(routes!(auth::exchange::refresh))
        .routes(routes!(auth::exchange::revoke))
        .routes(routes!(logos::get))
        .routes(routes!(assets::get))
        .routes(routes!(health::config))
        .routes(routes!(health::jwks))
        .routes(routes!(health::discovery))
}

/// Routes for servers, developers and machines: no CORS header.
fn same_origin() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(customers::create, customers::list))
        .routes(routes!(
            customers::get,
            customers::update,
            customers::delete
        ))
        .routes(routes!(customers::mint, customers::revoke))
        .routes(routes!(customers::usage::get))
        .routes(routes!(customers::usage::grant))
        .routes(routes!(customers::usage::reset))
        .routes(routes!(customers::sessions::list))
        .routes(routes!(customers::sessions::end))
        .routes(routes!(customers::portal::open))
        .merge(selling())
        .merge(figures())
        .routes(routes!(developers::register))
        .routes(routes!(developers::make_platform))
        .routes(routes!(developers::platform))
        .routes(routes!(developers::credentials))
        .routes(routes!(developers::make_credentials))
        .routes(routes!(developers::verify))
        .routes(routes!(projects::create))
        .routes(routes!(projects::list))
        .routes(routes!(projects::regenerate))
        .routes(routes!(projects::rotate))
        .routes(routes!(projects::list_keys))
        .routes(routes!(projects::settings))
        .routes(routes!(projects::deletion::delete))
        .routes(routes!(projects::reset::reset))
        .routes(routes!(projects::works::list))
        .routes(routes!(logos::set))
        .routes(routes!(assets::create))
        .routes(routes!(assets::create_own))
        .routes(routes!(auth::sign_up))
        .routes(routes!(auth::sign_in))
        .routes(routes!(auth::proof::verify))
        .routes(routes!(auth::resend))
        .routes(routes!(auth::forgot))
        .routes(routes!(auth::proof::reset))
        .routes(routes!(auth::go_on))
        .routes(routes!(auth::session))
        .routes(routes!(auth::sign_out))
        .routes(routes!(checkout::from_pricing))
        .routes(routes!(accounts::get))
        .routes(routes!(accounts::profile))
        .routes(routes!(accounts::password))
        .routes(routes!(accounts::email))
        .routes(routes!(accounts::verify))
        .routes(routes!(accounts::end_sessions))
        .routes(routes!(accounts::disconnect))
        .routes(routes!(accounts::delete))
        .routes(routes!(providers::list, providers::set, providers::delete))
        .routes(routes!(audit::list))
        .routes(routes!(tiers::own, tiers::update, tiers::delete))
        .routes(routes!(tiers::add))
        .routes(routes!(previews::create))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(dev::clock, dev::advance, dev::reset))
        .routes(routes!(dev::reconcile_now))
        .routes(routes!(dev_mail::list))
}

/// Payments, what they lead to, and the payment provider's side of it.
fn selling() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(receipts::get))
        .routes(routes!(orders::listing::list))
        .routes(routes!(orders::get))
        .routes(routes!(orders::fulfil))
        .routes(routes!(orders::refund))
        .routes(routes!(orders::release))
        .routes(routes!(orders::held))
        .routes(routes!(explain::explain))
        .routes(routes!(explain::list_invoices))
        .routes(routes!(events::list))
        .routes(routes!(events::get))
        .routes(routes!(events::replay))
        .routes(routes!(webhooks::receive))
        .routes(routes!(promote::promote))
        .routes(routes!(connect::account))
        .routes(routes!(connect::disconnect))
        .routes(routes!(platform::create))
        .routes(routes!(platform::portal))
        .routes(routes!(platform::get))
}

/// What dashboards show.
fn figures() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(dashboard::get))
        .routes(routes!(dashboard::days::series))
        .routes(routes!(dashboard::used::usage))
        .routes(routes!(dashboard::used::users::list))
        .routes(routes!(dashboard::totals::totals))
        .routes(routes!(dashboard::totals::developer))
        .routes(routes!(dashboard::operator::platforms))
}

/// Pages and documents that are not part of the API itself.
const PAGES: &[&str] = &[
    "/",
    "/signup",
    "/signin",
    "/account",
    "/refresh",
    "/reset",
    "/verify",
    "/pricing",
    "/return",
    "/r/{token}",
    "/dashboard",
    "/dashboard/{*page}",
    "/authorize",
    "/callback",
    "/auth/start/{provider}",
    "/auth/callback/{provider}",
    "/assets-web/{file}",
    "/manifest.webmanifest",
    "/sw.js",
    "/openapi.json",
    "/docs",
    "/docs/errors/{code}",
    "/docs/{file}",
    "/_dev/mail/{id}",
    demo::door::PATH,
];

/// Everything that answers, and what is known of each path.
pub(crate) fn router(app: &App) -> (Router, Table) {
    let (shared, shared_api) = cross_origin().split_for_parts();
    let (own, own_api) = same_origin().split_for_parts();
    let document: Arc<str> = openapi().to_json().unwrap_or_default().into();
    let pages = Router::new()
        .route("/", get(hosted::home))
        .route("/signup", get(hosted::page))
        .route("/signin", get(hosted::page))
        .route("/account", get(hosted::page))
        .route("/refresh", get(hosted::page))
        .route("/reset", get(hosted::page))
        .route("/verify", get(hosted::page))
        .route("/pricing", get(hosted::page))
        .route("/return", get(hosted::page))
        .route("/r/{token}", get(hosted::receipt))
        .route("/dashboard", get(hosted::home))
        .route("/dashboard/{*page}", get(hosted::home))
        .route("/authorize", get(connect::authorize))
        .route("/callback", get(connect::callback))
        .route("/auth/start/{provider}", get(providers::start))
        .route("/auth/callback/{provider}", get(providers::callback))
        .route("/assets-web/{file}", get(hosted::file))
        .route("/manifest.webmanifest", get(hosted::manifest))
        .route("/sw.js", get(hosted::worker))
        .route(
            "/openapi.json",
            get(async move || pages::document(&document)),
        )
        .route("/docs", get(pages::to_reference))
        .route("/docs/", get(pages::reference_home))
        .route("/docs/errors/{code}", get(pages::error))
        .route("/docs/{file}", get(pages::reference))
        .route("/_dev/mail/{id}", get(dev_mail::show))
        .route(demo::door::PATH, get(demo::door::open));
    // Answers of the hot path are smaller than a packet: there is nothing to gain by compressing them.
    let router = shared
        .merge(own.merge(pages).layer(CompressionLayer::new()))
        .fallback(async || {
            Problem(Code::NotFound.error("There is nothing at this address; see /docs"))
        })
        .method_not_allowed_fallback(async || {
            Problem(Code::MethodNotAllowed.error(
                "This address does not know this method; the Allow header lists those it knows",
            ))
        })
        .with_state(app.clone());
    (router, table(&shared_api, &own_api))
}

/// The document of the whole API.
pub(crate) fn openapi() -> OpenApi {
    let (_, mut document) = OpenApiRouter::with_openapi(base())
        .merge(cross_origin())
        .merge(same_origin())
        .split_for_parts();
    complete(&mut document);
    document
}

fn table(shared: &OpenApi, own: &OpenApi) -> Table {
    let mut entries = Vec::new();
    for (document, cross_origin) in [(shared, true), (own, false)] {
        // The paths live as long as the process, which makes this table once.
        entries.extend(document.paths.paths.keys().map(|path| Entry {
            path: path.clone().leak(),
            cross_origin,
        }));
    }
    entries.extend(PAGES.iter().map(|path| Entry {
        path,
        cross_origin: *path == "/openapi.json",
    }));
    Table::new(entries)
}
