//! Requests that make a project mode and are sent again because their answer was lost: the second finds what the first
//! has made. What is kept of answers (rules 10) does not help there, since a process that dies keeps none.

use dream_domain::error::Result;
use dream_domain::id::PlatformId;
use dream_domain::key::{Mode, PublishableKey, SecretKey};
use dream_store::keys::{self, Others};
use dream_store::projects::{self, Tenant};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::app::App;

/// Idempotency keys are good for a day (rules 10).
const DAY_MS: i64 = 86_400_000;

/// The publishable key of what a request makes: of a request with an `Idempotency-Key` always the same, so that a
/// second one of these can be told; else a fresh one.
pub(crate) fn publishable_key(
    app: &App,
    mode: Mode,
    developer: &str,
    route: &str,
    idempotency_key: Option<&str>,
) -> PublishableKey {
    let Some(given) = idempotency_key else {
        return app.random.publishable_key(mode);
    };
    let belongs_to = format!("{route}/{developer}/{}", mode.as_str());
    let seed = app.master.mac(&belongs_to, given);
    let mut blocks = 0_u64;
    PublishableKey::generate(mode, &mut |bytes| {
        for chunk in bytes.chunks_mut(32) {
            blocks += 1;
            let block = Sha256::new()
                .chain_update(&seed)
                .chain_update(blocks.to_be_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    })
}

/// What an earlier try of the same request has made, with a fresh secret in place of the one that nobody has seen;
/// none if it is older than a day, so that the key was meant for something else.
pub(crate) async fn resume(
    app: &App,
    developer: &str,
    platform: &PlatformId,
    key: &PublishableKey,
) -> Result<Option<(Tenant, SecretKey)>> {
    let found = projects::open_owned(&app.db, platform, key).await?;
    let Some(tenant) = found.filter(|tenant| app.now() < tenant.created_at.plus(DAY_MS)) else {
        return Ok(None);
    };
    let (key, secret) = app.new_key(tenant.scope.mode(), "default");
    let act = app.act(developer, "key.regenerate", key.id.as_str(), &json!({}));
    keys::add(&app.db, &tenant.scope, &key, Others::Revoke, &act).await?;
    Ok(Some((tenant, secret)))
}
