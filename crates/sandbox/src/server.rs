//! Connections: HTTP/1.1 on one loopback port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::{any, get, post};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::api;
use crate::checkout::page;
use crate::oauth::{authorize, tokens};
use crate::portal::page as portal;
use crate::problem::Problem;
use crate::reply::Lost;
use crate::sandbox::Sandbox;
use crate::{account_links, control, guard, home, invoice_page, web};

/// Answers until told to stop, then lets running requests end.
pub(crate) async fn serve(
    listener: TcpListener,
    sandbox: Arc<Sandbox>,
    mut stop: watch::Receiver<bool>,
) {
    let router = router(sandbox);
    let told = stop.clone();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = accept(&listener) => {
                if let Some((stream, peer)) = accepted {
                    connections.spawn(connection(router.clone(), stream, peer, told.clone()));
                }
            }
        }
        while connections.try_join_next().is_some() {}
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_WITHIN, ended).await.is_err() {
        tracing::warn!("some requests to the sandbox did not end in time and were cut off");
    }
}

const STOP_WITHIN: Duration = Duration::from_secs(3);
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/", get(home::show).post(home::submit))
        .route(
            "/oauth/authorize",
            get(authorize::show).post(authorize::submit),
        )
        .route("/oauth/token", post(tokens::token))
        .route("/oauth/deauthorize", post(tokens::deauthorize))
        .route("/checkout/{session}", get(page::show).post(page::submit))
        .route(
            "/connect/{link}",
            get(account_links::show).post(account_links::submit),
        )
        .route(
            "/invoice/{invoice}",
            get(invoice_page::show).post(invoice_page::submit),
        )
        .route("/portal/{session}", get(portal::show).post(portal::submit))
        .merge(control::routes())
        .fallback(any(api::answer))
        .with_state(sandbox)
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            // Out of file descriptors, most likely: give running connections a moment to end.
            tracing::warn!(cause = %error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn connection(
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
    mut stop: watch::Receiver<bool>,
) {
    let service = hyper::service::service_fn(move |request| answer(router.clone(), peer, request));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stopped(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// An answer that is to be lost ends its connection instead.
async fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response, std::io::Error> {
    if let Some(message) = guard::refusal(peer, request.headers()) {
        return Ok(web::json(
            403,
            &Problem::invalid(message).with_status(403).body(),
        ));
    }
    let response = match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.extensions().get::<Lost>().is_some() {
        return Err(std::io::Error::other("the answer is lost on request"));
    }
    Ok(response)
}
