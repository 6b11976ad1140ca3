//! What one tenant could learn of another without ever being let in (TI-05, TI-12, TI-18, TI-19).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::project::Project;
use crate::server::shared;
use crate::tenants::Victim;

#[tokio::test]
async fn a_foreign_user_id_is_a_counter_of_ones_own() {
    let api = shared().await;
    let victim = Victim::new(&api, "counted").await;
    let attacker = Project::saas(&api, 2).await;
    let before = victim.snapshot().await;
    for id in [&victim.person.id, &victim.external] {
        let reply = attacker.track(id).send().await;
        if reply.status != 404 {
            let reply = reply.is(200);
            assert_eq!(reply.number_at("/usage/count"), 1);
            assert_eq!(reply.number_at("/usage/limit"), 2);
            assert_eq!(reply.json["usage"]["plan"], "free");
        }
    }
    assert_eq!(victim.snapshot().await, before);
}

#[tokio::test]
async fn a_foreign_id_answers_as_a_random_one_404() {
    let api = shared().await;
    let victim = Victim::new(&api, "oracle").await;
    let attacker = Project::saas(&api, 5).await;
    let random = "user_01a1fde509f27b5ab1a72339ddf4af10";
    let ask = async |id: &str, method: &str| {
        let path = format!("/api/customers/{id}");
        let call = attacker.secret(api.call(method.parse().unwrap(), &path));
        let reply = call.json(json!({"plan": "pro"})).send().await;
        without_ids(reply.problem(404, "customer_not_found").json)
    };
    for method in ["GET", "PATCH", "DELETE"] {
        let unknown = ask(random, method).await;
        assert_eq!(ask(&victim.person.id, method).await, unknown);
        assert_eq!(ask(&victim.external, method).await, unknown);
    }
}

/// A problem without what differs in every answer.
fn without_ids(mut problem: Value) -> Value {
    problem["requestId"] = Value::Null;
    problem["instance"] = Value::Null;
    problem
}

#[tokio::test]
async fn a_foreign_tier_in_a_body_answers_as_a_random_one() {
    let api = shared().await;
    let victim = Victim::new(&api, "tierowner").await;
    let attacker = Project::saas(&api, 5).await;
    let id = attacker.customer("a@example.com").await;
    let random = "tierowner-xyz";
    assert_eq!(random.len(), victim.tier.len());
    let say = |reply: Value, name: &str| without_ids(reply).to_string().replace(name, "T");
    let create = async |plan: &str| {
        let reply = attacker.create(json!({"email": "b@example.com", "plan": plan}));
        reply.await.problem(400, "unknown_plan").json
    };
    assert_eq!(
        say(create(&victim.tier).await, &victim.tier),
        say(create(random).await, random)
    );
    let change = async |plan: &str| {
        let reply = attacker.set_plan(&id, plan).await;
        reply.problem(400, "unknown_plan").json
    };
    assert_eq!(
        say(change(&victim.tier).await, &victim.tier),
        say(change(random).await, random)
    );
    let edit = async |name: &str| {
        let reply = attacker.edit(name, json!({"limit": 1})).await;
        without_ids(reply.problem(404, "tier_not_found").json)
    };
    assert_eq!(edit(&victim.tier).await, edit(random).await);
    let told = attacker.track("u1").header("x-user-plan", &victim.tier);
    told.send().await.problem(400, "unknown_plan");
}

#[tokio::test]
async fn an_email_or_id_of_another_tenant_can_be_used_201() {
    let api = shared().await;
    let victim = Victim::new(&api, "existing").await;
    let attacker = Project::saas(&api, 5).await;
    let body = json!({"email": victim.email, "externalId": victim.external});
    let made = attacker.create(body).await.is(201);
    assert_ne!(made.text_at("/customer/id"), victim.person.id);
    // Two accounts: deleting one leaves the other.
    let path = format!("/api/customers/{}", victim.external);
    attacker.secret(api.delete(&path)).send().await.is(200);
    let left = victim.project.secret(api.get(&path)).send().await.is(200);
    assert_eq!(left.text_at("/customer/id"), victim.person.id);
}

#[tokio::test]
async fn lists_hold_what_was_put_into_this_project_and_mode_only() {
    let api = shared().await;
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
    let make = async |mode: &str| {
        let body = json!({"projectName": "Same", "mode": mode, "tiers": tiers});
        Project::make(&api, body).await
    };
    let (test, live) = (make("test").await, make("live").await);
    assert!(live.pk.starts_with("pk_live_") && live.sk.starts_with("sk_live_"));
    for index in 0..3 {
        test.customer(&format!("t{index}@example.com")).await;
    }
    live.customer("l@example.com").await;
    test.take("u1", 4).await.is(200);
    live.take("u1", 1).await.is(200);
    let emails = async |project: &Project| {
        let list = project
            .secret(api.get("/api/customers?limit=100"))
            .send()
            .await;
        let list = list.is(200).json["customers"].as_array().unwrap().clone();
        let emails = list
            .iter()
            .map(|one| one["email"].as_str().unwrap().to_owned());
        emails.collect::<BTreeSet<_>>()
    };
    let three = [0, 1, 2].map(|index| format!("t{index}@example.com"));
    assert_eq!(emails(&test).await, BTreeSet::from(three));
    let one = BTreeSet::from(["l@example.com".to_owned()]);
    assert_eq!(emails(&live).await, one);
    assert_eq!((test.count("u1").await, live.count("u1").await), (4, 1));
}

#[tokio::test]
async fn a_user_token_opens_its_own_project_only_403() {
    let api = shared().await;
    let victim = Victim::new(&api, "tokenowner").await;
    let other = Project::saas(&api, 5).await;
    let reply = other
        .as_user(api.post("/api/data"), &victim.person.token)
        .send()
        .await;
    let reply = reply.problem(403, "token_wrong_project");
    assert_eq!(reply.json["error"], "Publishable key mismatch");
    let call = other
        .secret(api.post("/api/data"))
        .token(&victim.person.token);
    call.send().await.problem(403, "token_wrong_project");
}
