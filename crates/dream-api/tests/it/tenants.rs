//! No tenant ever reads or changes anything of another (DESIGN 3.1, cases TI).

mod leaks;
mod matrix;
mod spellings;

use serde_json::{Value, json};

use crate::api::Api;
use crate::project::{Person, Project};

/// A tenant that others will try to reach, with one of everything.
pub(crate) struct Victim {
    pub(crate) project: Project,
    pub(crate) person: Person,
    pub(crate) external: String,
    pub(crate) email: String,
    pub(crate) tier: String,
    pub(crate) cursor: String,
}

impl Victim {
    /// `mark` is in every text of the tenant and in nothing else.
    pub(crate) async fn new(api: &Api, mark: &str) -> Self {
        let tier = format!("{mark}-pro");
        let tiers = json!([
            {"name": "free", "displayName": format!("{mark} free"), "price": 0, "limit": 1000},
            {"name": tier, "displayName": format!("{mark} Pro"), "price": 2900, "limit": 5000},
        ]);
        let name = format!("{mark} project");
        let project = Project::make(api, json!({"projectName": name, "tiers": tiers})).await;
        let (external, email) = (format!("{mark}-ext"), format!("{mark}@example.com"));
        let made = project
            .create(
                json!({"email": email, "externalId": external, "plan": tier, "firstName": mark}),
            )
            .await
            .is(201);
        let id = made.text_at("/customer/id");
        project
            .customer(&format!("second-{mark}@example.com"))
            .await;
        project.take(&id, 7).await.is(200);
        project.take(&format!("{mark}-unknown"), 3).await.is(200);
        let list = project.secret(api.get("/api/customers?limit=1"));
        let cursor = list.send().await.is(200).text_at("/nextCursor");
        let token = project.mint(&id).await;
        Self {
            person: Person { id, token },
            project,
            external,
            email,
            tier,
            cursor,
        }
    }

    /// Everything of it that its own keys can read, but for when a key was last used.
    pub(crate) async fn snapshot(&self) -> Value {
        let project = &self.project;
        let api = &project.api;
        let read = async |path: &str| {
            let reply = project.secret(api.get(path)).send().await.is(200);
            reply.json
        };
        let projects = api.get("/projects").bearer(api.developer()).send().await;
        let mut projects = projects.is(200).json["projects"]
            .as_array()
            .unwrap()
            .clone();
        projects.retain(|entry| entry["publishableKey"] == project.pk);
        for key in projects[0]["keys"].as_array_mut().unwrap() {
            key["lastUsedAt"] = Value::Null;
        }
        let me = api.get("/api/me").token(&self.person.token).send().await;
        let usage = |user: &str| {
            let user = user.to_owned();
            async move { project.usage(&user).await.json }
        };
        json!({
            "customers": read("/api/customers?limit=100").await,
            "tiers": read("/tiers?archived=true").await,
            "catalogue": read("/api/tiers").await,
            "projects": projects,
            "settings": project.settings(json!({})).await.is(200).json,
            "me": me.is(200).json,
            "known": usage(&self.person.id).await,
            "unknown": usage(&self.external.replace("-ext", "-unknown")).await,
        })
    }

    /// What must never be read by anyone else.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let project = &self.project;
        [
            &project.pk,
            &project.sk,
            &project.id,
            &self.person.id,
            &self.cursor,
        ]
        .map(Clone::clone)
        .to_vec()
    }
}
