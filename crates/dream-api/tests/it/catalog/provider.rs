//! The sandbox as the developer's account at the provider sees itself.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::api::Api;

/// What the server is to the sandbox in each mode.
const TEST: &str = "sk_test_dreamsandboxplatform";
const LIVE: &str = "sk_live_dreamsandboxplatform";

/// One connected account in one mode.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) url: String,
    pub(crate) account: String,
    key: &'static str,
    client: Client,
}

impl Provider {
    /// The account that the demo developer has connected in test mode.
    pub(crate) async fn of(api: &Api) -> Self {
        Self::of_mode(api, "test").await
    }

    /// The account that the demo developer has connected in a mode.
    pub(crate) async fn of_mode(api: &Api, mode: &str) -> Self {
        let path = format!("/payment-account?mode={mode}");
        let known = api.get(&path).bearer(api.developer()).send().await.is(200);
        let mut provider = Self::nobody(api, mode);
        provider.account = known.text_at("/accountId");
        provider
    }

    /// The sandbox before an account is known.
    pub(crate) fn nobody(api: &Api, mode: &str) -> Self {
        Self {
            url: api.demo["sandboxUrl"].as_str().unwrap().to_owned(),
            account: String::new(),
            key: if mode == "live" { LIVE } else { TEST },
            client: Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.send(Method::GET, path, &[]).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Value {
        let call = self.client.request(method, format!("{}{path}", self.url));
        let call = call
            .bearer_auth(self.key)
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

    pub(crate) async fn control(&self, what: &str, body: Value) -> Value {
        let call = self.client.post(format!("{}/_control/{what}", self.url));
        let answer = call.json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{what}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Connects a new account of the demo developer in a mode, by the pages that his browser goes through.
    pub(crate) async fn connect(api: &Api, mode: &str) -> Self {
        let path = format!("/authorize?mode={mode}");
        let begun = api.get(&path).bearer(api.developer()).send().await.is(303);
        let cookie = begun
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let nobody = Self::nobody(api, mode);
        let back = nobody.decide(begun.header("location"), "allow").await;
        let call = api
            .get(&back)
            .bearer(api.developer())
            .header("cookie", cookie);
        let landed = call.send().await.is(303);
        assert!(landed.header("location").contains("stripe=connected"));
        Self::of_mode(api, mode).await
    }

    /// Presses a button of the Connect page at an address; the path at our server that it leads to.
    pub(crate) async fn decide(&self, page: &str, decision: &str) -> String {
        let url = url::Url::parse(page).unwrap();
        let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        form.push(("decision".to_owned(), decision.to_owned()));
        let call = self.client.post(format!("{}/oauth/authorize", self.url));
        let answer = call.form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let back = answer.headers()["location"].to_str().unwrap();
        let back = url::Url::parse(back).unwrap();
        format!("{}?{}", back.path(), back.query().unwrap())
    }

    /// The products that were made for a project.
    pub(crate) async fn products(&self, pk: &str) -> Vec<Value> {
        self.all("/v1/products?limit=100", pk).await
    }

    /// The prices that were made for a project, archived ones too.
    pub(crate) async fn prices(&self, pk: &str) -> Vec<Value> {
        self.all("/v1/prices?limit=100", pk).await
    }

    async fn all(&self, path: &str, pk: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("{path}{after}")).await;
            let data = page["data"].as_array().unwrap();
            let of_project = |object: &&Value| object["metadata"]["publishableKey"] == pk;
            found.extend(data.iter().filter(of_project).cloned());
            match data.last() {
                Some(last) if page["has_more"] == true => {
                    after = format!("&starting_after={}", last["id"].as_str().unwrap());
                }
                _ => return found,
            }
        }
    }

    /// Lets the next calls go wrong.
    pub(crate) async fn misbehave(&self, what: &str, count: i64) {
        self.control("misbehave", json!({"what": what, "count": count}))
            .await;
    }

    /// Takes that back.
    pub(crate) async fn behave(&self) {
        let call = self
            .client
            .delete(format!("{}/_control/misbehave", self.url));
        assert!(call.send().await.unwrap().status().is_success());
    }
}

/// The objects that can be bought.
pub(crate) fn active(objects: &[Value]) -> Vec<&Value> {
    objects
        .iter()
        .filter(|object| object["active"] == true)
        .collect()
}
