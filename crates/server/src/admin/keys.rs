//! Secret keys and signing keys from the command line.

use dream_domain::error::{Code, Result};
use dream_domain::text;
use dream_store::audit;
use dream_store::keys::{self, ApiKey, Others};
use serde_json::{Value, json};

use super::{ACTOR, refuse_root, tenant};
use crate::app::App;

/// The longest label, in characters.
const LABEL_MAX: usize = 100;

pub(super) async fn create(app: &App, key: &str, label: Option<&str>) -> Result<Value> {
    let tenant = tenant(app, key).await?;
    refuse_root(app, &tenant, "there is never a secret key")?;
    let label = text::line("label", label.unwrap_or("Command line"), LABEL_MAX)?;
    let (new, secret) = app.new_key(tenant.scope.mode(), &label);
    let detail = json!({"label": label, "lastFour": new.last_four});
    let act = app.act(ACTOR, "key.create", new.id.as_str(), &detail);
    keys::add(&app.db, &tenant.scope, &new, Others::Keep, &act).await?;
    Ok(json!({
        "keyId": new.id.as_str(),
        "publishableKey": key,
        "label": label,
        "secretKey": secret.expose(),
    }))
}

pub(super) async fn revoke(app: &App, key_id: &str) -> Result<Value> {
    let unknown = || Code::KeyNotFound.error("There is no secret key with this id");
    let named = keys::tenant_of(&app.db, key_id)
        .await?
        .ok_or_else(unknown)?;
    let tenant = tenant(app, &named).await?;
    let act = app.act(ACTOR, "key.revoke", key_id, &json!({}));
    keys::revoke(&app.db, &tenant.scope, key_id, &act).await?;
    Ok(json!({"keyId": key_id, "publishableKey": named, "status": "revoked"}))
}

pub(super) async fn list(app: &App, key: &str) -> Result<Value> {
    let tenant = tenant(app, key).await?;
    let found = keys::list(&app.db, &tenant.scope).await?;
    let shown: Vec<Value> = found.iter().map(shown).collect();
    Ok(json!({"publishableKey": key, "keys": shown}))
}

pub(super) async fn rotate_signing(app: &App) -> Result<Value> {
    let now = app.clock.machine();
    let overlap = i64::try_from(app.config.key_overlap.as_millis()).unwrap_or(i64::MAX);
    let until = now.plus(overlap);
    let root = super::tenant(app, &app.root).await?;
    let act = app.act(
        ACTOR,
        "signing-key.rotate",
        "signing-keys",
        &json!({"othersVerifyUntil": until.0}),
    );
    audit::record(&app.db, root.scope.platform(), None, &act).await?;
    let kid = app
        .keyring
        .rotate(&app.db, &app.master, &app.random, now, until)
        .await?;
    Ok(json!({"kid": kid, "othersVerifyUntil": until.0}))
}

fn shown(key: &ApiKey) -> Value {
    json!({
        "keyId": key.id,
        "label": key.label,
        "lastFour": key.last_four,
        "status": key.status,
        "createdAt": key.created_at.0,
        "expiresAt": key.expires_at.map(|at| at.0),
        "revokedAt": key.revoked_at.map(|at| at.0),
        "lastUsedAt": key.last_used_at.map(|at| at.0),
    })
}
