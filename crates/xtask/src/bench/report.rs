//! The table: for the terminal and for docs/BENCHMARKS.md.

use super::Args;
use super::rounds::{Comparison, median};
use super::scenario::{SECRET, TOKEN};
use std::fmt::{self, Write};

/// What was measured, in the order of the sections.
pub(super) struct Report {
    how: String,
    sections: Vec<(&'static str, Vec<Row>)>,
    notes: Vec<String>,
}

/// One scenario's figures.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) goal: &'static str,
    pub(super) found: Comparison,
    /// Resident memory of our server afterwards, in megabytes.
    pub(super) memory_mb: u64,
}

impl Report {
    /// An empty report about this machine.
    pub(super) fn new(machine: &str, args: &Args) -> Self {
        let date = args
            .date
            .as_ref()
            .map_or(String::new(), |date| format!("{date}. "));
        let how = format!(
            "{date}Machine: {machine}. {} keep-alive connections with one call at a time on each, \
             {} rounds of a second per side, in turns. Default settings and logging, calls without \
             idempotency key unless the row says so.",
            args.connections, args.seconds
        );
        Self {
            how,
            sections: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Begins a section.
    pub(super) fn begin(&mut self, title: &'static str) {
        self.sections.push((title, Vec::new()));
    }

    /// Adds a row to the section begun last.
    pub(super) fn add(&mut self, row: Row) {
        if let Some((_, rows)) = self.sections.last_mut() {
            rows.push(row);
        }
    }

    /// Adds a sentence below the tables.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Adds what can be said only when all scenarios have run.
    pub(super) fn conclude(&mut self) {
        let rows = || self.sections.iter().flat_map(|(_, rows)| rows);
        let generator: Vec<f64> = rows()
            .flat_map(|row| row.found.generator.iter().copied())
            .collect();
        let mut notes = vec![format!(
            "Beside the yardsticks the load generator had room for {:.0} calls/s on its core (median).",
            median(&generator)
        )];
        let ratio = |name| {
            rows()
                .find(|row| row.name == name)
                .map(|row| row.found.ratio())
        };
        if let (Some(token), Some(secret)) = (ratio(TOKEN), ratio(SECRET)) {
            let share = token / secret;
            notes.push(format!("\"{TOKEN}\" runs at {share:.2} of \"{SECRET}\"."));
        }
        self.notes.append(&mut notes);
    }
}

impl Row {
    /// One line for the terminal while the run goes on.
    pub(super) fn line(&self) -> String {
        let (low, high) = self.found.ratio_range();
        format!(
            "{:<28} ratio {:.2} ({low:.2}-{high:.2})  {:>7.0}/s beside {:>7.0}/s  {} MB{}",
            self.name,
            self.found.ratio(),
            median(&self.found.ours),
            median(&self.found.yardstick),
            self.memory_mb,
            self.others()
        )
    }

    fn others(&self) -> String {
        let mut text = String::new();
        for (status, count) in &self.found.others {
            // Writing to a String cannot fail.
            let _ = write!(text, ", {count} answers {status}");
        }
        text
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name, goal, found, ..
        } = self;
        let (low, high) = found.ratio_range();
        writeln!(
            f,
            "| {name} | {:.2} ({low:.2}-{high:.2}) | {goal} | {:.0} | {:.0} | {:.2} | {:.2} | {} |{}",
            found.ratio(),
            median(&found.ours),
            median(&found.yardstick),
            found.latency_ms(50),
            found.latency_ms(99),
            self.memory_mb,
            self.others()
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Benchmarks\n\n{HOW_TO_READ}\n\n{}", self.how)?;
        for (title, rows) in &self.sections {
            writeln!(f, "\n## {title}\n\n{TABLE_HEAD}")?;
            for row in rows {
                row.write(f)?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        for note in &self.notes {
            writeln!(f, "- {note}")?;
        }
        Ok(())
    }
}

const HOW_TO_READ: &str = "\
Written by `cargo xtask bench --write`. Each figure is our server beside a yardstick server in the
same run on the same core, in turns, while the load generator has another core: read the ratio, not
the absolute figure, which is the machine's. The ratio is that of the medians of all rounds; in
brackets are the lowest and highest of any pair of rounds, one of ours and the yardstick's after it.
The yardstick answers the same bytes as ours did once: status, headers and body. While one side is
measured the other is stopped, so work that a server puts off until later is its own loss. On both
engines a call is answered after its count is on disk (SQLite `synchronous=FULL`, PostgreSQL
`fsync=on`). Only answers with status 200 are counted; others would be named beside the row. Nothing
here is asserted by a test. PostgreSQL itself runs on all cores.";

const TABLE_HEAD: &str = "\
| scenario | ratio | goal | calls/s | yardstick calls/s | median ms | 99 % ms | RSS MB |
|---|---|---|---|---|---|---|---|";
