//! The admin socket: one JSON line in, one JSON line out, for whoever may read the data directory as us.

use std::fs::{File, Permissions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dream_domain::error::{Code, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Command, run};
use crate::app::App;

/// The name of the socket in the data directory.
const NAME: &str = "admin.sock";
/// The longest command, in bytes.
const LINE_MAX: u64 = 64 * 1024;
/// How long a caller may take to send a command.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longer addresses of sockets do not fit into what the system takes (108 bytes on Linux, 104 elsewhere).
const ADDRESS_MAX: usize = 100;
/// The user who may do anything on a machine.
const SUPERUSER: u32 = 0;

/// What is sent to the socket.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) command: Command,
    /// The database that is meant, if the caller named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) database: Option<String>,
}

impl Request {
    fn is_for_another(&self, database: &str) -> bool {
        self.database
            .as_deref()
            .is_some_and(|meant| meant != database)
    }
}

/// What comes back: `{"ok": …}` or `{"error": {"code": …, "detail": …, "fixes": […]}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Answer {
    Ok(Value),
    Error {
        code: String,
        detail: String,
        /// What to do about each field that is wrong.
        #[serde(default)]
        fixes: Vec<String>,
    },
}

/// A socket that is bound and waits to be served.
pub struct Socket {
    listener: UnixListener,
    spot: Spot,
    owner: u32,
    database: Arc<str>,
}

impl Socket {
    /// Binds the socket in a data directory, in the place of one that nobody serves. None if another process
    /// serves it, which happens when two processes share a PostgreSQL database and a data directory.
    /// `database` names the database, so that a command for another one is not done to this one.
    pub async fn bind(data_dir: &Path, database: &str) -> io::Result<Option<Self>> {
        let spot = Spot::in_folder(data_dir)?;
        if UnixStream::connect(spot.address()).await.is_ok() {
            return Ok(None);
        }
        match std::fs::remove_file(&spot.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(spot.address())?;
        std::fs::set_permissions(&spot.path, Permissions::from_mode(0o600))?;
        let owner = std::fs::metadata(&spot.path)?.uid();
        Ok(Some(Self {
            listener,
            spot,
            owner,
            database: database.into(),
        }))
    }

    /// Serves until told to stop; commands that run are finished. Removes the socket.
    pub async fn serve(self, app: App, mut stop: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = self.listener.accept() => accepted,
                Some(_) = running.join_next(), if !running.is_empty() => continue,
            };
            match accepted {
                Ok((stream, _)) if self.may_command(&stream) => {
                    let (app, database) = (app.clone(), self.database.clone());
                    running.spawn(async move { converse(&app, &database, stream).await });
                }
                Ok(_) => tracing::warn!("another user of this machine was turned away"),
                Err(error) => {
                    tracing::warn!(cause = %error, "a command could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        // Removing it is a courtesy: the next start replaces it anyway.
        let _ = std::fs::remove_file(&self.spot.path);
        while running.join_next().await.is_some() {}
    }

    /// The mode of the file says the same, but only from the moment it is set.
    fn may_command(&self, stream: &UnixStream) -> bool {
        let caller = stream.peer_cred().map(|caller| caller.uid());
        caller.is_ok_and(|uid| uid == self.owner || uid == SUPERUSER)
    }
}

/// Where a socket lies, by a name short enough for the system.
pub(super) struct Spot {
    path: PathBuf,
    short: PathBuf,
    _folder: Option<File>,
}

impl Spot {
    pub(super) fn in_folder(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        if path.as_os_str().len() <= ADDRESS_MAX {
            return Ok(Self {
                short: path.clone(),
                path,
                _folder: None,
            });
        }
        // Linux names every open folder in a few characters.
        let open = File::open(folder)?;
        let short = Path::new("/proc/self/fd")
            .join(open.as_raw_fd().to_string())
            .join(NAME);
        Ok(Self {
            path,
            short,
            _folder: Some(open),
        })
    }

    pub(super) fn address(&self) -> &Path {
        &self.short
    }
}

async fn converse(app: &App, database: &str, stream: UnixStream) {
    let mut stream = BufReader::new(stream);
    let answer = match timeout(PATIENCE, read(&mut stream)).await {
        Ok(Ok(request)) if request.is_for_another(database) => {
            answer(Err(other_database(database)))
        }
        Ok(Ok(request)) => answer(run(app, request.command).await),
        Ok(Err(error)) => answer(Err(unreadable(error))),
        Err(_) => answer(Err(unreadable(io::ErrorKind::TimedOut.into()))),
    };
    let mut line = serde_json::to_vec(&answer).unwrap_or_default();
    line.push(b'\n');
    // A caller that went away has no use for the answer.
    let _ = stream.write_all(&line).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut BufReader<UnixStream>) -> io::Result<Request> {
    let mut line = Vec::new();
    stream.take(LINE_MAX).read_until(b'\n', &mut line).await?;
    Ok(serde_json::from_slice(&line)?)
}

fn answer(result: Result<Value, Error>) -> Answer {
    match result {
        Ok(value) => Answer::Ok(value),
        Err(error) => {
            let code = error.code().as_str().to_owned();
            if error.code().status() >= 500 {
                let cause = std::error::Error::source(&error);
                tracing::error!(code, detail = error.detail(), cause, "a command failed");
            }
            let fixes = error.fields().iter().map(|field| field.fix.clone());
            Answer::Error {
                code,
                detail: error.detail().to_owned(),
                fixes: fixes.collect(),
            }
        }
    }
}

fn other_database(ours: &str) -> Error {
    Code::Conflict.error(format!(
        "The server that runs on this data directory uses another database: {ours}"
    ))
}

fn unreadable(cause: io::Error) -> Error {
    let detail = "The command cannot be read; is the command line as new as the server?";
    Code::InvalidJson.error(detail).because(cause)
}
