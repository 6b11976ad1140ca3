//! A data directory of one test, on the engine that the run is for.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Names the PostgreSQL server of the run; without it tests run on SQLite.
const SERVER: &str = "DREAM_TEST_DATABASE_URL";

/// A folder with settings; gone when dropped.
pub(crate) struct Home {
    folder: TempDir,
    database_url: Option<String>,
}

impl Home {
    /// On the engine of the run.
    pub(crate) async fn new() -> Self {
        let mut home = Self::sqlite();
        if let Ok(server) = std::env::var(SERVER) {
            home.database_url = Some(new_database(&server).await);
        }
        home
    }

    /// On SQLite, for what only a file can show.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self {
            folder,
            database_url: None,
        }
    }

    /// Another data directory on the same database; none on SQLite, where a database has one owner.
    pub(crate) fn neighbour(&self) -> Option<Self> {
        let database_url = Some(self.database_url.clone()?);
        Some(Self {
            database_url,
            ..Self::sqlite()
        })
    }

    /// The folder that commands run in.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The content of `demo.json`.
    pub(crate) fn demo(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.data().join("demo.json")).unwrap()).unwrap()
    }

    /// The binary with these arguments and no settings but the place of the data, free ports and no sample data.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dream-api"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("DREAM_DATA_DIR", self.data())
            .env("DREAM_LISTEN", "127.0.0.1:0")
            .env("DREAM_SANDBOX_LISTEN", "127.0.0.1:0")
            .env("DREAM_DEMO_SAMPLE", "false");
        if let Some(url) = &self.database_url {
            command.env("DREAM_DATABASE_URL", url);
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&self.command(arguments).output().unwrap())
    }

    /// The JSON answer of a command that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap()
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

/// A database of its own on a server of PostgreSQL.
async fn new_database(server: &str) -> String {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let folder = tempfile::tempdir().unwrap();
    let tag = folder.path().file_name().unwrap().to_str().unwrap();
    let name = format!("cli_{}", tag.trim_start_matches('.').to_lowercase());
    let name = format!("{name}_{}", std::process::id());
    client
        .batch_execute(&format!("create database \"{name}\""))
        .await
        .unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.into()
}
