//! Which account someone gets: found, linked, claimed, made, or none (rules 28).

use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::providers::{Stage, ada, assert_arrives};

fn with(mut person: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        person[name] = value.clone();
    }
    person
}

async fn id(browser: &Browser) -> String {
    browser.user().await["id"].as_str().unwrap().to_owned()
}

/// Ada signs up with a password and shows that the address is hers.
async fn verified_account(stage: &Stage) -> Browser {
    let browser = Browser::at(&stage.project);
    browser.sign_up("ada@example.com").await.is(200);
    let token = browser.mail("ada@example.com").await.token();
    let reply = browser.send("/auth/verify", json!({"token": token})).await;
    assert_eq!(reply.is(200).json["status"], "complete");
    browser
}

#[tokio::test]
async fn someone_who_comes_again_is_the_same() {
    let stage = Stage::new().await;
    let first = id(&stage.arrive(ada()).await).await;
    // Whatever became of the address and the name meanwhile.
    for change in [
        json!({}),
        json!({"email": "other@example.com", "given_name": "Augusta"}),
        json!({"email": null, "email_verified": null}),
        json!({"email_verified": false}),
    ] {
        let person = with(ada(), &change);
        let person = if person["email"].is_null() {
            json!({"sub": "ada-1", "userinfo": {"sub": "ada-1"}})
        } else {
            person
        };
        let again = stage.arrive(person).await;
        assert_eq!(id(&again).await, first, "{change}");
        assert_eq!(again.user().await["email"], "ada@example.com");
        assert_eq!(again.user().await["firstName"], "Ada");
    }
}

#[tokio::test]
async fn an_account_whose_address_both_sides_verified_is_linked() {
    let stage = Stage::new().await;
    let with_password = verified_account(&stage).await;
    let with_provider = stage
        .arrive(with(ada(), &json!({"email": "ADA@Example.com"})))
        .await;
    assert_eq!(id(&with_provider).await, id(&with_password).await);
    // Nothing is lost: the session lives on, and so does the password.
    let again = Browser::at(&stage.project);
    again.sign_in("ada@example.com", PASSWORD).await.is(200);
    assert_eq!(id(&again).await, id(&with_password).await);
}

#[tokio::test]
async fn a_second_person_of_the_issuer_with_the_same_address_gets_nothing() {
    let stage = Stage::new().await;
    let first = stage.arrive(ada()).await;
    let browser = stage
        .stopped(with(ada(), &json!({"sub": "eve-1"})), "email_taken")
        .await;
    assert!(browser.user().await.is_null());
    let account = first.send("/auth/account", json!({})).await.is(200);
    assert_eq!(account.json["identities"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_unverified_squatter_loses_everything_to_the_owner() {
    let stage = Stage::new().await;
    let squatter = Browser::at(&stage.project);
    let body = json!({"email": "ada@example.com", "password": PASSWORD, "firstName": "Mallory"});
    squatter.send("/auth/sign-up", body).await.is(200);
    let taken = id(&squatter).await;
    let mail = squatter.mail("ada@example.com").await.token();
    let owner = stage.arrive(ada()).await;
    let user = owner.user().await;
    assert_eq!(
        (&user["id"], &user["emailVerified"], &user["firstName"]),
        (&json!(taken), &json!(true), &json!("Ada"))
    );
    assert!(squatter.user().await.is_null());
    let again = squatter.sign_in("ada@example.com", PASSWORD).await;
    again.problem(401, "invalid_credentials");
    let link = squatter.send("/auth/verify", json!({"token": mail})).await;
    link.problem(401, "invalid_code");
    let account = owner.send("/auth/account", json!({})).await.is(200);
    assert_eq!(account.json["hasPassword"], false);
    assert_eq!(account.json["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(account.json["identities"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_squatter_with_another_provider_loses_it_too() {
    let stage = Stage::new().await;
    let sloppy = crate::providers::issuer::Issuer::start().await;
    stage.set_up("sloppy", &sloppy).await.is(200);
    let squatter = Browser::at(&stage.project);
    let come = async |person: Value| {
        let there = crate::providers::leave(&squatter, "sloppy").await;
        crate::providers::come_back(&squatter, &sloppy.consent(&there, person)).await
    };
    let claimed = json!({"sub": "mallory", "email": "ada@example.com", "email_verified": false});
    assert_arrives(&come(claimed.clone()).await);
    assert_eq!(squatter.user().await["emailVerified"], false);
    stage.arrive(ada()).await;
    assert!(squatter.user().await.is_null());
    let again = come(claimed).await;
    assert!(again.header("location").ends_with("error=email_taken"));
}

#[tokio::test]
async fn an_address_that_the_provider_has_not_verified_reaches_no_account() {
    let stage = Stage::new().await;
    let verified = verified_account(&stage).await;
    for said in [json!(false), json!("false"), json!(null)] {
        stage
            .stopped(with(ada(), &json!({"email_verified": said})), "email_taken")
            .await;
    }
    let squat = Browser::at(&stage.project);
    squat.sign_up("bob@example.com").await.is(200);
    let bob = json!({"sub": "bob", "email": "bob@example.com", "email_verified": false});
    stage.stopped(bob, "email_taken").await;
    assert!(!squat.user().await.is_null() && !verified.user().await.is_null());
}

#[tokio::test]
async fn an_unverified_address_makes_an_account_only_where_verification_may_come_later() {
    let stage = Stage::new().await;
    let unverified = with(ada(), &json!({"email_verified": false}));
    let later = stage.arrive(unverified.clone()).await;
    assert_eq!(later.user().await["emailVerified"], false);
    assert!(!later.mails("ada@example.com").await.is_empty());
    let required = json!({"emailVerification": "required"});
    stage.project.settings(required).await.is(200);
    // The account is there and still not verified; and a new one is not made.
    stage.stopped(unverified, "email_not_verified").await;
    let bob = json!({"sub": "bob", "email": "bob@example.com", "email_verified": false});
    stage.stopped(bob, "email_not_verified").await;
    let customers = stage
        .project
        .secret(stage.project.api.get("/api/customers"));
    let customers = customers.send().await.is(200);
    assert_eq!(customers.json["customers"].as_array().unwrap().len(), 1);
    // Once the provider has verified the address, so have we.
    let ada = stage.arrive(ada()).await;
    assert_eq!(ada.user().await["emailVerified"], true);
}

#[tokio::test]
async fn nobody_without_an_address_gets_an_account() {
    let stage = Stage::new().await;
    for person in [
        json!({"sub": "x", "userinfo": {"sub": "x"}}),
        json!({"sub": "x", "email": "no address", "email_verified": true}),
        json!({"sub": "x", "email": "a@b@c.example", "email_verified": true}),
    ] {
        stage.stopped(person, "email_not_verified").await;
    }
}

#[tokio::test]
async fn names_that_do_not_fit_are_left_out() {
    let stage = Stage::new().await;
    let odd = with(
        ada(),
        &json!({"given_name": "A\r\nBcc: x", "family_name": "y".repeat(101)}),
    );
    let browser = stage.arrive(odd).await;
    let user = browser.user().await;
    assert!(
        user.get("firstName").is_none() && user.get("lastName").is_none(),
        "{user}"
    );
}

#[tokio::test]
async fn the_same_person_is_two_in_two_projects() {
    let (one, two) = (Stage::new().await, Stage::new().await);
    two.set_up("acme", &one.issuer).await.is(200);
    let first = one.arrive(ada()).await;
    let browser = Browser::at(&two.project);
    let there = crate::providers::leave(&browser, "acme").await;
    assert_arrives(
        &crate::providers::come_back(&browser, &one.issuer.consent(&there, ada())).await,
    );
    assert_ne!(id(&first).await, id(&browser).await);
}

#[tokio::test]
async fn another_issuer_under_the_same_id_opens_no_account_of_the_first() {
    let stage = Stage::new().await;
    let first = id(&stage.arrive(ada()).await).await;
    let other = crate::providers::issuer::Issuer::start().await;
    stage.set_up("acme", &other).await.is(200);
    let browser = Browser::at(&stage.project);
    let there = crate::providers::leave(&browser, "acme").await;
    let same_subject = json!({"sub": "ada-1", "email": "eve@example.com", "email_verified": true});
    let reply = crate::providers::come_back(&browser, &other.consent(&there, same_subject)).await;
    assert_arrives(&reply);
    assert_ne!(id(&browser).await, first);
}

#[tokio::test]
async fn ten_first_sign_ins_at_once_make_one_account() {
    let stage = Stage::new().await;
    let mut ways = Vec::new();
    for _ in 0..10 {
        let browser = Browser::at(&stage.project);
        let there = crate::providers::leave(&browser, "acme").await;
        ways.push((browser, stage.issuer.consent(&there, ada())));
    }
    let mut coming = tokio::task::JoinSet::new();
    for (browser, back) in ways {
        coming.spawn(async move {
            assert_arrives(&crate::providers::come_back(&browser, &back).await);
            id(&browser).await
        });
    }
    let mut ids = coming.join_all().await;
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn a_connected_account_is_disconnected_but_not_the_last_way_in() {
    let stage = Stage::new().await;
    let path = "/auth/account/identities/remove";
    let only_provider = stage.arrive(ada()).await;
    let account = only_provider.send("/auth/account", json!({})).await.is(200);
    let named = json!({"provider": account.json["identities"][0]["provider"]});
    let reply = only_provider.send(path, named.clone()).await;
    reply.problem(409, "conflict");
    let password = json!({"newPassword": PASSWORD});
    only_provider
        .send("/auth/account/password", password)
        .await
        .is(200);
    only_provider.send(path, named.clone()).await.is(200);
    let account = only_provider.send("/auth/account", json!({})).await.is(200);
    assert_eq!(account.json["identities"], json!([]));
    only_provider
        .send(path, named)
        .await
        .problem(409, "conflict");
}
