//! A started dream-api with demo data: for chores that talk to the real binary.

use crate::clock;
use crate::failure::{Explain, Failure, Result};
use crate::{http, repo};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const START_LIMIT: Duration = Duration::from_mins(1);

/// A running server with a fresh data directory; dropping it ends the process and removes the data.
pub(crate) struct Instance {
    child: Child,
    data: TempDir,
    demo: Value,
}

impl Instance {
    /// Starts `command` (the binary, perhaps pinned) with a fresh data directory on a free port and waits until it is ready.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        let data = data_folder()?;
        let log = std::fs::File::create(data.path().join("output.log"))
            .explain("a log file could not be made")?;
        let copy = log.try_clone().explain("a log file could not be opened")?;
        forget_settings(&mut command);
        let child = command
            .current_dir(data.path())
            .env("DREAM_LISTEN", "127.0.0.1:0")
            .env("DREAM_DATA_DIR", data.path().join("data"))
            .env("DREAM_SANDBOX_LISTEN", "127.0.0.1:0")
            .env("DREAM_DEMO_SAMPLE", "false")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(copy)
            .spawn()
            .explain("dream-api could not be started")?;
        let mut started = Self {
            child,
            data,
            demo: Value::Null,
        };
        started.wait_until_ready()?;
        Ok(started)
    }

    /// The process id of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A string of demo.json by JSON pointer, such as `/saas/secretKey`.
    pub(crate) fn demo(&self, pointer: &str) -> Result<&str> {
        self.demo
            .pointer(pointer)
            .and_then(Value::as_str)
            .explain(&format!("demo.json has no text at {pointer}"))
    }

    /// The host and port that the server listens on.
    pub(crate) fn address(&self) -> Result<&str> {
        let url = self.demo("/baseUrl")?;
        let rest = url.strip_prefix("http://").unwrap_or(url);
        Ok(rest.trim_end_matches('/'))
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let path = self.data.path().join("data/demo.json");
        let mut ended = None;
        let ready = clock::wait_until(START_LIMIT, || {
            ended = self.child.try_wait().ok().flatten();
            ended.is_some() || self.is_ready(&path)
        });
        match ended {
            None if ready => Ok(()),
            None => Err(self.complaint("is not ready in time")),
            Some(status) => Err(self.complaint(&format!("ended at once with {status}"))),
        }
    }

    fn is_ready(&mut self, demo: &Path) -> bool {
        let text = std::fs::read(demo).unwrap_or_default();
        let Ok(value) = serde_json::from_slice(&text) else {
            return false;
        };
        self.demo = value;
        let answer = self
            .address()
            .and_then(|address| http::call(address, "GET", "/ready", &[], ""));
        answer.is_ok_and(|answer| answer.status == 200)
    }

    fn complaint(&self, what: &str) -> Failure {
        let log = std::fs::read_to_string(self.data.path().join("output.log")).unwrap_or_default();
        Failure::new(format!("dream-api {what}; it said:\n{log}"))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // A server that has ended already cannot be ended again, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes away settings that come from our own environment and were not meant for this server.
fn forget_settings(command: &mut Command) {
    let is_setting = |name: &str| {
        ["DREAM_", "STRIPE_", "CLERK_", "FRONTEND_URL"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let given: Vec<_> = command
        .get_envs()
        .map(|(name, _)| name.to_owned())
        .collect();
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_setting) && !given.contains(&name) {
            command.env_remove(name);
        }
    }
}

/// A folder on the disk that holds the build, since a temporary folder may live in memory.
fn data_folder() -> Result<TempDir> {
    std::fs::create_dir_all(repo::target()).explain("the target directory could not be made")?;
    tempfile::Builder::new()
        .prefix("instance-")
        .tempdir_in(repo::target())
        .explain("a data directory could not be made")
}
