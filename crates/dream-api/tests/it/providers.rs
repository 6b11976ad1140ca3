//! Sign-in at other providers, over HTTP from end to end (cases ACC-13, SES-10, RED-06; rules 28).

mod google;
#[expect(
    dead_code,
    reason = "the issuer of the client's own tests, of which these need less"
)]
#[path = "../../../providers/tests/it/issuer.rs"]
mod issuer;
mod linking;
mod setup;
mod state;

use serde_json::{Value, json};
use url::Url;

use crate::api::Reply;
use crate::browser::Browser;
use crate::project::Project;
use crate::providers::issuer::{CLIENT_ID, CLIENT_SECRET, Issuer};
use crate::server::shared;

/// Where the app is.
pub(crate) const APP: &str = "http://localhost:3000/done";
/// A PKCE verifier and its challenge (RFC 7636, appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A project with an issuer as its provider `acme`.
pub(crate) struct Stage {
    pub(crate) project: Project,
    pub(crate) issuer: Issuer,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let stage = Self {
            project: Project::saas(&shared().await, 5).await,
            issuer: Issuer::start().await,
        };
        stage.set_up("acme", &stage.issuer).await.is(200);
        stage
    }

    pub(crate) async fn set_up(&self, id: &str, issuer: &Issuer) -> Reply {
        set_up(
            &self.project,
            json!({"id": id, "name": "Acme", "issuer": issuer.base}),
        )
        .await
    }

    /// Someone signs in: the answer of the way back.
    pub(crate) async fn sign_in(&self, browser: &Browser, person: Value) -> Reply {
        let there = leave(browser, "acme").await;
        come_back(browser, &self.issuer.consent(&there, person)).await
    }

    /// Someone signs in with a browser of their own and arrives.
    pub(crate) async fn arrive(&self, person: Value) -> Browser {
        let browser = Browser::at(&self.project);
        let reply = self.sign_in(&browser, person).await;
        assert_arrives(&reply);
        browser
    }

    /// Someone tries to sign in and is stopped with this code: the browser.
    pub(crate) async fn stopped(&self, person: Value, code: &str) -> Browser {
        let browser = Browser::at(&self.project);
        let reply = self.sign_in(&browser, person).await;
        assert_stops(&browser, &reply, code).await;
        browser
    }
}

/// What Ada is like, who has verified her address.
pub(crate) fn ada() -> Value {
    json!({"sub": "ada-1", "email": "ada@example.com", "email_verified": true,
        "given_name": "Ada", "family_name": "Lovelace"})
}

/// Sets up a provider as the demo developer.
pub(crate) async fn set_up(project: &Project, mut body: Value) -> Reply {
    body["publishableKey"] = json!(project.pk);
    body["clientId"] = json!(CLIENT_ID);
    body["clientSecret"] = json!(CLIENT_SECRET);
    project.develop("/projects/providers", body).await
}

/// The query of someone who comes from the app.
pub(crate) fn query(browser: &Browser) -> String {
    format!(
        "pk={}&redirect={}&code_challenge={CHALLENGE}&code_challenge_method=S256&state=app-state",
        browser.pk,
        APP.replace(':', "%3A").replace('/', "%2F")
    )
}

/// A click on the button: where the browser is sent.
pub(crate) async fn leave(browser: &Browser, provider: &str) -> String {
    let path = format!("/auth/start/{provider}?{}", query(browser));
    let reply = browser.open(&path).await.is(303);
    reply.header("location").to_owned()
}

/// The provider sends the browser back.
pub(crate) async fn come_back(browser: &Browser, url: &str) -> Reply {
    let path = url.strip_prefix(&browser.api.base).expect("back to us");
    browser.open(path).await
}

/// The answer leads to the app, with a code that is exchanged for who signed in.
#[track_caller]
pub(crate) fn assert_arrives(reply: &Reply) {
    let to = reply.header("location");
    assert_eq!(reply.status, 303, "{}", reply.text);
    assert!(to.starts_with(&format!("{APP}?code=")), "{to}");
    assert!(to.ends_with("&state=app-state"), "{to}");
}

/// The answer leads to our own page with this code, and nobody is signed in.
pub(crate) async fn assert_stops(browser: &Browser, reply: &Reply, code: &str) {
    let to = reply.header("location").to_owned();
    assert_eq!(reply.status, 303, "{}", reply.text);
    let page = format!("{}/signin?", browser.api.base);
    assert!(to.starts_with(&page), "{to}");
    assert!(to.ends_with(&format!("error={code}")), "{to}");
    assert!(browser.user().await.is_null(), "{to}");
}

/// A part of the query of an address.
pub(crate) fn part(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_person_signs_in_and_the_app_learns_who_it_is() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let there = leave(&browser, "acme").await;
    assert_eq!(
        part(&there, "redirect_uri").unwrap(),
        format!("{}/auth/callback/acme", browser.api.base)
    );
    let reply = come_back(&browser, &stage.issuer.consent(&there, ada())).await;
    assert_arrives(&reply);
    let user = browser.user().await;
    assert_eq!(
        (
            &user["email"],
            &user["emailVerified"],
            &user["firstName"],
            &user["lastName"]
        ),
        (
            &json!("ada@example.com"),
            &json!(true),
            &json!("Ada"),
            &json!("Lovelace")
        )
    );
    let code = part(reply.header("location"), "code").unwrap();
    let call = browser.api.post("/auth/token").key(&stage.project.pk);
    let body = json!({"code": code, "codeVerifier": VERIFIER});
    let exchanged = call.json(body).send().await.is(200);
    assert_eq!(exchanged.json["user"]["id"], user["id"]);
    let me = browser
        .api
        .get("/api/me")
        .token(&exchanged.text_at("/token"));
    me.key(&stage.project.pk).send().await.is(200);
    let account = browser.send("/auth/account", json!({})).await.is(200);
    let expected = json!([{"provider": "acme", "name": "Acme", "email": "ada@example.com"}]);
    assert_eq!(account.json["identities"], expected);
    assert_eq!(account.json["hasPassword"], false);
}

#[tokio::test]
async fn the_old_way_gets_its_token_in_the_address() {
    let stage = Stage::new().await;
    let browser = Browser::at(&stage.project);
    let path = format!("/auth/start/acme?pk={}&redirect={APP}", stage.project.pk);
    let there = browser.open(&path).await.is(303);
    let back = stage.issuer.consent(there.header("location"), ada());
    let reply = come_back(&browser, &back).await.is(303);
    let token = part(reply.header("location"), "__clerk_jwt").unwrap();
    let me = browser.api.get("/api/me").token(&token);
    let me = me.key(&stage.project.pk).send().await.is(200);
    assert!(me.text.contains("ada@example.com"));
}
