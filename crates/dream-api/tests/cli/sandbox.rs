//! The sandbox that a server starts, and the one that runs alone.

use std::net::TcpListener;

use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::home::Home;
use crate::server::{Server, ended, signal, wait_until};

/// Any well-formed key is a platform of its own.
const KEY: &str = "sk_test_someone";

fn client() -> Client {
    // The client wants a provider even where no address is https; a second one changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

fn url(home: &Home) -> String {
    home.demo()["sandboxUrl"].as_str().unwrap().to_owned()
}

async fn make_customer(url: &str) -> String {
    let call = client().post(format!("{url}/v1/customers"));
    let answer = call.bearer_auth(KEY).form(&[("name", "a")]).send().await;
    let made: Value = answer.unwrap().json().await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

async fn has_customer(url: &str, id: &str) -> bool {
    let call = client().get(format!("{url}/v1/customers/{id}"));
    let answer = call.bearer_auth(KEY).send().await.unwrap();
    answer.status() == StatusCode::OK
}

/// A command that serves the sandbox alone; ended when dropped.
struct Alone {
    child: std::process::Child,
    printed: std::path::PathBuf,
    url: String,
}

impl Alone {
    async fn start(home: &Home) -> Self {
        let printed = home.path().join("sandbox.out");
        let mut command = home.command(&["sandbox"]);
        command.stdout(std::fs::File::create(&printed).unwrap());
        let child = command.spawn().unwrap();
        let mut alone = Self {
            child,
            printed,
            url: String::new(),
        };
        let said = || std::fs::read_to_string(&alone.printed).unwrap();
        wait_until("the sandbox to be ready", || said().contains("ready at")).await;
        let said = said();
        let mut words = said.split(' ');
        let url = words.find(|word| word.starts_with("http")).unwrap();
        url.clone_into(&mut alone.url);
        alone
    }

    async fn stop(mut self) {
        signal(&self.child, "TERM");
        assert!(ended(&mut self.child).await.success());
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn port_that_is_taken_is_replaced_by_a_free_one_that_the_next_start_uses_too() {
    let home = Home::sqlite();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let asked = taken.local_addr().unwrap().to_string();
    let start = || {
        let mut command = home.command(&["serve"]);
        command.env("DREAM_SANDBOX_LISTEN", &asked);
        command
    };
    let server = Server::start_with(&home, start()).await;
    let first = url(&home);
    assert_ne!(first, format!("http://{asked}"));
    assert!(
        std::fs::read_to_string(&server.printed)
            .unwrap()
            .contains(&first)
    );
    let id = make_customer(&first).await;
    server.stop().await;
    drop(taken);
    let server = Server::start_with(&home, start()).await;
    assert_eq!(url(&home), first);
    assert!(has_customer(&first, &id).await);
    server.stop().await;
    assert!(client().get(&first).send().await.is_err());
}

#[tokio::test]
async fn free_port_that_was_asked_for_is_used() {
    let home = Home::sqlite();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut command = home.command(&["serve"]);
    command.env("DREAM_SANDBOX_LISTEN", free.to_string());
    let server = Server::start_with(&home, command).await;
    assert_eq!(url(&home), format!("http://{free}"));
    server.stop().await;
}

#[tokio::test]
async fn sandbox_alone_has_the_state_and_the_port_of_the_server() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let id = make_customer(&url(&home)).await;
    let refused = home.run(&["sandbox"]);
    assert_eq!(refused.code, Some(1));
    let holder = format!("in use by process {}", server.pid());
    assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
    server.stop().await;

    let alone = Alone::start(&home).await;
    assert_eq!(alone.url, url(&home));
    assert!(has_customer(&alone.url, &id).await);
    let refused = home.run(&["serve"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("in use by process"),
        "{}",
        refused.stderr
    );
    alone.stop().await;
    Server::start(&home).await.stop().await;
}

#[tokio::test]
async fn reset_forgets_everything_and_never_beside_a_server() {
    let home = Home::sqlite();
    let nothing = home.run(&["sandbox", "reset"]);
    assert_eq!(nothing.code, Some(0), "{}", nothing.stderr);
    let server = Server::start(&home).await;
    let id = make_customer(&url(&home)).await;
    let refused = home.run(&["sandbox", "reset", "--yes"]);
    assert_eq!(refused.code, Some(1));
    let holder = format!("in use by process {}", server.pid());
    assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
    server.stop().await;

    let unasked = home.run(&["sandbox", "reset"]);
    assert_eq!(unasked.code, Some(2));
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    let alone = Alone::start(&home).await;
    assert!(has_customer(&alone.url, &id).await);
    alone.stop().await;

    let done = home.run(&["sandbox", "reset", "--yes"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let server = Server::start(&home).await;
    assert!(!has_customer(&url(&home), &id).await);
    server.stop().await;
}

#[tokio::test]
async fn production_has_no_sandbox() {
    let home = Home::sqlite();
    for arguments in [&["sandbox"][..], &["sandbox", "reset", "--yes"]] {
        let refused = home.run(&[arguments, &["--env", "production"]].concat());
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains("development"), "{}", refused.stderr);
    }
    assert!(!home.data().exists());
}

#[tokio::test]
async fn modes_with_keys_use_no_sandbox() {
    let home = Home::sqlite();
    let mut command = home.command(&["serve"]);
    command
        .env("STRIPE_API_BASE", "http://127.0.0.1:9")
        .env("STRIPE_CONNECT_BASE", "http://127.0.0.1:9")
        .env("STRIPE_SECRET_KEY", "sk_live_someone")
        .env("STRIPE_SECRET_KEY_TEST", "sk_test_someone");
    let server = Server::start_with(&home, command).await;
    assert_eq!(home.demo()["sandboxUrl"], Value::Null);
    assert!(!home.data().join("sandbox").exists());
    server.stop().await;
}

#[tokio::test]
async fn start_that_ends_between_sandbox_and_database_is_made_good_by_the_next() {
    let home = Home::sqlite();
    let mut command = home.command(&["serve"]);
    let ended = command
        .env("DREAM_FAULT", "demo.connected")
        .output()
        .unwrap();
    assert!(!ended.status.success());
    assert!(!home.data().join("demo.json").exists());
    let server = Server::start(&home).await;
    let accounts = accounts(&url(&home)).await;
    assert_eq!(accounts, 1);
    server.stop().await;
}

/// How many accounts are connected to the platform that the server is at the sandbox.
async fn accounts(url: &str) -> usize {
    let call = client().get(format!("{url}/v1/accounts"));
    let answer = call
        .bearer_auth("sk_test_dreamsandboxplatform")
        .send()
        .await;
    let list: Value = answer.unwrap().json().await.unwrap();
    list["data"].as_array().unwrap().len()
}
