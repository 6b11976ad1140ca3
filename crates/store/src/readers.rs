//! SQLite read connections: taken when needed, given back, opened when all are busy.

use std::path::PathBuf;

use dream_domain::error::Result;
use parking_lot::Mutex;
use rusqlite::Connection;

use crate::sql::Sql;
use crate::sqlite::{self, Failure, Purpose};
use crate::value::{Row, Value};

/// How many idle read connections are kept; more are opened under load and dropped after.
const IDLE_MAX: usize = 16;

pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Mutex::default(),
        }
    }

    /// Closes what is idle, so that the writer is the last to let go of the file.
    pub(crate) fn rest(&self) {
        self.idle.lock().clear();
    }

    /// Reads on the calling thread: a few microseconds for a row by its key.
    pub(crate) fn rows(&self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>> {
        let pooled = self.idle.lock().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => sqlite::open(&self.path, Purpose::Read)?,
        };
        let answer = sqlite::rows(&connection, sql, params).map_err(Failure::into);
        // A connection that failed is dropped: the next one starts afresh once the cause is gone.
        if answer.is_ok() {
            let mut idle = self.idle.lock();
            if idle.len() < IDLE_MAX {
                idle.push(connection);
            }
        }
        answer
    }
}
