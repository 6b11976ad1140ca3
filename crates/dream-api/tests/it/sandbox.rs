//! The sandbox beside a server of development: found by `demo.json`, moved by its clock, closed to others.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::api::Api;
use crate::raw::exchange;
use crate::server::{Place, Server, Start, free_address};

/// What the server is to the sandbox in each mode.
const TEST: &str = "sk_test_dreamsandboxplatform";
const LIVE: &str = "sk_live_dreamsandboxplatform";

const MONTH_SECONDS: i64 = 31 * 86_400;

/// The sandbox of a server, as one platform sees it.
struct Sandbox {
    url: String,
    key: &'static str,
    client: Client,
}

impl Sandbox {
    fn of(server: &Server, key: &'static str) -> Self {
        Self {
            url: server.demo["sandboxUrl"].as_str().unwrap().to_owned(),
            key,
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn call(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Value {
        let call = self.client.request(method, format!("{}{path}", self.url));
        let answer = call.bearer_auth(self.key).form(form).send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{path}: {}",
            answer.text().await.unwrap()
        );
        answer.json().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.url));
        answer
            .bearer_auth(self.key)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn control(&self, what: &str, body: Value) -> Value {
        let call = self.client.post(format!("{}/_control/{what}", self.url));
        let answer = call.json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{what}");
        answer.json().await.unwrap()
    }

    /// A subscription that a checkout of one price began.
    async fn subscribe(&self) -> String {
        let price = [
            ("currency", "usd"),
            ("unit_amount", "900"),
            ("product_data[name]", "Pro"),
            ("recurring[interval]", "month"),
        ];
        let price = self.call(Method::POST, "/v1/prices", &price).await;
        let session = [
            ("mode", "subscription"),
            ("success_url", "http://127.0.0.1:9/"),
            ("line_items[0][price]", price["id"].as_str().unwrap()),
            ("line_items[0][quantity]", "1"),
        ];
        let session = self
            .call(Method::POST, "/v1/checkout/sessions", &session)
            .await;
        let pay = format!("checkout/{}/pay", session["id"].as_str().unwrap());
        let paid = self.control(&pay, json!({})).await;
        paid["subscription"].as_str().unwrap().to_owned()
    }

    async fn invoices(&self, subscription: &str) -> usize {
        let path = format!("/v1/invoices?limit=100&subscription={subscription}");
        self.get(&path).await["data"].as_array().unwrap().len()
    }

    /// The accounts that are connected.
    async fn accounts(&self) -> Vec<Value> {
        let list = self.get("/v1/accounts").await;
        list["data"].as_array().unwrap().clone()
    }

    /// The addresses of its endpoints, those for connected accounts and the platform's own.
    async fn endpoints(&self) -> Vec<String> {
        let list = self.get("/v1/webhook_endpoints").await;
        let endpoints = list["data"].as_array().unwrap().iter();
        endpoints
            .map(|found| found["url"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn advance(api: &Api, seconds: i64) {
    let call = api
        .post("/_dev/clock")
        .json(json!({"advanceSeconds": seconds}));
    call.send().await.is(200);
}

#[tokio::test]
async fn subscription_is_renewed_before_the_clock_answers() {
    let server = Server::with(&[]).await;
    let sandbox = Sandbox::of(&server, TEST);
    let subscription = sandbox.subscribe().await;
    assert_eq!(sandbox.invoices(&subscription).await, 1);
    for months in 1..=3 {
        advance(&server.api(), MONTH_SECONDS).await;
        assert_eq!(sandbox.invoices(&subscription).await, 1 + months);
    }
    let found = sandbox
        .get(&format!("/v1/subscriptions/{subscription}"))
        .await;
    assert_eq!(found["status"], "active");
    let now = server.api().get("/health").send().await.number_at("/now") / 1000;
    let end = &found["items"]["data"][0]["current_period_end"];
    assert!(end.as_i64().unwrap() > now, "{end} {now}");
}

/// The same server on the same data, at another port.
async fn restarted(server: Server) -> Server {
    server.signal("TERM");
    let place = Some(server.ended().await.1);
    let start = Start {
        place,
        ..Default::default()
    };
    Server::start(start).await
}

#[tokio::test]
async fn each_mode_has_endpoints_that_follow_the_server() {
    let server = Server::with(&[]).await;
    endpoints_lead_to(&server).await;
    let again = restarted(server).await;
    endpoints_lead_to(&again).await;
}

/// One for connected accounts and one for the platform's own in each mode, and none from before.
async fn endpoints_lead_to(server: &Server) {
    let here = format!("{}/webhook/stripe", server.base);
    for key in [TEST, LIVE] {
        let endpoints = Sandbox::of(server, key).endpoints().await;
        assert_eq!(endpoints, [here.clone(), here.clone()]);
    }
}

#[tokio::test]
async fn start_after_a_reset_makes_endpoints_and_the_demo_account_again() {
    let server = Server::with(&[]).await;
    let sandbox = Sandbox::of(&server, TEST);
    // The round that follows a start makes endpoints too; it is over when this one is.
    server.api().post("/_dev/reconcile").send().await.is(200);
    sandbox.control("reset", json!({})).await;
    assert!(sandbox.endpoints().await.is_empty());
    let server = restarted(server).await;
    let sandbox = Sandbox::of(&server, TEST);
    assert_eq!(sandbox.endpoints().await.len(), 2);
    assert_eq!(sandbox.accounts().await.len(), 1);
}

/// Who is stopped between making an endpoint and writing it down leaves one behind; others at work find it too.
#[tokio::test]
async fn endpoint_that_nobody_has_written_down_is_removed_by_the_next_start_and_round() {
    let server = Server::with(&[]).await;
    let sandbox = Sandbox::of(&server, TEST);
    let round = async || server.api().post("/_dev/reconcile").send().await.is(200);
    // The one that follows a start is over when this one is.
    round().await;
    let here = format!("{}/webhook/stripe", server.base);
    let foreign = "http://127.0.0.1:9/somebody/else";
    let make = async |url: &str| {
        let form = [("url", url), ("enabled_events[]", "*"), ("connect", "true")];
        let path = "/v1/webhook_endpoints";
        sandbox.call(Method::POST, path, &form).await;
    };
    make(&here).await;
    make("http://127.0.0.1:9/webhook/stripe").await;
    make(foreign).await;
    assert_eq!(sandbox.endpoints().await.len(), 5);
    tokio::join!(round(), round());
    let mut left = sandbox.endpoints().await;
    left.sort();
    let mut expected = [foreign.to_owned(), here.clone(), here.clone()];
    expected.sort();
    assert_eq!(left, expected);
    make(&here).await;
    let server = restarted(server).await;
    let left = Sandbox::of(&server, TEST).endpoints().await;
    assert_eq!(
        left.iter().filter(|url| **url != foreign).count(),
        2,
        "{left:?}"
    );
}

#[tokio::test]
async fn demo_account_is_connected_in_test_mode_alone() {
    let server = Server::with(&[]).await;
    let accounts = Sandbox::of(&server, TEST).accounts().await;
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    assert_eq!(accounts[0]["charges_enabled"], true);
    assert!(Sandbox::of(&server, LIVE).accounts().await.is_empty());
}

#[tokio::test]
async fn sandbox_answers_this_machine_and_no_page_of_another_403() {
    let server = Server::with(&[]).await;
    let mut api = server.api();
    api.base = server.demo["sandboxUrl"].as_str().unwrap().to_owned();
    for path in ["/v1/customers", "/_control/calls"] {
        let own = api.get(path).bearer(TEST).header("origin", &api.base);
        own.send().await.is(200);
        for (header, value) in [
            ("host", "evil.example.com"),
            ("host", "127.0.0.1.evil.example.com"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-host", "localhost"),
            ("forwarded", "for=127.0.0.1"),
            ("origin", "https://evil.example.com"),
            ("origin", "null"),
            ("origin", &server.base),
        ] {
            let reply = api
                .get(path)
                .bearer(TEST)
                .header(header, value)
                .send()
                .await;
            assert_eq!(reply.status, 403, "{path} {header} {value}: {}", reply.text);
        }
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TEST}\r\n\r\n"
        );
        assert_eq!(exchange(&api, request).await.unwrap().status, 200);
    }
}

/// Rules 22: the second process uses the sandbox of the first one, and its clock moves that one's.
#[tokio::test]
async fn two_processes_share_a_sandbox() {
    let (first, second) = (free_address(), free_address());
    let url = format!("http://{first}");
    let variables = |address| {
        [
            ("DREAM_LISTEN", address),
            ("DREAM_PUBLIC_URL", url.as_str()),
        ]
    };
    let one = Server::with(&variables(first.as_str())).await;
    if one.api().database().url().is_none() {
        println!("not on SQLite: one process owns the file");
        return;
    }
    let two = Server::start(Start {
        variables: &variables(second.as_str()),
        place: Some(Place::beside(&one)),
    })
    .await;
    assert!(!two.api().folder.join("data/sandbox").exists());
    let sandbox = Sandbox::of(&one, TEST);
    let subscription = sandbox.subscribe().await;
    let base = format!("http://{second}");
    let mut api = two.api();
    api.base = base;
    advance(&api, MONTH_SECONDS).await;
    assert_eq!(sandbox.invoices(&subscription).await, 2);
}
