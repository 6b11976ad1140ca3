//! Being told to stop: what was acknowledged stays, and nobody waits for ever.

use std::io::Write as _;
use std::net::TcpStream;

use reqwest::{Client, Method};
use tokio::task::JoinSet;

use crate::home::Home;
use crate::server::Server;

/// Callers at once, and calls that must have been answered before the server is told to stop.
const CALLERS: usize = 32;
const CALLS_BEFORE: usize = 500;
const USER: &str = "someone";

#[tokio::test]
async fn sigterm_under_load_loses_no_acknowledged_call() {
    let home = Home::new().await;
    let mut server = Server::start(&home).await;
    let demo = home.demo();
    let secret = demo["saas"]["secretKey"].as_str().unwrap();
    let (sender, mut answered) = tokio::sync::mpsc::unbounded_channel();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let call = Call::new(&server.url, secret);
        let sender = sender.clone();
        callers.spawn(async move {
            // The first refusal or broken connection is the end of the server.
            let mut acknowledged = 0_i64;
            while call.once().await {
                acknowledged += 1;
                sender.send(()).unwrap();
            }
            acknowledged
        });
    }
    for _ in 0..CALLS_BEFORE {
        answered.recv().await.unwrap();
    }
    server.signal("TERM");
    let acknowledged: i64 = callers.join_all().await.into_iter().sum();
    let status = server.ended().await;
    assert!(status.success(), "{status}: {}", server.log());

    let server = Server::start(&home).await;
    let (_, usage) = server
        .as_backend(Method::GET, "/api/usage", secret, USER)
        .await;
    let counted = usage["count"].as_i64().unwrap();
    let unanswered = i64::try_from(CALLERS).unwrap();
    assert!(
        (acknowledged..=acknowledged + unanswered).contains(&counted),
        "{acknowledged} acknowledged, {counted} counted"
    );
}

#[tokio::test]
async fn second_signal_does_not_wait_for_running_calls() {
    let home = Home::new().await;
    let mut server = Server::start(&home).await;
    let demo = home.demo();
    let secret = demo["saas"]["secretKey"].as_str().unwrap();
    let mut slow = TcpStream::connect(server.url.replace("http://", "")).unwrap();
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {secret}\r\n\
         x-user-id: {USER}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).unwrap();
    // Once another call is answered on a later connection, the slow one is being read.
    server
        .as_backend(Method::GET, "/api/usage", secret, USER)
        .await;
    server.signal("TERM");
    server.wait_for_log("stopping").await;
    server.signal("TERM");
    assert_eq!(server.ended().await.code(), Some(130));
}

#[tokio::test]
async fn interrupt_from_the_keyboard_is_a_clean_end() {
    let home = Home::new().await;
    let mut server = Server::start(&home).await;
    server.signal("INT");
    assert!(server.ended().await.success());
    assert!(server.log().contains("stopped"));
}

/// One call on a plan without limit.
struct Call {
    client: Client,
    url: String,
    bearer: String,
}

impl Call {
    fn new(url: &str, secret: &str) -> Self {
        Self {
            client: Client::builder().build().unwrap(),
            url: format!("{url}/api/data"),
            bearer: format!("Bearer {secret}"),
        }
    }

    /// Whether it was acknowledged.
    async fn once(&self) -> bool {
        let answer = self
            .client
            .post(&self.url)
            .header("authorization", &self.bearer)
            .header("x-user-id", USER)
            .header("x-user-plan", "max")
            .send()
            .await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}
