//! Password hashes, apart from everything that lists people.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::Step;

statements! {
    FIND = "select phc from passwords where publishable_key = $1 and user_id = $2";
    PUT = "insert into passwords (publishable_key, user_id, phc, changed_at) values ($1, $2, $3, $4)
        on conflict (publishable_key, user_id) do update set phc = excluded.phc, changed_at = excluded.changed_at";
    DELETE = "delete from passwords where publishable_key = $1 and user_id = $2";
}

/// The hash of a user's password in PHC form; none for someone who signs in another way.
pub async fn find(db: &Db, scope: &Scope, user: &str) -> Result<Option<Arc<str>>> {
    let rows = db.near(&FIND, params![scope.tenant(), user]).await?;
    rows.first().map(|row| row.text(0)).transpose()
}

/// The step that sets a password.
pub(crate) fn put_step(tenant: &str, user: &str, phc: &str, at: Millis) -> Step {
    Step::new(&PUT, params![tenant, user, phc, at])
}

/// The step that takes a password away.
pub(crate) fn delete_step(tenant: &str, user: &str) -> Step {
    Step::new(&DELETE, params![tenant, user])
}
