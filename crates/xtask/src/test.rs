//! `cargo xtask test`: every check and test, in order, stopping at the first failure.

mod fuzz;
mod npm;
mod step;
mod tally;

use crate::clock;
use crate::failure::{Failure, Result};
use crate::{output, process};
use std::collections::VecDeque;
use std::process::Command;
use std::time::Duration;
use step::Step;
use tally::Tally;

/// How many of a failed step's last lines are shown again at the end.
const TAIL_LINES: usize = 40;

/// Runs every check and test, in order, and stops at the first failure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also run what takes long: 200 kills, 100,000 histories, journeys in every look, all snippets, schemathesis
    #[arg(long)]
    long: bool,
    /// Run only this step; may be given several times
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
}

/// Runs the steps, prints a time table and the sums of all tests.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut run = Run::new(args.long);
    let mut times = Vec::new();
    let mut failed = None;
    for step in chosen(args) {
        output::heading(&format!("{}: {}", step.name(), step.about()));
        run.tail.clear();
        let start = clock::now();
        let done = step.run(&mut run);
        times.push((step.name(), start.elapsed(), mark(&done)));
        if let Err(failure) = done {
            failed = Some((step, failure));
            break;
        }
    }
    print_times(&times);
    if let Some((step, _)) = &failed {
        print_tail(*step, &run.tail);
    }
    output::line(&run.tally.to_string());
    match failed {
        None => Ok(()),
        Some((step, failure)) => Err(Failure::new(format!("step {}: {failure}", step.name()))),
    }
}

/// How a step that did not fail ended.
#[derive(Clone, Copy)]
enum Done {
    Ran,
    Skipped,
}

/// What the steps of one run share.
struct Run {
    long: bool,
    tally: Tally,
    tail: VecDeque<String>,
}

impl Run {
    fn new(long: bool) -> Self {
        Self {
            long,
            tally: Tally::default(),
            tail: VecDeque::new(),
        }
    }

    /// Runs a command; its lines pass through, test results among them are counted.
    fn command(&mut self, mut command: Command) -> Result<()> {
        if self.long {
            command.env("DREAM_TEST_LONG", "1");
        }
        let shown = shown(&command);
        output::line(&format!("$ {shown}"));
        let status = process::stream(command, |line| {
            self.tally.read(line);
            if self.tail.len() == TAIL_LINES {
                self.tail.pop_front();
            }
            self.tail.push_back(line.to_owned());
        })?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("`{shown}` ended with {status}")))
    }
}

fn chosen(args: &Args) -> Vec<Step> {
    let wanted = |step: &Step| {
        let by_default = args.only.is_empty() && (args.long || !step.is_long());
        by_default || args.only.contains(step)
    };
    Step::all().into_iter().filter(wanted).collect()
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .map(|part| part.split(" Bearer ").next().unwrap_or_default().to_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

fn mark(done: &Result<Done>) -> &'static str {
    match done {
        Ok(Done::Ran) => "ok",
        Ok(Done::Skipped) => "skipped",
        Err(_) => "FAILED",
    }
}

fn print_times(times: &[(&str, Duration, &str)]) {
    output::heading("time per step");
    for (name, time, mark) in times {
        output::line(&format!("{name:<14}{:>8.1} s  {mark}", time.as_secs_f64()));
    }
    let total: Duration = times.iter().map(|(_, time, _)| *time).sum();
    output::line(&format!("{:<14}{:>8.1} s", "total", total.as_secs_f64()));
}

fn print_tail(step: Step, tail: &VecDeque<String>) {
    if tail.is_empty() {
        return;
    }
    output::heading(&format!("step {} failed; its last lines", step.name()));
    for line in tail {
        output::line(&format!("  | {line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    fn args(long: bool, only: &[&str]) -> Args {
        let only = only.iter().map(|name| Step::from_str(name, false).unwrap());
        Args {
            long,
            only: only.collect(),
        }
    }

    #[test]
    fn long_steps_run_only_when_asked_for() {
        let names = |args| {
            chosen(&args)
                .iter()
                .map(|step| step.name())
                .collect::<Vec<_>>()
        };
        assert!(!names(args(false, &[])).contains(&"schemathesis"));
        assert!(names(args(true, &[])).contains(&"schemathesis"));
        assert_eq!(names(args(false, &["tidy", "fmt"])), ["fmt", "tidy"]);
        assert_eq!(names(args(false, &["schemathesis"])), ["schemathesis"]);
    }

    #[test]
    fn results_are_counted_and_the_last_lines_kept() {
        let mut run = Run::new(false);
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "seq 100; echo 'test result: FAILED. 3 passed; 1 failed; 0 ignored'; exit 1",
        ]);
        assert!(run.command(command).is_err());
        assert_eq!(run.tally.to_string(), "3 passed, 1 failed");
        assert_eq!(run.tail.len(), TAIL_LINES);
        assert!(run.tail.back().unwrap().starts_with("test result:"));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let mut command = Command::new("schemathesis");
        command.args(["--header", "Authorization: Bearer secret"]);
        assert_eq!(shown(&command), "schemathesis --header Authorization:");
    }
}
