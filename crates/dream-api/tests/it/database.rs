//! The database of a server, and a way to look into it and to plant rows past the server.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// Names the PostgreSQL server on which the tests make their databases; SQLite without it (rules 36).
const SERVER: &str = "DREAM_TEST_DATABASE_URL";

/// How many databases this run has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Where a server keeps its rows.
#[derive(Clone)]
pub(crate) enum Database {
    /// A file in its data directory.
    File(PathBuf),
    /// A database on the PostgreSQL server of this run; goes away with that server.
    Url(String),
}

impl Database {
    pub(crate) async fn make(data: &Path) -> Self {
        let Ok(server) = std::env::var(SERVER) else {
            return Self::File(data.join("dream-api.db"));
        };
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("dream_it_{}_{made}", std::process::id());
        let admin = connect(&server).await;
        let create = format!("create database {name}");
        admin.batch_execute(&create).await.unwrap();
        let (address, _) = server.rsplit_once('/').unwrap();
        Self::Url(format!("{address}/{name}?sslmode=disable"))
    }

    /// What `DREAM_DATABASE_URL` says; none for the default.
    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            Self::File(_) => None,
            Self::Url(url) => Some(url),
        }
    }

    /// Runs statements past the server.
    pub(crate) async fn plant(&self, sql: &str) {
        match self {
            Self::File(path) => {
                let connection = open(path);
                connection.execute_batch(sql).unwrap();
            }
            Self::Url(url) => connect(url).await.batch_execute(sql).await.unwrap(),
        }
    }

    /// Runs a query past the server; every column as text.
    pub(crate) async fn look(&self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::File(path) => look_into_file(path, sql),
            Self::Url(url) => look_into_server(&connect(url).await, sql).await,
        }
    }
}

fn open(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

fn look_into_file(path: &Path, sql: &str) -> Vec<Vec<String>> {
    use rusqlite::types::ValueRef;
    let connection = open(path);
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut out = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let text = |index| match row.get_ref(index).unwrap() {
            ValueRef::Integer(value) => value.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            _ => String::new(),
        };
        out.push((0..columns).map(text).collect());
    }
    out
}

async fn look_into_server(client: &Client, sql: &str) -> Vec<Vec<String>> {
    let text = |row: &tokio_postgres::SimpleQueryRow| {
        (0..row.len())
            .map(|i| row.get(i).unwrap_or_default().to_owned())
            .collect()
    };
    let messages = client.simple_query(sql).await.unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(text(row)),
        _ => None,
    });
    rows.collect()
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
