//! The scenarios: which calls, for whom, and what the goal is.

use super::request::{SERIAL, USER, Users};
use crate::failure::{Explain, Failure, Result};
use crate::http;
use crate::instance::Instance;
use serde_json::Value;

/// Above so many users the first pass over them is a scenario of its own.
const COLD_USERS_MIN: u64 = 100_000;

/// End users who hold a token of their own.
const TOKEN_USERS: u64 = 1_000;

/// The two rows that are compared with each other.
pub(super) const SECRET: &str = "sk, 1k users";
const HOT: &str = "sk, one hot user";
pub(super) const TOKEN: &str = "token, 1k users";

/// One kind of call.
pub(super) struct Scenario {
    pub(super) name: String,
    /// The ratio that is asked for, in words; empty where none is.
    pub(super) goal: &'static str,
    calls: Calls,
    pub(super) users: Users,
    /// So many users' counters must be known to the server before measuring starts.
    pub(super) touched: u64,
}

/// What is called.
enum Calls {
    /// `POST /api/data` for an unknown user.
    Count,
    /// The same with a key that never comes again.
    Keyed,
    /// `GET /api/usage` for an unknown user.
    Read,
    /// `POST /api/data` with the token of the demo user.
    DemoToken,
    /// `POST /api/data` with tokens of users made for it.
    Tokens,
}

/// The calls by which a server is measured, ready to be sent to it.
pub(super) struct Caller<'a> {
    server: &'a Instance,
    address: &'a str,
    secret: String,
}

impl<'a> Caller<'a> {
    /// A caller with the secret key of the demo project.
    pub(super) fn new(server: &'a Instance) -> Result<Self> {
        Ok(Self {
            server,
            address: server.address()?,
            secret: format!("Bearer {}", server.demo("/saas/secretKey")?),
        })
    }

    /// A call that counts one use of an unknown user on an unlimited plan.
    pub(super) fn count(&self) -> String {
        self.text("POST", "/api/data", &[])
    }

    /// The request texts of a scenario, of which each call takes one. Makes the users that they need.
    pub(super) fn texts(&self, scenario: &Scenario) -> Result<Vec<String>> {
        let key = format!("bench-{SERIAL}");
        match scenario.calls {
            Calls::Count => Ok(vec![self.count()]),
            Calls::Keyed => Ok(vec![self.text(
                "POST",
                "/api/data",
                &[("idempotency-key", &key)],
            )]),
            Calls::Read => Ok(vec![self.text("GET", "/api/usage", &[])]),
            Calls::DemoToken => self.demo_token(),
            Calls::Tokens => self.token_texts(),
        }
    }

    fn text(&self, method: &str, path: &str, more: &[(&str, &str)]) -> String {
        let user = format!("bench_{USER}");
        let mut headers = vec![
            ("authorization", self.secret.as_str()),
            ("x-user-id", user.as_str()),
            ("x-user-plan", "max"),
        ];
        headers.extend(more);
        http::request(self.address, method, path, &headers, "")
    }

    /// The demo user with his token, on the unlimited plan.
    fn demo_token(&self) -> Result<Vec<String>> {
        let user = self.server.demo("/userId")?;
        self.ask(
            "PATCH",
            &format!("/api/customers/{user}"),
            r#"{"plan":"max"}"#,
        )?;
        Ok(vec![self.token_text(self.server.demo("/userToken")?)?])
    }

    /// Fresh customers on the unlimited plan, each with a token.
    fn token_texts(&self) -> Result<Vec<String>> {
        let make = |number: u64| {
            let body = format!(r#"{{"email":"bench{number}@example.com","plan":"max"}}"#);
            let made = self.ask("POST", "/api/customers", &body)?;
            let id = string(&made, "/customer/id")?;
            let minted = self.ask("POST", &format!("/api/customers/{id}/tokens"), "{}")?;
            self.token_text(string(&minted, "/token")?)
        };
        (0..TOKEN_USERS).map(make).collect()
    }

    fn token_text(&self, token: &str) -> Result<String> {
        let key = self.server.demo("/saas/publishableKey")?;
        let headers = [("x-publishable-key", key), ("x-user-token", token)];
        Ok(http::request(
            self.address,
            "POST",
            "/api/data",
            &headers,
            "",
        ))
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let headers = [("authorization", self.secret.as_str())];
        let answer = http::call(self.address, method, path, &headers, body)?;
        if answer.status >= 300 {
            let said = String::from_utf8_lossy(&answer.body);
            let what = format!("{method} {path} answered {}: {said}", answer.status);
            return Err(Failure::new(what));
        }
        serde_json::from_slice(&answer.body).explain("an answer is not JSON")
    }
}

/// Everything that is measured on `SQLite`.
pub(super) fn on_sqlite(users: &[u64]) -> Vec<Scenario> {
    let spread = users.iter().flat_map(|&users| spread(users));
    let rest = [
        warm(HOT, "≥ 0.45", Calls::Count, 1),
        warm(TOKEN, "≥ 0.9 of sk", Calls::Tokens, 1),
        warm("token, one hot user", "", Calls::DemoToken, 1),
        warm("GET /api/usage, 1k users", "≥ 0.7", Calls::Read, 1_000),
        warm("keyed, 1k users", "≥ 0.25", Calls::Keyed, 1_000),
    ];
    spread.chain(rest).collect()
}

/// Everything that is measured on `PostgreSQL`.
pub(super) fn on_postgres(users: &[u64]) -> Vec<Scenario> {
    let spread = users.iter().map(|&users| Scenario {
        touched: 0,
        ..warm(&sk(users), "> 1", Calls::Count, users)
    });
    spread.chain([warm(HOT, "> 1", Calls::Count, 1)]).collect()
}

fn spread(users: u64) -> Vec<Scenario> {
    if users <= COLD_USERS_MIN {
        return vec![warm(&sk(users), "≥ 0.45", Calls::Count, users)];
    }
    let cold = Scenario {
        name: format!("{} (cold)", sk(users)),
        goal: "",
        calls: Calls::Count,
        users: Users::Once(users),
        touched: 0,
    };
    let name = format!("{} (warm)", sk(users));
    vec![cold, warm(&name, "≥ 0.35", Calls::Count, users)]
}

fn warm(name: &str, goal: &'static str, calls: Calls, users: u64) -> Scenario {
    Scenario {
        name: name.to_owned(),
        goal,
        calls,
        users: Users::Uniform(users),
        touched: users,
    }
}

/// `sk, 1k users` for 1,000.
fn sk(users: u64) -> String {
    match users {
        n if n >= 1_000_000 && n.is_multiple_of(1_000_000) => {
            format!("sk, {}M users", n / 1_000_000)
        }
        n if n >= 1_000 && n.is_multiple_of(1_000) => format!("sk, {}k users", n / 1_000),
        n => format!("sk, {n} users"),
    }
}

fn string<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .explain(&format!("an answer has no text at {pointer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_users_are_named_shortly() {
        assert_eq!(sk(TOKEN_USERS), SECRET);
        assert_eq!(sk(1_000_000), "sk, 1M users");
        assert_eq!(sk(1_500), "sk, 1500 users");
    }
}
