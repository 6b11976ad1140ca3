//! Asking before something is lost.

use std::io::{self, IsTerminal as _};

use crate::failure::Failure;
use crate::output;

/// Whether the person at the terminal says yes. Without a terminal nobody can, so that what `would` happen is told with
/// the flag that does it unasked.
pub(super) fn agreed(would: &str, question: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::misuse(would).hint("add --yes to do it without asking"));
    }
    output::note(question);
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .map_err(|error| Failure::new(format!("The answer cannot be read: {error}")))?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
