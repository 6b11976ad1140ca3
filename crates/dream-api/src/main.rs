//! The dream-api server and its command line.

mod cli;
mod output;
mod settings;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use settings::check::{Findings, findings};
use settings::problem::Problem;
use settings::schema::{Schema, markdown};
use settings::{Loaded, load, variables};

fn main() -> ExitCode {
    let (global, command, flags) = match Cli::parse().resolve() {
        Ok(resolved) => resolved,
        Err(error) => error.exit(),
    };
    let loaded = match load(
        global.config.as_deref(),
        &variables(std::env::vars_os()),
        &flags,
    ) {
        Ok(loaded) => loaded,
        Err(error) => {
            tell(&error.problems, output::error);
            return ExitCode::FAILURE;
        }
    };
    match run(&loaded, &command) {
        Ok(code) => code,
        Err(error) => {
            output::error(&format!("the answer could not be written: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(loaded: &Loaded, command: &Command) -> io::Result<ExitCode> {
    match command {
        Command::Config(config) if config.markdown => {
            let schema = Schema::embedded().map_err(io::Error::other)?;
            output::print_text(&markdown(&schema))?;
        }
        Command::Config(config) if config.output.json => {
            let rows: Vec<_> = loaded.rows.iter().map(settings::show::Row::json).collect();
            let file = loaded.file.as_ref().map(|file| file.display().to_string());
            output::print_json(&serde_json::json!({"file": file, "settings": rows}))?;
        }
        Command::Config(_) => {
            let rows: Vec<_> = loaded
                .rows
                .iter()
                .map(settings::show::Row::columns)
                .collect();
            output::print_table(["SETTING", "VALUE", "SOURCE"], &rows)?;
        }
        Command::Doctor(_) => return Ok(doctor(&findings(loaded, false))),
        _ => {
            output::error("this command is not connected");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn doctor(findings: &Findings) -> ExitCode {
    tell(&findings.refusals, output::error);
    tell(&findings.warnings, output::warning);
    for key in &findings.limits_off {
        output::note(&format!("{key} is 0: no limit"));
    }
    if findings.refusals.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn tell(problems: &[Problem], label: fn(&str)) {
    for problem in problems {
        label(&problem.to_string());
        output::hint(&problem.fix);
    }
}
