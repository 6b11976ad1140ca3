//! Customers on the dashboard: pages, filters, and none of another project (TI-19).

use serde_json::{Value, json};

use super::dashboard;
use crate::billing::shop::Shop;
use crate::project::Project;
use crate::server::{eventually, shared};

fn emails(found: &Value) -> Vec<&str> {
    let rows = found["customers"].as_array().unwrap().iter();
    rows.map(|row| row["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn customers_page_in_both_orders() {
    let project = Project::saas(&shared().await, 5).await;
    for name in ["a", "b", "c"] {
        let made = project.create(json!({"email": format!("{name}@example.com")}));
        let made = made.await.is(201).number_at("/customer/createdAt");
        // The order is that of the milliseconds in which they were made.
        eventually("the next one is younger", async || {
            let health = project.api.get("/health").send().await;
            health.number_at("/now") > made
        })
        .await;
    }
    for (sort, expected) in [("newest", ["c", "b", "a"]), ("oldest", ["a", "b", "c"])] {
        let expected = expected.map(|name| format!("{name}@example.com"));
        let query = format!("?limit=2&sort={sort}");
        let first = dashboard(&project, &query).await;
        assert_eq!(emails(&first.json), expected[..2]);
        assert_eq!(first.json["hasMore"], true);
        let cursor = first.text_at("/nextCursor");
        let rest = dashboard(&project, &format!("{query}&cursor={cursor}")).await;
        assert_eq!(emails(&rest.json), expected[2..]);
        assert_eq!(
            (&rest.json["hasMore"], &rest.json["nextCursor"]),
            (&Value::Bool(false), &Value::Null)
        );
    }
}

#[tokio::test]
async fn customers_are_found_by_plan_standing_and_text() {
    let shop = Shop::open(&shared().await, 5).await;
    let project = &shop.project;
    let bought = project.person("bought@example.com").await;
    let session = shop.buy(&bought, "pro").await;
    shop.confirm(&bought, &session).await.is(200);
    let given = project.customer("given@example.com").await;
    project.set_plan(&given, "max").await.is(200);
    project.customer("free@example.com").await;
    for (query, expected) in [
        ("?plan=pro", vec!["bought@example.com"]),
        ("?plan=max", vec!["given@example.com"]),
        ("?plan=free", vec!["free@example.com"]),
        ("?status=active", vec!["bought@example.com"]),
        (
            "?status=none",
            vec!["free@example.com", "given@example.com"],
        ),
        ("?status=canceling", vec![]),
        ("?search=FREE@", vec!["free@example.com"]),
        ("?search=%25", vec![]),
        (
            "?search=example&status=active&plan=pro",
            vec!["bought@example.com"],
        ),
    ] {
        let found = dashboard(project, query).await;
        assert_eq!(emails(&found.json), expected, "{query}");
    }
}

#[tokio::test]
async fn wrong_words_in_the_address_are_refused_400_422() {
    let project = Project::saas(&shared().await, 5).await;
    for (query, status, code) in [
        ("?sort=mrr", 422, "invalid_value"),
        ("?sort=-newest", 422, "invalid_value"),
        ("?sort=", 422, "invalid_value"),
        ("?status=paid", 422, "invalid_value"),
        ("?usage=full", 422, "invalid_value"),
        ("?limit=0", 422, "invalid_value"),
        ("?limit=101", 422, "invalid_value"),
        ("?search=%00", 422, "invalid_value"),
        ("?cursor=abc", 422, "invalid_cursor"),
        ("?plan=gold", 400, "unknown_plan"),
    ] {
        let path = format!("/api/dashboard{query}");
        let reply = project.secret(project.api.get(&path)).send().await;
        reply.problem(status, code);
    }
    for days in ["31", "0", "-1", "x"] {
        let path = format!("/api/dashboard/series?days={days}");
        let reply = project.secret(project.api.get(&path)).send().await;
        reply.problem(422, "invalid_value");
    }
}

/// Two pages of a list, which has more than one.
async fn both(project: &Project, query: &str) -> Vec<Value> {
    let first = dashboard(project, query).await;
    let cursor = first.text_at("/nextCursor");
    let rest = dashboard(project, &format!("{query}&cursor={cursor}")).await;
    assert_eq!(rest.json["nextCursor"], Value::Null);
    let pages = [&first.json, &rest.json].map(|page| page["customers"].as_array().unwrap());
    pages.into_iter().flatten().cloned().collect()
}

#[tokio::test]
async fn customers_are_sorted_by_what_the_table_shows_of_them() {
    let shop = Shop::open(&shared().await, 10).await;
    let project = &shop.project;
    // The plan of one counts by day, that of the others by month.
    let daily = json!({"period": "day"});
    project.edit("max", daily).await.is(200);
    for (name, used) in [("Bob", 3), ("ada", 0), ("eve", 7), ("Dan", 3)] {
        let id = project.customer(&format!("{name}@example.com")).await;
        if used > 0 {
            project.take(&id, used).await.is(200);
        }
    }
    let max = project.customer("cat@example.com").await;
    project.take(&max, 9).await.is(200);
    project.set_plan(&max, "max").await.is(200);
    project.take(&max, 5).await.is(200);
    let made = project.create(json!({"externalId": "nobody"})).await;
    made.is(201);
    let person = project.person("fay@example.com").await;
    let session = shop.buy(&person, "pro").await;
    shop.confirm(&person, &session).await.is(200);
    let column = |rows: &[Value], name: &str| -> Vec<Value> {
        rows.iter().map(|row| row[name].clone()).collect()
    };
    let names = ["ada", "Bob", "cat", "Dan", "eve", "fay"];
    let mut emails = names.map(|name| format!("{name}@example.com"));
    for sort in ["email", "-email"] {
        let rows = both(project, &format!("?limit=4&sort={sort}")).await;
        let found = column(&rows, "email");
        assert_eq!(found[..6], emails.clone().map(Value::from), "{sort}");
        assert_eq!(found[6], "");
        emails.reverse();
    }
    let mut used = vec![0, 0, 0, 3, 3, 5, 7];
    for sort in ["usage", "-usage"] {
        let rows = both(project, &format!("?limit=4&sort={sort}")).await;
        assert_eq!(json!(column(&rows, "usage")), json!(used), "{sort}");
        used.reverse();
    }
    for sort in ["renews", "-renews"] {
        let rows = both(project, &format!("?limit=4&sort={sort}")).await;
        assert_eq!(rows[0]["email"], "fay@example.com", "{sort}");
        let renew = rows.iter().filter(|row| row["renewsAt"].is_string());
        assert_eq!(renew.count(), 1);
    }
}

#[tokio::test]
async fn cursor_of_another_order_is_refused_422() {
    let project = Project::saas(&shared().await, 5).await;
    for name in ["a", "b"] {
        project.customer(&format!("{name}@example.com")).await;
    }
    let sorts = [
        "newest", "oldest", "email", "-email", "usage", "-usage", "renews", "-renews",
    ];
    for made in sorts {
        let first = dashboard(&project, &format!("?limit=1&sort={made}")).await;
        let cursor = first.text_at("/nextCursor");
        for sort in sorts.into_iter().filter(|sort| *sort != made) {
            let path = format!("/api/dashboard?limit=1&sort={sort}&cursor={cursor}");
            let reply = project.secret(project.api.get(&path)).send().await;
            reply.problem(422, "invalid_cursor");
        }
        let rest = dashboard(&project, &format!("?limit=1&sort={made}&cursor={cursor}")).await;
        assert_eq!(rest.json["hasMore"], false, "{made}");
    }
    let reply = project.secret(project.api.get("/api/dashboard?sort=plan"));
    let refused = reply.send().await.problem(422, "invalid_value");
    assert_eq!(refused.json["errors"][0]["location"], "sort");
    for word in sorts {
        assert!(refused.text.contains(word), "{word}: {}", refused.text);
    }
}

/// Two projects of one developer on one account, one of them busy: the other shows nothing of it.
#[tokio::test]
async fn dashboard_shows_nothing_of_another_project() {
    let api = shared().await;
    let (busy, quiet) = (Shop::open(&api, 5).await, Project::saas(&api, 5).await);
    let person = busy.project.person("busy@example.com").await;
    let session = busy.buy(&person, "pro").await;
    busy.confirm(&person, &session).await.is(200);
    busy.track(&person).await.is(200);
    eventually("the events of the purchase are worked", async || {
        let found = dashboard(&busy.project, "?limit=1").await;
        found.number_at("/mrr") == 2900
            && found.json["webhook"]["recent"][1]["payload"]["data"]["object"].is_object()
    })
    .await;
    let found = dashboard(&quiet, "").await;
    assert_eq!(found.number_at("/mrr"), 0);
    assert_eq!(found.number_at("/usageThisPeriod"), 0);
    for text in [
        &busy.project.pk,
        &person.id,
        "busy@example.com",
        "sub_",
        "cus_",
    ] {
        assert!(!found.text.contains(text), "{text}");
    }
    let call = quiet.secret(api.get("/api/dashboard/series"));
    let series = call.send().await.is(200);
    assert_eq!(series.json["currencies"], serde_json::json!([]));
    // A cursor is good for its own project alone.
    busy.project.customer("second@example.com").await;
    let first = dashboard(&busy.project, "?limit=1").await;
    let path = format!("/api/dashboard?cursor={}", first.text_at("/nextCursor"));
    let stolen = quiet.secret(api.get(&path)).send().await;
    stolen.problem(422, "invalid_cursor");
    let other = quiet
        .secret(api.get("/api/dashboard"))
        .key(&busy.project.pk);
    other.send().await.problem(403, "key_mismatch");
}
