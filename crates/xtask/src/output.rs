//! The only place that prints.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a chore is for"
)]

/// Prints one line to standard output.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Prints a heading that stands out between the output of child processes.
pub(crate) fn heading(text: &str) {
    println!("\n==== {text}");
}

/// Prints one line to standard error.
pub(crate) fn complain(text: &str) {
    eprintln!("{text}");
}
