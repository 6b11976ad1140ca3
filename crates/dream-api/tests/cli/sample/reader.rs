//! What the sample data must be, read over the API.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::home::Home;
use crate::server::Server;

/// How many there are of each.
pub(super) const CUSTOMERS: usize = 26;
pub(super) const ORDERS: usize = 19;

/// Calls with the keys of `demo.json`.
pub(super) struct Reader<'a> {
    pub(super) server: &'a Server,
    pub(super) demo: Value,
}

impl<'a> Reader<'a> {
    pub(super) fn of(server: &'a Server, home: &Home) -> Self {
        let demo = home.demo();
        Self { server, demo }
    }

    pub(super) async fn get(&self, project: &str, path: &str) -> Value {
        let secret = self.demo[project]["secretKey"].as_str().unwrap();
        self.read(path, secret).await
    }

    async fn read(&self, path: &str, bearer: &str) -> Value {
        let bearer = format!("Bearer {bearer}");
        let headers = [("authorization", bearer.as_str())];
        let (status, body) = self.server.call(Method::GET, path, &headers).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(super) async fn customers(&self) -> Vec<Value> {
        let page = self.get("saas", "/api/customers?limit=100").await;
        page["customers"].as_array().unwrap().clone()
    }

    pub(super) async fn orders(&self) -> Vec<Value> {
        let page = self.get("store", "/api/orders?limit=100").await;
        page["orders"].as_array().unwrap().clone()
    }

    pub(super) async fn stock(&self) -> Vec<i64> {
        let body = self.get("store", "/api/products").await;
        let products = body["products"].as_array().unwrap().iter();
        products
            .map(|product| product["inventory"].as_i64().unwrap())
            .collect()
    }

    /// Nothing but what a start without sample has.
    pub(super) async fn check_empty(&self) {
        assert_eq!(self.customers().await.len(), 1);
        assert_eq!(self.orders().await, Vec::<Value>::new());
        assert_eq!(self.stock().await, [50, 25, 100]);
        assert_eq!(self.sample_ends().await, Vec::<i64>::new());
        assert_eq!(self.ahead().await, 0);
        self.check_user().await;
    }

    /// The end of the sample of each project.
    pub(super) async fn sample_ends(&self) -> Vec<i64> {
        let token = self.demo["developerToken"].as_str().unwrap();
        let body = self.read("/projects", token).await;
        let projects = body["projects"].as_array().unwrap().iter();
        projects
            .filter_map(|project| project["sampleUntil"].as_i64())
            .collect()
    }

    async fn ahead(&self) -> i64 {
        let (_, clock) = self.server.call(Method::GET, "/_dev/clock", &[]).await;
        clock["aheadSeconds"].as_i64().unwrap()
    }

    /// A POST; the answer of one that must succeed.
    pub(super) async fn post(&self, path: &str, bearer: &str, body: &Value) -> Value {
        let call = posting(&format!("{}{path}", self.server.url), bearer, body);
        let answer = call.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(super) async fn reset_sample(&self, project: &str) -> Value {
        let key = &self.demo[project]["publishableKey"];
        let token = self.demo["developerToken"].as_str().unwrap();
        let body = json!({"publishableKey": key, "only": "sample"});
        self.post("/projects/reset", token, &body).await
    }

    /// Everything is there once, and as it should be.
    pub(super) async fn check(&self) {
        let customers = self.customers().await;
        let sample = customers
            .iter()
            .filter(|customer| customer["sample"] == true);
        assert_eq!(
            (customers.len(), sample.count()),
            (CUSTOMERS + 1, CUSTOMERS)
        );
        let orders = self.orders().await;
        assert!(orders.iter().all(|order| order["sample"] == true));
        let with = |status: &str| {
            orders
                .iter()
                .filter(|order| order["status"] == status)
                .count()
        };
        assert_eq!(orders.len(), ORDERS);
        assert_eq!(
            (
                with("refunded"),
                with("partially_refunded"),
                with("expired")
            ),
            (1, 1, 1)
        );
        assert_eq!(
            (with("fulfilled"), with("paid"), with("pending")),
            (15, 1, 0)
        );
        assert_eq!(self.stock().await, [50, 25, 100]);
        assert_eq!(self.ahead().await, 0);
        assert_eq!(self.sample_ends().await.len(), 2);
        let board = self.get("store", "/api/dashboard").await;
        let shown = board["orders"].as_array().unwrap();
        assert!(!shown.is_empty() && shown.iter().all(|order| order["sample"] == true));
        self.check_figures().await;
        self.check_user().await;
    }

    async fn check_figures(&self) {
        let board = self.get("saas", "/api/dashboard?limit=100").await;
        let metrics = &board["metrics"];
        let number = |name: &str| metrics[name].as_i64().unwrap();
        assert_eq!(
            (
                number("activeSubs"),
                number("cancelingSubs"),
                number("pastDueSubs")
            ),
            (14, 1, 1)
        );
        // Four on the larger plan and eleven on the smaller one, the one that is past due included.
        assert_eq!(number("mrr"), 4 * 9900 + 11 * 2900);
        let before = board["previous"]["mrr"].as_i64().unwrap();
        assert!((1..number("mrr")).contains(&before), "{before}");
        assert_eq!(
            (
                &board["health"]["inboxWaiting"],
                &board["health"]["inboxDead"]
            ),
            (&json!(0), &json!(0))
        );
        let alerts: Vec<&Value> = board["alerts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alert| &alert["code"])
            .collect();
        assert_eq!(alerts, ["limit_reached", "limit_close"]);
        let series = self.get("saas", "/api/dashboard/series?days=90").await;
        let days = series["days"].as_array().unwrap();
        let used: Vec<i64> = days
            .iter()
            .map(|day| day["usage"].as_i64().unwrap())
            .collect();
        let busy = used.iter().filter(|used| **used > 0).count();
        assert!((34..=36).contains(&busy), "{used:?}");
        let half = used.len() - 17;
        let (early, late) = (
            used[..half].iter().sum::<i64>(),
            used[half..].iter().sum::<i64>(),
        );
        assert!(late > 2 * early, "{early} {late}");
        let churned: i64 = days
            .iter()
            .map(|day| day["churned"].as_i64().unwrap())
            .sum();
        // Who has canceled counts from that day on: one whose month is over, and one whose month runs.
        assert_eq!(churned, 2);
    }

    /// The user of `demo.json` is no sample, and has used nothing.
    pub(super) async fn check_user(&self) {
        let (secret, user) = (&self.demo["saas"]["secretKey"], &self.demo["userId"]);
        let (secret, user) = (secret.as_str().unwrap(), user.as_str().unwrap());
        let (_, usage) = self
            .server
            .as_backend(Method::GET, "/api/usage", secret, user)
            .await;
        assert_eq!(
            (&usage["plan"], &usage["count"]),
            (&json!("free"), &json!(0))
        );
        let found = self.get("saas", &format!("/api/customers/{user}")).await;
        assert_eq!(found["customer"]["sample"], Value::Null);
    }
}

/// A POST to be sent.
pub(super) fn posting(url: &str, bearer: &str, body: &Value) -> reqwest::RequestBuilder {
    let client = Client::builder().no_proxy().build().unwrap();
    client.post(url).bearer_auth(bearer).json(body)
}
