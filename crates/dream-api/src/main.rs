//! The dream-api server and its command line.

mod cli;
mod commands;
mod failure;
mod output;
mod sandbox;
mod serve;
mod settings;
mod signals;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command, Global};
use failure::Failure;
use settings::layers::Flag;
use settings::{load, variables};

/// A call of the hot path allocates a few dozen times; the system's allocator took a tenth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (global, command, flags) = match Cli::parse().resolve() {
        Ok(resolved) => resolved,
        Err(error) => error.exit(),
    };
    match run(&global, &command, &flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn run(global: &Global, command: &Command, flags: &[Flag]) -> Result<(), Failure> {
    wiring::cryptography();
    let variables = variables(std::env::vars_os());
    let loaded = load(global.config.as_deref(), &variables, flags);
    match command {
        Command::Serve(serve) => serve::serve(&loaded?, serve.expose_development),
        Command::Project(project) => commands::admin::project(&loaded?, project),
        Command::Keys(keys) => commands::admin::keys(&loaded?, keys),
        Command::Token(token) => commands::admin::token(&loaded?, token),
        Command::Sandbox(sandbox) => commands::sandbox::sandbox(&loaded?, sandbox),
        Command::Backup(backup) => commands::database::backup(&loaded?, backup),
        Command::Restore(restore) => commands::database::restore(&loaded?, restore),
        Command::Migrate(output) => commands::database::migrate(&loaded?, output),
        Command::Doctor(output) => commands::doctor::doctor(&loaded, output),
        Command::Config(config) => commands::config::config(&loaded?, config),
        Command::Openapi(openapi) => commands::openapi::openapi(openapi),
    }
}
