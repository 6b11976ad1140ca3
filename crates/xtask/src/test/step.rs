//! The steps of `cargo xtask test`, in the order in which they run.

use super::{Done, Run, fuzz, npm};
use crate::failure::Result;
use crate::postgres::{Server, TEST_VARIABLE};
use crate::{apt, output, process, repo, tidy};
use clap::ValueEnum;
use std::path::PathBuf;

/// One step; the order here is the order of the run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Step {
    Fmt,
    Clippy,
    Deny,
    Tidy,
    Unit,
    Web,
    Sqlite,
    Postgres,
    Sdk,
    Sandbox,
    Browser,
    Schemathesis,
}

impl Step {
    /// All steps, in order.
    pub(super) fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    /// The name used by `--only` and in the time table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Deny => "deny",
            Self::Tidy => "tidy",
            Self::Unit => "unit",
            Self::Web => "web",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Sdk => "sdk",
            Self::Sandbox => "sandbox",
            Self::Browser => "browser",
            Self::Schemathesis => "schemathesis",
        }
    }

    /// What the step shows, in a few words.
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Fmt => "the code is formatted",
            Self::Clippy => "no lint is broken",
            Self::Deny => "licences, advisories and bans of dependencies",
            Self::Tidy => "the shape of the repository",
            Self::Unit => "unit and doc tests",
            Self::Web => "format, types and tests of the pages",
            Self::Sqlite => "integration tests on SQLite",
            Self::Postgres => "the same integration tests on PostgreSQL",
            Self::Sdk => "our SDK, and the published one, against the binary",
            Self::Sandbox => "the official payment client against the sandbox",
            Self::Browser => "journeys in a real browser",
            Self::Schemathesis => "random calls after openapi.json",
        }
    }

    /// Whether the step runs only with `--long` or when it is named.
    pub(super) fn is_long(self) -> bool {
        self == Self::Schemathesis
    }

    /// Runs the step.
    pub(super) fn run(self, run: &mut Run) -> Result<Done> {
        match self {
            // Names of files are enough: `cargo fmt --all` mends them.
            Self::Fmt => run.command(repo::cargo(&["fmt", "--all", "--check", "--", "-l"]))?,
            Self::Clippy => clippy(run)?,
            Self::Deny => return deny(run),
            Self::Tidy => tidy::check()?,
            Self::Unit => unit(run)?,
            Self::Web => npm::web(run)?,
            Self::Sqlite => {
                strace();
                return integration(run, None);
            }
            Self::Postgres => return on_postgres(run),
            Self::Sdk => npm::sdk(run)?,
            Self::Sandbox => npm::sandbox(run)?,
            Self::Browser => npm::browser(run)?,
            Self::Schemathesis => fuzz::run(run)?,
        }
        Ok(Done::Ran)
    }
}

/// Builds `dream-api` as the integration tests use it, so that no second set of dependencies is built.
pub(super) fn build_binary(run: &mut Run) -> Result<PathBuf> {
    let args = if has_integration_tests()? {
        &["test", "--workspace", "--test", "*", "--no-run"][..]
    } else {
        &["build", "--workspace"][..]
    };
    run.command(repo::cargo(args))?;
    Ok(repo::dream_api("debug"))
}

/// One test watches the binary with strace, and is skipped without it.
fn strace() {
    let how = "strace is missing, so one test is skipped; install it: apt-get install strace";
    if !process::works("strace", &["-V"])
        && let Err(failure) = apt::install("strace", how)
    {
        output::line(&failure.to_string());
    }
}

fn clippy(run: &mut Run) -> Result<()> {
    let mut command = repo::cargo(&["clippy", "--workspace", "--all-targets"]);
    command.args(["--", "-D", "warnings"]);
    command.env("DREAM_WEB", "skip");
    run.command(command)
}

fn deny(run: &mut Run) -> Result<Done> {
    if !process::works("cargo", &["deny", "--version"]) {
        output::line("skipped: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(Done::Skipped);
    }
    let mut command = repo::cargo(&[
        "deny",
        "--workspace",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    if process::works("cargo", &["deny", "fetch", "db"]) {
        command.arg("advisories");
    } else {
        output::line("advisories are left out: their database cannot be fetched");
    }
    run.command(command)?;
    Ok(Done::Ran)
}

fn unit(run: &mut Run) -> Result<()> {
    for targets in [&["--lib", "--bins"][..], &["--doc"][..]] {
        let mut command = repo::cargo(&["test", "--workspace", "--no-fail-fast"]);
        command.args(targets).env("DREAM_WEB", "skip");
        run.command(command)?;
    }
    Ok(())
}

fn on_postgres(run: &mut Run) -> Result<Done> {
    if !has_integration_tests()? {
        return integration(run, None);
    }
    let server = Server::start()?;
    integration(run, Some(server.url()))
}

/// Runs every integration test of the workspace, on `PostgreSQL` if a URL is given.
fn integration(run: &mut Run, database: Option<&str>) -> Result<Done> {
    if !has_integration_tests()? {
        output::line("skipped: no crate has a tests folder");
        return Ok(Done::Skipped);
    }
    let with = |args: &[&str]| {
        let mut command = repo::cargo(&["test", "--workspace", "--no-fail-fast", "--test", "*"]);
        match database {
            Some(url) => command.env(TEST_VARIABLE, url),
            None => command.env_remove(TEST_VARIABLE),
        };
        command.args(args);
        command
    };
    run.tests(with(&[]), |names| {
        let names = names.iter().map(String::as_str);
        let args: Vec<&str> = ["--", "--exact", "--test-threads=1"]
            .into_iter()
            .chain(names)
            .collect();
        with(&args)
    })?;
    Ok(Done::Ran)
}

fn has_integration_tests() -> Result<bool> {
    let is_test = |path: &String| {
        let parts: Vec<_> = path.split('/').collect();
        matches!(parts.as_slice(), ["crates", _, "tests", file] if file.strip_suffix(".rs").is_some())
            || matches!(parts.as_slice(), ["crates", _, "tests", _, "main.rs"])
    };
    Ok(repo::files()?.iter().any(is_test))
}
