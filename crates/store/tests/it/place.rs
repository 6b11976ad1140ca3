//! A database of a test's own, on the engine the run is for, and a way to look into it past the store.

use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dream_domain::error::Result;
use dream_store::Db;
use dream_store::options::{Options, Place};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::clock::{Clock, NOON};

/// How many databases this process has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Names the server on which the tests make their databases.
const SERVER: &str = "DREAM_TEST_DATABASE_URL";

/// One test's database, its clock, and the store that is open on it.
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    options: Options,
    home: Home,
}

/// Where a test's database is, whether it has tables yet or not.
pub(crate) enum Home {
    Folder(TempDir),
    Database { server: String, name: String },
}

/// Whether this run is for PostgreSQL.
pub(crate) fn on_postgres() -> bool {
    std::env::var(SERVER).is_ok()
}

/// For tests of what only SQLite has: says why it does nothing on the other engine.
pub(crate) fn only_sqlite(why: &str) -> bool {
    if on_postgres() {
        println!("not on PostgreSQL: {why}");
    }
    !on_postgres()
}

/// For tests of what only PostgreSQL has: says why it does nothing on the other engine.
pub(crate) fn only_postgres(why: &str) -> bool {
    if !on_postgres() {
        println!("not on SQLite: {why}");
    }
    on_postgres()
}

impl Store {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// A store that folds only when it is told to.
    pub(crate) async fn never_folding() -> Self {
        let fold_every = Duration::from_hours(1);
        Self::with(Options {
            fold_every,
            ..Options::default()
        })
        .await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let (home, clock) = (Home::make().await, Clock::at(NOON));
        let db = home.open(&clock, &options).await.unwrap();
        Self {
            db,
            clock,
            options,
            home,
        }
    }

    /// One more handle, as a second process has it. SQLite refuses it.
    pub(crate) async fn second(&self) -> Result<Db> {
        self.home.open(&self.clock, &self.options).await
    }

    /// Stops and starts.
    pub(crate) async fn reopen(&mut self) {
        self.db.close().await;
        self.db = self.second().await.unwrap();
    }

    /// Stops, changes the tables, and starts.
    pub(crate) async fn plant(&mut self, sql: &str) {
        self.db.close().await;
        self.change_tables(sql).await;
        self.db = self.second().await.unwrap();
    }

    /// Changes the tables past the store.
    pub(crate) async fn change_tables(&self, sql: &str) {
        self.home.execute(sql).await;
    }

    /// The file, on SQLite.
    pub(crate) fn file(&self) -> PathBuf {
        match self.home.place() {
            Place::Sqlite(path) => path,
            Place::Postgres(_) => panic!("PostgreSQL has no file"),
        }
    }

    /// The file, opened for reading; it knows the order of bytes that statements name.
    pub(crate) fn reader(&self) -> rusqlite::Connection {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let file = rusqlite::Connection::open_with_flags(self.file(), flags).unwrap();
        file.create_collation("C", str::cmp).unwrap();
        file
    }

    /// A connection past the store, on PostgreSQL.
    pub(crate) async fn client(&self) -> Client {
        match self.home.place() {
            Place::Sqlite(_) => panic!("SQLite has no server"),
            Place::Postgres(url) => connect(&url).await,
        }
    }

    /// Runs a query past the store; every column as text.
    pub(crate) async fn look(&self, sql: &str) -> Vec<Vec<String>> {
        match self.home.place() {
            Place::Sqlite(path) => look_into_file(&path, sql),
            Place::Postgres(url) => look_into_server(&connect(&url).await, sql).await,
        }
    }

    /// The only number a query answers.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let rows = self.look(sql).await;
        assert_eq!(rows.len(), 1, "{sql}");
        rows[0][0].parse().unwrap()
    }
}

impl Home {
    pub(crate) async fn open(&self, clock: &Clock, options: &Options) -> Result<Db> {
        Db::open(&self.place(), clock.clocks(), options).await
    }

    pub(crate) async fn make() -> Self {
        let Ok(server) = std::env::var(SERVER) else {
            return Self::Folder(TempDir::new().unwrap());
        };
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("dream_test_{}_{made}", process::id());
        let admin = connect(&server).await;
        admin
            .batch_execute(&format!("create database {name}"))
            .await
            .unwrap();
        Self::Database { server, name }
    }

    fn place(&self) -> Place {
        match self {
            Self::Folder(folder) => Place::Sqlite(folder.path().join("dream.db")),
            Self::Database { server, name } => {
                let (address, _) = server.rsplit_once('/').unwrap();
                Place::Postgres(format!("{address}/{name}?sslmode=disable"))
            }
        }
    }

    async fn execute(&self, sql: &str) {
        match self.place() {
            Place::Sqlite(path) => rusqlite::Connection::open(path)
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Place::Postgres(url) => connect(&url).await.batch_execute(sql).await.unwrap(),
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let Self::Database { server, name } = self else {
            return;
        };
        let (server, name) = (server.clone(), name.clone());
        // A runtime of its own: the test's may be gone, and a drop cannot wait for it.
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let sql = format!("drop database {name} with (force)");
                connect(&server).await.batch_execute(&sql).await.unwrap();
            });
        });
        let dropped = dropper.join().is_ok();
        assert!(
            dropped || std::thread::panicking(),
            "the test's database could not be dropped"
        );
    }
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn look_into_file(path: &Path, sql: &str) -> Vec<Vec<String>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut out = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let text = |index| match row.get_unwrap::<usize, rusqlite::types::Value>(index) {
            rusqlite::types::Value::Null => String::new(),
            rusqlite::types::Value::Integer(value) => value.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => panic!("a column of a type that the schema does not have: {other:?}"),
        };
        out.push((0..columns).map(text).collect());
    }
    out
}

async fn look_into_server(client: &Client, sql: &str) -> Vec<Vec<String>> {
    let messages = client.simple_query(sql).await.unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        (0..row.len())
            .map(|i| row.get(i).unwrap_or_default().to_owned())
            .collect()
    })
    .collect()
}
