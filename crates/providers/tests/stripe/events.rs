//! Events and endpoints against the sandbox.

use dream_domain::time::Millis;
use dream_providers::stripe::VERSION;
use dream_providers::stripe::endpoints::NewEndpoint;
use dream_providers::stripe::events::{Start, Wanted};
use dream_providers::stripe::webhook::{Event, TOLERANCE_SECONDS, verify};

use crate::bench::{Bench, NOW};
use crate::customers::customer;
use crate::script::{Script, answer};

#[tokio::test]
async fn events_are_listed_page_by_page() {
    let bench = Bench::start();
    let at = bench.at();
    for name in ["a", "b", "c"] {
        customer(&bench, &format!("{name}@example.com"), name).await;
    }
    let wanted = Wanted {
        since: Some(Millis(NOW * 1_000)),
        types: &["customer.created", "customer.deleted"],
        ..Wanted::default()
    };
    let all = at.events(&wanted).await.unwrap();
    let emails = |events: &[Event]| -> Vec<String> {
        let emails = events.iter().map(|event| event.object["email"].as_str());
        emails.map(|email| email.unwrap().to_owned()).collect()
    };
    assert_eq!(
        emails(&all.events),
        ["c@example.com", "b@example.com", "a@example.com"]
    );
    assert!(!all.has_more);
    let middle = &all.events[1];
    let page = |start| at_page(&bench, Wanted { start, ..wanted });
    assert_eq!(
        emails(&page(Start::OlderThan(&middle.id)).await),
        ["a@example.com"]
    );
    assert_eq!(
        emails(&page(Start::NewerThan(&middle.id)).await),
        ["c@example.com"]
    );
    assert_eq!(&at.event(&middle.id).await.unwrap(), middle);
    let later = Wanted {
        since: Some(Millis((NOW + 1) * 1_000)),
        ..wanted
    };
    assert_eq!(at.events(&later).await.unwrap().events, []);
    let undelivered = Wanted {
        undelivered: true,
        ..wanted
    };
    assert_eq!(at.events(&undelivered).await.unwrap().events, []);
}

async fn at_page(bench: &Bench, wanted: Wanted<'_>) -> Vec<Event> {
    bench.at().events(&wanted).await.unwrap().events
}

#[tokio::test]
async fn an_account_lists_its_own_events() {
    let bench = Bench::start();
    let account = bench.connect().await;
    let page = bench.client.at(&account).events(&Wanted::default()).await;
    let events = page.unwrap().events;
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event.account == account));
}

#[tokio::test]
async fn what_is_delivered_is_signed_with_the_secret() {
    let bench = Bench::start();
    let at = bench.at();
    let script = Script::play(vec![answer(200, "{}")]).await;
    let url = format!("{}/webhook", script.base);
    let new = NewEndpoint {
        url: &url,
        events: &["customer.created"],
        connect: false,
    };
    let made = at.create_endpoint(&new, "e1").await.unwrap();
    assert_eq!((&made.url, &*made.status), (&url, "enabled"));
    assert_eq!(made.api_version.as_deref(), Some(VERSION));
    assert_eq!(made.enabled_events, ["customer.created"]);
    let secret = made.secret.clone().unwrap();
    assert!(!format!("{made:?}").contains(&*secret));
    let listed = at.endpoints().await.unwrap();
    assert_eq!((listed.len(), &listed[0].id), (1, &made.id));
    assert!(listed[0].secret.is_none());

    customer(&bench, "a@example.com", "k1").await;
    let came = script.wait_for(1).await;
    let (body, header) = (came[0].body.as_bytes(), came[0].header("stripe-signature"));
    let now = Millis(NOW * 1_000);
    verify(
        body,
        header,
        &["whsec_old", &secret],
        now,
        TOLERANCE_SECONDS,
    )
    .unwrap();
    let event = Event::parse(body).unwrap();
    assert_eq!((&*event.kind, &*event.account), ("customer.created", ""));
    assert_eq!(at.event(&event.id).await.unwrap(), event);

    at.delete_endpoint(&made.id).await.unwrap();
    at.delete_endpoint(&made.id).await.unwrap();
    assert!(at.endpoints().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_endpoint_of_the_platform_hears_of_accounts() {
    let bench = Bench::start();
    let script = Script::play(vec![answer(200, "{}")]).await;
    let new = NewEndpoint {
        url: &script.base,
        events: &["account.application.authorized"],
        connect: true,
    };
    bench.at().create_endpoint(&new, "e1").await.unwrap();
    let account = bench.connect().await;
    let came = script.wait_for(1).await;
    let event = Event::parse(came[0].body.as_bytes()).unwrap();
    assert_eq!(event.account, account);
}
