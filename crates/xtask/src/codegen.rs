//! `cargo xtask codegen`: the files that the binary writes about itself.

use crate::failure::{Explain, Failure, Result};
use crate::{output, process, repo};
use std::process::Command;

/// Writes the generated files, or checks that they are current.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail if a generated file is not what the code would write now
    #[arg(long)]
    check: bool,
}

/// Builds the binary, asks it for its `OpenAPI` document and writes or compares `openapi.json`.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut build = repo::cargo(&["build", "--package", "dream-api"]);
    build.env("DREAM_WEB", "skip");
    if !process::stream(build, |_| ())?.success() {
        return Err(Failure::new("dream-api could not be built"));
    }
    let mut ask = Command::new(repo::dream_api("debug"));
    ask.arg("openapi").current_dir(repo::root());
    let fresh = process::quiet(ask)?.trim_end().to_owned() + "\n";
    serde_json::from_str::<serde_json::Value>(&fresh)
        .explain("dream-api openapi printed something that is not JSON")?;
    let path = repo::root().join("openapi.json");
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    if old == fresh {
        output::line("openapi.json is current");
        return Ok(());
    }
    if args.check {
        return Err(stale(&old, &fresh));
    }
    std::fs::write(&path, fresh).explain("openapi.json could not be written")?;
    output::line("openapi.json written");
    Ok(())
}

fn stale(old: &str, fresh: &str) -> Failure {
    let line = old
        .lines()
        .zip(fresh.lines())
        .take_while(|(old, fresh)| old == fresh)
        .count()
        + 1;
    Failure::new(format!(
        "openapi.json:{line}: not what the code says now\nhint: run `cargo xtask codegen` and commit the file"
    ))
}
