//! Two processes on one PostgreSQL database (rules 22). On SQLite there is no such thing: the second is refused.

use std::process::Command;

use reqwest::{Method, StatusCode};

use crate::home::Home;
use crate::server::Server;

/// Where both are said to be reached; tokens name it.
const PUBLIC_URL: &str = "http://127.0.0.1:9";
const MASTER_KEY: &str = "q83vEjRWeJCrze8SNFZ4kAEjRWeJq83v/ty6mHZUMhA=";

fn serve(home: &Home) -> Command {
    let mut command = home.command(&["serve"]);
    command
        .env("DREAM_PUBLIC_URL", PUBLIC_URL)
        .env("DREAM_MASTER_KEY", MASTER_KEY);
    command
}

#[tokio::test]
async fn two_first_starts_make_one_set_of_demo_data() {
    let first = Home::new().await;
    let Some(second) = first.neighbour() else {
        return;
    };
    let (one, two) = tokio::join!(
        Server::start_with(&first, serve(&first)),
        Server::start_with(&second, serve(&second))
    );
    let made = [&first, &second].map(|home| home.data().join("demo.json").exists());
    assert_eq!(made.iter().filter(|made| **made).count(), 1, "{made:?}");
    let maker = if made[0] { &first } else { &second };
    let projects = maker.json(&["project", "list"]);
    assert_eq!(projects["projects"].as_array().unwrap().len(), 3);
    let demo = maker.demo();
    for server in [&one, &two] {
        let token = demo["userToken"].as_str().unwrap();
        assert_eq!(server.with_token("/api/usage", token).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn key_that_is_revoked_at_one_process_is_dead_at_the_other() {
    let first = Home::new().await;
    let Some(second) = first.neighbour() else {
        return;
    };
    let _one = Server::start_with(&first, serve(&first)).await;
    let two = Server::start_with(&second, serve(&second)).await;
    let demo = first.demo();
    let key = demo["saas"]["publishableKey"].as_str().unwrap();
    let made = first.json(&["keys", "create", key]);
    let secret = made["secretKey"].as_str().unwrap();
    let call = || two.as_backend(Method::POST, "/api/data", secret, "someone");
    assert_eq!(call().await.0, StatusCode::OK);
    first.json(&["keys", "revoke", made["keyId"].as_str().unwrap()]);
    assert_eq!(call().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn process_that_differs_from_a_running_one_is_refused_and_told_in_what() {
    let first = Home::new().await;
    let Some(second) = first.neighbour() else {
        return;
    };
    let _one = Server::start_with(&first, serve(&first)).await;
    for (variable, value) in [
        ("DREAM_PUBLIC_URL", "http://127.0.0.1:10"),
        (
            "DREAM_MASTER_KEY",
            "ASNFZ4mrze/+3LqYdlQyELw6mHZUMhABI0VniavN7/8=",
        ),
    ] {
        let refused = serve(&second).env(variable, value).output().unwrap();
        assert_eq!(refused.status.code(), Some(1));
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(told.contains(variable), "{told}");
    }
}
