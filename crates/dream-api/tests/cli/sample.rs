//! The month of sample data that the demo projects of a first start come with.

mod reader;

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::home::Home;
use crate::sample::reader::{CUSTOMERS, ORDERS, Reader, posting};
use crate::server::{LOOKS, Server, ended, signal, wait_until};

/// What is printed when it begins.
const BEGINS: &str = "Filling the demo projects with a month of sample data";

/// What a start prints that is killed.
const PRINTED: &str = "killed.out";
/// 32 bytes; both processes on one database have the same.
const MASTER_KEY: &str = "0E8ydMHYHxtqVuzcUVN4yRHIRgmtjq9uzskXFlouKu0=";

/// A command that serves, with sample data.
fn serving(home: &Home) -> Command {
    let mut command = home.command(&["serve"]);
    command.env("DREAM_DEMO_SAMPLE", "true");
    command
}

#[tokio::test]
async fn first_start_has_a_month_behind_it_and_the_next_ones_change_nothing() {
    let home = Home::new().await;
    let server = Server::start_with(&home, serving(&home)).await;
    let printed = std::fs::read_to_string(&server.printed).unwrap();
    assert!(printed.contains(BEGINS), "{printed}");
    let reader = Reader::of(&server, &home);
    reader.check().await;
    let ends = reader.sample_ends().await;
    drop(reader);
    // What the server had left to do in the past is done: nothing was repaired afterwards.
    let url = format!("{}/_dev/reconcile", server.url);
    let report = posting(&url, "", &json!({})).send().await.unwrap();
    let report: Value = report.json().await.unwrap();
    assert_eq!(
        (&report["missedEvents"], &report["repaired"]),
        (&json!(0), &json!(0)),
        "{report}"
    );
    server.stop().await;
    let server = Server::start_with(&home, serving(&home)).await;
    let printed = std::fs::read_to_string(&server.printed).unwrap();
    assert!(!printed.contains(BEGINS), "{printed}");
    let reader = Reader::of(&server, &home);
    reader.check().await;
    assert_eq!(reader.sample_ends().await, ends);
    server.stop().await;
}

#[tokio::test]
async fn second_process_waits_until_the_month_is_over() {
    let home = Home::new().await;
    let Some(other) = home.neighbour() else {
        return;
    };
    let same = |home: &Home| {
        let mut command = serving(home);
        command
            .env("DREAM_PUBLIC_URL", "http://127.0.0.1:9")
            .env("DREAM_MASTER_KEY", MASTER_KEY);
        command
    };
    let one = Killed::begin(&home, same(&home)).await;
    let two = Server::start_with(&other, same(&other)).await;
    assert!(home.data().join("demo.json").exists());
    assert!(!other.data().join("demo.json").exists());
    let demo = home.demo();
    Reader { server: &two, demo }.check().await;
    drop(one);
    two.stop().await;
}

#[tokio::test]
async fn the_sample_is_removed_alone() {
    let home = Home::new().await;
    let server = Server::start_with(&home, serving(&home)).await;
    let reader = Reader::of(&server, &home);
    let secret = reader.demo["saas"]["secretKey"].as_str().unwrap();
    let own = json!({"email": "own@example.com", "externalId": "own"});
    reader.post("/api/customers", secret, &own).await;
    let counted = server
        .as_backend(Method::POST, "/api/data", secret, "own")
        .await;
    assert_eq!(counted.0, StatusCode::OK);

    let gone = reader.reset_sample("saas").await;
    assert_eq!(
        (&gone["customers"], &gone["subscriptions"], &gone["orders"]),
        (&json!(CUSTOMERS), &json!(17), &json!(0))
    );
    let gone = reader.reset_sample("store").await;
    assert_eq!(
        (&gone["customers"], &gone["orders"]),
        (&json!(0), &json!(ORDERS))
    );
    assert_eq!(reader.stock().await, [50, 25, 100]);
    let left = reader.customers().await;
    let left: Vec<&Value> = left.iter().map(|customer| &customer["email"]).collect();
    assert_eq!(left, ["own@example.com", "user@example.com"]);
    assert_eq!(reader.orders().await, Vec::<Value>::new());
    assert_eq!(reader.sample_ends().await, Vec::<i64>::new());
    let board = reader.get("saas", "/api/dashboard").await;
    let metrics = &board["metrics"];
    assert_eq!(
        (
            &metrics["mrr"],
            &metrics["activeSubs"],
            &metrics["usageThisPeriod"]
        ),
        (&json!(0), &json!(0), &json!(1))
    );
    let series = reader.get("saas", "/api/dashboard/series?days=90").await;
    let days = series["days"].as_array().unwrap().iter();
    assert_eq!(
        days.map(|day| day["usage"].as_i64().unwrap()).sum::<i64>(),
        1
    );
    reader.check_user().await;
    drop(reader);
    server.stop().await;
}

/// A start that is killed while it makes the sample: when this is dropped.
struct Killed {
    child: Child,
}

impl Killed {
    /// Goes on for so long.
    async fn after(home: &Home, pause_ms: u64) -> Self {
        let killed = Self::begin(home, serving(home)).await;
        tokio::time::sleep(std::time::Duration::from_millis(pause_ms)).await;
        let said = std::fs::read_to_string(home.path().join(PRINTED)).unwrap();
        assert!(!said.contains("ready"), "killed too late: {said}");
        killed
    }

    /// Has begun.
    async fn begin(home: &Home, mut command: Command) -> Self {
        let printed = home.path().join(PRINTED);
        command
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&printed).unwrap())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let said = || std::fs::read_to_string(&printed).unwrap();
        wait_until("the sample to begin", || said().contains(BEGINS)).await;
        Self { child }
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn start_that_was_killed_half_way_is_made_good_by_the_next() {
    let home = Home::sqlite();
    drop(Killed::after(&home, 0).await);
    drop(Killed::after(&home, 900).await);
    assert!(!home.data().join("demo.json").exists());
    let server = Server::start_with(&home, serving(&home)).await;
    Reader::of(&server, &home).check().await;
    server.stop().await;
}

#[tokio::test]
async fn start_that_is_told_to_stop_half_way_ends_well() {
    let home = Home::sqlite();
    let mut killed = Killed::after(&home, 500).await;
    signal(&killed.child, "TERM");
    assert!(ended(&mut killed.child).await.success());
    assert!(!home.data().join("demo.json").exists());
    // The next one may want no sample.
    let server = Server::start(&home).await;
    let reader = Reader::of(&server, &home);
    assert_eq!(reader.customers().await.len(), 1);
    assert_eq!(reader.stock().await, [50, 25, 100]);
    assert_eq!(reader.sample_ends().await, Vec::<i64>::new());
    drop(reader);
    server.stop().await;
}

#[tokio::test]
async fn sample_that_fails_leaves_the_demo_projects_empty_and_the_server_at_work() {
    let home = Home::sqlite();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let sandbox = free.local_addr().unwrap().to_string();
    drop(free);
    let mut command = serving(&home);
    command.env("DREAM_SANDBOX_LISTEN", &sandbox);
    let (server, ()) = tokio::join!(Server::start_with(&home, command), refuse_calls(&sandbox));
    let said = "the demo projects begin empty; delete the data directory to try again";
    assert!(server.log().contains(said), "{}", server.log());
    let reader = Reader::of(&server, &home);
    reader.check_empty().await;
    // They can be used as others can, and what follows is now.
    let secret = reader.demo["saas"]["secretKey"].as_str().unwrap();
    let own = json!({"email": "own@example.com", "externalId": "own"});
    reader.post("/api/customers", secret, &own).await;
    let bought = json!({"tier": "pro"});
    let path = "/api/create-checkout";
    let call =
        posting(&format!("{}{path}", server.url), secret, &bought).header("x-user-id", "own");
    assert_eq!(call.send().await.unwrap().status(), StatusCode::OK);
    drop(reader);
    server.stop().await;
    let server = Server::start_with(&home, serving(&home)).await;
    let printed = std::fs::read_to_string(&server.printed).unwrap();
    assert!(!printed.contains(BEGINS), "{printed}");
    server.stop().await;
}

/// Waits until somebody has begun to buy, and lets every call of the sandbox fail from then on.
async fn refuse_calls(sandbox: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let calls = format!("http://{sandbox}/_control/calls");
    let begun = async || {
        let answer = client.get(&calls).send().await.ok()?;
        let text = answer.text().await.ok()?;
        text.contains("/v1/checkout/sessions").then_some(())
    };
    for _ in 0..LOOKS {
        if begun().await.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let fault = json!({"what": "answer_500"});
    let url = format!("http://{sandbox}/_control/misbehave");
    let answer = client.post(url).json(&fault).send().await.unwrap();
    assert!(answer.status().is_success());
}

#[tokio::test]
async fn sample_is_left_out_where_the_settings_want_none() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let printed = std::fs::read_to_string(&server.printed).unwrap();
    assert!(!printed.contains(BEGINS), "{printed}");
    let reader = Reader::of(&server, &home);
    assert_eq!(reader.customers().await.len(), 1);
    assert_eq!(reader.orders().await, Vec::<Value>::new());
    drop(reader);
    server.stop().await;
    let refused = home
        .command(&["serve"])
        .env("DREAM_DEMO_SAMPLE", "maybe")
        .output()
        .unwrap();
    assert!(!refused.status.success());
}
