//! A test project as it was before anybody used it.

use serde_json::{Value, json};

use super::deletion::{checkout, running, subscriber};
use super::works::has_ended;
use crate::api::Reply;
use crate::cart::market::{Market, product};
use crate::catalog::crashes::{ended, faulty, start};
use crate::catalog::provider::{Provider, active};
use crate::project::Project;
use crate::server::{Server, eventually, shared};

/// Everything of people, each as a statement that finds it.
const LEFT: [&str; 17] = [
    "end_users",
    "sessions",
    "grants",
    "usage_counts",
    "usage_days",
    "usage_snapshots",
    "usage_tombstones",
    "idempotency_keys",
    "subscription_changes",
    "subscriptions",
    "invoices",
    "checkouts",
    "payment_customers",
    "orders",
    "order_lines",
    "reservations",
    "order_events",
];

/// The customers of a project, newest first.
async fn customers(project: &Project) -> Vec<Value> {
    let call = project.secret(project.api.get("/api/customers"));
    let list = call.send().await.is(200);
    list.json["customers"].as_array().unwrap().clone()
}

async fn reset(project: &Project, mut body: Value) -> Reply {
    body["publishableKey"] = project.pk.clone().into();
    project.develop("/projects/reset", body).await
}

fn counts(reply: &Reply) -> (i64, i64, i64) {
    let number = |name: &str| reply.number_at(&format!("/{name}"));
    assert_eq!(reply.json["success"], true);
    (
        number("customers"),
        number("subscriptions"),
        number("orders"),
    )
}

/// How many rows a project has in each table of [`LEFT`] that has any.
async fn left(project: &Project) -> Vec<String> {
    let mut found = Vec::new();
    for table in LEFT {
        let sql = format!(
            "select count(*) from {table} where publishable_key = '{}'",
            project.pk
        );
        let rows = project.api.database().look(&sql).await;
        if rows[0][0] != "0" {
            found.push(format!("{table}: {}", rows[0][0]));
        }
    }
    found
}

#[tokio::test]
async fn people_go_and_what_the_developer_made_stays_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 50).await;
    let other = Project::saas(&api, 50).await;
    let provider = Provider::of(&api).await;
    subscriber(&project, &provider, "ann@example.com").await;
    subscriber(&other, &provider, "ann@example.com").await;
    let bob = project.person("bob@example.com").await;
    let open = checkout(&project, &bob).await;
    project.take(&bob.id, 7).await.is(200);
    project.take("somebody-else", 3).await.is(200);
    let neighbour = other.person("bob@example.com").await;
    other.take(&neighbour.id, 4).await.is(200);
    let keyed = || {
        let call = project
            .track(&bob.id)
            .header("idempotency-key", "0123456789abcdef");
        call.json(json!({"amount": 1})).send()
    };
    keyed().await.is(200);

    let dry = reset(&project, json!({"dryRun": true})).await.is(200);
    assert_eq!(counts(&dry), (2, 1, 0));
    assert!(dry.number_at("/events") > 0);
    assert_eq!(project.count(&bob.id).await, 8);
    let done = reset(&project, json!({"confirm": "Saas"})).await.is(200);
    assert_eq!(counts(&done), (2, 1, 0));
    assert_eq!(left(&project).await, Vec::<String>::new());

    let session = provider.get(&format!("/v1/checkout/sessions/{open}")).await;
    assert_eq!(session["status"], "expired");
    assert_eq!(running(&provider).await, 1, "that of the other project");
    assert_eq!(active(&provider.prices(&project.pk).await).len(), 2);
    project
        .as_user(api.get("/api/usage"), &bob.token)
        .send()
        .await
        .problem(401, "token_revoked");
    let events = project.secret(api.get("/api/events")).send().await.is(200);
    assert_eq!(events.json["events"], json!([]));
    let board = project
        .secret(api.get("/api/dashboard"))
        .send()
        .await
        .is(200);
    assert_eq!(
        (&board.json["mrr"], &board.json["usageThisPeriod"]),
        (&json!(0), &json!(0))
    );

    check_all_begins_anew(&project, &provider).await;
    assert_eq!(other.count(&neighbour.id).await, 4);
    other
        .as_user(api.get("/api/usage"), &neighbour.token)
        .send()
        .await
        .is(200);
    let audit = api
        .database()
        .look("select detail from audit_log where action = 'project.reset'")
        .await;
    assert_eq!(audit, [[r#"{"only":null}"#]]);
}

/// The keys work, and everybody begins at 0: in the meter's memory too.
async fn check_all_begins_anew(project: &Project, provider: &Provider) {
    assert_eq!(project.count("somebody-else").await, 0);
    let again = project.customer("bob@example.com").await;
    assert_eq!(
        project
            .take(&again, 50)
            .await
            .is(200)
            .number_at("/usage/count"),
        50
    );
    let call = project
        .track(&again)
        .header("idempotency-key", "0123456789abcdef");
    call.json(json!({"amount": 1}))
        .send()
        .await
        .problem(403, "tier_limit_reached");
    subscriber(project, provider, "ann@example.com").await;
}

#[tokio::test]
async fn unpaid_orders_give_their_stock_back_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let market = Market::open(&api, json!([product("mug", 10), product("cap", 5)])).await;
    market.buy(&[("mug", 2)], "ann@example.com").await;
    let open = market.checkout(&[("mug", 3), ("cap", 5)]).await;
    assert_eq!((market.left("mug").await, market.left("cap").await), (5, 0));
    let body = json!({"confirm": "Market"});
    let done = reset(&market.project, body).await.is(200);
    assert_eq!(counts(&done), (0, 0, 2));
    assert_eq!((market.left("mug").await, market.left("cap").await), (8, 5));
    assert_eq!(market.session(&open).await["status"], "expired");
    assert_eq!(left(&market.project).await, Vec::<String>::new());
    let orders = market.get("/api/orders").await.is(200);
    assert_eq!(orders.json["orders"], json!([]));
    market.buy(&[("cap", 1)], "ann@example.com").await;
}

#[tokio::test]
async fn what_is_not_confirmed_not_known_or_live_is_refused_4xx() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    project.customer("ann@example.com").await;
    for body in [
        json!({}),
        json!({"confirm": "saas"}),
        json!({"confirm": ""}),
    ] {
        let asked = reset(&project, body)
            .await
            .problem(403, "confirmation_required");
        assert_eq!(
            (&asked.json["customers"], &asked.json["orders"]),
            (&json!(1), &json!(0))
        );
    }
    let body = json!({"only": "orders", "confirm": "Saas"});
    reset(&project, body).await.problem(422, "invalid_value");
    let body = json!({"only": "sample"});
    assert_eq!(counts(&reset(&project, body).await.is(200)), (0, 0, 0));
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
    let live = json!({"projectName": "Saas", "mode": "live", "tiers": tiers});
    let live = Project::make(&api, live).await;
    let refused = reset(&live, json!({"confirm": "Saas"})).await;
    let refused = refused.problem(422, "invalid_value");
    assert!(refused.text.contains("live"), "{}", refused.text);
    let body =
        json!({"publishableKey": "pk_test_00000000000000000000000000000000", "confirm": "Saas"});
    let unknown = project.develop("/projects/reset", body).await;
    unknown.problem(404, "project_not_found");
    let call = api.post("/projects/reset").bearer(&project.sk);
    let call = call.json(json!({"publishableKey": project.pk, "confirm": "Saas"}));
    assert_eq!(call.send().await.status, 401);
    assert_eq!(customers(&project).await.len(), 1);
}

/// The other days of a tenant keep what others used on them.
#[tokio::test]
async fn a_sample_goes_alone_and_totals_are_lowered_by_it_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 100).await;
    let old = project.person("old@example.com").await;
    project.take(&old.id, 30).await.is(200);
    mark_sample(&project).await;
    assert_eq!(customers(&project).await[0]["sample"], true);
    let new = project.person("new@example.com").await;
    project.take(&old.id, 12).await.is(200);
    project.take(&new.id, 5).await.is(200);
    let listed = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    assert!(listed.text.contains("\"sampleUntil\":"), "{}", listed.text);

    let done = reset(&project, json!({"only": "sample"})).await.is(200);
    assert_eq!(counts(&done), (1, 0, 0));
    let customers = customers(&project).await;
    assert_eq!(customers.len(), 1);
    assert_eq!(
        (&customers[0]["email"], &customers[0]["sample"]),
        (&json!("new@example.com"), &Value::Null)
    );
    assert_eq!(project.count(&new.id).await, 5);
    let sql = format!(
        "select user_id, used from usage_days where publishable_key = '{}' order by user_id",
        project.pk
    );
    let days = api.database().look(&sql).await;
    assert_eq!(days, [["", "5"], [&new.id, "5"]]);
    let listed = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    assert!(!listed.text.contains("sampleUntil"), "{}", listed.text);
}

/// What the end of the sample of demo data leaves in the settings of a project.
async fn mark_sample(project: &Project) {
    let made = customers(project).await[0]["createdAt"].clone();
    let now = made.as_i64().unwrap() + 1;
    let sql = format!(
        "update tenants set generation = generation + 1,
            settings = replace(settings, '\"sampleUntil\":null', '\"sampleUntil\":{now}') where publishable_key = '{}'",
        project.pk
    );
    project.api.database().plant(&sql).await;
    // A change by the server makes it read what was planted.
    project
        .settings(json!({"hideInventory": true}))
        .await
        .is(200);
}

#[tokio::test]
async fn a_reset_that_was_cut_off_is_done_by_the_next_process() {
    let server = faulty("reset.quiet").await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let provider = Provider::of(&api).await;
    subscriber(&project, &provider, "ann@example.com").await;
    let body = json!({"publishableKey": project.pk, "confirm": "Saas"});
    let call = api.post("/projects/reset").bearer(api.developer());
    assert!(call.json(&body).try_send().await.is_none());
    let server = start(ended(server).await, None).await;
    let api = server.api();
    eventually("it is done", async || has_ended(&api, &project.id).await).await;
    let call = api.get("/api/customers").bearer(&project.sk).send().await;
    assert_eq!(call.is(200).json["customers"], json!([]));
    assert_eq!(running(&Provider::of(&api).await).await, 0);
}

#[tokio::test]
async fn what_cannot_be_canceled_stops_a_reset_409_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let provider = Provider::of(&api).await;
    subscriber(&project, &provider, "ann@example.com").await;
    let out = json!({"mode": "test"});
    project
        .develop("/payment-account/disconnect", out)
        .await
        .is(200);
    let refused = reset(&project, json!({"confirm": "Saas"})).await;
    let refused = refused.problem(409, "stripe_not_connected");
    assert_eq!(refused.json["subscriptions"], 1);
    let body = json!({"confirm": "Saas", "leaveSubscriptions": true});
    assert_eq!(counts(&reset(&project, body).await.is(200)), (1, 1, 0));
}

/// People buy while everything is deleted: what is there afterwards is whole.
#[tokio::test]
async fn what_others_begin_meanwhile_is_not_half_deleted() {
    let server = Server::with(&[("DREAM_LIMITS_UNPAID_ORDERS_PER_NETWORK", "0")]).await;
    let api = server.api();
    let market = Market::open(&api, json!([product("mug", 1000)])).await;
    let buyer = market.clone();
    let buying = tokio::spawn(async move {
        for _ in 0..40 {
            let cart = buyer.cart(&[("mug", 1)]);
            buyer.send(&cart).await;
        }
    });
    for _ in 0..5 {
        let done = reset(&market.project, json!({"confirm": "Market"})).await;
        assert!([200, 409].contains(&done.status), "{}", done.text);
    }
    buying.await.unwrap();
    reset(&market.project, json!({"confirm": "Market"}))
        .await
        .is(200);
    assert_eq!(market.left("mug").await, 1000);
    assert_eq!(left(&market.project).await, Vec::<String>::new());
}
