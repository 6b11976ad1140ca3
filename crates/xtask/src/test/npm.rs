//! The steps that need Node: the pages, the SDK, and the browser.

use super::{Run, step};
use crate::failure::{Explain, Result};
use crate::{apt, repo};
use std::path::PathBuf;
use std::process::Command;

/// What Debian and Ubuntu call the browser, and what others do.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const HOW_TO_INSTALL: &str = "no Chromium was found; install it: apt-get install chromium, dnf install chromium, or brew install chromium";

/// Format, types and tests of the pages.
pub(super) fn web(run: &mut Run) -> Result<()> {
    install(run)?;
    npm(run, &["run", "check"])?;
    npm(run, &["run", "types", "--workspace", "web"])?;
    npm(run, &["test", "--workspace", "web"])
}

/// Our SDK by itself, then both clients against the binary.
pub(super) fn sdk(run: &mut Run) -> Result<()> {
    let binary = binary(run)?;
    install(run)?;
    npm(run, &["run", "check", "--workspace", "sdk"])?;
    tests(run, "tests/sdk-published", &[("DREAM_BIN", binary)])
}

/// The official payment client, against the sandbox alone.
pub(super) fn sandbox(run: &mut Run) -> Result<()> {
    let example = ["build", "--package", "dream-sandbox", "--example", "serve"];
    run.command(repo::cargo(&example))?;
    let built = repo::target().join("debug/examples/serve");
    let binary = built.canonicalize().explain("the sandbox was not built")?;
    install(run)?;
    tests(run, "tests/sandbox", &[("DREAM_SANDBOX_BIN", binary)])
}

/// The journeys, in headless Chromium.
pub(super) fn browser(run: &mut Run) -> Result<()> {
    let chromium = chromium()?;
    let binary = binary(run)?;
    install(run)?;
    npm(run, &["run", "build", "--workspace", "sdk"])?;
    let variables = [("DREAM_BIN", binary), ("DREAM_CHROMIUM", chromium)];
    tests(run, "tests/browser", &variables)
}

fn binary(run: &mut Run) -> Result<PathBuf> {
    let built = step::build_binary(run)?;
    built.canonicalize().explain("dream-api was not built")
}

/// One `npm ci` for the whole workspace, unless what it made is newer than the lockfile.
fn install(run: &mut Run) -> Result<()> {
    let changed = |path: PathBuf| path.metadata().and_then(|found| found.modified()).ok();
    let locked = changed(repo::root().join("package-lock.json"));
    let installed = changed(repo::root().join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    npm(run, &["ci", "--no-audit", "--no-fund"])
}

fn npm(run: &mut Run, args: &[&str]) -> Result<()> {
    run.command(command(args, &[]))
}

/// Every test of a folder; files in which one failed run once more, one at a time.
fn tests(run: &mut Run, folder: &str, variables: &[(&str, PathBuf)]) -> Result<()> {
    let all = ["test", "--workspace", folder];
    run.tests(command(&all, variables), |files| {
        let files = files.iter().map(String::as_str);
        let alone = ["--", "--test-concurrency=1"].into_iter().chain(files);
        command(&all.into_iter().chain(alone).collect::<Vec<_>>(), variables)
    })
}

fn command(args: &[&str], variables: &[(&str, PathBuf)]) -> Command {
    let mut command = Command::new("npm");
    // Sums are read from the lines, which colours would break.
    command
        .args(args)
        .current_dir(repo::root())
        .env("NO_COLOR", "1");
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}

/// The browser on the `PATH`; as root, installs it where it is missing.
fn chromium() -> Result<PathBuf> {
    if let Some(found) = on_path() {
        return Ok(found);
    }
    apt::install("chromium", HOW_TO_INSTALL)?;
    on_path().explain(HOW_TO_INSTALL)
}

fn on_path() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let candidates = BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|path| path.is_file())
}
