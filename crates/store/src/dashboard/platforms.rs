//! Developers and their platforms, for those who run the server. What developers pay is what they bought of the root
//! project.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::key::Mode;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::pattern::like;
use crate::scope::Scope;
use crate::sql::statements;

statements! {
    /// The platform of the root project has no owner who could sign in, and is not among them.
    LIST = "select p.platform_id, p.owner_id, u.email, p.created_at,
        cast((select count(*) from tenants t join end_users e on e.publishable_key = t.publishable_key
          where t.platform_id = p.platform_id and t.mode = 'live') as bigint),
        cast((select count(*) from tenants t join end_users e on e.publishable_key = t.publishable_key
          where t.platform_id = p.platform_id and t.mode = 'test') as bigint)
        from platforms p join end_users u on u.publishable_key = $1 and u.user_id = p.owner_id
        where p.platform_id < $2
        and (cast($3 as text) is null or u.email_folded like $3 escape '\\' or p.platform_id = $4 or p.owner_id = $4)
        order by p.platform_id desc limit $5";
    COUNT = "select cast(count(*) as bigint) from platforms p
        join end_users u on u.publishable_key = $1 and u.user_id = p.owner_id";
    USERS = "select t.mode, cast(count(*) as bigint) from tenants t join end_users e on e.publishable_key = t.publishable_key
        where t.publishable_key <> $1 group by t.mode order by t.mode";
}

/// A developer with the account that owns his projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `plt_…`.
    pub id: Arc<str>,
    /// The developer: a user of the root project.
    pub owner: Arc<str>,
    /// The developer's address.
    pub email: Option<Arc<str>>,
    /// When it was made.
    pub created_at: Millis,
    /// End users of all its projects in live mode.
    pub live_users: i64,
    /// And in test mode.
    pub test_users: i64,
}

/// How many there are of all developers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// Platforms.
    pub platforms: i64,
    /// End users in live mode.
    pub live: i64,
    /// End users in test mode.
    pub test: i64,
}

/// A page of platforms, newest first; `root` is the root project, `before` the id of the last one seen.
pub async fn platforms(
    db: &Db,
    root: &Scope,
    search: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Platform>> {
    let row = params![
        root.tenant(),
        before.unwrap_or("plt_~"),
        search.map(|text| like(&text.to_lowercase())),
        search,
        limit
    ];
    let rows = db.rows(&LIST, row).await?;
    rows.iter()
        .map(|row| {
            Ok(Platform {
                id: row.text(0)?,
                owner: row.text(1)?,
                email: row.opt_text(2)?,
                created_at: row.time(3)?,
                live_users: row.int(4)?,
                test_users: row.int(5)?,
            })
        })
        .collect()
}

/// How many platforms there are, and end users of all of them.
pub async fn users_by_mode(db: &Db, root: &Scope) -> Result<Users> {
    let mut users = Users::default();
    for row in db.rows(&COUNT, params![root.tenant()]).await? {
        users.platforms = row.int(0)?;
    }
    for row in db.rows(&USERS, params![root.tenant()]).await? {
        match Mode::parse(&row.text(0)?) {
            Some(Mode::Live) => users.live = row.int(1)?,
            _ => users.test = row.int(1)?,
        }
    }
    Ok(users)
}
