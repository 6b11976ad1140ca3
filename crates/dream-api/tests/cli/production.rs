//! Production refuses what is unsafe, and what was made in development.

use std::process::Command;

use crate::home::{Ended, Home};
use crate::server::Server;

/// 32 bytes that were drawn at random.
const MASTER_KEY: &str = "q83vEjRWeJCrze8SNFZ4kAEjRWeJq83v/ty6mHZUMhA=";

fn production(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command(arguments);
    command
        .env("DREAM_ENV", "production")
        .env("DREAM_PUBLIC_URL", "https://api.example.com")
        .env("DREAM_MASTER_KEY", MASTER_KEY);
    command
}

#[tokio::test]
async fn every_missing_setting_is_named_with_its_fix() {
    let home = Home::new().await;
    let refused = Ended::of(&home.command(&["--env", "production"]).output().unwrap());
    assert_eq!(refused.code, Some(2));
    for text in [
        "error: `master_key` is not set",
        "hint: set DREAM_MASTER_KEY",
        "error: `public_url` is not set",
        "hint: set DREAM_PUBLIC_URL",
    ] {
        assert!(refused.stderr.contains(text), "{text}: {}", refused.stderr);
    }
    assert!(!home.data().exists());
}

#[tokio::test]
async fn complete_settings_start_without_demo_data() {
    let home = Home::new().await;
    let server = Server::start_with(&home, production(&home, &["serve"])).await;
    assert_eq!(std::fs::read_to_string(&server.printed).unwrap(), "");
    for name in ["demo.json", "master.key"] {
        assert!(!home.data().join(name).exists(), "{name}");
    }
    let doctor = Ended::of(&production(&home, &["doctor"]).output().unwrap());
    assert_eq!(doctor.code, Some(0), "{}", doctor.stdout);
    assert!(
        doctor.stdout.contains("operator.emails"),
        "{}",
        doctor.stdout
    );
    assert!(!server.log().contains(MASTER_KEY));
    server.stop().await;
}

#[tokio::test]
async fn data_of_development_refuses_in_production() {
    let home = Home::new().await;
    Server::start(&home).await.stop().await;
    let refused = |what: &str| {
        let ended = Ended::of(&production(&home, &["serve"]).output().unwrap());
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(what), "{what}: {}", ended.stderr);
    };
    refused("was made in development: it holds");
    for name in ["master.key", "demo.json"] {
        std::fs::remove_file(home.data().join(name)).unwrap();
    }
    refused("This database was made in development");
}

#[tokio::test]
async fn data_of_production_refuses_in_development() {
    let home = Home::new().await;
    Server::start_with(&home, production(&home, &["serve"]))
        .await
        .stop()
        .await;
    for command in ["serve", "migrate"] {
        let refused = home.run(&[command]);
        assert_eq!(refused.code, Some(2));
        let what = "This database was made in production";
        assert!(refused.stderr.contains(what), "{}", refused.stderr);
    }
    assert!(!home.data().join("master.key").exists());
}

#[tokio::test]
async fn unknown_setting_is_refused_with_a_suggestion() {
    let home = Home::sqlite();
    let refused = home.run(&["--set", "limits.conections=5", "serve"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("limits.connections"),
        "{}",
        refused.stderr
    );
}
