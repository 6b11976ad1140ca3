//! What goes into a statement and what comes out, the same for both engines.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;

/// A parameter or a column: text, a 64-bit integer, or null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Absent.
    Null,
    /// `bigint`.
    Int(i64),
    /// `text`.
    Text(Arc<str>),
}

/// A row of an answer, columns in the order of the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// A `text` column that is never null.
    pub fn text(&self, index: usize) -> Result<Arc<str>> {
        self.opt_text(index)?.ok_or_else(|| unexpected(index))
    }

    /// A `bigint` column that is never null.
    pub fn int(&self, index: usize) -> Result<i64> {
        self.opt_int(index)?.ok_or_else(|| unexpected(index))
    }

    /// A `text` column that may be null.
    pub fn opt_text(&self, index: usize) -> Result<Option<Arc<str>>> {
        match self.0.get(index) {
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(Value::Null) => Ok(None),
            _ => Err(unexpected(index)),
        }
    }

    /// A `bigint` column that may be null.
    pub fn opt_int(&self, index: usize) -> Result<Option<i64>> {
        match self.0.get(index) {
            Some(Value::Int(value)) => Ok(Some(*value)),
            Some(Value::Null) => Ok(None),
            _ => Err(unexpected(index)),
        }
    }

    /// A `bigint` column that holds 0 or 1.
    pub fn flag(&self, index: usize) -> Result<bool> {
        Ok(self.int(index)? != 0)
    }

    /// A column of whatever type; null if there is none.
    pub(crate) fn value(&self, index: usize) -> Value {
        self.0.get(index).cloned().unwrap_or(Value::Null)
    }

    /// A time column.
    pub fn time(&self, index: usize) -> Result<Millis> {
        Ok(Millis(self.int(index)?))
    }

    /// A time column that may be null.
    pub fn opt_time(&self, index: usize) -> Result<Option<Millis>> {
        Ok(self.opt_int(index)?.map(Millis))
    }
}

fn unexpected(index: usize) -> dream_domain::error::Error {
    Code::Internal.error(format!(
        "The database holds something unexpected in column {index}"
    ))
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<Millis> for Value {
    fn from(value: Millis) -> Self {
        Self::Int(value.0)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.as_str().into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(value: Arc<str>) -> Self {
        Self::Text(value)
    }
}

impl From<&Arc<str>> for Value {
    fn from(value: &Arc<str>) -> Self {
        Self::Text(value.clone())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Parameters that are used on the spot, each turned into a [`Value`].
#[macro_export]
macro_rules! row {
    ($($value:expr),* $(,)?) => { [$($crate::value::Value::from($value)),*] };
}

/// Parameters of a statement that is run elsewhere, each turned into a [`Value`].
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}
