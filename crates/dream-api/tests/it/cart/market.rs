//! A store, the sandbox it sells at, and its buyers.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::api::{Api, Call, Reply};
use crate::project::Project;
use crate::server::{Server, eventually};

/// What the server is to the sandbox in test mode.
const TEST_KEY: &str = "sk_test_dreamsandboxplatform";

/// Where buyers come from, and go to.
pub(crate) const SHOP: &str = "http://localhost:3000";

/// A store of the demo developer, whose payment account is connected.
#[derive(Clone)]
pub(crate) struct Market {
    pub(crate) project: Project,
    pub(crate) account: String,
    sandbox: String,
    client: Client,
}

/// What was bought.
#[derive(Clone, Debug)]
pub(crate) struct Bought {
    pub(crate) order: String,
    pub(crate) session: String,
    pub(crate) url: String,
}

/// A product with a price of $18.00 and this stock.
pub(crate) fn product(name: &str, inventory: impl Into<Value>) -> Value {
    json!({"name": name, "displayName": name.to_uppercase(), "price": 1800, "inventory": inventory.into()})
}

impl Market {
    pub(crate) async fn open(api: &Api, products: Value) -> Self {
        let body = json!({"projectName": "Market", "projectType": "store", "tiers": products});
        let project = Project::make(api, body).await;
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

    /// The same market at a server that was started anew.
    pub(crate) fn moved_to(mut self, api: &Api) -> Self {
        self.project.api = api.clone();
        let url = api.demo["sandboxUrl"].as_str().unwrap();
        url.clone_into(&mut self.sandbox);
        self
    }

    pub(crate) fn api(&self) -> &Api {
        &self.project.api
    }

    /// A call to check a cart out: products by name, and how many of each.
    #[expect(
        clippy::unused_self,
        reason = "reads as what the market does; carts name no project"
    )]
    pub(crate) fn cart(&self, wanted: &[(&str, i64)]) -> Value {
        let items: Vec<Value> = wanted
            .iter()
            .map(|(tier, quantity)| json!({"tier": tier, "quantity": quantity}))
            .collect();
        let (success, cancel) = (format!("{SHOP}/thanks"), format!("{SHOP}/cart"));
        json!({"items": items, "successUrl": success, "cancelUrl": cancel})
    }

    /// Checks a cart out as the store's own server, which is not limited.
    pub(crate) async fn send(&self, cart: &Value) -> Reply {
        let call = self
            .api()
            .post("/api/cart/checkout")
            .bearer(&self.project.sk);
        call.json(cart).send().await
    }

    /// Checks a cart out as a browser.
    pub(crate) async fn send_public(&self, cart: &Value) -> Reply {
        let call = self.api().post("/api/cart/checkout").key(&self.project.pk);
        call.json(cart).send().await
    }

    pub(crate) async fn checkout(&self, wanted: &[(&str, i64)]) -> Bought {
        let reply = self.send(&self.cart(wanted)).await.is(200);
        Bought::of(&reply)
    }

    /// Checks out, pays, and waits until the server knows.
    pub(crate) async fn buy(&self, wanted: &[(&str, i64)], email: &str) -> Bought {
        let bought = self.checkout(wanted).await;
        self.pay(&bought, email).await;
        self.becomes(&bought, "paid").await;
        bought
    }

    pub(crate) async fn pay(&self, bought: &Bought, email: &str) {
        let path = format!("checkout/{}/pay", bought.session);
        self.control(&path, json!({"email": email})).await;
    }

    /// Waits until an order is in a state.
    pub(crate) async fn becomes(&self, bought: &Bought, state: &str) {
        let what = format!("{} becomes {state}", bought.order);
        eventually(&what, async || self.state(bought).await == state).await;
    }

    pub(crate) async fn state(&self, bought: &Bought) -> String {
        self.order(bought).await["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) async fn order(&self, bought: &Bought) -> Value {
        let reply = self.get(&format!("/api/orders/{}", bought.order)).await;
        reply.is(200).json["order"].clone()
    }

    /// What the server says of a session after asking the sandbox, as the page a buyer returns to.
    pub(crate) async fn landing(&self, bought: &Bought) -> Reply {
        let path = format!("/api/checkout/{}", bought.session);
        self.api().get(&path).key(&self.project.pk).send().await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.project.secret(self.api().get(path)).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        let call = self.project.secret(self.api().post(path));
        call.json(body).send().await
    }

    /// A call about an order.
    pub(crate) fn about(&self, bought: &Bought, what: &str) -> Call {
        let path = format!("/api/orders/{}/{what}", bought.order);
        self.project.secret(self.api().post(&path))
    }

    /// How many of a product can be bought.
    pub(crate) async fn left(&self, name: &str) -> i64 {
        let reply = self.get("/api/products").await.is(200);
        let products = reply.json["products"].as_array().unwrap();
        let found = products.iter().find(|product| product["key"] == name);
        found.unwrap()["inventory"].as_i64().unwrap()
    }

    /// The mails to an address whose subject holds this.
    pub(crate) async fn mails(&self, to: &str, subject: &str) -> Vec<Value> {
        let reply = self.api().get(&format!("/_dev/mail?to={to}")).send().await;
        let all = reply.is(200).json["messages"].as_array().unwrap().clone();
        let fits = |mail: &Value| mail["subject"].as_str().unwrap().contains(subject);
        all.into_iter().filter(fits).collect()
    }

    pub(crate) async fn control(&self, what: &str, body: Value) -> Value {
        let (status, text) = self.try_control(what, body).await;
        assert!(status == 200, "{what}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(crate) async fn try_control(&self, what: &str, body: Value) -> (u16, String) {
        let call = self
            .client
            .post(format!("{}/_control/{what}", self.sandbox));
        let answer = call.json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
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

    /// The session of an order at the sandbox.
    pub(crate) async fn session(&self, bought: &Bought) -> Value {
        let path = format!("/v1/checkout/sessions/{}", bought.session);
        self.provider(Method::GET, &path, &[]).await
    }

    /// Moves business time; what became due has happened when it answers.
    pub(crate) async fn wait(&self, seconds: i64) {
        let call = self.api().post("/_dev/clock");
        let body = json!({"advanceSeconds": seconds});
        call.json(body).send().await.is(200);
    }
}

impl Bought {
    pub(crate) fn of(reply: &Reply) -> Self {
        Self {
            order: reply.text_at("/orderId"),
            session: reply.text_at("/sessionId"),
            url: reply.text_at("/url"),
        }
    }
}

/// A server of the test's own, with a market.
pub(crate) async fn alone(products: Value) -> (Server, Market) {
    let server = Server::with(&[]).await;
    let market = Market::open(&server.api(), products).await;
    (server, market)
}
