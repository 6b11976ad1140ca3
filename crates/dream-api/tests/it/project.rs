//! A project of a test's own, and the calls that tests make most.

use serde_json::{Value, json};

use crate::api::{Api, Call, Reply};

/// A project with its keys.
#[derive(Clone)]
pub(crate) struct Project {
    pub(crate) api: Api,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) pk: String,
    pub(crate) sk: String,
    pub(crate) platform: String,
}

/// A customer with a token.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Project {
    /// A saas project in test mode: `free` with this limit, `pro` with ten times as much, `max` without.
    pub(crate) async fn saas(api: &Api, limit: i64) -> Self {
        let tiers = json!([
            {"name": "free", "displayName": "Free", "price": 0, "limit": limit},
            {"name": "pro", "displayName": "Pro Plan", "price": 2900, "limit": limit.saturating_mul(10)},
            {"name": "max", "displayName": "Max", "price": 9900, "limit": "unlimited"},
        ]);
        Self::make(api, json!({"projectName": "Saas", "tiers": tiers})).await
    }

    pub(crate) async fn make(api: &Api, body: Value) -> Self {
        Self::make_as(api, api.developer(), body).await
    }

    /// Makes a project as the developer whose token this is.
    pub(crate) async fn make_as(api: &Api, developer: &str, body: Value) -> Self {
        let call = api.post("/create-products").bearer(developer).json(body);
        let made = call.send().await.is(200);
        Self {
            api: api.clone(),
            id: made.text_at("/projectId"),
            name: made.text_at("/projectName"),
            pk: made.text_at("/publishableKey"),
            sk: made.text_at("/secretKey"),
            platform: made.text_at("/platformId"),
        }
    }

    /// Counts one call of a user, with the secret key.
    pub(crate) fn track(&self, user: &str) -> Call {
        self.api.post("/api/data").bearer(&self.sk).user(user)
    }

    /// Counts an amount at once.
    pub(crate) async fn take(&self, user: &str, amount: i64) -> Reply {
        let call = self.track(user).json(json!({"amount": amount}));
        call.send().await
    }

    /// Where a user stands.
    pub(crate) async fn usage(&self, user: &str) -> Reply {
        let call = self.api.get("/api/usage").bearer(&self.sk).user(user);
        call.send().await.is(200)
    }

    pub(crate) async fn count(&self, user: &str) -> i64 {
        self.usage(user).await.number_at("/count")
    }

    /// A call with the secret key.
    pub(crate) fn secret(&self, call: Call) -> Call {
        call.bearer(&self.sk)
    }

    /// Makes a customer; the answer.
    pub(crate) async fn create(&self, body: Value) -> Reply {
        let call = self.api.post("/api/customers").bearer(&self.sk);
        call.json(body).send().await
    }

    /// Makes a customer; the id.
    pub(crate) async fn customer(&self, email: &str) -> String {
        let made = self.create(json!({"email": email})).await.is(201);
        made.text_at("/customer/id")
    }

    /// Makes a customer with a token.
    pub(crate) async fn person(&self, email: &str) -> Person {
        let id = self.customer(email).await;
        Person {
            token: self.mint(&id).await,
            id,
        }
    }

    /// Mints a token.
    pub(crate) async fn mint(&self, id: &str) -> String {
        let call = self.api.post(&format!("/api/customers/{id}/tokens"));
        let minted = call.bearer(&self.sk).send().await.is(200);
        minted.text_at("/token")
    }

    pub(crate) async fn set_plan(&self, id: &str, plan: &str) -> Reply {
        let call = self.api.patch(&format!("/api/customers/{id}"));
        call.bearer(&self.sk)
            .json(json!({"plan": plan}))
            .send()
            .await
    }

    /// Edits a tier.
    pub(crate) async fn edit(&self, tier: &str, updates: Value) -> Reply {
        let call = self.api.put("/tiers").bearer(&self.sk);
        let body = json!({"tierName": tier, "updates": updates});
        call.json(body).send().await
    }

    /// Changes settings as the demo developer.
    pub(crate) async fn settings(&self, mut changes: Value) -> Reply {
        changes["publishableKey"] = self.pk.clone().into();
        self.develop("/projects/settings", changes).await
    }

    /// A POST of the demo developer.
    pub(crate) async fn develop(&self, path: &str, body: Value) -> Reply {
        let call = self.api.post(path).bearer(self.api.developer());
        call.json(body).send().await
    }

    /// A call with the publishable key and a user's token.
    pub(crate) fn as_user(&self, call: Call, token: &str) -> Call {
        call.key(&self.pk).token(token)
    }
}
