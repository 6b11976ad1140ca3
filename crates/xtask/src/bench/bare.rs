//! The yardstick: an axum server that does nothing but answer.

use super::answer;
use crate::failure::{Explain, Result};
use crate::output;
use axum::Router;
use axum::routing::any;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// Answers every call with the same bytes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address and port to listen on; port 0 picks one, which is printed
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// File with the answer to send, as captured from a real server
    #[arg(long)]
    answer: PathBuf,
}

/// Serves until the process is ended.
pub(crate) fn serve(args: &Args) -> Result<()> {
    let answer = answer::load(&args.answer)?;
    let reply =
        move || std::future::ready((answer.status, answer.headers.clone(), answer.body.clone()));
    let routes = Router::new()
        .route("/api/data", any(reply.clone()))
        .route("/api/usage", any(reply));
    block_on(listen(&args.listen, routes))?
}

/// Runs a future on a runtime as `#[tokio::main]` makes it: one thread per core that we may use.
pub(super) fn block_on<F: Future>(future: F) -> Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .explain("a runtime could not be made")?;
    Ok(runtime.block_on(future))
}

/// Serves these routes; prints the address first, for the process that started this one.
pub(super) async fn listen(address: &str, routes: Router) -> Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .explain("the address could not be bound")?;
    let bound = listener.local_addr().explain("no address was bound")?;
    output::line(&bound.to_string());
    axum::serve(listener, routes)
        .await
        .explain("the server failed")
}
