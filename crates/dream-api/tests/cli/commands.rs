//! Commands, with and without a running server: the same words, the same effect.

use reqwest::Method;
use serde_json::Value;

use crate::home::Home;
use crate::server::Server;

#[tokio::test]
async fn commands_work_without_a_server() {
    let home = Home::new().await;
    let (made, secret) = projects_and_keys(&home);
    let server = Server::start(&home).await;
    assert_eq!(status(&server, &secret).await, 200);
    assert_eq!(status(&server, &text(&made, "/secretKey")).await, 401);
}

#[tokio::test]
async fn commands_work_through_a_running_server() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let (made, secret) = projects_and_keys(&home);
    assert_eq!(status(&server, &secret).await, 200);
    assert_eq!(status(&server, &text(&made, "/secretKey")).await, 401);
    assert!(!server.log().contains(&secret));
    server.stop().await;
}

/// Makes a project and a second key, ends the first key; answers the project and the key that lives.
fn projects_and_keys(home: &Home) -> (Value, String) {
    let made = home.json(&[
        "project",
        "create",
        "--name",
        "Shop",
        "--kind",
        "saas",
        "--owner",
        "ann@example.com",
    ]);
    let key = text(&made, "/publishableKey");
    let listed = home.json(&["project", "list"]);
    let names: Vec<&str> = listed["projects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|project| project["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"Shop") && names.contains(&"dream-api"));

    let second = home.json(&["keys", "create", &key, "--label", "ci"]);
    let id = text(&made, "/keyId");
    let revoked = home.json(&["keys", "revoke", &id]);
    assert_eq!(revoked["status"], "revoked");
    let again = home.run(&["keys", "revoke", &id]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("error: "), "{}", again.stderr);

    let secret = text(&second, "/secretKey");
    let keys = home.json(&["keys", "list", &key]);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    assert!(!keys.to_string().contains(&secret));
    (made, secret)
}

async fn status(server: &Server, secret: &str) -> u16 {
    let answer = server
        .as_backend(Method::POST, "/api/data", secret, "someone")
        .await;
    answer.0.as_u16()
}

#[tokio::test]
async fn owner_is_found_made_or_asked_for() {
    let home = Home::new().await;
    let create = ["project", "create", "--name", "One", "--kind", "store"];
    let refused = home.run(&create);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--owner"), "{}", refused.stderr);
    let owned = |owner: &str| home.json(&[&create[..], &["--owner", owner]].concat());
    let first = owned("ann@example.com");
    let again = owned("ANN@example.com");
    assert_eq!(first["owner"]["id"], again["owner"]["id"]);
    assert_eq!(first["platformId"], again["platformId"]);
    let only = home.json(&create);
    assert_eq!(only["owner"]["id"], first["owner"]["id"]);
    owned("bob@example.com");
    assert_eq!(home.run(&create).code, Some(1));
}

#[tokio::test]
async fn tokens_are_minted_for_end_users_and_never_for_developers() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let demo = home.demo();
    let (key, user) = (text(&demo, "/saas/publishableKey"), text(&demo, "/userId"));
    let mint = |key: &str, user: &str| {
        home.run(&[
            "token",
            "mint",
            "--publishable-key",
            key,
            "--user",
            user,
            "--seconds",
            "60",
        ])
    };
    let minted = mint(&key, &user);
    assert_eq!(minted.code, Some(0), "{}", minted.stderr);
    assert_eq!(
        server.with_token("/api/usage", minted.stdout.trim()).await,
        200
    );
    let nobody = mint(&key, "user_00000000000000000000000000000000");
    assert_eq!(nobody.code, Some(1));

    let projects = home.json(&["project", "list"]);
    let all = projects["projects"].as_array().unwrap();
    let root = all
        .iter()
        .find(|project| project["isRoot"] == true)
        .unwrap();
    let root = text(root, "/publishableKey");
    assert!(mint(&root, &user).stderr.contains("root project"));
    let key = home.run(&["keys", "create", &root]);
    assert_eq!((key.code, key.stdout.as_str()), (Some(1), ""));
}

#[tokio::test]
async fn minting_needs_the_address_of_the_server() {
    let home = Home::new().await;
    let refused = home.run(&[
        "token",
        "mint",
        "--publishable-key",
        "pk_test_x",
        "--user",
        "user_x",
    ]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("hint: start the server"));
}

#[tokio::test]
async fn tokens_outlive_the_rotation_of_their_key() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let before = server
        .call(Method::GET, "/.well-known/jwks.json", &[])
        .await;
    home.json(&["keys", "rotate-signing"]);
    let after = server
        .call(Method::GET, "/.well-known/jwks.json", &[])
        .await;
    let count = |answer: &Value| answer["keys"].as_array().unwrap().len();
    assert_eq!((count(&before.1), count(&after.1)), (1, 2));
    let token = text(&home.demo(), "/userToken");
    assert_eq!(server.with_token("/api/usage", &token).await, 200);
}

#[tokio::test]
async fn doctor_is_content_before_during_and_after() {
    let home = Home::new().await;
    let names = |report: &Value| -> Vec<String> {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().map(|check| text(check, "/name")).collect()
    };
    let before = home.json(&["doctor"]);
    assert_eq!(before["ok"], true);
    assert!(names(&before).contains(&"database".to_owned()));
    let server = Server::start(&home).await;
    let during = home.json(&["doctor"]);
    assert!(names(&during).contains(&"server".to_owned()), "{during}");
    let told = during.to_string();
    assert!(told.contains("answers at http://127.0.0.1:"), "{told}");
    assert!(
        told.contains("live: the sandbox, test: the sandbox"),
        "{told}"
    );
    server.stop().await;
    let after = home.json(&["doctor"]);
    assert!(names(&after).contains(&"disk".to_owned()));
    assert!(text(&after, "/next").contains("dream-api serve"));
}

#[tokio::test]
async fn doctor_names_what_is_wrong_and_fails() {
    let home = Home::sqlite();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(home.data().join("dream-api.db"), "not a database").unwrap();
    let broken = home.run(&["doctor"]);
    assert_eq!(broken.code, Some(1));
    assert!(
        broken.stdout.contains("error    database"),
        "{}",
        broken.stdout
    );
    let unsafe_settings = home.run(&["doctor", "--env", "production", "--json"]);
    assert_eq!(unsafe_settings.code, Some(1));
    let report: Value = serde_json::from_str(&unsafe_settings.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert!(text(&report, "/next").contains("DREAM_MASTER_KEY"));
}

#[tokio::test]
async fn migrate_brings_a_new_database_up_to_date() {
    let home = Home::new().await;
    assert_eq!(home.json(&["migrate"])["upToDate"], true);
    let server = Server::start(&home).await;
    assert!(home.data().join("demo.json").exists());
    server.stop().await;
}

#[tokio::test]
async fn openapi_is_written_to_a_file_as_to_the_screen() {
    let home = Home::sqlite();
    let shown = home.run(&["openapi"]);
    assert_eq!(home.run(&["openapi", "--output", "o.json"]).code, Some(0));
    let written = std::fs::read_to_string(home.path().join("o.json")).unwrap();
    assert_eq!(shown.stdout, written);
    let document: Value = serde_json::from_str(&written).unwrap();
    assert!(document["paths"]["/api/data"]["post"].is_object());
    assert!(!home.data().exists());
}

#[tokio::test]
async fn wrong_use_ends_with_two() {
    let home = Home::sqlite();
    for arguments in [&["frobnicate"][..], &["keys", "create"], &["serve", "--no"]] {
        assert_eq!(home.run(arguments).code, Some(2), "{arguments:?}");
    }
}

#[tokio::test]
async fn commands_reach_a_server_in_a_deep_folder() {
    let home = Home::sqlite();
    let deep = home.path().join("d".repeat(120)).join("data");
    let inside = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("DREAM_DATA_DIR", &deep);
        command
    };
    let server = Server::start_with(&home, inside(&["serve"])).await;
    let listed = inside(&["project", "list"]).output().unwrap();
    assert!(listed.status.success(), "{listed:?}");
    server.stop().await;
}

#[tokio::test]
async fn command_for_another_database_is_not_done_to_the_one_that_runs() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let other = home.run(&["project", "list", "--database-url", "sqlite://other.db"]);
    assert_eq!(other.code, Some(1));
    assert!(
        other.stderr.contains("uses another database"),
        "{}",
        other.stderr
    );
    let mut unnamed = home.command(&["project", "list"]);
    let listed = unnamed.env_remove("DREAM_DATABASE_URL").output().unwrap();
    assert!(listed.status.success(), "{listed:?}");
    server.stop().await;
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).unwrap().as_str().unwrap().to_owned()
}
