//! Every operation of `openapi.json`, called with every kind of foreign credential and with the ids, keys
//! and names of a tenant in path, query and body: nothing of it is told, and nothing of it changes.

use serde_json::{Value, json};

use crate::api::{Call, Reply};
use crate::forge::other_project;
use crate::project::Person;
use crate::server::shared;
use crate::spec::{Operation, operations};
use crate::tenants::Victim;

/// A way to present oneself.
struct Credential {
    name: &'static str,
    /// Good for a tenant of its own, so that calls may succeed there.
    valid: bool,
    headers: Vec<(&'static str, String)>,
}

impl Credential {
    fn on(&self, call: Call) -> Call {
        let add = |call: Call, (name, value): &(&'static str, String)| call.header(name, value);
        self.headers.iter().fold(call, add)
    }
}

const KEY: &str = "x-publishable-key";
const BEARER: &str = "authorization";
const TOKEN: &str = "x-clerk-token";

/// A well-formed secret key that was never given out.
const NOBODYS: &str = "sk_test_000000000000000000000000000000000";

#[tokio::test]
async fn no_operation_reaches_another_tenant_401_403_404() {
    let api = shared().await;
    let victim = Victim::new(&api, "matrixvictim").await;
    let tiers = json!([{"name": "free", "price": 0, "limit": 1_000_000}]);
    let body = json!({"projectName": "Attacker", "tiers": tiers});
    let (attacker, developer) = other_project(&api, "attacker@example.com", body).await;
    let unlimited = json!({"publishableKey": attacker.pk, "perUserPerMinute": 0});
    let call = api.post("/projects/settings").bearer(&developer);
    call.json(unlimited).send().await.is(200);
    let person = attacker.person("attacker@example.com").await;
    let credentials = credentials(&victim, &attacker.pk, &attacker.sk, &developer, &person);
    let before = victim.snapshot().await;
    let mut asked = 0;
    for operation in operations(&api).await.iter().filter(|o| o.secured) {
        for credential in &credentials {
            for id in [&victim.person.id, &victim.external] {
                for body in bodies(operation, &victim) {
                    let value = |name: &str| in_address(&victim, id, name);
                    let mut call = credential.on(operation.call(&api, value));
                    if let Some(body) = &body {
                        call = call.json(body);
                    }
                    let reply = call.send().await;
                    judge(&victim, operation, credential, body.as_ref(), &reply);
                    asked += 1;
                }
            }
        }
        assert_eq!(victim.snapshot().await, before, "{}", operation.name());
    }
    assert!(asked > 500, "{asked}");
}

fn credentials(
    victim: &Victim,
    pk: &str,
    sk: &str,
    developer: &str,
    person: &Person,
) -> Vec<Credential> {
    let theirs = &victim.project.pk;
    let bearer = |text: &str| (BEARER, format!("Bearer {text}"));
    let key = |text: &str| (KEY, text.to_owned());
    let token = (TOKEN, person.token.clone());
    let user = ("x-user-id", victim.person.id.clone());
    let wrong = |name, headers| Credential {
        name,
        valid: false,
        headers,
    };
    let right = |name, headers| Credential {
        name,
        valid: true,
        headers,
    };
    vec![
        wrong("none", vec![]),
        wrong("garbage", vec![bearer("garbage")]),
        wrong("no scheme", vec![(BEARER, sk.to_owned())]),
        wrong("a key nobody has", vec![bearer(NOBODYS)]),
        wrong("their pk in Authorization", vec![bearer(theirs)]),
        wrong("our sk, their pk", vec![bearer(sk), key(theirs)]),
        wrong("our token, their pk", vec![token.clone(), key(theirs)]),
        wrong(
            "our bearer token, their pk",
            vec![bearer(&person.token), key(theirs)],
        ),
        wrong("their pk and user id", vec![key(theirs), user.clone()]),
        wrong(
            "their sk misspelt",
            vec![bearer(&victim.project.sk.to_uppercase())],
        ),
        right(
            "another developer, their pk",
            vec![bearer(developer), key(theirs)],
        ),
        right("another developer", vec![bearer(developer)]),
        right("our sk", vec![bearer(sk)]),
        right("our sk, their user id", vec![bearer(sk), user.clone()]),
        right(
            "our sk, our user",
            vec![bearer(sk), ("x-user-id", "u1".to_owned())],
        ),
        right("our pk", vec![key(pk)]),
        right("our pk, our token", vec![key(pk), token.clone()]),
        right("our token", vec![token]),
        right("our developer and pk", vec![bearer(developer), key(pk)]),
    ]
}

/// Path and query values that name the victim's things.
fn in_address(victim: &Victim, id: &str, name: &str) -> Option<String> {
    let value = match name {
        "id" => id,
        "cursor" => &victim.cursor,
        "search" => &victim.email,
        _ => return None,
    };
    Some(value.to_owned())
}

/// Bodies that name the victim's things: all of them, and each project name alone.
fn bodies(operation: &Operation, victim: &Victim) -> Vec<Option<Value>> {
    let project = &victim.project;
    let value = |name: &str| {
        let named = match name {
            "publishableKey" => &project.pk,
            "projectId" => &project.id,
            "projectName" | "confirm" => &project.name,
            "tierName" | "plan" | "name" => &victim.tier,
            "externalId" => &victim.external,
            "email" => &victim.email,
            "userId" => &victim.person.id,
            "tiers" => return Some(json!([{"name": victim.tier, "price": 1}])),
            "upgradeUrl" => return Some(json!("https://evil.example.com")),
            _ => return None,
        };
        Some(json!(named))
    };
    let Some(full) = operation.full_body(value) else {
        return vec![None];
    };
    let mut found = vec![Some(json!({})), Some(full.clone())];
    for name in ["publishableKey", "projectId", "projectName"] {
        if full.get(name).is_some() {
            let alone = json!({name: full[name], "confirm": project.name});
            found.push(Some(alone));
        }
    }
    found
}

fn judge(
    victim: &Victim,
    operation: &Operation,
    credential: &Credential,
    body: Option<&Value>,
    reply: &Reply,
) {
    let what = format!(
        "{} with {} and {body:?}: {} {}",
        operation.name(),
        credential.name,
        reply.status,
        reply.text
    );
    assert!(reply.status < 500, "{what}");
    if reply.status >= 400 {
        reply.check_problem();
    }
    // A publishable key is public: whoever holds it may read the catalogue with it.
    let sends = |name: &str, text: &str| {
        let fits = |(header, value): &(&str, String)| *header == name && value.contains(text);
        credential.headers.iter().any(fits)
    };
    let reads_catalogue =
        operation.tag == "catalogue" && sends(KEY, &victim.project.pk) && !sends(BEARER, " sk_");
    // So may it try codes and refresh tokens, of which it has none.
    if reads_catalogue || operation.tag == "identity" {
        return;
    }
    if !credential.valid {
        assert!(matches!(reply.status, 401 | 403 | 404), "{what}");
    }
    let names_key = body.is_some_and(|body| body["publishableKey"] == victim.project.pk);
    if operation.path.contains('{') || names_key {
        assert!(reply.status >= 400, "{what}");
    }
    let sent = body.map(Value::to_string).unwrap_or_default();
    let header = |text: &str| {
        credential
            .headers
            .iter()
            .any(|(_, value)| value.contains(text))
    };
    for secret in victim.secrets() {
        let echo = sent.contains(&secret) || header(&secret);
        assert!(echo || !reply.text.contains(&secret), "{what}");
    }
}
