//! The yardstick for databases: an axum server that runs one upsert per request, as most would write it.

use super::answer::{self, Answer};
use super::bare;
use crate::failure::{Explain, Result};
use crate::output;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::{Client, NoTls, Statement};

/// Answers every call after one upsert.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address and port to listen on; port 0 picks one, which is printed
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// File with the answer to send, as captured from a real server
    #[arg(long)]
    answer: PathBuf,
    /// The database: postgres://…
    #[arg(long)]
    database: String,
    /// Connections to the database
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

const TABLE: &str = "create table if not exists upsert_counts (
    tenant text not null, user_id text not null, meter text not null, period_start bigint not null,
    used bigint not null, primary key (tenant, user_id, meter, period_start))";

const COUNT: &str = "insert into upsert_counts (tenant, user_id, meter, period_start, used)
    values ('tenant', $1, 'requests', 0, 1)
    on conflict (tenant, user_id, meter, period_start)
    do update set used = upsert_counts.used + 1 where upsert_counts.used < 1000000000000
    returning used";

struct Counter {
    connections: Vec<(Client, Statement)>,
    next: AtomicUsize,
    answer: Answer,
}

/// Serves until the process is ended.
pub(crate) fn serve(args: &Args) -> Result<()> {
    bare::block_on(async {
        let counter = Arc::new(Counter {
            connections: connect(args).await?,
            next: AtomicUsize::new(0),
            answer: answer::load(&args.answer)?,
        });
        let routes = Router::new()
            .route("/api/data", post(count))
            .with_state(counter);
        bare::listen(&args.listen, routes).await
    })?
}

async fn connect(args: &Args) -> Result<Vec<(Client, Statement)>> {
    let mut connections = Vec::new();
    for _ in 0..args.connections.max(1) {
        let (client, connection) = tokio_postgres::connect(&args.database, NoTls)
            .await
            .explain("the database does not answer")?;
        tokio::spawn(async move {
            if let Err(lost) = connection.await {
                output::complain(&format!("a connection to the database was lost: {lost}"));
            }
        });
        client.batch_execute(TABLE).await.explain("create table")?;
        let statement = client.prepare(COUNT).await.explain("prepare")?;
        connections.push((client, statement));
    }
    Ok(connections)
}

async fn count(State(counter): State<Arc<Counter>>, headers: HeaderMap) -> Response {
    let user = headers.get("x-user-id").and_then(|id| id.to_str().ok());
    let turn = counter.next.fetch_add(1, Ordering::Relaxed) % counter.connections.len();
    let (client, statement) = &counter.connections[turn];
    match client
        .query_one(statement, &[&user.unwrap_or_default()])
        .await
    {
        Ok(_) => {
            let Answer {
                status,
                headers,
                body,
            } = counter.answer.clone();
            (status, headers, body).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
