//! Stopping loses no acknowledged call, and a start finds everything again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::project::Project;
use crate::server::{Server, Start};

#[tokio::test]
async fn sigterm_under_load_loses_no_acknowledged_call() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 1_000_000).await;
    let person = project.person("a@example.com").await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let mut running = JoinSet::new();
    for _ in 0..32 {
        let (project, acknowledged) = (project.clone(), acknowledged.clone());
        running.spawn(async move {
            // Counts calls until one is not answered or refused, which is the end of this server.
            loop {
                match project.track("u1").try_send().await {
                    Some(reply) if reply.status == 200 => {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                    Some(reply) => {
                        assert_eq!(reply.status, 503, "{}", reply.text);
                        return 0;
                    }
                    None => return 1,
                }
            }
        });
    }
    while acknowledged.load(Ordering::Relaxed) < 500 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    server.signal("TERM");
    let unanswered: i64 = running.join_all().await.into_iter().sum();
    let (code, place) = server.ended().await;
    assert_eq!(code, 0);
    let told = i64::try_from(acknowledged.load(Ordering::Relaxed)).unwrap();
    let again = Server::start(Start {
        place: Some(place),
        ..Start::default()
    })
    .await;
    let project = Project {
        api: again.api(),
        ..project
    };
    let count = project.count("u1").await;
    assert!(
        (told..=told + unanswered).contains(&count),
        "{told} {count} {unanswered}"
    );
    project
        .secret(project.api.get(&format!("/api/customers/{}", person.id)))
        .send()
        .await
        .is(200);
    let fresh = project.mint(&person.id).await;
    project
        .as_user(project.api.post("/api/data"), &fresh)
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn running_requests_finish_before_the_end() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let mut slow = crate::raw::Raw::open(&api).await;
    let mut idle = crate::raw::Raw::open(&api).await;
    idle.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(idle.reply().await.unwrap().status, 200);
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-user-id: u1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n",
        project.sk
    );
    slow.send(head).await;
    // The server asks for the body: the request runs.
    assert_eq!(slow.reply().await.unwrap().status, 100);
    server.signal("TERM");
    assert!(idle.is_closed().await);
    slow.send("{}").await;
    assert_eq!(slow.reply().await.unwrap().status, 200);
    let (code, _place) = server.ended().await;
    assert_eq!(code, 0);
}

#[tokio::test]
async fn kill_and_start_keeps_every_acknowledged_call() {
    let server = Server::with(&[]).await;
    let project = Project::saas(&server.api(), 1_000_000).await;
    for _ in 0..25 {
        project.track("u1").send().await.is(200);
    }
    let keyed = |project: &Project| project.track("u1").header("idempotency-key", "k1");
    let first = keyed(&project).send().await.is(200);
    let address = server.base.trim_start_matches("http://").to_owned();
    server.signal("KILL");
    let (_, place) = server.ended().await;
    let again = Server::start(Start {
        place: Some(place),
        // The dead process still counts as running for a while, and must be agreed with about the URL.
        variables: &[("DREAM_LISTEN", &address)],
    })
    .await;
    let project = Project {
        api: again.api(),
        ..project
    };
    assert_eq!(project.count("u1").await, 26);
    let replayed = keyed(&project).send().await.is(200);
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    assert_eq!(replayed.json, first.json);
    assert_eq!(project.count("u1").await, 26);
}
