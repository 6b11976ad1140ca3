//! What pages ask for again and again: 304 while it is as it was.

use serde_json::json;

use crate::api::Call;
use crate::billing::shop::{Shop, alone};

/// What is read with the token of the developer.
const OF_DEVELOPER: [&str; 3] = ["/projects", "/payment-account?mode=test", "/subscription"];

/// What is read with the secret key of the project.
fn of_project(user: &str) -> Vec<String> {
    let one = format!("/api/customers/{user}");
    let mut paths = vec![format!("{one}/explain"), format!("{one}/invoices"), one];
    paths.extend(["/api/customers", "/api/events", "/api/orders", "/tiers"].map(str::to_owned));
    paths
}

fn call(shop: &Shop, path: &str) -> Call {
    let call = shop.api().get(path);
    if OF_DEVELOPER.contains(&path) {
        return call.bearer(shop.api().developer());
    }
    shop.project.secret(call)
}

async fn status(shop: &Shop, path: &str, tag: &str) -> u16 {
    let call = call(shop, path).header("if-none-match", tag);
    call.send().await.status
}

#[tokio::test]
async fn polled_reads_are_304_until_something_changes() {
    let (_server, shop) = alone(5).await;
    // The round of the start may be under way.
    shop.api().post("/_dev/reconcile").send().await.is(200);
    let person = shop.project.person("ada@example.com").await;
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    shop.wait(1).await;
    let mut tags = Vec::new();
    for path in of_project(&person.id)
        .into_iter()
        .chain(OF_DEVELOPER.map(str::to_owned))
    {
        let first = call(&shop, &path).send().await.is(200);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        let again = call(&shop, &path).header("if-none-match", &tag);
        let again = again.send().await.is(304);
        assert_eq!((again.text.as_str(), again.header("etag")), ("", &*tag));
        assert_eq!(again.header("cache-control"), "no-store");
        assert_eq!(status(&shop, &path, "W/\"another\"").await, 200, "{path}");
        tags.push((path, tag));
    }
    shop.project
        .edit("pro", json!({"displayName": "Pro 2"}))
        .await
        .is(200);
    shop.project.customer("bob@example.com").await;
    shop.project
        .settings(json!({"projectName": "Renamed"}))
        .await
        .is(200);
    for (path, tag) in tags {
        if ["/tiers", "/api/customers", "/projects"].contains(&&*path) {
            assert_eq!(status(&shop, &path, &tag).await, 200, "{path}");
        }
    }
}
