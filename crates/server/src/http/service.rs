//! The service around all routes: request id, shedding, headers, CORS, problems, log line. One function,
//! because every layer of indirection is paid by every call.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::Router;
use dream_domain::error::Code;
use dream_domain::id::RequestId;
use hyper::body::Incoming;
use tower::ServiceExt as _;

use crate::app::App;
use crate::http::log::Line;
use crate::http::problem::{Pending, Problem, complete};

/// The most header lines and bytes of a request that are served.
const HEADERS_MAX: usize = 100;
const HEAD_BYTES_MAX: usize = 32 * 1024;
const URI_MAX: usize = 8 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, for handlers.
#[derive(Clone)]
pub(crate) struct Id(pub(crate) Arc<str>);

/// Where a request comes from: the peer, or what a trusted proxy says.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    /// The connection's other end.
    pub(crate) socket: IpAddr,
    /// The client behind trusted proxies; the socket's address without any.
    pub(crate) client: IpAddr,
}

/// A route that browsers of other origins may call (rules 11). Set by `routes.rs`.
#[derive(Clone, Copy)]
pub(crate) struct CrossOrigin;

/// The whole application as one service. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Front {
    app: App,
    router: Router,
    in_flight: Arc<AtomicUsize>,
}

impl Front {
    pub(crate) fn new(app: App) -> Self {
        let router = crate::routes::router(&app);
        Self { app, router, in_flight: Arc::default() }
    }

    pub(crate) async fn call(&self, request: hyper::Request<Incoming>, peer: SocketAddr) -> Response {
        let began = self.app.clock.instant();
        let at = self.app.clock.machine();
        let method = request.method().clone();
        let id = RequestId::new(at, self.app.random.bytes());
        let running = self.in_flight.fetch_add(1, Ordering::AcqRel);
        let mut response = if running >= self.app.config.limits.requests_in_flight.max(1) {
            self.app.metrics.shed.increment(1);
            refuse(Code::Overloaded, "The server is at its limit; retry in a second")
        } else {
            self.route(request.map(Body::new), peer, &id).await
        };
        self.in_flight.fetch_sub(1, Ordering::AcqRel);
        finish(&self.app, &mut response, id.as_str(), &method);
        let elapsed = began.elapsed();
        let status = response.status().as_u16();
        self.app.metrics.answered(status);
        self.app.metrics.seconds.record(elapsed.as_secs_f64());
        let route = response.extensions().get::<Route>().map_or("(none)", |route| &*route.0);
        self.app.log.request(&Line {
            at_ms: at.0,
            request_id: id.as_str(),
            method: method.as_str(),
            route,
            status,
            micros: elapsed.as_micros(),
        });
        response
    }

    async fn route(&self, mut request: Request, peer: SocketAddr, id: &RequestId) -> Response {
        if let Some(refusal) = oversized(&request) {
            return refusal;
        }
        let client = client_address(&self.app, request.headers(), peer.ip());
        request.extensions_mut().insert(Peer { socket: peer.ip(), client });
        request.extensions_mut().insert(Id(id.as_str().into()));
        if request.method() == Method::OPTIONS {
            return preflight(&self.app, &request);
        }
        let head = request.method() == Method::HEAD;
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if head { response.map(|_| Body::empty()) } else { response }
    }
}

/// The route a response came from; put there by the middleware in `routes.rs`.
#[derive(Clone)]
pub(crate) struct Route(pub(crate) Arc<str>);

impl Route {
    pub(crate) fn of(request: &Request) -> Option<Self> {
        request.extensions().get::<MatchedPath>().map(|path| Self(path.as_str().into()))
    }
}

fn oversized(request: &Request) -> Option<Response> {
    if request.uri().path_and_query().map_or(0, |p| p.as_str().len()) > URI_MAX {
        return Some(refuse(Code::UriTooLong, "The address is longer than 8 KiB"));
    }
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let many = headers.len() > HEADERS_MAX || bytes > HEAD_BYTES_MAX;
    many.then(|| refuse(Code::HeadersTooLarge, "The request has more than 100 headers or 32 KiB of them"))
}

fn refuse(code: Code, detail: &'static str) -> Response {
    Problem(code.error(detail)).into_response()
}

/// Completes what every answer carries.
fn finish(app: &App, response: &mut Response, id: &str, method: &Method) {
    if let Some(Pending(members)) = response.extensions_mut().remove::<Pending>() {
        let body = complete(members, &app.config.public_url, id);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        *response.body_mut() = if *method == Method::HEAD { Body::empty() } else { Body::from(body) };
    }
    let shared = response.extensions().get::<CrossOrigin>().is_some();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        );
    }
    if !headers.contains_key(header::REFERRER_POLICY) {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    if app.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    if shared {
        allow_origin(headers);
    }
}

/// Any origin, never with credentials (rules 11).
fn allow_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed"),
    );
}

/// Answers a preflight: open for routes that browsers may call, silent for all others.
fn preflight(app: &App, request: &Request) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if app.cross_origin_paths.iter().any(|path| matches(path, request.uri().path())) {
        let headers = response.headers_mut();
        allow_origin(headers);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PATCH, DELETE"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "Content-Type, Authorization, X-Publishable-Key, X-Clerk-Token, X-User-Token, X-User-Id, X-User-Plan, X-Env, X-Platform-User-Id, Idempotency-Key",
            ),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    response.extensions_mut().insert(Route("(preflight)".into()));
    response
}

/// Whether a registered path such as `/api/assets/{key}` covers a requested one.
fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let same = pattern.split('/').all(|p| parts.next().is_some_and(|part| p.starts_with('{') || p == part));
    same && parts.next().is_none()
}

/// The last address that no trusted proxy wrote.
fn client_address(app: &App, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    let proxies = &app.config.http.trusted_proxies;
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    if !trusted(peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let mut hops: Vec<&str> = forwarded.flat_map(|v| v.split(',')).map(str::trim).collect();
    while let Some(hop) = hops.pop() {
        match hop.parse::<IpAddr>() {
            Ok(address) if trusted(address) => {}
            Ok(address) => return address,
            Err(_) => return peer,
        }
    }
    peer
}

impl crate::config::Network {
    /// Whether an address lies in this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32_u32.saturating_sub(u32::from(self.bits));
                u32::from(network).checked_shr(shift) == u32::from(address).checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128_u32.saturating_sub(u32::from(self.bits));
                u128::from(network).checked_shr(shift) == u128::from(address).checked_shr(shift)
            }
            _ => false,
        }
    }
}
