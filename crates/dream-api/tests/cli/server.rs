//! A server that runs for one test.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::home::Home;

/// How often a condition is looked at, and how many times before the test fails: three minutes.
const LOOK: Duration = Duration::from_millis(20);
pub(crate) const LOOKS: u32 = 9000;

/// A running server; ended when dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// What it printed on standard output.
    pub(crate) printed: PathBuf,
    /// Where it listens.
    pub(crate) url: String,
    client: Client,
}

impl Server {
    /// Starts `serve` and waits until it is ready.
    pub(crate) async fn start(home: &Home) -> Self {
        Self::start_with(home, home.command(&["serve"])).await
    }

    /// Starts a command that serves and waits until it is ready.
    pub(crate) async fn start_with(home: &Home, mut command: Command) -> Self {
        let (log, printed) = (home.path().join("stderr"), home.path().join("stdout"));
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(&printed).unwrap())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        // The client wants a provider even where no address is https; a second one changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder().timeout(LOOK * LOOKS).build().unwrap();
        let mut server = Self {
            child,
            log,
            printed,
            url: String::new(),
            client,
        };
        server.url = server.wait_for_address().await;
        server.wait_until_ready().await;
        server
    }

    /// Everything it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until the log holds a text.
    pub(crate) async fn wait_for_log(&self, text: &str) {
        wait_until(text, || self.log().contains(text)).await;
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Waits until the process has ended by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        ended(&mut self.child).await
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.signal("TERM");
        let status = self.ended().await;
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// One call; the status and the body.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.url);
        let request = headers.iter().fold(
            self.client.request(method, url),
            |request, (name, value)| request.header(*name, *value),
        );
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A call with a secret key for a user.
    pub(crate) async fn as_backend(
        &self,
        method: Method,
        path: &str,
        secret: &str,
        user: &str,
    ) -> (StatusCode, Value) {
        let bearer = format!("Bearer {secret}");
        let headers = [("authorization", bearer.as_str()), ("x-user-id", user)];
        self.call(method, path, &headers).await
    }

    /// The status of a call with a token.
    pub(crate) async fn with_token(&self, path: &str, token: &str) -> StatusCode {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        self.call(Method::GET, path, &headers).await.0
    }

    async fn wait_for_address(&mut self) -> String {
        let mut url = None;
        for _ in 0..LOOKS {
            url = address(&self.log());
            let ended = self.child.try_wait().unwrap();
            if url.is_some() || ended.is_some() {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        url.unwrap_or_else(|| panic!("the server did not start: {}", self.log()))
    }

    async fn wait_until_ready(&self) {
        for _ in 0..LOOKS {
            let answer = self.client.get(format!("{}/ready", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("the server is not ready: {}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process that a test has started, by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Waits until a process has ended by itself.
pub(crate) async fn ended(child: &mut Child) -> ExitStatus {
    let mut status = None;
    wait_until("the process to end", || {
        status = child.try_wait().unwrap();
        status.is_some()
    })
    .await;
    status.unwrap()
}

/// Looks again and again, and fails the test if it never becomes true.
pub(crate) async fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..LOOKS {
        if condition() {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("waited in vain for {what}");
}

/// Where it listens, from the line that says so. The public URL may lead elsewhere.
fn address(log: &str) -> Option<String> {
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut ready = lines.filter(|line| line["message"] == "ready");
    let address = ready.next()?["listen"].as_str()?.to_owned();
    Some(format!("http://{address}"))
}
