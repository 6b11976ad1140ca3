//! `openapi`: the description of the HTTP interface.

use crate::cli::Openapi;
use crate::failure::Failure;
use crate::output;

/// Writes the description to a file or to standard output.
pub(crate) fn openapi(openapi: &Openapi) -> Result<(), Failure> {
    let text = dream_server::openapi();
    match &openapi.output {
        None => output::print_text(&text)?,
        Some(path) => std::fs::write(path, text).map_err(|error| {
            Failure::new(format!("{} cannot be written: {error}", path.display()))
        })?,
    }
    Ok(())
}
