//! A person's browser as the server sees one: cookies, an origin, and a mailbox.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::api::{Api, Call, Reply};
use crate::project::Project;

/// A password that nothing is wrong with.
pub(crate) const PASSWORD: &str = "several words together";

/// A browser with its cookies, on the hosted pages of one project.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) api: Api,
    pub(crate) pk: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    /// A fresh one.
    pub(crate) fn at(project: &Project) -> Self {
        Self::of(&project.api, &project.pk)
    }

    /// A fresh one on the pages of a publishable key.
    pub(crate) fn of(api: &Api, pk: &str) -> Self {
        Self {
            api: api.clone(),
            pk: pk.to_owned(),
            cookies: Arc::default(),
        }
    }

    /// The same browser on the pages of another project.
    pub(crate) fn on(&self, pk: &str) -> Self {
        Self {
            pk: pk.to_owned(),
            ..self.clone()
        }
    }

    /// A call of the pages, before it is sent.
    pub(crate) fn call(&self, path: &str, mut body: Value) -> Call {
        body["publishableKey"] = json!(self.pk);
        let call = self.api.post(path).header("origin", &self.api.base);
        self.with_cookies(call).json(body)
    }

    /// A call of the pages; keeps the cookies of its answer.
    pub(crate) async fn send(&self, path: &str, body: Value) -> Reply {
        self.keep(self.call(path, body).send().await)
    }

    /// Opens a page.
    pub(crate) async fn open(&self, path: &str) -> Reply {
        let call = self.with_cookies(self.api.get(path));
        self.keep(call.send().await)
    }

    /// Adds the cookies this browser has.
    pub(crate) fn with_cookies(&self, call: Call) -> Call {
        let cookies = self.cookies.lock().unwrap();
        if cookies.is_empty() {
            return call;
        }
        let pairs: Vec<String> = cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        call.header("cookie", pairs.join("; "))
    }

    fn keep(&self, reply: Reply) -> Reply {
        let mut cookies = self.cookies.lock().unwrap();
        for line in reply.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            assert!(
                line.contains("HttpOnly") && line.contains("SameSite=Lax"),
                "{line}"
            );
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        drop(cookies);
        reply
    }

    /// Signs up with [`PASSWORD`].
    pub(crate) async fn sign_up(&self, email: &str) -> Reply {
        let body = json!({"email": email, "password": PASSWORD});
        self.send("/auth/sign-up", body).await
    }

    /// Signs in with a password.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Reply {
        let body = json!({"email": email, "password": password});
        self.send("/auth/sign-in", body).await
    }

    /// Who is signed in; null if nobody is.
    pub(crate) async fn user(&self) -> Value {
        let reply = self.send("/auth/session", json!({})).await.is(200);
        reply.json["user"].clone()
    }

    /// The newest mail to an address.
    pub(crate) async fn mail(&self, to: &str) -> Mail {
        let mails = self.mails(to).await;
        mails.into_iter().next().expect("a mail came")
    }

    /// The mails to an address, newest first.
    pub(crate) async fn mails(&self, to: &str) -> Vec<Mail> {
        let to = to.replace('+', "%2B");
        let call = self.api.get(&format!("/_dev/mail?limit=100&to={to}"));
        let reply = call.header("accept", "application/json").send().await;
        let reply = reply.is(200);
        let list = reply.json["messages"].as_array().unwrap();
        let ours = list.iter().filter(|mail| mail["publishableKey"] == self.pk);
        ours.map(Mail::of).collect()
    }
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Mail {
    fn of(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        Self {
            subject: text("subject"),
            text: text("text"),
        }
    }

    /// The six digits in it.
    pub(crate) fn code(&self) -> String {
        let words = self.text.split(|c: char| !c.is_ascii_digit());
        let mut codes = words.filter(|word| word.len() == 6);
        codes.next().expect("a code is in it").to_owned()
    }

    /// The token of the link in it.
    pub(crate) fn token(&self) -> String {
        let (_, rest) = self.text.split_once("token=").expect("a link is in it");
        let end = rest.find(|c: char| c == '&' || c.is_whitespace());
        rest[..end.unwrap_or(rest.len())].to_owned()
    }
}
