//! What the machine has, where processes run on it, and what they use of it.

use crate::failure::{Explain, Result};
use crate::process;
use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::Command;

/// The machine's cores and who runs on which.
pub(super) struct Machine {
    cores: usize,
    is_pinned: bool,
}

impl Machine {
    /// Looks at the machine. With two cores and `taskset`, servers and load generator get one each.
    pub(super) fn look() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cores,
            is_pinned: cores > 1 && process::works("taskset", &["--version"]),
        }
    }

    /// A command that runs on the core of the measured servers.
    pub(super) fn on_server_core(&self, program: &Path) -> Command {
        if !self.is_pinned {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args([OsStr::new("-c"), OsStr::new("0"), program.as_os_str()]);
        command
    }

    /// The core of the load generator.
    pub(super) fn load_core(&self) -> Option<usize> {
        self.is_pinned.then_some(1)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = self.cores;
        if self.is_pinned {
            write!(
                f,
                "{cores} cores: servers on core 0, load generator on core 1"
            )
        } else {
            write!(f, "{cores} cores, nobody pinned to one: expect scatter")
        }
    }
}

/// Stops a process where it stands while it lives; dropping this lets it go on.
pub(super) struct Paused(u32);

impl Paused {
    /// Stops the process.
    pub(super) fn process(pid: u32) -> Result<Self> {
        signal("-STOP", pid)?;
        Ok(Self(pid))
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        // A process that is gone needs no signal to go on.
        let _ = signal("-CONT", self.0);
    }
}

fn signal(name: &str, pid: u32) -> Result<()> {
    let mut kill = Command::new("kill");
    kill.args([name, &pid.to_string()]);
    process::quiet(kill).map(|_| ())
}

/// Resident memory of a process, in megabytes.
pub(super) fn memory_mb(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
        .explain("the memory of the server is not known here")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .explain("the memory of the server is not told")?;
    let kilobytes = line.trim().trim_end_matches(" kB");
    let kilobytes: u64 = kilobytes.parse().explain("the memory is no number")?;
    Ok(kilobytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_memory_is_readable() {
        assert!(memory_mb(std::process::id()).unwrap() > 0);
    }

    #[test]
    fn a_paused_process_goes_on_afterwards() {
        let mut child = Command::new("sleep").arg("0").spawn().unwrap();
        drop(Paused::process(child.id()));
        assert!(child.wait().unwrap().success());
    }
}
