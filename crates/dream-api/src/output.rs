//! Everything the command line prints: data to standard output, messages to standard error.
//!
//! Messages follow one style: `error:`, `warning:` and `hint:` in front, sentence case, no full stop after a single
//! sentence. Colour only on a terminal and never with `NO_COLOR`.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use serde::Serialize;

/// What stands between two columns of a table.
const GAP: &str = "  ";

/// Writes one JSON value, indented, to standard output.
///
/// # Errors
/// What the write answered; a reader that went away is no error.
pub(crate) fn print_json(value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    print_text(&(text + "\n"))
}

/// Writes lines to standard output.
///
/// # Errors
/// As [`print_json`].
pub(crate) fn print_lines<S: AsRef<str>>(lines: &[S]) -> io::Result<()> {
    let text: String = lines
        .iter()
        .flat_map(|line| [line.as_ref(), "\n"])
        .collect();
    print_text(&text)
}

/// Writes a table with aligned columns to standard output; the first row is its heading.
///
/// # Errors
/// As [`print_json`].
pub(crate) fn print_table<const N: usize>(
    heading: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    print_lines(&table(heading, rows))
}

/// Writes a text as it is to standard output.
///
/// # Errors
/// As [`print_json`].
pub(crate) fn print_text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Tells on standard error what went wrong.
pub(crate) fn error(message: &str) {
    label("error", "\x1b[1;31m", message);
}

/// Tells on standard error what looks wrong.
pub(crate) fn warning(message: &str) {
    label("warning", "\x1b[1;33m", message);
}

/// Tells on standard error what to do about the message before.
pub(crate) fn hint(message: &str) {
    label("hint", "\x1b[1;36m", message);
}

/// Tells on standard error what was done, for people; scripts read standard output.
pub(crate) fn note(message: &str) {
    tell(message);
}

fn label(word: &str, colour: &str, message: &str) {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if no_colour || !io::stderr().is_terminal() {
        tell(&format!("{word}: {message}"));
    } else {
        tell(&format!("{colour}{word}\x1b[0m\x1b[1m:\x1b[0m {message}"));
    }
}

fn tell(line: &str) {
    // Nobody can be told that nobody can be told.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The lines of a table with aligned columns; the first one is its heading.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let heading = heading.map(str::to_owned);
    let all = || std::iter::once(&heading).chain(rows);
    let width = |column: usize| {
        all()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    all().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths);
    let padded: Vec<String> = cells
        .map(|(cell, width)| format!("{cell:<width$}"))
        .collect();
    padded.join(GAP).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = [
            ["a".to_owned(), "••".to_owned(), "x".to_owned()],
            ["long name".to_owned(), "1".to_owned(), "y".to_owned()],
        ];
        let expected = ["NAME       V   S", "a          ••  x", "long name  1   y"];
        assert_eq!(table(["NAME", "V", "S"], &rows), expected);
    }
}
