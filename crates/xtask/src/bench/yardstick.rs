//! A yardstick server in a process of its own.

use super::machine::Machine;
use crate::failure::{Explain, Result};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// A running yardstick; dropping it ends the process.
pub(super) struct Yardstick {
    child: Child,
    address: String,
}

impl Yardstick {
    /// Starts the bare server with a captured answer, or the upsert server if a database is given.
    pub(super) fn start(machine: &Machine, answer: &Path, database: Option<&str>) -> Result<Self> {
        let program = std::env::current_exe().explain("our own program is not known")?;
        let mut command = machine.on_server_core(&program);
        match database {
            None => command.arg("bare"),
            Some(url) => command.args(["upsert", "--database", url]),
        };
        let mut child = command
            .arg("--answer")
            .arg(answer)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .explain("a yardstick server could not be started")?;
        let output = child.stdout.take();
        let mut started = Self {
            child,
            address: String::new(),
        };
        BufReader::new(output.explain("a yardstick server has no output")?)
            .read_line(&mut started.address)
            .explain("a yardstick server does not say where it listens")?;
        started.address.truncate(started.address.trim_end().len());
        Ok(started)
    }

    /// The process id.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Host and port.
    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Yardstick {
    fn drop(&mut self) {
        // A server that has ended already cannot be ended again, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
