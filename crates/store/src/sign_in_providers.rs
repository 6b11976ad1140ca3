//! Sign-in providers that developers set up for their projects. Secrets come sealed.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::params;
use crate::scope::{Scope, hold};
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::Row;

/// The most providers a project has in one mode.
pub const PROVIDERS_MAX: i64 = 20;

statements! {
    LIST = "select provider, display_name, issuer, client_id, sealed_secret, created_at from sign_in_providers
        where publishable_key = $1 order by created_at, provider";
    FIND = "select provider, display_name, issuer, client_id, sealed_secret, created_at from sign_in_providers
        where publishable_key = $1 and provider = $2";
    PUT = "insert into sign_in_providers (publishable_key, provider, display_name, issuer, client_id, sealed_secret, created_at)
        select publishable_key, cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as text), cast($6 as text), cast($7 as bigint)
        from tenants where publishable_key = $1
        and (exists (select 1 from sign_in_providers p where p.publishable_key = $1 and p.provider = $2)
          or (select count(*) from sign_in_providers p where p.publishable_key = $1) < $8)
        on conflict (publishable_key, provider) do update set display_name = excluded.display_name,
          issuer = excluded.issuer, client_id = excluded.client_id, sealed_secret = excluded.sealed_secret";
    DELETE = "delete from sign_in_providers where publishable_key = $1 and provider = $2";
}

/// A provider as stored.
#[derive(Clone, Debug)]
pub struct SignInProvider {
    /// Its name in addresses, such as `acme`.
    pub id: Arc<str>,
    /// What people read on the button.
    pub name: Arc<str>,
    /// Its issuer, exactly as its discovery document says.
    pub issuer: Arc<str>,
    /// What it knows the project as.
    pub client_id: Arc<str>,
    /// Sealed with the master key.
    pub sealed_secret: Arc<str>,
    /// When it was first set up.
    pub created_at: Millis,
}

/// The providers of a project, oldest first.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<SignInProvider>> {
    let rows = db.near(&LIST, params![scope.tenant()]).await?;
    rows.iter().map(read).collect()
}

/// One provider of a project.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<SignInProvider>> {
    let rows = db.near(&FIND, params![scope.tenant(), id]).await?;
    rows.first().map(read).transpose()
}

/// Adds a provider or replaces the one of the same id. 422 beyond [`PROVIDERS_MAX`].
pub async fn put(db: &Db, scope: &Scope, provider: &SignInProvider, act: &Act<'_>) -> Result<()> {
    let tenant = scope.tenant();
    let row = params![
        tenant,
        &provider.id,
        &provider.name,
        &provider.issuer,
        &provider.client_id,
        &provider.sealed_secret,
        provider.created_at,
        PROVIDERS_MAX
    ];
    let steps = vec![
        hold(tenant),
        Step::new(&PUT, row).must_change(1),
        act.step(scope.platform(), Some(tenant)),
    ];
    db.run(steps)
        .await
        .map(|_| ())
        .map_err(|refusal| match refusal {
            Refusal::Guard(0) => Code::ProjectNotFound.error("This project is deleted"),
            Refusal::Guard(_) => Code::InvalidValue.error(format!(
                "A project has at most {PROVIDERS_MAX} sign-in providers; delete one first"
            )),
            refusal => refusal.into(),
        })
}

/// Takes a provider away; who is linked to it stays linked, should it come back with the same issuer.
/// 404 if there is none.
pub async fn delete(db: &Db, scope: &Scope, id: &str, act: &Act<'_>) -> Result<()> {
    let steps = vec![
        Step::new(&DELETE, params![scope.tenant(), id]).must_change(1),
        act.step(scope.platform(), Some(scope.tenant())),
    ];
    db.run(steps)
        .await
        .map(|_| ())
        .map_err(|refusal| match refusal {
            Refusal::Guard(_) => {
                Code::ProviderNotFound.error("This project has no sign-in provider of this id")
            }
            refusal => refusal.into(),
        })
}

fn read(row: &Row) -> Result<SignInProvider> {
    Ok(SignInProvider {
        id: row.text(0)?,
        name: row.text(1)?,
        issuer: row.text(2)?,
        client_id: row.text(3)?,
        sealed_secret: row.text(4)?,
        created_at: row.time(5)?,
    })
}
