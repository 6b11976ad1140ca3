//! Copies of a SQLite database, made while it works and put back when it rests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

use crate::home::{Ended, Home};
use crate::server::Server;

async fn count(server: &Server, home: &Home, method: Method, path: &str) -> i64 {
    let demo = home.demo();
    let secret = demo["saas"]["secretKey"].as_str().unwrap();
    let user = demo["userId"].as_str().unwrap();
    let (status, body) = server.as_backend(method, path, secret, user).await;
    assert_eq!(status, 200, "{body}");
    let count = body.pointer("/usage/count").unwrap_or(&body["count"]);
    count.as_i64().unwrap()
}

#[tokio::test]
async fn backup_of_a_running_server_holds_what_was_counted_before() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let listen = server.url.replace("http://", "");
    for wanted in 1..=2 {
        assert_eq!(
            count(&server, &home, Method::POST, "/api/data").await,
            wanted
        );
    }
    let file = home.json(&["backup", "copy.db"]);
    assert!(file["file"].as_str().unwrap().ends_with("copy.db"));
    assert_eq!(count(&server, &home, Method::POST, "/api/data").await, 3);

    let held = home.run(&["restore", "copy.db", "--yes"]);
    assert_eq!(held.code, Some(1));
    assert!(held.stderr.contains("in use by process"), "{}", held.stderr);
    server.stop().await;

    assert_eq!(home.run(&["restore", "copy.db"]).code, Some(2));
    let restored = home.run(&["restore", "copy.db", "--yes"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    let server = Server::start_with(&home, home.command(&["serve", "--listen", &listen])).await;
    assert_eq!(count(&server, &home, Method::GET, "/api/usage").await, 2);
    server.stop().await;
}

#[tokio::test]
async fn backup_without_a_server_is_the_same() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let listen = server.url.replace("http://", "");
    count(&server, &home, Method::POST, "/api/data").await;
    server.stop().await;
    home.json(&["backup", "copy.db"]);
    let again = home.run(&["backup", "copy.db"]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(home.run(&["restore", "copy.db", "--yes"]).code, Some(0));
    let server = Server::start_with(&home, home.command(&["serve", "--listen", &listen])).await;
    assert_eq!(count(&server, &home, Method::GET, "/api/usage").await, 1);
}

/// A picture as the server keeps it: in the folder of its project.
fn keep(home: &Home, name: &str, text: &str) {
    let folder = home.data().join("assets/pk_test_somebody");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

#[tokio::test]
async fn pictures_are_part_of_a_backup_and_come_back() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let uploaded = upload(&server, &home).await;
    keep(&home, "a.png", "a");
    keep(&home, "half.png#1", "ha");
    let made = home.run(&["backup", "running.db"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(
        made.stdout.contains("running.db.assets with 2 pictures"),
        "{}",
        made.stdout
    );
    server.stop().await;
    let made = home.json(&["backup", "resting.db"]);
    assert_eq!(made["pictures"], 2);
    assert!(
        made["assets"]
            .as_str()
            .unwrap()
            .ends_with("resting.db.assets")
    );
    std::fs::remove_dir_all(home.data().join("assets")).unwrap();
    keep(&home, "later.png", "later");
    let restored = home.run(&["restore", "running.db", "--yes"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    let folder = home.data().join("assets/pk_test_somebody");
    assert_eq!(std::fs::read(folder.join("a.png")).unwrap(), b"a");
    assert!(folder.join("later.png").exists());
    assert!(!folder.join("half.png#1").exists());
    let server = Server::start(&home).await;
    let shown = reqwest::Client::builder().no_proxy().build().unwrap();
    let shown = shown.get(format!("{}{uploaded}", server.url)).send().await;
    assert_eq!(shown.unwrap().status(), 200);
    server.stop().await;
}

#[tokio::test]
async fn backup_with_the_pictures_of_another_is_refused() {
    let home = Home::sqlite();
    Server::start(&home).await.stop().await;
    std::fs::create_dir(home.path().join("copy.db.assets")).unwrap();
    let refused = home.run(&["backup", "copy.db"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("copy.db.assets exists already"),
        "{}",
        refused.stderr
    );
    assert!(!home.path().join("copy.db").exists());
}

#[tokio::test]
async fn pictures_in_a_bucket_are_no_part_of_a_backup() {
    let home = Home::sqlite();
    Server::start(&home).await.stop().await;
    let mut command = home.command(&["backup", "copy.db"]);
    command
        .env("DREAM_ASSETS_URL", "s3://pictures")
        .env("DREAM_ASSETS_ACCESS_KEY_ID", "id")
        .env("DREAM_ASSETS_SECRET_ACCESS_KEY", "secret");
    let made = Ended::of(&command.output().unwrap());
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(
        made.stderr.contains("in the bucket pictures"),
        "{}",
        made.stderr
    );
    assert!(!home.path().join("copy.db.assets").exists());
}

/// Uploads a picture; its address below the server's.
async fn upload(server: &Server, home: &Home) -> String {
    let demo = home.demo();
    let secret = demo["store"]["secretKey"].as_str().unwrap();
    let picture = include_bytes!("../it/logos/red.png");
    let body = serde_json::json!({"filename": "red.png", "data": STANDARD.encode(picture)});
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = client.post(format!("{}/api/assets", server.url));
    let answer = call.bearer_auth(secret).json(&body).send().await.unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    answer["url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn restore_takes_only_backups() {
    let home = Home::sqlite();
    let missing = home.run(&["restore", "nothing.db", "--yes"]);
    assert_eq!(missing.code, Some(2), "{}", missing.stderr);
    assert!(missing.stderr.contains("nothing.db"));
    std::fs::write(home.path().join("text.db"), "no database").unwrap();
    let text = home.run(&["restore", "text.db", "--yes"]);
    assert_eq!(text.code, Some(1), "{}", text.stderr);
    assert!(!home.data().join("dream-api.db").exists());
}

#[tokio::test]
async fn migrate_refuses_while_a_server_has_the_file() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let refused = home.run(&["migrate"]);
    assert_eq!(refused.code, Some(1));
    let holder = format!("in use by process {}", server.pid());
    assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
}
