//! Keys that are replaced, rotated and revoked (KEY-05, KEY-11).

use serde_json::json;

use crate::api::Api;
use crate::forge::other_developer;
use crate::load::{send_all, with_status};
use crate::project::Project;
use crate::server::{cli, eventually, shared};

/// Whether a secret key opens anything.
async fn works(api: &Api, secret: &str) -> bool {
    let reply = api.get("/api/customers").bearer(secret).send().await;
    if reply.status != 200 {
        reply.problem(401, "invalid_api_key");
        return false;
    }
    true
}

#[tokio::test]
async fn regenerate_kills_the_old_key_at_once() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    project.track("u1").send().await.is(200);
    let body = json!({"publishableKey": project.pk});
    let made = project.develop("/projects/regenerate-secret", body).await;
    let made = made.is(200);
    assert_eq!(made.json["publishableKey"], project.pk);
    project.track("u1").send().await.is(401);
    assert!(!works(&api, &project.sk).await);
    let fresh = Project {
        sk: made.text_at("/secretKey"),
        ..project
    };
    let reply = fresh.track("u1").send().await.is(200);
    assert_eq!(reply.number_at("/usage/count"), 2);
}

#[tokio::test]
async fn of_20_regenerations_at_once_one_key_lives() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let (calling, pk) = (api.clone(), project.pk.clone());
    let replies = send_all(20, 20, move |_| {
        let call = calling.post("/projects/regenerate-secret");
        let call = call.bearer(calling.developer());
        call.json(json!({"publishableKey": pk}))
    });
    let replies = replies.await;
    assert_eq!(with_status(&replies, 200) + with_status(&replies, 409), 20);
    let mut living = 0;
    for reply in replies.iter().filter(|reply| reply.status == 200) {
        living += usize::from(works(&api, &reply.text_at("/secretKey")).await);
    }
    assert_eq!(living, 1);
    assert!(!works(&api, &project.sk).await);
}

#[tokio::test]
async fn a_key_regenerated_under_load_dies_for_every_caller() {
    let api = shared().await;
    let project = Project::saas(&api, 100_000).await;
    let counting = project.clone();
    let load = tokio::spawn(send_all(16, 600, move |_| counting.track("u1")));
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let body = json!({"publishableKey": project.pk});
    let made = project.develop("/projects/regenerate-secret", body).await;
    let secret = made.is(200).text_at("/secretKey");
    let fresh = Project {
        sk: secret,
        ..project.clone()
    };
    let at_once = fresh.count("u1").await;
    let replies = load.await.unwrap();
    let taken = with_status(&replies, 200);
    assert_eq!(taken + with_status(&replies, 401), 600);
    let count = fresh.count("u1").await;
    assert_eq!(i64::try_from(taken).unwrap(), count);
    assert_eq!(count, at_once, "counted after the key was dead");
}

#[tokio::test]
async fn rotate_overlaps_and_ends() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let rotate = async |overlap: i64| {
        let body =
            json!({"publishableKey": project.pk, "overlapSeconds": overlap, "label": "next"});
        let made = project.develop("/projects/rotate-key", body).await.is(200);
        assert_eq!(made.json["publishableKey"], project.pk);
        made.text_at("/secretKey")
    };
    let second = rotate(3600).await;
    assert!(works(&api, &project.sk).await);
    assert!(works(&api, &second).await);
    let third = rotate(1).await;
    assert!(works(&api, &third).await);
    eventually("the rotated keys end", async || {
        !works(&api, &second).await && !works(&api, &project.sk).await
    })
    .await;
    let fourth = rotate(0).await;
    assert!(!works(&api, &third).await);
    assert!(works(&api, &fourth).await);
    for wrong in [json!(-1), json!(2_592_001), json!("1"), json!(null)] {
        let body = json!({"publishableKey": project.pk, "overlapSeconds": wrong});
        let reply = project.develop("/projects/rotate-key", body).await;
        reply.problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn keys_are_listed_without_their_secrets_200() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let body = json!({"publishableKey": project.pk, "label": "ci"});
    let made = project.develop("/projects/rotate-key", body.clone()).await;
    let secret = made.is(200).text_at("/secretKey");
    let list = project.develop("/projects/keys", body).await.is(200);
    assert!(!list.text.contains(&secret) && !list.text.contains(&project.sk));
    let keys = list.json["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    let ci = keys.iter().find(|key| key["label"] == "ci").unwrap();
    assert_eq!(ci["lastFour"], secret[secret.len() - 4..]);
    let projects = api.get("/projects").bearer(api.developer()).send().await;
    assert!(!projects.text.contains(&secret));
}

#[tokio::test]
async fn a_key_revoked_on_the_command_line_dies_at_once() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let made = cli(&api, &["keys", "create", &project.pk, "--label", "extra"]);
    let secret = made["secretKey"].as_str().unwrap();
    assert!(works(&api, secret).await && works(&api, &project.sk).await);
    cli(&api, &["keys", "revoke", made["keyId"].as_str().unwrap()]);
    assert!(!works(&api, secret).await);
    assert!(works(&api, &project.sk).await);
}

#[tokio::test]
async fn a_foreign_developer_cannot_touch_keys_404() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let stranger = other_developer(&api, "key-stranger@example.com").await;
    for path in ["regenerate-secret", "rotate-key", "keys", "settings"] {
        let call = api.post(&format!("/projects/{path}")).bearer(&stranger);
        let reply = call
            .json(json!({"publishableKey": project.pk}))
            .send()
            .await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text);
    }
    assert!(works(&api, &project.sk).await);
}
