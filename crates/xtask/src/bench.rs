//! `cargo xtask bench`: the server beside a bare one, in one run, as ratios.

mod answer;
pub(crate) mod bare;
mod load;
mod machine;
mod report;
mod request;
mod response;
mod rounds;
mod scenario;
pub(crate) mod upsert;
mod yardstick;

use crate::failure::{Explain, Failure, Result};
use crate::instance::Instance;
use crate::{http, output, postgres, process, repo};
use machine::Machine;
use report::{Report, Row};
use request::{Requests, SERIAL, USER, Users};
use rounds::{Setting, Side};
use scenario::{Caller, Scenario};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use yardstick::Yardstick;

/// Measures the server beside a bare one, which answers the same bytes, and prints ratios.
///
/// Both run on the same core, in turns of one second; the load generator runs on another core.
/// Nothing is asserted: the figures are for reading.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Seconds of measured load per scenario and side
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Keep-alive connections of the load generator, one call at a time on each
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Numbers of users to spread the calls over; above 100,000 a cold pass comes first
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 1_000_000])]
    users: Vec<u64>,
    /// Run only scenarios whose name contains this
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Write the table to docs/BENCHMARKS.md
    #[arg(long)]
    write: bool,
    /// The date to write into the document
    #[arg(long, requires = "write")]
    date: Option<String>,
}

/// Builds in release, measures and prints; writes the document if that is asked for.
pub(crate) fn run(args: &Args) -> Result<()> {
    if cfg!(debug_assertions) {
        return again_in_release();
    }
    let machine = Machine::look();
    output::line(&machine.to_string());
    let mut report = Report::new(&machine.to_string(), args);
    report.begin("SQLite, beside a bare axum server");
    Bench::start(args, &machine, None)?.run(&mut report);
    report.begin("PostgreSQL, beside a server that runs one upsert per request");
    let database = postgres::Server::start()?;
    Bench::start(args, &machine, Some(database.url()))?.run(&mut report);
    report.conclude();
    output::line(&format!("\n{report}"));
    if args.write {
        let path = repo::root().join("docs/BENCHMARKS.md");
        std::fs::write(path, report.to_string()).explain("docs/BENCHMARKS.md")?;
        output::line("docs/BENCHMARKS.md written");
    }
    Ok(())
}

/// The yardstick must be as fast as the compiler can make it: builds both in release and starts over there.
fn again_in_release() -> Result<()> {
    let build = [
        "build",
        "--release",
        "--package",
        "dream-api",
        "--package",
        "xtask",
    ];
    if !process::stream(repo::cargo(&build), |_| ())?.success() {
        return Err(Failure::new("the release build failed"));
    }
    let status = Command::new(repo::target().join("release/xtask"))
        .args(std::env::args_os().skip(1))
        .status()
        .explain("the release build of xtask could not be started")?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("the measurement ended with {status}")))
}

/// A started server and what it is measured with.
struct Bench<'a> {
    args: &'a Args,
    machine: &'a Machine,
    server: Instance,
    database: Option<&'a str>,
    /// So many users' counters are known to the server.
    touched: u64,
}

impl<'a> Bench<'a> {
    /// Starts our server, on `PostgreSQL` if a database is given.
    fn start(args: &'a Args, machine: &'a Machine, database: Option<&'a str>) -> Result<Self> {
        let mut command = machine.on_server_core(&repo::dream_api("release"));
        command
            .arg("serve")
            // Limits per minute are turned off: this measures counting, not refusing.
            .env("DREAM_LIMITS_PER_USER_PER_MINUTE", "0");
        if let Some(url) = database {
            command.env("DREAM_DATABASE_URL", url);
        }
        Ok(Self {
            args,
            machine,
            server: Instance::start(command)?,
            database,
            touched: 0,
        })
    }

    /// Measures one scenario after the other; one that cannot be measured is noted.
    fn run(&mut self, report: &mut Report) {
        for scenario in self.scenarios() {
            match self.measure(&scenario) {
                Ok(row) => {
                    output::line(&row.line());
                    report.add(row);
                }
                Err(failure) => {
                    let what = format!("{} was not measured: {failure}", scenario.name);
                    output::line(&what);
                    report.note(what);
                }
            }
        }
    }

    fn scenarios(&self) -> Vec<Scenario> {
        let mut all = match self.database {
            None => scenario::on_sqlite(&self.args.users),
            Some(_) => scenario::on_postgres(&self.args.users),
        };
        if let Some(only) = &self.args.only {
            all.retain(|scenario| scenario.name.contains(only));
        }
        all
    }

    /// Makes sure that the server knows the counters of so many users.
    fn touch(&mut self, users: u64) -> Result<()> {
        if users > self.touched {
            let text = Caller::new(&self.server)?.count();
            let requests = Arc::new(Requests::new(&[text], Users::Once(users)));
            let setting = self.setting();
            let address = self.server.address()?;
            let limit = Duration::from_mins(10);
            load::run(
                address,
                &requests,
                setting.connections,
                limit,
                setting.load_core,
            )?;
            self.touched = users;
        }
        Ok(())
    }

    fn measure(&mut self, scenario: &Scenario) -> Result<Row> {
        self.touch(scenario.touched)?;
        let texts = Caller::new(&self.server)?.texts(scenario)?;
        let folder = tempfile::tempdir().explain("a temporary folder could not be made")?;
        let file = folder.path().join("answer");
        answer::save(&self.capture(&texts)?, &file)?;
        let yardstick = Yardstick::start(self.machine, &file, self.database)?;
        let side = |address: &str, pid, users| Side {
            address: address.to_owned(),
            pid,
            requests: Arc::new(Requests::new(&texts, users)),
        };
        let ours = side(self.server.address()?, self.server.pid(), scenario.users);
        let beside = side(
            yardstick.address(),
            yardstick.pid(),
            scenario.users.endless(),
        );
        let found = rounds::compare(&self.setting(), &ours, &beside)?;
        if let Users::Once(users) = scenario.users {
            self.touched = self.touched.max(users);
        }
        Ok(Row {
            name: scenario.name.clone(),
            goal: scenario.goal,
            found,
            memory_mb: machine::memory_mb(self.server.pid())?,
        })
    }

    /// One real answer to the first of these calls.
    fn capture(&self, texts: &[String]) -> Result<http::Answer> {
        let text = texts.first().explain("a scenario has no call")?;
        let text = text
            .replace(USER, "0000000000")
            .replace(SERIAL, "captured__");
        let answer = http::exchange(self.server.address()?, &text)?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(Failure::new(format!(
            "the server answers {}\n{}",
            answer.head,
            String::from_utf8_lossy(&answer.body)
        )))
    }

    fn setting(&self) -> Setting {
        Setting {
            connections: self.args.connections,
            load_core: self.machine.load_core(),
            rounds: self.args.seconds,
        }
    }
}
