//! What pages of dashboards have in common: which way they are sorted, and where one ends.

use dream_domain::error::{Code, Result};

use crate::value::Value;

/// Which way something is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What is small comes first.
    Ascending,
    /// What is large comes first.
    Descending,
}

/// The row that a page ended with: what it is sorted by, and its id, which settles what is equal. A page is told of it
/// as one text, the id alone where the list is sorted by that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) by: &'a str,
    pub(super) id: &'a str,
}

/// The text of a row.
pub(super) fn place(by: &Value, id: &str) -> String {
    match by {
        Value::Null => id.to_owned(),
        Value::Int(by) => format!("{by} {id}"),
        Value::Text(by) => format!("{by} {id}"),
    }
}

impl<'a> Place<'a> {
    /// Reads the text; ids have no spaces.
    pub(super) fn read(text: &'a str) -> Self {
        let (by, id) = text.rsplit_once(' ').unwrap_or(("", text));
        Self { by, id }
    }

    /// What it is sorted by, where that is a number.
    pub(super) fn number(self) -> Result<i64> {
        let damaged = |e| {
            Code::Internal
                .error("A place in a list is damaged")
                .because(e)
        };
        self.by.parse().map_err(damaged)
    }
}

impl Direction {
    /// Of two things, the one for the direction.
    pub(super) fn pick<T>(self, ascending: T, descending: T) -> T {
        match self {
            Self::Ascending => ascending,
            Self::Descending => descending,
        }
    }
}
