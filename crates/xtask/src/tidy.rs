//! `cargo xtask tidy`: what the compiler and clippy cannot check about the shape of the repository.

mod decisions;
mod errors;
mod imports;
mod links;
mod modules;
mod names;
mod nouns;
mod pins;
mod providers;
mod rust;
mod sizes;
mod tree;
mod words;

use crate::failure::{Failure, Result};
use crate::output;
use std::fmt;
use tree::Tree;

/// Checks the shape of the repository.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// First pin migrations that are not pinned yet; a pin that exists is never changed
    #[arg(long)]
    pin: bool,
}

/// Runs every rule, after pinning new migrations if that is asked for.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.pin {
        for file in pins::append(&Tree::read()?)? {
            output::line(&format!("pinned {file}"));
        }
    }
    check()
}

/// Runs every rule and prints what it finds; fails if that is anything.
pub(crate) fn check() -> Result<()> {
    let tree = Tree::read()?;
    let findings = findings(&tree);
    for finding in &findings {
        output::line(&finding.to_string());
    }
    if findings.is_empty() {
        output::line(&format!("tidy: {} files, all in order", tree.files().len()));
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} places are not tidy",
        findings.len()
    )))
}

/// A place that breaks a rule, and how to mend it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    what: String,
    fix: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
            fix: fix.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            what,
            fix,
        } = self;
        write!(f, "{path}:{line}: {what}\n  fix: {fix}")
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    sizes::check,
    modules::check,
    nouns::check,
    providers::check,
    pins::check,
    links::check,
    errors::check,
    names::check,
    words::check,
    decisions::check,
];

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut all: Vec<Finding> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let report: Vec<String> = findings(&Tree::read().unwrap())
            .iter()
            .map(Finding::to_string)
            .collect();
        assert!(report.is_empty(), "\n{}", report.join("\n"));
    }

    #[test]
    fn a_finding_names_place_and_fix() {
        let finding = Finding::new("a.rs", 3, "too long", "split it");
        assert_eq!(finding.to_string(), "a.rs:3: too long\n  fix: split it");
    }
}
