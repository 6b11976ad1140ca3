//! Production sends mail or says that it cannot; it keeps nothing of what it sent.

use serde_json::{Value, json};

use super::relay::Relay;
use super::{PASSWORD, code};
use crate::api::Reply;
use crate::server::{Server, cli, eventually, free_address};

const BASE: &str = "https://api.example.com";

async fn production(more: &[(&str, &str)]) -> Server {
    let address = free_address();
    let mut variables = vec![
        ("DREAM_ENV", "production"),
        ("DREAM_PUBLIC_URL", BASE),
        ("DREAM_LISTEN", &address),
    ];
    variables.extend(more);
    Server::with(&variables).await
}

/// A publishable key in live mode.
fn live_key(server: &Server) -> String {
    let arguments = [
        "project",
        "create",
        "--name",
        "Weather API",
        "--kind",
        "saas",
        "--owner",
        "d@example.com",
        "--mode",
        "live",
    ];
    let project = cli(&server.api(), &arguments);
    project["publishableKey"].as_str().unwrap().to_owned()
}

/// A call of our own pages, for a new address.
async fn page(server: &Server, path: &str, key: &str) -> Reply {
    let body = json!({
        "publishableKey": key,
        "email": "ada@example.com",
        "password": PASSWORD,
    });
    let call = server.api().post(path).header("origin", BASE);
    call.json(&body).send().await
}

#[tokio::test]
async fn without_a_relay_what_needs_mail_503() {
    let server = production(&[]).await;
    let key = live_key(&server);
    for path in ["/auth/sign-up", "/auth/forgot"] {
        let refused = page(&server, path, &key).await;
        refused.problem(503, "mail_not_configured");
    }
    let api = server.api();
    let rows = api.database().look("select count(*) from outbox").await;
    assert_eq!(rows, [["0"]]);
    eventually("the log names the setting", async || {
        let log = server.log();
        log.contains("`smtp_url`") && log.contains("DREAM_SMTP_URL")
    })
    .await;
    let doctor = cli_checks(&server);
    assert!(doctor.contains("smtp_url"), "{doctor}");
}

#[tokio::test]
async fn what_was_sent_is_forgotten_and_links_are_those_of_the_settings() {
    let relay = Relay::start().await;
    let server = production(&[("DREAM_SMTP_URL", &relay.url)]).await;
    let key = live_key(&server);
    page(&server, "/auth/sign-up", &key).await.is(200);
    eventually("it is sent", async || !relay.mails().is_empty()).await;
    let mail = relay.mails().remove(0);
    let from = "From: \"Weather API\" <no-reply@api.example.com>";
    assert!(mail.lines().any(|line| line == from), "{mail}");
    let subject = mail.lines().find_map(|line| line.strip_prefix("Subject: "));
    code(subject.unwrap());
    // Long lines are cut in transit, so it is enough that each begins as it should.
    let body = mail.replace("=\n", "");
    assert!(body.contains(&format!("{BASE}/verify?pk")), "{body}");
    let api = server.api();
    eventually("it is forgotten", async || {
        let sql = "select count(*) from outbox where status <> 'sent' or payload <> ''";
        api.database().look(sql).await == [["0"]]
    })
    .await;
    api.get("/_dev/mail").send().await.problem(404, "not_found");
    let one = api.database().look("select message_id from outbox").await;
    let one = format!("/_dev/mail/{}", one[0][0]);
    api.get(&one).send().await.problem(404, "not_found");
}

fn cli_checks(server: &Server) -> String {
    let api = server.api();
    let said: Value = cli(
        &api,
        &[
            "--env",
            "production",
            "--set",
            &format!("public_url={BASE}"),
            "doctor",
        ],
    );
    said["checks"].to_string()
}
