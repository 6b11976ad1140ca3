//! A transaction is a list of guarded steps: all of them or none, no lock held across an await.

use dream_domain::error::{Code, Error};

use crate::sql::Sql;
use crate::value::{Row, Value};

/// One statement of a transaction, with what it must achieve.
pub struct Step {
    pub(crate) sql: &'static Sql,
    pub(crate) params: Vec<Value>,
    pub(crate) changes: Option<u64>,
}

impl Step {
    /// A step without a guard.
    pub fn new(sql: &'static Sql, params: Vec<Value>) -> Self {
        Self {
            sql,
            params,
            changes: None,
        }
    }

    /// The transaction is undone unless this step changes (or returns) exactly `rows` rows.
    #[must_use]
    pub fn must_change(mut self, rows: u64) -> Self {
        self.changes = Some(rows);
        self
    }
}

/// The rows each step returned, in order.
pub type Rows = Vec<Vec<Row>>;

/// Why a transaction did nothing.
#[derive(Debug)]
pub enum Refusal {
    /// The guard of this step did not hold.
    Guard(usize),
    /// This step met a row that is unique.
    Taken(usize),
    /// The database could not do it.
    Storage(Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Guard(_) | Refusal::Taken(_) => {
                Code::Conflict.error("Something changed at the same time; read it again and retry")
            }
            Refusal::Storage(error) => error,
        }
    }
}
