//! Copies of a SQLite database, made while it works and put back when it rests.

use reqwest::Method;

use crate::home::Home;
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
