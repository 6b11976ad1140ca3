//! The chores of the repository: `cargo xtask test | tidy | codegen | screenshots | bench | postgres`.
//!
//! Stands alone: it knows the other crates only as files to check and as a binary to run.

mod apt;
mod bench;
mod clock;
mod codegen;
mod failure;
mod http;
mod instance;
mod output;
mod postgres;
mod process;
mod repo;
mod screenshots;
mod test;
mod tidy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every check and test, in order, and stop at the first failure
    Test(test::Args),
    /// Check the shape of the repository: sizes, imports, names, paths in docs, pinned migrations
    Tidy(tidy::Args),
    /// Write the generated files (openapi.json), or check that they are current
    Codegen(codegen::Args),
    /// Take a picture of every page at two widths in two themes
    Screenshots(screenshots::Args),
    /// Measure the server beside a bare one in the same run, and print ratios
    Bench(bench::Args),
    /// Run a command while a throw-away database server is up
    Postgres(postgres::Args),
    /// Answer every call with the same bytes: the yardstick of `bench`
    #[command(hide = true)]
    Bare(bench::bare::Args),
    /// Answer every call after one upsert: the database yardstick of `bench`
    #[command(hide = true)]
    Upsert(bench::upsert::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Test(args) => test::run(&args),
        Chore::Tidy(args) => tidy::run(&args),
        Chore::Codegen(args) => codegen::run(&args),
        Chore::Screenshots(args) => screenshots::run(&args),
        Chore::Bench(args) => bench::run(&args),
        Chore::Postgres(args) => postgres::run(&args),
        Chore::Bare(args) => bench::bare::serve(&args),
        Chore::Upsert(args) => bench::upsert::serve(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}
