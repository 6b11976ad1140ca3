//! A developer who deals with the platform, and the sandbox that the platform sells at.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::api::{Api, Call, Reply};
use crate::forge::other_developer;
use crate::server::{Server, Start};

/// The operator's own account in live mode.
const LIVE_KEY: &str = "sk_live_dreamsandboxplatform";

pub(super) const DAY: i64 = 86_400;

/// A developer with a project of his own.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) api: Api,
    pub(super) token: String,
    client: Client,
}

impl Desk {
    pub(super) async fn of(api: &Api, name: &str) -> Self {
        let email = format!("{name}@platform.example");
        Self::with(api, other_developer(api, &email).await)
    }

    pub(super) fn with(api: &Api, token: String) -> Self {
        Self {
            api: api.clone(),
            token,
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub(super) fn post(&self, path: &str, body: Value) -> Call {
        self.api.post(path).bearer(&self.token).json(body)
    }

    pub(super) async fn plan(&self) -> Value {
        let call = self.api.get("/subscription").bearer(&self.token);
        call.send().await.is(200).json
    }

    /// Plan and status.
    pub(super) async fn standing(&self) -> (String, String) {
        let plan = self.plan().await;
        let text = |name: &str| plan[name].as_str().unwrap().to_owned();
        (text("plan"), text("status"))
    }

    /// One counted call of the developer's own.
    pub(super) async fn verify(&self) -> Reply {
        self.api
            .post("/verify-auth")
            .bearer(&self.token)
            .send()
            .await
    }

    /// Begins a checkout; the session.
    pub(super) async fn checkout(&self) -> String {
        let page = self
            .post("/create-checkout", json!({}))
            .send()
            .await
            .is(200);
        assert_eq!(page.json["checkoutUrl"], page.json["url"]);
        page.text_at("/sessionId")
    }

    pub(super) async fn pay(&self, session: &str) {
        let path = format!("checkout/{session}/pay");
        self.control(&path, json!({"card": "4242424242424242"}))
            .await;
    }

    /// Comes back from a paid checkout, as the provider sends the browser; the page.
    pub(super) async fn come_back(&self, session: &str) -> Reply {
        let path = format!("/v1/checkout/sessions/{session}");
        let found = self.provider(Method::GET, &path, &[]).await;
        let success = found["success_url"].as_str().unwrap();
        let back = success.replace("{CHECKOUT_SESSION_ID}", session);
        let path = back.strip_prefix(&self.api.base).expect("a page of ours");
        self.api.get(path).send().await
    }

    /// Buys the plan; it is there when this ends.
    pub(super) async fn buy(&self) {
        let session = self.checkout().await;
        self.pay(&session).await;
        self.come_back(&session).await.is(200);
    }

    /// The only subscription of this developer at the provider.
    pub(super) async fn subscription(&self) -> String {
        let user = self.verified_id();
        let all = self
            .provider(Method::GET, "/v1/subscriptions?status=all&limit=100", &[])
            .await;
        let mut ours = all["data"].as_array().unwrap().iter();
        let found = ours.find(|found| found["metadata"]["userId"] == *user);
        found.expect("he has one")["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// His id among the users of the root project.
    fn verified_id(&self) -> String {
        crate::forge::claims(&self.token)["sub"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(super) async fn cancel_at_period_end(&self) {
        let path = format!("/v1/subscriptions/{}", self.subscription().await);
        self.provider(Method::POST, &path, &[("cancel_at_period_end", "true")])
            .await;
    }

    pub(super) async fn control(&self, what: &str, body: Value) -> Value {
        let url = self.api.demo["sandboxUrl"].as_str().unwrap();
        let call = self.client.post(format!("{url}/_control/{what}"));
        let answer = call.json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{what}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A call of the provider's interface on the operator's own account.
    pub(super) async fn provider(
        &self,
        method: Method,
        path: &str,
        form: &[(&str, &str)],
    ) -> Value {
        let url = self.api.demo["sandboxUrl"].as_str().unwrap();
        let call = self.client.request(method, format!("{url}{path}"));
        let call = call.bearer_auth(LIVE_KEY);
        let call = if form.is_empty() {
            call
        } else {
            call.form(form)
        };
        let answer = call.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Moves business time; what became due has happened when it answers.
    pub(super) async fn wait(&self, seconds: i64) {
        let call = self.api.post("/_dev/clock");
        call.json(json!({"advanceSeconds": seconds}))
            .send()
            .await
            .is(200);
    }
}

/// A server that charges developers: its operator has made a price of 20 euros a month.
pub(super) async fn charging() -> Server {
    let server = Server::with(&[]).await;
    let operator = Desk::with(&server.api(), server.api().developer().to_owned());
    let price = [
        ("currency", "eur"),
        ("unit_amount", "2000"),
        ("product_data[name]", "The platform"),
        ("recurring[interval]", "month"),
    ];
    let price = operator.provider(Method::POST, "/v1/prices", &price).await;
    restarted(
        server,
        &[("STRIPE_PRICE_ID", price["id"].as_str().unwrap())],
    )
    .await
}

/// The same server on the same data with these variables.
pub(super) async fn restarted(server: Server, variables: &[(&str, &str)]) -> Server {
    server.signal("TERM");
    let place = Some(server.ended().await.1);
    Server::start(Start { variables, place }).await
}
