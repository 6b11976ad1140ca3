//! What those who run the server see of its developers.

use serde_json::json;

use crate::forge::other_project;
use crate::server::Server;

#[tokio::test]
async fn operators_see_every_platform_and_nobody_else_does_403() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let body =
        json!({"projectName": "Theirs", "tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let (theirs, developer) = other_project(&api, "other@example.com", body).await;
    theirs.customer("one@example.com").await;
    theirs.customer("two@example.com").await;
    let list = async |query: &str, token: &str| {
        let path = format!("/api/operator/platforms{query}");
        api.get(&path).bearer(token).send().await
    };
    let refused = list("", &developer).await;
    refused.problem(403, "operator_required");
    list("", &theirs.sk)
        .await
        .problem(401, "developer_required");
    let all = list("", api.developer()).await.is(200);
    let rows = all.json["platforms"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{}", all.text);
    let row = &rows[0];
    assert_eq!(row["platformId"], theirs.platform);
    assert_eq!(row["email"], "other@example.com");
    assert_eq!(
        (&row["plan"], &row["status"]),
        (&json!("free"), &json!("none"))
    );
    assert_eq!(
        (&row["testUsers"], &row["liveUsers"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(row["mrr"], 0);
    // The demo user and these two.
    let expected = json!({"platforms": 2, "paying": 0, "trialing": 0, "liveUsers": 0, "testUsers": 3, "mrr": 0, "mrrByCurrency": {}});
    assert_eq!(all.json["totals"], expected);
    let first = list("?limit=1", api.developer()).await.is(200);
    assert_eq!(first.json["hasMore"], true);
    let cursor = first.text_at("/nextCursor");
    let rest = list(&format!("?limit=1&cursor={cursor}"), api.developer()).await;
    let rest = rest.is(200);
    assert_eq!(rest.text_at("/platforms/0/email"), "demo@dream-api.test");
    let found = list("?search=OTHER", api.developer()).await.is(200);
    assert_eq!(found.json["platforms"].as_array().unwrap().len(), 1);
    for (sort, first) in [
        ("newest", "other@example.com"),
        ("oldest", "demo@dream-api.test"),
        ("email", "demo@dream-api.test"),
        ("-email", "other@example.com"),
        ("liveUsers", "demo@dream-api.test"),
        ("-liveUsers", "other@example.com"),
    ] {
        let query = format!("?limit=1&sort={sort}");
        let page = list(&query, api.developer()).await.is(200);
        assert_eq!(page.text_at("/platforms/0/email"), first, "{sort}");
        let cursor = page.text_at("/nextCursor");
        let rest = list(&format!("{query}&cursor={cursor}"), api.developer()).await;
        let rest = rest.is(200);
        assert_ne!(rest.text_at("/platforms/0/email"), first, "{sort}");
        assert_eq!(rest.json["hasMore"], false);
        let other = if sort == "email" { "-email" } else { "email" };
        let query = format!("?limit=1&sort={other}&cursor={cursor}");
        let refused = list(&query, api.developer()).await;
        refused.problem(422, "invalid_cursor");
    }
    let refused = list("?sort=mrr", api.developer()).await;
    let refused = refused.problem(422, "invalid_value");
    assert!(refused.text.contains("-liveUsers"), "{}", refused.text);
}
