//! A project whose plans can be bought, and the sandbox it sells at.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::api::{Api, Reply};
use crate::project::{Person, Project};
use crate::server::Server;

/// What the server is to the sandbox in test mode.
pub(crate) const TEST_KEY: &str = "sk_test_dreamsandboxplatform";

pub(crate) const DAY: i64 = 86_400;

/// A project of the demo developer, whose payment account is connected.
pub(crate) struct Shop {
    pub(crate) project: Project,
    pub(crate) account: String,
    pub(crate) sandbox: String,
    pub(crate) client: Client,
}

impl Shop {
    /// A fresh project: `free` with this limit, `pro` with ten times as much, `max` without.
    pub(crate) async fn open(api: &Api, limit: i64) -> Self {
        Self::of(api, Project::saas(api, limit).await).await
    }

    pub(crate) async fn of(api: &Api, project: Project) -> Self {
        let known = api
            .get("/payment-account?mode=test")
            .bearer(api.developer());
        let account = known.send().await.is(200).text_at("/accountId");
        Self {
            project,
            account,
            sandbox: api.demo["sandboxUrl"].as_str().unwrap().to_owned(),
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub(crate) fn api(&self) -> &Api {
        &self.project.api
    }

    /// Begins a checkout.
    pub(crate) async fn checkout(&self, person: &Person, tier: &str) -> Reply {
        let body = json!({"tier": tier, "successUrl": "http://localhost:3000/welcome", "cancelUrl": "http://localhost:3000/pricing"});
        let call = self.api().post("/api/create-checkout").json(body);
        self.project.as_user(call, &person.token).send().await
    }

    /// Begins a checkout and pays it at the sandbox.
    pub(crate) async fn buy(&self, person: &Person, tier: &str) -> String {
        let session = self
            .checkout(person, tier)
            .await
            .is(200)
            .text_at("/sessionId");
        self.pay(&session, "4242424242424242").await;
        session
    }

    pub(crate) async fn pay(&self, session: &str, card: &str) -> Value {
        let path = format!("checkout/{session}/pay");
        self.control(&path, json!({"card": card})).await
    }

    /// What the server itself says of a checkout after asking the sandbox.
    pub(crate) async fn confirm(&self, person: &Person, session: &str) -> Reply {
        let call = self.api().get(&format!("/api/checkout/{session}"));
        self.project.as_user(call, &person.token).send().await
    }

    pub(crate) async fn control(&self, what: &str, body: Value) -> Value {
        let call = self
            .client
            .post(format!("{}/_control/{what}", self.sandbox));
        let answer = call.json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{what}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A call of the provider's own interface on behalf of the account.
    pub(crate) async fn provider(
        &self,
        method: Method,
        path: &str,
        form: &[(&str, &str)],
    ) -> Value {
        let call = self
            .client
            .request(method, format!("{}{path}", self.sandbox));
        let call = call
            .bearer_auth(TEST_KEY)
            .header("stripe-account", &self.account);
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

    /// The subscriptions of a customer at the sandbox.
    pub(crate) async fn subscriptions(&self, person: &Person) -> Vec<Value> {
        let explained = self.explain(&person.id).await;
        let Some(id) = explained["facts"]["subscriptions"][0]["customerId"].as_str() else {
            return Vec::new();
        };
        let path = format!("/v1/subscriptions?status=all&customer={id}");
        let list = self.provider(Method::GET, &path, &[]).await;
        list["data"].as_array().unwrap().clone()
    }

    /// Changes the only subscription of a person at the provider, as its dashboard would.
    pub(crate) async fn change(&self, person: &Person, form: &[(&str, &str)]) -> Value {
        let id = self.subscription(person).await;
        let path = format!("/v1/subscriptions/{id}");
        self.provider(Method::POST, &path, form).await
    }

    pub(crate) async fn subscription(&self, person: &Person) -> String {
        let explained = self.explain(&person.id).await;
        let id = &explained["facts"]["subscriptions"][0]["id"];
        id.as_str().expect("there is a subscription").to_owned()
    }

    pub(crate) async fn explain(&self, user: &str) -> Value {
        let call = self.api().get(&format!("/api/customers/{user}/explain"));
        self.project.secret(call).send().await.is(200).json
    }

    /// The plan and standing of a user.
    pub(crate) async fn state(&self, person: &Person) -> (String, String) {
        let explained = self.explain(&person.id).await;
        let text = |name: &str| explained[name].as_str().unwrap().to_owned();
        (text("plan"), text("status"))
    }

    /// One counted call of a user, with the token.
    pub(crate) async fn track(&self, person: &Person) -> Reply {
        let call = self.api().post("/api/data");
        self.project.as_user(call, &person.token).send().await
    }

    /// Moves business time; what became due has happened when it answers.
    pub(crate) async fn wait(&self, seconds: i64) {
        let call = self.api().post("/_dev/clock");
        let body = json!({"advanceSeconds": seconds});
        call.json(body).send().await.is(200);
    }
}

/// A server of the test's own, with a shop.
pub(crate) async fn alone(limit: i64) -> (Server, Shop) {
    let server = Server::with(&[]).await;
    let shop = Shop::open(&server.api(), limit).await;
    (server, shop)
}
