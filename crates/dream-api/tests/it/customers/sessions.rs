//! Where customers are signed in, as their developer sees and ends it.

use std::collections::BTreeSet;

use serde_json::json;

use crate::api::Reply;
use crate::project::Project;
use crate::server::shared;

async fn list(project: &Project, id: &str, query: &str) -> Reply {
    let path = format!("/api/customers/{id}/sessions{query}");
    project.secret(project.api.get(&path)).send().await
}

async fn end(project: &Project, id: &str, session: &str) -> Reply {
    let path = format!("/api/customers/{id}/sessions/{session}");
    project.secret(project.api.delete(&path)).send().await
}

#[tokio::test]
async fn sessions_are_listed_and_each_ends_alone_200() {
    let project = Project::saas(&shared().await, 50).await;
    let id = project.customer("ada@example.com").await;
    let tokens = [project.mint(&id).await, project.mint(&id).await];
    let seen = list(&project, &id, "").await.is(200);
    assert_eq!(seen.json["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(seen.json["hasMore"], false);
    let first = &seen.json["sessions"][0];
    assert_eq!(first["minted"], true);
    assert!(first["createdAt"].as_i64() < first["expiresAt"].as_i64());
    assert!(first["userAgent"].is_null());
    let me = async |token: &str| {
        let call = project.as_user(project.api.get("/api/me"), token);
        call.send().await.status
    };
    // The newest comes first.
    let newest = first["id"].as_str().unwrap().to_owned();
    assert_eq!((me(&tokens[0]).await, me(&tokens[1]).await), (200, 200));
    let ended = end(&project, &id, &newest).await.is(200);
    assert_eq!(ended.json, json!({"success": true}));
    assert_eq!((me(&tokens[0]).await, me(&tokens[1]).await), (200, 401));
    let left = list(&project, &id, "").await.is(200);
    assert_eq!(left.json["sessions"].as_array().unwrap().len(), 1);
    end(&project, &id, &newest).await.problem(404, "not_found");
}

#[tokio::test]
async fn pages_hold_every_session_once() {
    let project = Project::saas(&shared().await, 50).await;
    let id = project.customer("ada@example.com").await;
    for _ in 0..5 {
        project.mint(&id).await;
    }
    let (mut query, mut seen) = ("?limit=2".to_owned(), BTreeSet::new());
    loop {
        let page = list(&project, &id, &query).await.is(200);
        for one in page.json["sessions"].as_array().unwrap() {
            assert!(seen.insert(one["id"].as_str().unwrap().to_owned()));
        }
        if page.json["hasMore"] == false {
            break;
        }
        query = format!("?limit=2&cursor={}", page.text_at("/nextCursor"));
    }
    assert_eq!(seen.len(), 5);
    let other = project.customer("bob@example.com").await;
    let foreign = list(&project, &other, &query).await;
    foreign.problem(422, "invalid_cursor");
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_found_404() {
    let project = Project::saas(&shared().await, 50).await;
    let ada = project.person("ada@example.com").await;
    let bob = project.person("bob@example.com").await;
    let of_ada = list(&project, &ada.id, "").await.is(200);
    let session = of_ada.text_at("/sessions/0/id");
    for (id, session) in [
        (&bob.id, session.as_str()),
        (&ada.id, "sess_0"),
        (&ada.id, "a%00b"),
    ] {
        end(&project, id, session).await.problem(404, "not_found");
    }
    end(&project, "nobody", &session)
        .await
        .problem(404, "customer_not_found");
    list(&project, "nobody", "")
        .await
        .problem(404, "customer_not_found");
    assert_eq!(list(&project, &ada.id, "").await.json, of_ada.json);
}
