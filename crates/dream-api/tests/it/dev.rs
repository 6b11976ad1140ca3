//! Time travel: open to this machine alone, forward only, and taken back with what was written (rules 14, 30).

use serde_json::{Value, json};

use crate::api::{Api, Call};
use crate::billing::shop;
use crate::project::Project;
use crate::raw::exchange;
use crate::server::{Server, eventually, shared};

fn advance(api: &Api, body: Value) -> Call {
    api.post("/_dev/clock").json(body)
}

#[tokio::test]
async fn only_this_machine_and_no_page_of_another_404() {
    let api = shared().await;
    api.get("/_dev/clock").send().await.is(200);
    let own = api.get("/_dev/clock").header("origin", &api.base);
    own.send().await.is(200);
    for (header, value) in [
        ("host", "evil.example.com"),
        ("host", "127.0.0.1.evil.example.com"),
        ("host", "localhost.evil.example.com:80"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "for=127.0.0.1"),
        ("origin", "https://evil.example.com"),
        ("origin", "null"),
        ("origin", "http://localhost:1"),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let call = api.call(method.parse().unwrap(), "/_dev/clock");
            let call = call
                .header(header, value)
                .json(json!({"advanceSeconds": 86_400}));
            let reply = call.send().await;
            assert_eq!(
                reply.status, 404,
                "{method} {header} {value}: {}",
                reply.text
            );
            reply.problem(404, "not_found");
        }
    }
    let clock = api.get("/_dev/clock").send().await.is(200);
    assert_eq!(clock.number_at("/aheadSeconds"), 0);
    for host in ["", "host: \r\n"] {
        let request = format!("GET /_dev/clock HTTP/1.0\r\n{host}\r\n");
        assert_eq!(exchange(&api, request).await.unwrap().status, 404);
    }
    for host in ["localhost", "127.0.0.1:1", "[::1]:99"] {
        let request = format!("GET /_dev/clock HTTP/1.1\r\nhost: {host}\r\n\r\n");
        assert_eq!(exchange(&api, request).await.unwrap().status, 200, "{host}");
    }
}

#[tokio::test]
async fn moves_that_are_none_4xx_and_nothing_moves() {
    let api = shared().await;
    for body in [
        json!({"advanceSeconds": -1}),
        json!({"advanceSeconds": 1.5}),
        json!({"advanceSeconds": "60"}),
        json!({"advanceSeconds": null}),
        json!({"advanceSeconds": 4_000_000_000_i64}),
        json!({"advanceSeconds": i64::MAX}),
        json!({"set": "tomorrow"}),
        json!({"set": "2027-02-30T00:00:00Z"}),
        json!({"set": "9999-12-31T00:00:00Z"}),
        json!({"advanceSeconds": 1, "set": "2030-01-01T00:00:00Z"}),
        json!({}),
    ] {
        let reply = advance(&api, body.clone()).send().await;
        assert_eq!(reply.status, 422, "{body}: {}", reply.text);
        reply.check_problem();
    }
    let past = advance(&api, json!({"set": "2020-01-01T00:00:00Z"}))
        .send()
        .await;
    past.problem(409, "clock_conflict");
    let clock = api.get("/_dev/clock").send().await.is(200);
    assert_eq!(clock.number_at("/aheadSeconds"), 0);
}

#[tokio::test]
async fn business_time_moves_and_tokens_do_not_age() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let person = project.person("a@example.com").await;
    project.take(&person.id, 5).await.is(200);
    let month = 31 * 86_400;
    let page = api.get("/signin").send().await;
    assert!(!page.has("x-business-time-ahead"));
    assert!(page.text.contains("\"aheadSeconds\":null"), "{}", page.text);
    let moved = advance(&api, json!({"advanceSeconds": month})).send().await;
    assert_eq!(moved.is(200).number_at("/aheadSeconds"), month);
    // Pages that are open follow it, and a new one knows it.
    let page = api.get("/signin").send().await;
    assert_eq!(page.header("x-business-time-ahead"), month.to_string());
    let told = format!("\"aheadSeconds\":{month}");
    assert!(page.text.contains(&told), "{}", page.text);
    // The token lives an hour of machine time.
    let call = project.as_user(api.post("/api/data"), &person.token);
    let reply = call.send().await.is(200);
    assert_eq!(reply.number_at("/usage/count"), 1);
    let further = advance(&api, json!({"set": "2090-07-15T12:00:00Z"}))
        .send()
        .await;
    assert!(
        further
            .is(200)
            .text_at("/now")
            .starts_with("2090-07-15T12:0")
    );
    assert_eq!(
        project.usage(&person.id).await.json["periodStart"],
        "2090-07-01"
    );
    let back = advance(&api, json!({"set": "2090-07-14T00:00:00Z"}))
        .send()
        .await;
    back.problem(409, "clock_conflict");
}

#[tokio::test]
async fn history_of_closed_periods_is_told() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 9).await;
    project.take("u1", 4).await.is(200);
    let first = project.usage("u1").await.text_at("/periodStart");
    advance(&api, json!({"advanceSeconds": 32 * 86_400}))
        .send()
        .await
        .is(200);
    project.take("u1", 2).await.is(200);
    advance(&api, json!({"advanceSeconds": 32 * 86_400}))
        .send()
        .await
        .is(200);
    let call = project.secret(api.get("/api/usage/history")).user("u1");
    let history = call.send().await.is(200);
    let periods = history.json["periods"].as_array().unwrap();
    let counts: Vec<&Value> = periods.iter().map(|period| &period["count"]).collect();
    assert_eq!(counts, [2, 4]);
    assert_eq!(periods[1]["periodStart"], first);
    assert_eq!(periods[1]["plan"], "free");
    assert_eq!(project.count("u1").await, 0);
}

#[tokio::test]
async fn going_back_409_once_something_was_written_and_then_with_wipe() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    // What is made at the payment provider is made now, and not in the future.
    eventually("nothing waits to leave", async || {
        let waiting = "select count(*) from outbox where status = 'waiting' and kind <> 'mail'";
        api.database().look(waiting).await == [["0"]]
    })
    .await;
    project.take("u1", 3).await.is(200);
    let reset = |query: &str| api.delete(&format!("/_dev/clock{query}"));
    advance(&api, json!({"advanceSeconds": 3600}))
        .send()
        .await
        .is(200);
    let now = reset("").send().await.is(200);
    assert_eq!(now.number_at("/aheadSeconds"), 0);
    assert_eq!(project.count("u1").await, 3);
    advance(&api, json!({"advanceSeconds": 40 * 86_400}))
        .send()
        .await
        .is(200);
    project.take("u1", 2).await.is(200);
    project.customer("future@example.com").await;
    reset("").send().await.problem(409, "clock_conflict");
    assert_eq!(project.count("u1").await, 2);
    reset("?wipe=true").send().await.is(200);
    let clock = api.get("/_dev/clock").send().await.is(200);
    assert_eq!(clock.number_at("/aheadSeconds"), 0);
    assert_eq!(project.count("u1").await, 0);
    project.take("u1", 5).await.is(200);
    let list = project
        .secret(api.get("/api/customers"))
        .send()
        .await
        .is(200);
    assert!(list.text.contains("future@example.com"));
    let told = list.number_at("/customers/0/createdAt");
    assert!(told <= api.get("/health").send().await.number_at("/now"));
    reset("").send().await.is(200);
}

#[tokio::test]
async fn what_the_server_looks_at_by_itself_is_no_reason_to_stay() {
    let (server, shop) = shop::alone(5).await;
    let api = server.api();
    let person = shop.project.person("ann@example.com").await;
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    let ahead = async |sql: &str| {
        let later = api.get("/health").send().await.number_at("/now") + 60_000;
        api.database().look(&format!("{sql} > {later}")).await.len()
    };
    let checked = "select 1 from payment_accounts where checked_at";
    let fetched = "select 1 from subscriptions where fetched_at";
    let day = json!({"advanceSeconds": 86_400});
    advance(&api, day).send().await.is(200);
    api.post("/_dev/reconcile").send().await.is(200);
    let back = api.delete("/_dev/clock").send().await.is(200);
    assert_eq!(back.number_at("/aheadSeconds"), 0);
    assert_eq!((ahead(checked).await, ahead(fetched).await), (0, 0));
    assert_eq!(shop.state(&person).await.0, "pro");
}

#[tokio::test]
async fn the_clock_survives_a_restart() {
    let server = Server::with(&[]).await;
    let ahead = json!({"advanceSeconds": 40 * 86_400});
    advance(&server.api(), ahead).send().await.is(200);
    let before = server.api().get("/_dev/clock").send().await.is(200);
    server.signal("TERM");
    let (_, place) = server.ended().await;
    let again = Server::start(crate::server::Start {
        place: Some(place),
        ..Default::default()
    })
    .await;
    let after = again.api().get("/_dev/clock").send().await.is(200);
    assert_eq!(after.json["aheadSeconds"], before.json["aheadSeconds"]);
}
