//! The first start, and those after it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::home::Home;
use crate::server::Server;

#[tokio::test]
async fn first_start_has_demo_data_before_it_is_ready() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let demo = home.demo();
    let text = |pointer: &str| demo.pointer(pointer).unwrap().as_str().unwrap();
    assert_eq!(text("/baseUrl"), server.url);
    assert!(text("/sandboxUrl").starts_with("http://127.0.0.1:"));
    assert!(text("/platformId").starts_with("plt_"));
    assert!(text("/store/publishableKey").starts_with("pk_test_"));

    let (secret, user) = (text("/saas/secretKey"), text("/userId"));
    let (status, usage) = server
        .as_backend(Method::GET, "/api/usage", secret, user)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&usage["plan"], &usage["count"], &usage["limit"]),
        (&"free".into(), &0.into(), &5.into())
    );
    assert_eq!(
        server.with_token("/api/usage", text("/userToken")).await,
        200
    );
    assert_eq!(
        server
            .with_token("/projects", text("/developerToken"))
            .await,
        200
    );
    let key = [("x-publishable-key", text("/store/publishableKey"))];
    let (_, products) = server.call(Method::GET, "/api/products", &key).await;
    assert_eq!(products["products"].as_array().unwrap().len(), 3);
    server.stop().await;
}

#[tokio::test]
async fn demo_plans_are_those_that_the_documentation_names() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let demo = home.demo();
    let key = demo["saas"]["publishableKey"].as_str().unwrap();
    let (_, body) = server
        .call(Method::GET, "/api/tiers", &[("x-publishable-key", key)])
        .await;
    let shown: Vec<String> = body["tiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tier| format!("{} {} {}", tier["name"], tier["price"], tier["limit"]))
        .collect();
    assert_eq!(
        shown,
        ["\"free\" 0 5", "\"pro\" 2900 500", "\"max\" 9900 -1"]
    );
    let tiers = &body["tiers"];
    assert_eq!(
        (
            &tiers[0]["isDefault"],
            &tiers[1]["popular"],
            &tiers[2]["ratePerMinute"]
        ),
        (&true.into(), &true.into(), &6000.into())
    );
}

#[tokio::test]
async fn what_is_printed_can_be_tried_and_secrets_are_nowhere_else() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let printed = std::fs::read_to_string(&server.printed).unwrap();
    assert_eq!(printed.matches("curl ").count(), 3, "{printed}");
    let demo = home.demo();
    for name in ["saas", "store"] {
        let secret = demo[name]["secretKey"].as_str().unwrap();
        assert!(printed.contains(secret));
        assert!(!server.log().contains(secret));
    }
    server.stop().await;
    let secret = demo["saas"]["secretKey"].as_str().unwrap();
    let files = std::fs::read_dir(home.data()).unwrap();
    let sandbox = std::fs::read_dir(home.data().join("sandbox")).unwrap();
    let paths = files.chain(sandbox).map(|file| file.unwrap().path());
    for path in paths.filter(|path| path.is_file()) {
        let holds = contains(&std::fs::read(&path).unwrap(), secret);
        assert_eq!(holds, path.ends_with("demo.json"), "{}", path.display());
    }
}

#[tokio::test]
async fn only_the_owner_reads_the_data_directory() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.data()), 0o700);
    for name in ["demo.json", "master.key", "admin.sock"] {
        assert_eq!(mode(&home.data().join(name)), 0o600, "{name}");
    }
    server.stop().await;
    assert!(!home.data().join("admin.sock").exists());
}

#[tokio::test]
async fn second_start_at_the_same_address_changes_no_byte_of_demo_json() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let before = std::fs::read(home.data().join("demo.json")).unwrap();
    let listen = server.url.replace("http://", "");
    server.stop().await;
    let server = Server::start_with(&home, home.command(&["serve", "--listen", &listen])).await;
    assert_eq!(
        std::fs::read(home.data().join("demo.json")).unwrap(),
        before
    );
    server.stop().await;
}

#[tokio::test]
async fn start_at_another_address_renews_urls_and_tokens_and_keeps_keys() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let before = home.demo();
    server.stop().await;
    let server = Server::start(&home).await;
    let after = home.demo();
    assert_eq!(after["baseUrl"], server.url.as_str());
    for same in ["saas", "store", "platformId", "userId"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    let token = |demo: &Value| demo["userToken"].as_str().unwrap().to_owned();
    assert_eq!(server.with_token("/api/usage", &token(&after)).await, 200);
    assert_eq!(server.with_token("/api/usage", &token(&before)).await, 401);
}

#[tokio::test]
async fn demo_json_that_was_lost_is_made_anew_with_fresh_keys() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let before = home.demo();
    server.stop().await;
    std::fs::remove_file(home.data().join("demo.json")).unwrap();
    let server = Server::start(&home).await;
    let after = home.demo();
    assert_eq!(
        before["saas"]["publishableKey"],
        after["saas"]["publishableKey"]
    );
    let user = after["userId"].as_str().unwrap();
    for (demo, status) in [(&before, 401), (&after, 200)] {
        let secret = demo["saas"]["secretKey"].as_str().unwrap();
        let answer = server
            .as_backend(Method::GET, "/api/usage", secret, user)
            .await;
        assert_eq!(answer.0, status);
    }
}

#[tokio::test]
async fn start_that_was_cut_off_is_made_good_by_the_next() {
    let home = Home::sqlite();
    Server::start(&home).await.stop().await;
    let file = rusqlite::Connection::open(home.data().join("dream-api.db")).unwrap();
    file.execute_batch(
        "update settings set value = 'making' where name = 'demo';
         delete from tenants where mode = 'test'; delete from projects where kind = 'store';",
    )
    .unwrap();
    drop(file);
    std::fs::remove_file(home.data().join("demo.json")).unwrap();
    let server = Server::start(&home).await;
    let demo = home.demo();
    let (secret, user) = (&demo["saas"]["secretKey"], &demo["userId"]);
    let (status, _) = server
        .as_backend(
            Method::POST,
            "/api/data",
            secret.as_str().unwrap(),
            user.as_str().unwrap(),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn database_with_projects_of_its_own_gets_no_demo_data() {
    let home = Home::new().await;
    home.json(&[
        "project",
        "create",
        "--name",
        "Mine",
        "--kind",
        "saas",
        "--owner",
        "ann@example.com",
    ]);
    let server = Server::start(&home).await;
    assert!(!home.data().join("demo.json").exists());
    let printed = std::fs::read_to_string(&server.printed).unwrap();
    assert!(printed.contains(&server.url), "{printed}");
}

#[tokio::test]
async fn second_server_on_the_same_file_is_refused_and_told_who_has_it() {
    let home = Home::sqlite();
    let server = Server::start(&home).await;
    let refused = home.run(&["serve"]);
    assert_eq!(refused.code, Some(1));
    let holder = format!("in use by process {}", server.pid());
    assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
    server.stop().await;
}

#[tokio::test]
async fn address_that_is_taken_is_named() {
    let home = Home::sqlite();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let refused = home.run(&["serve", "--listen", &listen]);
    assert_eq!(refused.code, Some(1));
    let expected = format!("error: Cannot listen on {listen}");
    assert!(refused.stderr.contains(&expected), "{}", refused.stderr);
    assert!(refused.stderr.contains("hint: choose another port"));
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
