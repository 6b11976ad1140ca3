//! Mail: written with its effect, sent once, shown in development.

mod delivery;
mod inbox;
mod production;
mod relay;

use serde_json::{Value, json};

use crate::api::{Api, Reply};
use crate::project::Project;
use crate::server::eventually;

/// A password that nobody refuses.
const PASSWORD: &str = "correct horse battery staple 7";

/// A call of our own pages.
async fn page(api: &Api, path: &str, body: Value) -> Reply {
    let call = api.post(path).header("origin", &api.base);
    call.json(body).send().await
}

/// A project of this name.
async fn named(api: &Api, name: &str) -> Project {
    let tiers = json!([{"name": "free", "displayName": "Free", "price": 0, "limit": 5}]);
    Project::make(api, json!({"projectName": name, "tiers": tiers})).await
}

/// Signs up at a project, which writes one mail.
async fn sign_up(project: &Project, email: &str) {
    let body = json!({
        "publishableKey": project.pk,
        "email": email,
        "password": PASSWORD,
        "redirect": "http://localhost:3000/welcome",
    });
    page(&project.api, "/auth/sign-up", body).await.is(200);
}

/// The mails to an address, newest first.
async fn mails(api: &Api, to: &str) -> Vec<Value> {
    let to = to.replace('+', "%2B");
    let reply = api.get(&format!("/_dev/mail?to={to}")).send().await.is(200);
    reply.json["messages"].as_array().unwrap().clone()
}

/// The only mail to an address, once it has this status.
async fn mail_that_is(api: &Api, to: &str, status: &str) -> Value {
    eventually(status, async || {
        let mails = mails(api, to).await;
        mails.len() == 1 && mails[0]["status"] == status
    })
    .await;
    mails(api, to).await.remove(0)
}

/// The code at the beginning of a subject.
fn code(subject: &str) -> String {
    let code: String = subject.chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{subject}");
    code
}
