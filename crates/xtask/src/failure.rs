//! The one error of this crate: a sentence for the person at the terminal.

use std::fmt;

/// Why a chore stopped, in words that name the next step where there is one.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// What every fallible function here returns.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with this text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what was being done when a foreign error came up.
pub(crate) trait Explain<T> {
    /// Turns the error into a [`Failure`] that begins with `doing`.
    fn explain(self, doing: &str) -> Result<T>;
}

impl<T, E: fmt::Display> Explain<T> for std::result::Result<T, E> {
    fn explain(self, doing: &str) -> Result<T> {
        self.map_err(|cause| Failure(format!("{doing}: {cause}")))
    }
}

impl<T> Explain<T> for Option<T> {
    fn explain(self, doing: &str) -> Result<T> {
        self.ok_or_else(|| Failure(doing.to_owned()))
    }
}
