//! The service around all routes: request id, shedding, headers, CORS, problems, log line. One function,
//! because every layer of indirection is paid by every call.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::Code;
use dream_domain::id::RequestId;
use dream_domain::time::Millis;
use hyper::body::Incoming;
use tower::ServiceExt as _;

use crate::app::App;
use crate::http::peer::Peer;
use crate::http::problem::{Pending, Problem, complete};
use crate::idempotency;
use crate::log::Line;

/// The most header lines and bytes of a request that are served.
const HEADERS_MAX: usize = 100;
const HEAD_BYTES_MAX: usize = 32 * 1024;
const URI_MAX: usize = 8 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How many seconds business time is ahead, where it was moved (rules 14): pages that are open follow it.
const AHEAD: HeaderName = HeaderName::from_static("x-business-time-ahead");

/// The whole application as one service. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Front {
    app: App,
    router: Router,
    table: Arc<Table>,
    in_flight: Arc<AtomicUsize>,
    /// What makes request ids of this process unlike those of others, and a count.
    seed: [u8; 10],
    requests: Arc<AtomicU64>,
    /// Whether requests leave a line in the log.
    is_logged: bool,
}

/// The registered paths: what is logged of a request, and who may call from a browser.
pub(crate) struct Table {
    fixed: HashMap<&'static str, Entry>,
    with_parts: Vec<Entry>,
}

/// A registered path.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// As registered, such as `/api/customers/{id}`: holds no id of a person.
    pub(crate) path: &'static str,
    /// Browsers of other origins may call it (rules 11).
    pub(crate) cross_origin: bool,
}

impl Table {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let (with_parts, fixed): (Vec<Entry>, Vec<Entry>) = entries
            .into_iter()
            .partition(|entry| entry.path.contains('{'));
        Self {
            fixed: fixed.into_iter().map(|entry| (entry.path, entry)).collect(),
            with_parts,
        }
    }

    fn find(&self, path: &str) -> Option<Entry> {
        let found = self.fixed.get(path).copied();
        found.or_else(|| {
            self.with_parts
                .iter()
                .find(|entry| matches(entry.path, path))
                .copied()
        })
    }
}

impl Front {
    pub(crate) fn new(app: App, router: Router, table: Table) -> Self {
        let seed = app.random.bytes();
        Self {
            app,
            router,
            table: Arc::new(table),
            in_flight: Arc::default(),
            seed,
            requests: Arc::default(),
            is_logged: true,
        }
    }

    /// The same without a line in the log for each request: for those that the server makes of itself.
    pub(crate) fn unlogged(self) -> Self {
        Self {
            is_logged: false,
            ..self
        }
    }

    /// As many requests run as may; a limit of 0 is none.
    fn is_full(&self, running: usize) -> bool {
        let limit = self.app.config.limits.requests_in_flight;
        limit > 0 && running >= limit
    }

    /// Unique, and cheap: a request id proves nothing, so it needs no fresh randomness.
    fn request_id(&self, at: Millis) -> RequestId {
        let count = self.requests.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut bytes = self.seed;
        for (byte, part) in bytes.iter_mut().rev().zip(count.iter().rev()) {
            *byte ^= part;
        }
        RequestId::new(at, bytes)
    }

    pub(crate) async fn call(
        &self,
        request: hyper::Request<Incoming>,
        peer: SocketAddr,
    ) -> Response {
        let began = self.app.clock.instant();
        let at = self.app.clock.machine();
        let method = request.method().clone();
        let entry = self.table.find(request.uri().path());
        let id = self.request_id(at);
        let running = self.in_flight.fetch_add(1, Ordering::AcqRel);
        self.app.metrics.in_flight.increment(1.0);
        let mut response = if self.is_full(running) {
            self.app.metrics.shed.increment(1);
            refuse(
                Code::Overloaded,
                "The server is at its limit; retry in a second",
            )
        } else {
            self.route(request.map(Body::new), peer, entry).await
        };
        self.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.app.metrics.in_flight.decrement(1.0);
        finish(
            &self.app,
            &mut response,
            id.as_str(),
            &method,
            entry.is_some_and(|entry| entry.cross_origin),
        );
        let elapsed = began.elapsed();
        let status = response.status().as_u16();
        self.app.metrics.answered(status);
        self.app.metrics.seconds.record(elapsed.as_secs_f64());
        if self.is_logged {
            self.app.log.request(&Line {
                at_ms: at.0,
                request_id: id.as_str(),
                method: method.as_str(),
                route: entry.map_or("(none)", |entry| entry.path),
                status,
                micros: elapsed.as_micros(),
            });
        }
        response
    }

    async fn route(
        &self,
        mut request: Request,
        peer: SocketAddr,
        entry: Option<Entry>,
    ) -> Response {
        if let Some(refusal) = oversized(&request) {
            return refusal;
        }
        let peer = Peer::of(
            peer.ip(),
            request.headers(),
            &self.app.config.http.trusted_proxies,
        );
        request.extensions_mut().insert(peer);
        match *request.method() {
            Method::OPTIONS => preflight(entry),
            Method::HEAD => self.pass(request).await.map(|_| Body::empty()),
            Method::POST if idempotency::applies(&request, entry.map(|entry| entry.path)) => {
                idempotency::around(&self.app, request, |request| self.pass(request)).await
            }
            _ => self.pass(request).await,
        }
    }

    async fn pass(&self, request: Request) -> Response {
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Answers a preflight: open for paths that browsers may call, silent for all others.
fn preflight(entry: Option<Entry>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if entry.is_some_and(|entry| entry.cross_origin) {
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PATCH, DELETE"),
        );
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "Content-Type, Authorization, X-Publishable-Key, X-Clerk-Token, X-User-Token, X-End-User-Token, X-User-Id, X-User-Plan, X-Env, X-Platform-User-Id, Idempotency-Key",
            ),
        );
        headers.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("86400"),
        );
    }
    response
}

fn oversized(request: &Request) -> Option<Response> {
    if request
        .uri()
        .path_and_query()
        .map_or(0, |p| p.as_str().len())
        > URI_MAX
    {
        return Some(refuse(Code::UriTooLong, "The address is longer than 8 KiB"));
    }
    let headers = request.headers();
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let many = headers.len() > HEADERS_MAX || bytes > HEAD_BYTES_MAX;
    many.then(|| {
        refuse(
            Code::HeadersTooLarge,
            "The request has more than 100 headers or 32 KiB of them",
        )
    })
}

fn refuse(code: Code, detail: &'static str) -> Response {
    Problem(code.error(detail)).into_response()
}

/// Completes what every answer carries.
fn finish(app: &App, response: &mut Response, id: &str, method: &Method, cross_origin: bool) {
    if let Some(Pending(members)) = response.extensions_mut().remove::<Pending>() {
        let body = complete(members, &app.config.public_url, id);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        *response.body_mut() = if *method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(body)
        };
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(seconds) = app.clock.ahead_seconds() {
        headers.insert(AHEAD, HeaderValue::from(seconds));
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
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
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
    }
    if app.https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if cross_origin {
        allow_origin(headers);
    }
}

/// Any origin, never with credentials (rules 11).
fn allow_origin(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed",
        ),
    );
}

/// Whether a registered path such as `/api/assets/{key}` or `/dashboard/{*page}` covers a requested one.
fn matches(pattern: &str, path: &str) -> bool {
    if let Some((before, _)) = pattern.split_once("{*") {
        return path.len() > before.len() && path.starts_with(before);
    }
    let mut parts = path.split('/');
    let same = pattern.split('/').all(|p| {
        parts
            .next()
            .is_some_and(|part| p.starts_with('{') || p == part)
    });
    same && parts.next().is_none()
}
