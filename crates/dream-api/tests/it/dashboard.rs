//! The dashboard: figures worked out by hand, pages, and nothing of another project.

mod figures;
mod limits;
mod lists;
mod operators;
mod used;

use serde_json::{Value, json};

use crate::api::Reply;
use crate::project::Project;
use crate::server::{Server, shared};

pub(crate) async fn dashboard(project: &Project, query: &str) -> Reply {
    let path = format!("/api/dashboard{query}");
    let call = project.secret(project.api.get(&path));
    call.send().await.is(200)
}

async fn conditional(project: &Project, path: &str, tag: &str) -> Reply {
    let call = project.secret(project.api.get(path));
    call.header("if-none-match", tag).send().await
}

#[tokio::test]
async fn empty_project_has_every_member_and_no_figure() {
    let project = Project::saas(&shared().await, 5).await;
    let found = dashboard(&project, "").await;
    for (pointer, value) in [
        ("/metrics/activeSubs", json!(0)),
        ("/metrics/mrr", json!(0)),
        ("/metrics/mrrByCurrency", json!({})),
        ("/metrics/churn", Value::Null),
        ("/metrics/currency", json!("usd")),
        ("/metrics/storeSalesCount", json!(0)),
        ("/previous/mrr", json!(0)),
        ("/previous/cancelingSubs", json!(0)),
        ("/activeSubscriptions", json!(0)),
        ("/cancelingSubscriptions", json!(0)),
        ("/mrr", json!(0)),
        ("/usageThisPeriod", json!(0)),
        ("/totalRevenue", json!(0)),
        ("/totalSales", json!(0)),
        ("/customers", json!([])),
        ("/nextCursor", Value::Null),
        ("/products", json!([])),
        ("/orders", json!([])),
        ("/webhook/lastEventAt", Value::Null),
        ("/webhook/recent", json!([])),
        ("/webhookStatus/recentEvents", json!([])),
        ("/health/inboxDead", json!(0)),
        ("/filters/mode", json!("test")),
        ("/filters/publishableKey", json!(project.pk)),
        ("/filters/platformId", json!(project.platform)),
        ("/keys/publishableKey", json!(project.pk)),
        ("/tiers/1/name", json!("pro")),
        ("/tiers/1/price", json!(2900)),
        ("/tiers/2/limit", json!(-1)),
        ("/tiers/2/projectType", json!("saas")),
    ] {
        assert_eq!(found.json.pointer(pointer), Some(&value), "{pointer}");
    }
    let url = found.text_at("/webhook/url");
    assert!(url.ends_with("/webhook/stripe"), "{url}");
    assert_eq!(found.text_at("/webhookStatus/url"), url);
    assert!(!found.text.contains(&project.sk), "a secret is in it");
    let masked = found.text_at("/keys/secretKeyMasked");
    assert!(masked.ends_with(&project.sk[project.sk.len() - 4..]));
    assert_eq!(found.text_at("/keys/apiKeys/0/secretKeyMasked"), masked);
}

#[tokio::test]
async fn unchanged_dashboard_is_304_and_a_counted_call_is_seen_at_once() {
    // Nothing else happens on a server of its own, after its first round, with nothing to be made at the provider.
    let server = Server::with(&[]).await;
    let api = server.api();
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
    let project = Project::make(&api, json!({"projectName": "Still", "tiers": tiers})).await;
    api.post("/_dev/reconcile").send().await.is(200);
    let ann = project.customer("ann@example.com").await;
    for path in ["/api/dashboard", "/api/dashboard/series?days=90"] {
        let first = project.secret(project.api.get(path)).send().await.is(200);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        let again = conditional(&project, path, &tag).await.is(304);
        assert_eq!((again.text.as_str(), again.header("etag")), ("", &*tag));
        project.take(&ann, 1).await.is(200);
        let other = conditional(&project, path, &tag).await.is(200);
        assert_ne!(other.header("etag"), tag);
    }
    let found = dashboard(&project, "").await;
    assert_eq!(found.number_at("/metrics/usageThisPeriod"), 2);
    assert_eq!(found.number_at("/customers/0/usage"), 2);
    assert_eq!(found.number_at("/customers/0/usageCount"), 2);
    assert_eq!(found.number_at("/customers/0/limit"), 5);
}

#[tokio::test]
async fn dashboards_are_for_servers_and_developers_401_403() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let person = project.person("ann@example.com").await;
    for path in [
        "/api/dashboard",
        "/api/dashboard/series",
        "/api/dashboard/totals",
    ] {
        api.get(path)
            .send()
            .await
            .problem(401, "missing_authentication");
        let with_pk = api.get(path).key(&project.pk).send().await;
        with_pk.problem(403, "secret_key_required");
        let by_user = project.as_user(api.get(path), &person.token).send().await;
        by_user.problem(403, "secret_key_required");
        let own = api.get(path).bearer(api.developer()).key(&project.pk);
        own.send().await.is(200);
    }
    let none = api.get("/api/developer/dashboard").bearer(&project.sk);
    none.send().await.problem(401, "developer_required");
}
