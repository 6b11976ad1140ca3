//! The real binary with a data directory and a database of its own.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::api::Api;
use crate::database::Database;

/// 32 bytes that tests may know, so that they can look into what the server sealed.
pub(crate) const MASTER_KEY: &str = "0E8ydMHYHxtqVuzcUVN4yRHIRgmtjq9uzskXFlouKu0=";

/// How long anything that is waited for may take: longer than every bound of the server, so that its own word comes
/// first, and long enough for a machine that does much else.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

/// Prints the id of the server, waits for its end and prints how it ended. When its standard input closes,
/// by whatever cause, the server is killed: not even a killed test leaves one behind.
const KEEPER: &str = r#"
trap "" INT HUP
exec 3<&0
log=$1; folder=$2; shift 2
"$@" </dev/null >"$log.out" 2>>"$log" &
server=$!
echo $server
(cat <&3 >/dev/null; kill -9 $server) >/dev/null 2>&1 &
watcher=$!
wait $server
code=$?
kill $watcher
if [ -n "$folder" ]; then rm -rf "$folder"; fi
echo $code
"#;

/// Settings that ordinary tests run with. Failed authentications are not limited, since every test calls
/// from the same address and many fail on purpose.
const ORDINARY: &[(&str, &str)] = &[("DREAM_LIMITS_FAILED_AUTHENTICATION_PER_MINUTE", "0")];

/// What a server is started with.
#[derive(Default)]
pub(crate) struct Start<'a> {
    /// Variables of the environment, over those of every test.
    pub(crate) variables: &'a [(&'a str, &'a str)],
    /// Where it stands, if a server before it left something there.
    pub(crate) place: Option<Place>,
}

/// A data directory and a database, which outlive a server.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
    _removed_with_us: Option<TempDir>,
}

/// A server that runs. Dropping it kills it.
pub(crate) struct Server {
    pub(crate) pid: u32,
    pub(crate) base: String,
    pub(crate) demo: Value,
    place: Option<Place>,
    keeper: Child,
    alive: Option<ChildStdin>,
    lines: BufReader<ChildStdout>,
}

/// A client of the server that ordinary tests share; each test makes its own projects on it.
pub(crate) async fn shared() -> Api {
    static SHARED: OnceCell<Server> = OnceCell::const_new();
    let server = SHARED.get_or_init(async || {
        let place = Place::kept().await;
        let folder = place.folder.clone();
        Server::launch(place, ORDINARY, Some(&folder)).await
    });
    server.await.api()
}

impl Place {
    /// A place that is removed with this value.
    pub(crate) async fn new() -> Self {
        let folder = TempDir::with_prefix("dream-it-").unwrap();
        Self {
            folder: folder.path().to_owned(),
            database: Database::make(&folder.path().join("data")).await,
            _removed_with_us: Some(folder),
        }
    }

    /// A place for a second process on the same database.
    pub(crate) fn beside(server: &Server) -> Self {
        let folder = TempDir::with_prefix("dream-it-").unwrap();
        Self {
            folder: folder.path().to_owned(),
            database: server.place().database.clone(),
            _removed_with_us: Some(folder),
        }
    }

    /// A place that the keeper removes, because a static value is never dropped.
    async fn kept() -> Self {
        let folder = TempDir::with_prefix("dream-it-").unwrap().keep();
        Self {
            database: Database::make(&folder.join("data")).await,
            folder,
            _removed_with_us: None,
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Server {
    /// Starts a server of a test's own.
    pub(crate) async fn with(variables: &[(&str, &str)]) -> Self {
        Self::start(Start {
            variables,
            place: None,
        })
        .await
    }

    pub(crate) async fn start(start: Start<'_>) -> Self {
        let place = match start.place {
            Some(place) => place,
            None => Place::new().await,
        };
        Self::launch(place, start.variables, None).await
    }

    async fn launch(place: Place, variables: &[(&str, &str)], removed: Option<&Path>) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper"]);
        command.arg(place.folder.join("log"));
        command.arg(removed.map_or(Path::new(""), |folder| folder));
        command.arg(env!("CARGO_BIN_EXE_dream-api"));
        surroundings(&mut command, &place);
        // An address that nobody else gets between this server and the next one on its data.
        command.env("DREAM_LISTEN", free_address());
        command.envs(variables.iter().copied());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut keeper = command.spawn().unwrap();
        let alive = keeper.stdin.take();
        let mut lines = BufReader::new(keeper.stdout.take().unwrap());
        let pid = number(&mut lines).unwrap();
        let mut server = Self {
            pid: u32::try_from(pid).unwrap(),
            base: String::new(),
            demo: Value::Null,
            place: Some(place),
            keeper,
            alive,
            lines,
        };
        server.wait_until_ready(variables).await;
        server
    }

    async fn wait_until_ready(&mut self, variables: &[(&str, &str)]) {
        let listen = variables.iter().find(|(name, _)| *name == "DREAM_LISTEN");
        let fixed = listen.map(|(_, address)| format!("http://{address}"));
        let ready = async {
            loop {
                let demo = self.read_demo();
                let told = demo["baseUrl"].as_str().map(str::to_owned);
                if let Some(base) = fixed.clone().or(told)
                    && Api::new(&base, &demo).is_ready().await
                {
                    // The file is there at the latest when the server says that it is ready.
                    return (base, self.read_demo());
                }
                assert!(self.is_running(), "the server ended:\n{}", self.log());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let Ok((base, demo)) = tokio::time::timeout(PATIENCE, ready).await else {
            panic!("the server did not get ready:\n{}", self.log());
        };
        (self.base, self.demo) = (base, demo);
    }

    fn read_demo(&self) -> Value {
        let text = std::fs::read(self.place().data().join("demo.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// A client with the demo's keys.
    pub(crate) fn api(&self) -> Api {
        let mut api = Api::new(&self.base, &self.demo);
        api.database = Some(self.place().database.clone());
        api.folder.clone_from(&self.place().folder);
        api
    }

    fn place(&self) -> &Place {
        self.place.as_ref().unwrap()
    }

    /// Everything the server has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.place().folder.join("log")).unwrap_or_default()
    }

    /// Whether the process exists and is no zombie.
    pub(crate) fn is_running(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.pid.to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end; how it ended, and where it stood.
    pub(crate) async fn ended(mut self) -> (i64, Place) {
        let place = self.place.take().unwrap();
        let end = tokio::task::spawn_blocking(move || number(&mut self.lines));
        let code = tokio::time::timeout(PATIENCE, end).await;
        (
            code.expect("the server did not end").unwrap().unwrap(),
            place,
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() && self.place.is_some() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(20).collect();
            println!("the last lines of the server:");
            tail.iter().rev().for_each(|line| println!("  {line}"));
        }
        drop(self.alive.take());
        let _ = self.keeper.wait();
    }
}

/// Runs a command of the binary beside the server in `folder`; what it printed.
pub(crate) fn cli(api: &Api, arguments: &[&str]) -> Value {
    let place = Place {
        folder: api.folder.clone(),
        database: api.database.clone().unwrap(),
        _removed_with_us: None,
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_dream-api"));
    surroundings(&mut command, &place);
    let done = command.args(arguments).arg("--json").output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Nothing of the environment that the tests run in reaches the binary.
fn surroundings(command: &mut Command, place: &Place) {
    command
        .current_dir(&place.folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DREAM_DATA_DIR", place.data())
        .env("DREAM_LISTEN", "127.0.0.1:0")
        .env("DREAM_SANDBOX_LISTEN", "127.0.0.1:0")
        .env("DREAM_DEMO_SAMPLE", "false")
        .env("DREAM_MASTER_KEY", MASTER_KEY)
        .env("DREAM_LOG_FORMAT", "json");
    if let Some(url) = place.database.url() {
        command.env("DREAM_DATABASE_URL", url);
    }
}

fn number(lines: &mut impl BufRead) -> Option<i64> {
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    line.trim().parse().ok()
}

/// A free loopback address for what must be known before a start, or be the same after the next one. Each is handed
/// out once, from ports that the system gives to nobody who asks for any.
pub(crate) fn free_address() -> String {
    static FIRST: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let next = FIRST.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let address = format!("127.0.0.1:{}", 10_000 + next % 20_000);
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

/// Waits until something is so; fails with `what` if it never is.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "waited in vain: {what}");
}
