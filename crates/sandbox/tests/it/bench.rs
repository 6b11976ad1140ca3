//! A sandbox of one test, with a clock that the test turns.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// 2026-01-15 12:00 UTC.
pub(crate) const START: i64 = 1_768_478_400;

pub(crate) struct Bench {
    pub(crate) base: String,
    pub(crate) client: Client,
    now: Arc<AtomicI64>,
    machine: Arc<AtomicI64>,
    folder: tempfile::TempDir,
    running: Option<dream_sandbox::Running>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
    pub(crate) text: String,
}

impl Bench {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(START));
        let machine = Arc::new(AtomicI64::new(START));
        let running = run(folder.path(), &now, &machine);
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_mins(2))
            .build()
            .unwrap();
        Self {
            base: format!("http://{}", running.address),
            client,
            now,
            machine,
            folder,
            running: Some(running),
        }
    }

    /// Stops it and starts it again on the same file.
    pub(crate) async fn restart(&mut self) {
        self.running.take().unwrap().stop().await;
        let running = run(self.folder.path(), &self.now, &self.machine);
        self.base = format!("http://{}", running.address);
        self.running = Some(running);
    }

    pub(crate) fn pass_business_time(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Waits until everything that is due has happened.
    pub(crate) async fn settle(&self) {
        assert!(self.running.as_ref().unwrap().settle().await);
    }

    pub(crate) fn pass_machine_time(&self, seconds: i64) {
        self.machine.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .bearer_auth("sk_test_one")
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        read(self.call(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        read(self.call(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Reply {
        read(self.form(path, form)).await
    }

    /// A POST that can still be changed.
    pub(crate) fn form(&self, path: &str, form: &str) -> RequestBuilder {
        self.call(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
    }

    /// A call of `/_control`.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}/_control/{path}", self.base);
        let reply = read(self.client.request(method, url).body(body.to_string())).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json
    }

    pub(crate) async fn misbehave(&self, what: &str, count: Option<i64>, seconds: Option<i64>) {
        let order = json!({ "what": what, "count": count, "seconds": seconds });
        self.control(Method::POST, "misbehave", order).await;
    }

    pub(crate) async fn deliveries(&self) -> Vec<Value> {
        let told = self.control(Method::GET, "deliveries", json!({})).await;
        told["deliveries"].as_array().unwrap().clone()
    }

    /// Makes an object; answers its id.
    pub(crate) async fn make(&self, path: &str, form: &str) -> String {
        let reply = self.post(path, form).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json["id"].as_str().unwrap().to_owned()
    }
}

impl Reply {
    /// Type, code and parameter of a refusal.
    pub(crate) fn refusal(&self) -> (u16, &str, &str, &str) {
        let error = &self.json["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default();
        (self.status, text("type"), text("code"), text("param"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn read(request: RequestBuilder) -> Reply {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    Reply {
        status,
        headers,
        json,
        text,
    }
}

fn run(folder: &Path, now: &Arc<AtomicI64>, machine: &Arc<AtomicI64>) -> dream_sandbox::Running {
    let reads = |time: &Arc<AtomicI64>| {
        let time = time.clone();
        Arc::new(move || time.load(Ordering::SeqCst))
    };
    dream_sandbox::start(dream_sandbox::Options {
        listener: TcpListener::bind("127.0.0.1:0").unwrap(),
        folder: folder.to_owned(),
        clock: reads(now),
        machine: reads(machine),
        random: Arc::new(random),
    })
    .unwrap()
}

#[expect(clippy::disallowed_methods, reason = "ids of a test need not repeat")]
fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).unwrap();
}
