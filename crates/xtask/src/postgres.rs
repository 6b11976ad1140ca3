//! A throw-away `PostgreSQL` server: started for one command, gone with it.

mod install;

use crate::clock;
use crate::failure::{Explain, Failure, Result};
use crate::process;
use install::{Account, Binaries};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The variable that tells tests which server to use.
pub(crate) const TEST_VARIABLE: &str = "DREAM_TEST_DATABASE_URL";

const START_LIMIT: Duration = Duration::from_mins(1);

/// Starts the server and ends with the chore: when its standard input closes, by whatever cause,
/// the server is stopped and its folder removed. So not even a killed chore leaves one behind.
const KEEPER: &str = r#"
trap "" INT HUP
"$1/postgres" -D "$2/data" -c config_file="$2/data/postgresql.conf" >"$2/log" 2>&1 &
cat >/dev/null
"$1/pg_ctl" stop -m immediate -D "$2/data" >/dev/null 2>&1
wait
rm -rf "$2"
"#;

/// Runs a command while a throw-away database server is up.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The command and its arguments; it finds the server in `DREAM_TEST_DATABASE_URL`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// Runs the command of `args` with the server's URL in its environment.
pub(crate) fn run(args: &Args) -> Result<()> {
    let server = Server::start()?;
    let (program, rest) = args.command.split_first().explain("a command is needed")?;
    let status = Command::new(program)
        .args(rest)
        .env(TEST_VARIABLE, server.url())
        .status()
        .explain(&format!("{program} could not be started"))?;
    drop(server);
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{program} ended with {status}")))
}

/// A running server; dropping it stops it and removes its files.
pub(crate) struct Server {
    keeper: Child,
    folder: PathBuf,
    url: String,
}

impl Server {
    /// Makes a cluster in a temporary folder, starts it on a free loopback port and waits until it answers.
    pub(crate) fn start() -> Result<Self> {
        let binaries = Binaries::find()?;
        let account = Account::for_server()?;
        let folder = scratch_folder(&account)?;
        let port = free_port()?;
        make_cluster(&binaries, &account, &folder, port)?;
        let mut keeper = account.command("sh");
        keeper
            .args(["-c", KEEPER, "postgres-keeper"])
            .args([&binaries.folder, &folder])
            .process_group(0)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut server = Self {
            keeper: keeper.spawn().explain("sh could not be started")?,
            folder,
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The URL of the server's first database, as its superuser.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .explain("a runtime could not be made")?;
        if clock::wait_until(START_LIMIT, || runtime.block_on(answers(&self.url))) {
            return Ok(());
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(Failure::new(format!(
            "PostgreSQL did not answer within {} s; its log says:\n{log}",
            START_LIMIT.as_secs()
        )))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing can be done about a keeper that fails, and a drop must not panic.
        let _ = self.keeper.wait();
    }
}

async fn answers(url: &str) -> bool {
    let Ok((client, connection)) = tokio_postgres::connect(url, tokio_postgres::NoTls).await else {
        return false;
    };
    let driver = tokio::spawn(connection);
    let ready = client.simple_query("select 1").await.is_ok();
    drop(client);
    let _ = driver.await;
    ready
}

/// A new folder that belongs to the server's account, below a parent that this account can reach.
fn scratch_folder(account: &Account) -> Result<PathBuf> {
    let parents = [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()];
    let parent = parents
        .iter()
        .find(|parent| account.can_reach(parent))
        .explain("no temporary folder is open to the account of PostgreSQL")?;
    let folder = tempfile::Builder::new()
        .prefix("xtask-postgres-")
        .tempdir_in(parent)
        .explain("a temporary folder could not be made")?
        .keep();
    account.give(&folder)?;
    Ok(folder)
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").explain("no free port")?;
    Ok(listener.local_addr().explain("no free port")?.port())
}

fn make_cluster(binaries: &Binaries, account: &Account, folder: &Path, port: u16) -> Result<()> {
    let data = folder.join("data");
    let initdb = || account.command(binaries.folder.join("initdb"));
    let mut help = initdb();
    help.arg("--help");
    let sorts = process::quiet(help)?.contains("--icu-locale");
    let mut initdb = initdb();
    // As most databases, it sorts text as a language does, not by bytes, where its version can without a locale of the machine.
    if sorts {
        initdb.args(["--locale-provider=icu", "--icu-locale=en-US"]);
    }
    initdb
        .arg("--pgdata")
        .arg(&data)
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "--no-instructions"])
        .current_dir(folder);
    process::quiet(initdb)?;
    let settings = format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n\
         max_connections = 200\nfsync = on\nsynchronous_commit = on\n"
    );
    std::fs::write(data.join("postgresql.conf"), settings)
        .explain("the settings of PostgreSQL could not be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keeper_script_is_valid_shell() {
        assert!(process::works("sh", &["-n", "-c", KEEPER]));
    }
}
