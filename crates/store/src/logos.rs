//! The picture of a project. Which one is current stands in the settings; both change together.

use std::sync::Arc;

use dream_domain::error::Result;

use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::params;
use crate::projects::{ProjectSettings, Tenant, settings};
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;

statements! {
    FIND = "select content_type, data from logos where publishable_key = $1";
    PUT = "insert into logos (publishable_key, content_type, data, updated_at) values ($1, $2, $3, $4)
        on conflict (publishable_key) do update
        set content_type = excluded.content_type, data = excluded.data, updated_at = excluded.updated_at";
    DELETE = "delete from logos where publishable_key = $1";
}

/// A picture as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLogo {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub content_type: Arc<str>,
    /// Its bytes in base64.
    pub data: Arc<str>,
}

/// The picture of a project, if it has one.
pub async fn find(db: &Db, scope: &Scope) -> Result<Option<StoredLogo>> {
    let rows = db.rows(&FIND, params![scope.tenant()]).await?;
    let read = |row: &crate::value::Row| {
        Ok(StoredLogo {
            content_type: row.text(0)?,
            data: row.text(1)?,
        })
    };
    rows.first().map(read).transpose()
}

/// Replaces the picture, or takes it away, if nothing changed since `tenant` was read (409 `conflict`). `version` is
/// what addresses of the new picture end with.
pub async fn put(
    db: &Db,
    tenant: &Tenant,
    logo: Option<(&StoredLogo, &str)>,
    act: &Act<'_>,
) -> Result<()> {
    let key = tenant.scope.tenant();
    let next = ProjectSettings {
        logo_version: logo.map(|(_, version)| version.to_owned()),
        ..tenant.settings.clone()
    };
    let stored = match logo {
        Some((logo, _)) => Step::new(&PUT, params![key, &logo.content_type, &logo.data, act.at]),
        None => Step::new(&DELETE, params![key]),
    };
    // The tenant goes first: its guard also holds off a deletion that runs at the same time.
    let steps = vec![
        settings::step(tenant, &next)?,
        stored,
        act.step(tenant.scope.platform(), Some(key)),
    ];
    db.change(Change {
        steps,
        bumps: vec![db.versions().tenant_slot(key)],
        ..Change::default()
    })
    .await?;
    Ok(())
}
