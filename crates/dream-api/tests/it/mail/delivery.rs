//! Mails leave once, are tried again, and are given up.

use std::time::Duration;

use serde_json::{Value, json};

use super::relay::Relay;
use super::{PASSWORD, code, mail_that_is, mails, named, sign_up};
use crate::api::Api;
use crate::project::Project;
use crate::server::{Place, Server, Start, eventually, free_address};

async fn server(relay: &Relay) -> Server {
    Server::with(&[
        ("DREAM_SMTP_URL", &relay.url),
        ("DREAM_MAIL_FROM_ADDRESS", "no-reply@mail.example.com"),
    ])
    .await
}

/// Makes what waits due at once.
async fn hurry(api: &Api) {
    api.database()
        .plant("update outbox set due_at = 0 where kind = 'mail' and status = 'waiting'")
        .await;
}

async fn status(api: &Api) -> Vec<Vec<String>> {
    let sql = "select status, attempts, coalesce(last_error, '') from outbox where kind = 'mail'";
    api.database().look(sql).await
}

#[tokio::test]
async fn a_mail_leaves_exactly_once_with_the_name_of_its_project() {
    let relay = Relay::start().await;
    let server = server(&relay).await;
    let api = server.api();
    let project = named(&api, "Weather \"API\" Ö").await;
    sign_up(&project, "ada@example.com").await;
    let shown = mail_that_is(&api, "ada@example.com", "sent").await;
    // Longer than the sender sleeps between two looks.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mails = relay.mails();
    assert_eq!(mails.len(), 1);
    let head = mails[0].split("\n\n").next().unwrap();
    let from = head
        .lines()
        .find(|line| line.starts_with("From: "))
        .unwrap();
    assert!(from.ends_with("<no-reply@mail.example.com>"), "{from}");
    for line in ["To: ada@example.com", "Auto-Submitted: auto-generated"] {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    let id = shown["id"].as_str().unwrap();
    assert!(head.contains(&format!("<{id}@mail.example.com>")), "{head}");
    assert_eq!(
        shown["from"],
        "Weather \"API\" Ö <no-reply@mail.example.com>"
    );
    assert_eq!(shown["project"], "Weather \"API\" Ö");
    let text = api.get("/metrics").send().await.text;
    assert!(text.contains("dream_outbox_sent_total "), "{text}");
}

#[tokio::test]
async fn links_begin_with_the_public_url_whatever_host_was_named() {
    let relay = Relay::start().await;
    let server = server(&relay).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let body =
        json!({"publishableKey": project.pk, "email": "ada@example.com", "password": PASSWORD});
    let call = api.post("/auth/sign-up").header("origin", &api.base);
    let call = call.header("host", "evil.example.org").json(body);
    call.send().await.is(200);
    let mail = mail_that_is(&api, "ada@example.com", "sent").await;
    let html = mail["html"].as_str().unwrap().replace("&#38;", "&");
    let text = mail["text"].as_str().unwrap();
    let links = |body: &str| {
        let found = body
            .split(['"', ' ', '\n'])
            .filter(|part| part.contains("://"));
        found.map(str::to_owned).collect::<Vec<_>>()
    };
    let code = code(mail["subject"].as_str().unwrap());
    for body in [text, &html] {
        let found = links(body);
        assert!(!found.is_empty() && body.contains(&code), "{body}");
        for link in found {
            let start = format!("{}/verify?pk={}", api.base, project.pk);
            assert!(link.starts_with(&start), "{link}");
        }
        assert!(!body.contains("evil"), "{body}");
    }
}

#[tokio::test]
async fn a_relay_that_is_busy_gets_the_mail_later() {
    let relay = Relay::start().await;
    relay.refuse(Some("421 too busy"));
    let server = server(&relay).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "ada@example.com").await;
    eventually("first try", async || {
        status(&api).await == [["waiting", "1", "sending: the relay answered 421"]]
    })
    .await;
    hurry(&api).await;
    eventually("second try", async || {
        let noted = "select attempts from outbox where kind = 'mail' and claimed_until = 0";
        api.database().look(noted).await == [["2"]]
    })
    .await;
    relay.refuse(None);
    hurry(&api).await;
    mail_that_is(&api, "ada@example.com", "sent").await;
    assert_eq!((relay.mails().len(), relay.tries()), (1, 3));
    let log = server.log();
    assert!(log.contains("a message could not leave; it is tried again"));
}

#[tokio::test]
async fn a_mail_that_is_refused_or_tried_too_often_is_given_up() {
    let relay = Relay::start().await;
    relay.refuse(Some("550 ada@example.com is unknown"));
    let server = server(&relay).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "ada@example.com").await;
    let mail = mail_that_is(&api, "ada@example.com", "dead").await;
    assert_eq!(mail["error"], "refused: the relay answered 550");
    assert_eq!(relay.tries(), 1);

    relay.refuse(Some("450 not now"));
    sign_up(&project, "bob@example.com").await;
    eventually("a try", async || relay.tries() == 2).await;
    mail_that_is(&api, "bob@example.com", "waiting").await;
    let last =
        "update outbox set attempts = 7, due_at = 0 where kind = 'mail' and status = 'waiting'";
    eventually("the last try", async || {
        api.database().plant(last).await;
        mails(&api, "bob@example.com").await[0]["status"] == "dead"
    })
    .await;
    assert!(relay.mails().is_empty());
}

#[tokio::test]
async fn a_code_that_has_ended_is_not_sent_any_more() {
    let relay = Relay::start().await;
    relay.refuse(Some("421 too busy"));
    let server = server(&relay).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "ada@example.com").await;
    eventually("a try", async || relay.tries() == 1).await;
    mail_that_is(&api, "ada@example.com", "waiting").await;
    relay.refuse(None);
    let hour_later = "update outbox set created_at = created_at - 3600000, due_at = 0";
    eventually("it is given up", async || {
        api.database()
            .plant(&format!(
                "{hour_later} where kind = 'mail' and status = 'waiting'"
            ))
            .await;
        status(&api).await[0][0] == "dead"
    })
    .await;
    assert_eq!((relay.tries(), relay.mails().len()), (1, 0));
}

#[tokio::test]
async fn a_stop_waits_for_the_mail_that_is_leaving() {
    let relay = Relay::start().await;
    relay.slow(Duration::from_secs(1));
    let server = server(&relay).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "ada@example.com").await;
    eventually("it begins", async || relay.tries() == 1).await;
    server.signal("TERM");
    let (code, place) = server.ended().await;
    assert_eq!((code, relay.mails().len()), (0, 1));
    let again = Server::start(Start {
        variables: &[("DREAM_SMTP_URL", &relay.url)],
        place: Some(place),
    })
    .await;
    mail_that_is(&again.api(), "ada@example.com", "sent").await;
    assert_eq!(relay.tries(), 1);
}

#[tokio::test]
async fn what_waits_at_a_crash_leaves_after_the_next_start() {
    let relay = Relay::start().await;
    relay.refuse(Some("421 later"));
    // The same address again: to others on the database the first process seems to live for a while.
    let (first, second) = (free_address(), free_address());
    let url = format!("http://{first}");
    let start = async |address: &str, place: Option<Place>| {
        let variables = &[
            ("DREAM_SMTP_URL", &*relay.url),
            ("DREAM_PUBLIC_URL", &*url),
            ("DREAM_LISTEN", address),
        ];
        Server::start(Start { variables, place }).await
    };
    let server = start(&first, None).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "ada@example.com").await;
    eventually("a try", async || status(&api).await[0][1] == "1").await;
    mail_that_is(&api, "ada@example.com", "waiting").await;
    server.signal("KILL");
    let (_, place) = server.ended().await;
    relay.refuse(None);
    let again = start(&second, Some(place)).await;
    // What was claimed when its process died waits for the end of the claim.
    let hurry = "update outbox set due_at = 0, claimed_until = 0 where kind = 'mail' and status = 'waiting'";
    again.api().database().plant(hurry).await;
    mail_that_is(&again.api(), "ada@example.com", "sent").await;
    assert_eq!(relay.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_send_each_mail_once() {
    let relay = Relay::start().await;
    relay.slow(Duration::from_millis(20));
    let (first, second) = (free_address(), free_address());
    let url = format!("http://{first}");
    let start = async |address: &str, place: Option<Place>| {
        let variables = &[
            ("DREAM_SMTP_URL", &*relay.url),
            ("DREAM_PUBLIC_URL", &*url),
            ("DREAM_LISTEN", address),
        ];
        Server::start(Start { variables, place }).await
    };
    let one = start(&first, None).await;
    let api = one.api();
    // A SQLite file belongs to one process, which then has to do alone.
    let other = match api.database().url() {
        Some(_) => Some(start(&second, Some(Place::beside(&one))).await),
        None => None,
    };
    let project = Project::saas(&api, 5).await;
    let addresses: Vec<String> = (0..24).map(|n| format!("u{n}@example.com")).collect();
    for address in &addresses {
        sign_up(&project, address).await;
    }
    eventually("all are sent", async || {
        let sql = "select count(*) from outbox where kind = 'mail' and status <> 'sent'";
        api.database().look(sql).await == [["0"]]
    })
    .await;
    let mut receivers: Vec<String> = relay.mails().iter().map(|mail| receiver(mail)).collect();
    receivers.sort_unstable();
    let mut wanted = addresses.clone();
    wanted.sort_unstable();
    assert_eq!(receivers, wanted);
    drop(other);
}

fn receiver(mail: &str) -> String {
    let line = mail.lines().find_map(|line| line.strip_prefix("To: "));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn neither_log_nor_database_holds_address_code_or_link() {
    let relay = Relay::start().await;
    relay.refuse(Some("451 ada.lovelace@example.com is greylisted"));
    let server = server(&relay).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    sign_up(&project, "ada.lovelace@example.com").await;
    eventually("a try", async || relay.tries() == 1).await;
    let mail: Value = mail_that_is(&api, "ada.lovelace@example.com", "waiting").await;
    relay.refuse(None);
    hurry(&api).await;
    mail_that_is(&api, "ada.lovelace@example.com", "sent").await;
    let code = code(mail["subject"].as_str().unwrap());
    let text = mail["text"].as_str().unwrap();
    let token = text.split("token=").nth(1).unwrap();
    let token: String = token.chars().take(20).collect();
    let rows = api.database().look("select * from outbox").await;
    let rows = format!("{rows:?}");
    for secret in ["ada.lovelace", &token, "Saas"] {
        assert!(!rows.contains(secret), "{secret}: {rows}");
    }
    let log = server.log();
    for secret in ["ada.lovelace", &token, "user:secret"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    // Six digits may stand inside of a time.
    for text in [rows, log] {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        assert!(words.all(|word| word != code), "{code}: {text}");
    }
}
