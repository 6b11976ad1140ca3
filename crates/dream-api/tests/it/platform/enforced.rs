//! Where the operator charges: live keys stop without the paid plan, and come back with it.

use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{DAY, Desk, charging};
use crate::api::{Api, Reply};
use crate::project::{Person, Project};
use crate::server::{Place, Server, Start, eventually, free_address};

const WORDS: &str = "Subscription expired. Please renew at dashboard to restore API access.";

/// A project of a developer in one mode, with a user.
struct App {
    project: Project,
    person: Person,
}

impl App {
    async fn of(ann: &Desk, mode: &str) -> Self {
        let tiers = json!([{"name": "free", "price": 0, "limit": 1000}]);
        let body = json!({"projectName": "App", "mode": mode, "tiers": tiers});
        let project = Project::make_as(&ann.api, &ann.token, body).await;
        let person = project.person("user@example.com").await;
        Self { project, person }
    }

    /// A call through each door that keys and tokens open.
    async fn calls(&self, api: &Api) -> Vec<Reply> {
        let (project, token) = (&self.project, &self.person.token);
        let calls = [
            project.secret(api.post("/api/data")).user("u1"),
            project.secret(api.post("/api/data")).token(token),
            project.secret(api.get("/api/usage")).user("u1"),
            project.secret(api.get("/api/customers")),
            project.secret(api.get("/api/tiers")),
            api.get("/api/tiers").key(&project.pk),
            project.as_user(api.post("/api/data"), token),
            api.get("/api/usage").bearer(token),
        ];
        let mut replies = Vec::new();
        for call in calls {
            replies.push(call.send().await);
        }
        replies
    }

    async fn works(&self, api: &Api) {
        for reply in self.calls(api).await {
            reply.is(200);
        }
    }

    async fn is_stopped(&self, api: &Api) {
        for reply in self.calls(api).await {
            let reply = reply.problem(403, "subscription_expired");
            assert_eq!(reply.text_at("/message"), WORDS);
        }
    }

    /// The developer himself, his pages and what machines tell go on.
    async fn serves_its_developer(&self, ann: &Desk) {
        let own = ann.api.get("/api/customers").key(&self.project.pk);
        own.bearer(&ann.token).send().await.is(200);
        let list = ann.api.get("/projects").bearer(&ann.token);
        list.send().await.is(200);
        let event = ann.api.post("/webhook/stripe").json(json!({}));
        event.send().await.problem(400, "missing_signature");
        let path = format!("/account?pk={}", self.project.pk);
        ann.api.get(&path).send().await.is(200);
    }
}

#[tokio::test]
async fn live_keys_stop_after_the_grace_and_come_back_with_the_payment() {
    let server = charging().await;
    let api = server.api();
    let ann = Desk::of(&api, "stops").await;
    eventually("the price is the operator's", async || {
        let plan = ann.plan().await;
        (&plan["price"], &plan["currency"]) == (&json!(2000), &json!("eur"))
    })
    .await;
    assert_eq!(ann.plan().await["enforced"], true);
    let (test, live) = (App::of(&ann, "test").await, App::of(&ann, "live").await);
    live.works(&api).await;
    ann.wait(7 * DAY - 3600).await;
    live.works(&api).await;
    ann.wait(7200).await;
    live.is_stopped(&api).await;
    live.serves_its_developer(&ann).await;
    test.works(&api).await;

    // Paid, and no event tells of it: at once all the same.
    let session = ann.checkout().await;
    ann.control("misbehave", json!({"what": "drop"})).await;
    ann.pay(&session).await;
    live.is_stopped(&api).await;
    ann.come_back(&session).await.is(200);
    live.works(&api).await;
    assert_eq!(paid_for(&ann, &session).await, 2000);

    // Cancelled: the plan runs to its end, the keys a week longer.
    ann.cancel_at_period_end().await;
    ann.wait(29 * DAY).await;
    live.works(&api).await;
    ann.wait(4 * DAY).await;
    assert_eq!(ann.standing().await, ("free".into(), "canceled".into()));
    live.works(&api).await;
    ann.wait(7 * DAY).await;
    live.is_stopped(&api).await;
    test.works(&api).await;
    ann.buy().await;
    live.works(&api).await;
}

/// What a session took, in minor units.
async fn paid_for(ann: &Desk, session: &str) -> i64 {
    let path = format!("/v1/checkout/sessions/{session}");
    let session: Value = ann.provider(Method::GET, &path, &[]).await;
    session["amount_total"].as_i64().unwrap()
}

#[tokio::test]
async fn a_second_live_project_has_no_grace_once_the_plan_has_ended() {
    let server = charging().await;
    let api = server.api();
    let (ann, bob) = (Desk::of(&api, "ended").await, Desk::of(&api, "pays").await);
    let (hers, his) = (App::of(&ann, "live").await, App::of(&bob, "live").await);
    ann.buy().await;
    bob.buy().await;
    ann.cancel_at_period_end().await;
    ann.wait(45 * DAY).await;
    hers.is_stopped(&api).await;
    his.works(&api).await;
    let body = json!({"projectName": "Second", "mode": "live", "tiers": [{"name": "free", "price": 0, "limit": 5}]});
    let second = Project::make_as(&api, &ann.token, body).await;
    second
        .take("u1", 1)
        .await
        .problem(403, "subscription_expired");
}

#[tokio::test]
async fn without_a_price_nobody_is_stopped() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let ann = Desk::of(&api, "free-of-charge").await;
    let live = App::of(&ann, "live").await;
    ann.wait(60 * DAY).await;
    live.works(&api).await;
    assert_eq!(ann.plan().await["enforced"], false);
}

#[tokio::test]
async fn another_process_sees_at_once_who_has_paid() {
    let (first, second) = (free_address(), free_address());
    let url = format!("http://{first}");
    let variables = |address| {
        [
            ("DREAM_LISTEN", address),
            ("DREAM_PUBLIC_URL", url.as_str()),
            ("STRIPE_PRICE_ID", "price_of_nobody"),
        ]
    };
    let one = Server::with(&variables(first.as_str())).await;
    if one.api().database().url().is_none() {
        println!("not on SQLite: one process owns the file");
        return;
    }
    let two = Server::start(Start {
        variables: &variables(second.as_str()),
        place: Some(Place::beside(&one)),
    })
    .await;
    let (api, mut other) = (one.api(), two.api());
    other.base = format!("http://{second}");
    let ann = Desk::of(&api, "two-processes").await;
    let live = App::of(&ann, "live").await;
    ann.wait(8 * DAY).await;
    live.is_stopped(&api).await;
    // The clock of another process follows with its heartbeat.
    eventually("the other process stops the keys, too", async || {
        live.project
            .secret(other.get("/api/tiers"))
            .send()
            .await
            .status
            == 403
    })
    .await;
    live.is_stopped(&other).await;
    let user = crate::forge::claims(&ann.token)["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    let plant = format!(
        "insert into grants (publishable_key, user_id, plan, granted_by, until_at, created_at)
         select publishable_key, user_id, 'paid', 'operator', null, 0 from end_users where user_id = '{user}';
         update end_users set version = version + 1 where user_id = '{user}'"
    );
    api.database().plant(&plant).await;
    live.works(&api).await;
    live.works(&other).await;
}
