//! Previews of a pricing page: a draft is shown to those who have its link, and nothing that is sold changes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::input::WRONG;
use crate::api::Reply;
use crate::forge;
use crate::project::Project;
use crate::server::shared;

const WEEK_MS: i64 = 7 * 86_400_000;

async fn preview(project: &Project, tiers: Value) -> Reply {
    let body = json!({"publishableKey": project.pk, "tiers": tiers});
    project.develop("/pricing-previews", body).await
}

async fn shown(project: &Project, token: &str) -> Reply {
    let path = format!("/api/tiers?preview={token}");
    project.api.get(&path).key(&project.pk).send().await
}

async fn sold(project: &Project) -> Value {
    let call = project.api.get("/api/tiers").key(&project.pk);
    call.send().await.is(200).json
}

fn token(made: &Reply) -> String {
    let url = made.text_at("/url");
    url.split_once("&preview=").unwrap().1.to_owned()
}

fn names(tiers: &Value) -> Vec<&str> {
    let tiers = tiers["tiers"].as_array().unwrap();
    tiers
        .iter()
        .map(|tier| tier["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn draft_is_laid_over_what_is_sold_and_changes_nothing_201() {
    let project = Project::saas(&shared().await, 5).await;
    let before = sold(&project).await;
    let made = preview(
        &project,
        json!([
            {"name": "pro", "price": 3900, "features": ["<script>alert(1)</script>"]},
            {"name": "max", "active": false},
            {"displayName": "Team", "price": 9900, "limit": 700},
            {"name": "pro2", "price": 100, "position": 0, "isDefault": true},
        ]),
    );
    let made = made.await.is(201);
    let pk = &project.pk;
    let begin = format!("{}/pricing?pk={pk}&preview=", project.api.base);
    assert!(made.text_at("/url").starts_with(&begin), "{}", made.text);
    let found = shown(&project, &token(&made)).await.is(200);
    assert_eq!(names(&found.json), ["free", "pro2", "pro", "team"]);
    let tiers = &found.json["tiers"];
    assert_eq!(tiers[0]["isDefault"], false);
    assert_eq!(tiers[1]["isDefault"], true);
    assert_eq!(tiers[2]["price"], 3900);
    assert_eq!(tiers[2]["displayName"], "Pro Plan");
    assert_eq!(tiers[2]["limit"], 50);
    assert_eq!(tiers[2]["priceId"], before["tiers"][1]["priceId"]);
    assert_eq!(tiers[3]["limit"], 700);
    let until = found.number_at("/preview/expiresAt");
    assert_eq!(until, made.number_at("/expiresAt"));
    let now = project.api.get("/health").send().await.number_at("/now");
    assert!((until - now - WEEK_MS).abs() < 60_000);
    assert_eq!(sold(&project).await, before);
    assert!(before.get("preview").is_none());
    // Nobody can buy what is only shown.
    let person = project.person("ann@example.com").await;
    for body in [
        json!({"tier": "team"}),
        json!({"priceId": tiers[3]["priceId"]}),
    ] {
        let call = project.api.post("/api/create-checkout").json(body);
        project.as_user(call, &person.token).send().await.is(400);
    }
}

#[tokio::test]
async fn draft_stands_over_what_is_sold_by_now() {
    let project = Project::saas(&shared().await, 5).await;
    let made = preview(&project, json!([{"name": "pro", "price": 3900}])).await;
    let token = token(&made.is(201));
    let edit = json!({"displayName": "Professional", "price": 1900});
    project.edit("pro", edit).await.is(200);
    let found = shown(&project, &token).await.is(200);
    assert_eq!(found.json["tiers"][1]["displayName"], "Professional");
    assert_eq!(found.json["tiers"][1]["price"], 3900);
    // What cannot be laid over it any more says so.
    let made = preview(&project, json!([{"name": "max", "active": false}]));
    let token = self::token(&made.await.is(201));
    let edit = json!({"isDefault": true});
    project.edit("max", edit).await.is(200);
    let refused = shown(&project, &token).await.problem(422, "invalid_value");
    assert!(
        refused.text.contains("is the default tier"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn draft_is_checked_as_tiers_are_400_409_422() {
    let project = Project::saas(&shared().await, 5).await;
    for (field, value) in WRONG {
        for (name, price) in [("pro", ""), ("new", "\"price\":1,")] {
            let price = if field == "price" { "" } else { price };
            let tier = format!("{{\"name\":\"{name}\",{price}\"{field}\":{value}}}");
            let body = format!(
                "{{\"publishableKey\":\"{}\",\"tiers\":[{tier}]}}",
                project.pk
            );
            let call = project.api.post("/pricing-previews");
            let reply = call.bearer(project.api.developer()).body(body).send().await;
            let expected = if value == "NaN" { 400 } else { 422 };
            assert_eq!(reply.status, expected, "{tier}: {}", reply.text);
            reply.check_problem();
        }
    }
    let many: Vec<Value> = (0..51)
        .map(|index| json!({"name": format!("t{index}"), "price": 0}))
        .collect();
    for (tiers, status, code) in [
        (json!([]), 422, "invalid_value"),
        (json!([7]), 422, "invalid_value"),
        (json!(many), 422, "invalid_value"),
        (json!([{"name": "new"}]), 400, "missing_field"),
        (json!([{"price": 5}]), 400, "missing_field"),
        (
            json!([{"name": "pro"}, {"name": "pro"}]),
            422,
            "invalid_value",
        ),
        (
            json!([{"name": "a", "price": 1, "billingMode": "one_off"}]),
            400,
            "kind_locked",
        ),
    ] {
        let refused = preview(&project, tiers.clone()).await;
        assert_eq!(refused.status, status, "{tiers}: {}", refused.text);
        refused.problem(status, code);
    }
    let second = json!([{"name": "pro"}, {"name": "b", "price": -1}]);
    let refused = preview(&project, second)
        .await
        .problem(422, "invalid_value");
    assert_eq!(refused.json["errors"][0]["location"], "tiers[1].price");
    project
        .edit("free", json!({"isDefault": true}))
        .await
        .is(200);
    let hidden = preview(&project, json!([{"name": "free", "active": false}]));
    hidden.await.problem(409, "conflict");
    let moved = json!([{"name": "pro", "isDefault": true}, {"name": "free", "active": false}]);
    preview(&project, moved).await.is(201);
}

#[tokio::test]
async fn draft_of_more_than_8_kib_422() {
    let project = Project::saas(&shared().await, 5).await;
    let features: Vec<String> = (0..40).map(|_| "f".repeat(190)).collect();
    let tier = |more: usize| {
        let text = "d".repeat(more);
        json!([{"name": "pro", "features": features, "description": text}])
    };
    let size = |tiers: &Value| tiers.to_string().len();
    let room = 8192 - size(&tier(0));
    let made = preview(&project, tier(room)).await.is(201);
    let found = shown(&project, &token(&made)).await.is(200);
    assert_eq!(found.json["tiers"][1]["features"], json!(features));
    let refused = preview(&project, tier(room + 1)).await;
    let refused = refused.problem(422, "invalid_value");
    assert_eq!(refused.json["errors"][0]["location"], "tiers");
    // What cannot be packed would make an address that is refused.
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(letters[usize::try_from(state >> 26).unwrap()])
    };
    let features: Vec<String> = (0..40)
        .map(|_| (0..190).map(|_| noise()).collect())
        .collect();
    let refused = preview(&project, json!([{"name": "pro", "features": features}]));
    let refused = refused.await.problem(422, "invalid_value");
    assert_eq!(refused.json["errors"][0]["location"], "tiers");
}

#[tokio::test]
async fn token_past_its_end_422() {
    let project = Project::saas(&shared().await, 5).await;
    let made = preview(&project, json!([{"name": "pro", "price": 3900}])).await;
    let (until, token) = (made.number_at("/expiresAt"), token(&made.is(201)));
    let (key, sealed) = token.split_once('.').unwrap();
    let owner = format!("pricing-previews/{key}");
    let sealed = URL_SAFE_NO_PAD.decode(sealed).unwrap();
    let mut plain = forge::unseal(&owner, &STANDARD.encode(sealed));
    assert_eq!(plain[..8], until.to_be_bytes());
    for (end, status) in [(until - 86_400_000, 200), (until - WEEK_MS, 422)] {
        plain[..8].copy_from_slice(&end.to_be_bytes());
        let sealed = STANDARD.decode(forge::seal(&owner, &plain)).unwrap();
        let token = format!("{key}.{}", URL_SAFE_NO_PAD.encode(sealed));
        let found = shown(&project, &token).await.is(status);
        assert_eq!(found.text.contains("preview has expired"), status == 422);
    }
}

#[tokio::test]
async fn token_that_is_damaged_or_of_another_project_422() {
    let project = Project::saas(&shared().await, 5).await;
    let other = Project::saas(&shared().await, 5).await;
    let made = preview(&project, json!([{"name": "pro", "price": 3900}])).await;
    let token = token(&made.is(201));
    let says = async |project: &Project, token: &str, text: &str| {
        let refused = shown(project, token).await.problem(422, "invalid_value");
        let detail = refused.text_at("/detail");
        assert!(detail.contains(text), "{token}: {detail}");
        assert_eq!(refused.json["errors"][0]["location"], "preview");
    };
    let sealed = token.split_once('.').unwrap().1;
    says(&other, &token, "of another project").await;
    says(&other, &format!("{}.{sealed}", other.pk), "damaged").await;
    says(&project, "", "damaged").await;
    says(&project, "nonsense", "damaged").await;
    says(&project, &format!("{}.", project.pk), "damaged").await;
    says(&project, &format!("{}.AAAA", project.pk), "damaged").await;
    says(&project, &token[..token.len() - 2], "damaged").await;
    let flipped = if token.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{flipped}", &token[..token.len() - 1]);
    says(&project, &changed, "damaged").await;
}

#[tokio::test]
async fn only_its_developer_makes_a_preview_400_401_404() {
    let project = Project::saas(&shared().await, 5).await;
    let body = json!({"publishableKey": project.pk, "tiers": [{"name": "pro", "price": 1}]});
    let call = project.api.post("/pricing-previews").json(&body);
    project.secret(call).send().await.is(401);
    project
        .api
        .post("/pricing-previews")
        .json(&body)
        .send()
        .await
        .is(401);
    let root = json!({"publishableKey": "pk_test_nobodys", "tiers": []});
    project.develop("/pricing-previews", root).await.is(404);
    let without = json!({"publishableKey": project.pk});
    let refused = project.develop("/pricing-previews", without).await;
    refused.problem(400, "missing_field");
}
