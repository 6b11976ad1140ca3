//! Developers and their platforms, for those who run the server. What developers pay is what they bought of the root
//! project.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::key::Mode;
use dream_domain::time::Millis;

use super::sorting::{Direction, Place, place};
use crate::Db;
use crate::params;
use crate::pattern::{AFTER_IDS, like};
use crate::row;
use crate::scope::Scope;
use crate::sql::{Sql, statements};
use crate::value::{Row, Value};

/// How many end users the platform `p` has in a mode.
macro_rules! users {
    ($mode:literal) => {
        concat!("cast((select count(*) from tenants t join end_users e on e.publishable_key = t.publishable_key
          where t.platform_id = p.platform_id and t.mode = '", $mode, "') as bigint)")
    };
}

/// What a search lets through, `$3` and `$4`. The platform of the root project has no owner who could sign in, and is not
/// among them.
macro_rules! fits {
    () => {
        "u.publishable_key = $1 and u.user_id = p.owner_id
        and (cast($3 as text) is null or u.email_folded like $3 escape '\\' or p.platform_id = $4 or p.owner_id = $4)"
    };
}

/// A page of those that are sorted by what their row says, `$by`; `$2` is where the last page ended, `$5` how many.
macro_rules! page {
    ($by:literal $of:literal $after:literal $way:literal) => {
        concat!(
            "select p.platform_id, p.owner_id, u.email, p.created_at, ",
            users!("live"),
            ", ",
            users!("test"),
            ", ",
            $by,
            "
        from ",
            $of,
            " where ",
            $after,
            " and ",
            fits!(),
            " order by ",
            $way,
            " limit $5"
        )
    };
}

/// A page by end users in live mode, which are counted once; `$6` is the number where the last page ended, `$2` the id.
macro_rules! by_users {
    ($after:literal $way:literal) => {
        concat!(
            "with counted as materialized (
          select p.platform_id, p.owner_id, u.email, p.created_at, ",
            users!("live"),
            " as live
          from platforms p cross join end_users u where ",
            fits!(),
            ")
        select p.platform_id, p.owner_id, p.email, p.created_at, p.live, ",
            users!("test"),
            ", p.live from counted p
        where (p.live, p.platform_id) ",
            $after,
            " (cast($6 as bigint), $2) order by ",
            $way,
            " limit $5"
        )
    };
}

statements! {
    NEWEST = page!("cast(null as bigint)" "platforms p cross join end_users u" "p.platform_id < $2" "p.platform_id desc");
    OLDEST = page!("cast(null as bigint)" "platforms p cross join end_users u" "p.platform_id > $2" "p.platform_id");
    EMAIL = page!("u.email_folded" "end_users u cross join platforms p" "u.email_folded > $2" "u.email_folded");
    EMAIL_BACK = page!("u.email_folded" "end_users u cross join platforms p" "u.email_folded <= coalesce(nullif($2, ''), (select max(m.email_folded) from end_users m where m.publishable_key = $1))
        and u.email_folded <> $2" "u.email_folded desc");
    NO_EMAIL = page!("cast(null as text)" "platforms p cross join end_users u" "p.platform_id > $2 and u.email_folded is null" "p.platform_id");
    NO_EMAIL_BACK = page!("cast(null as text)" "platforms p cross join end_users u" "p.platform_id < $2 and u.email_folded is null" "p.platform_id desc");
    FEWEST_USERS = by_users!(">" "p.live, p.platform_id");
    MOST_USERS = by_users!("<" "p.live desc, p.platform_id desc");
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
    /// What the page is sorted by, if not by the id.
    by: Value,
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

/// In which order. Of equals the direction is that of their ids, which sort by when they were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlatformSort {
    /// What came last comes first.
    #[default]
    Newest,
    /// What came first comes first.
    Oldest,
    /// By the developer's e-mail, in whatever case; those without one come last, either way.
    Email(Direction),
    /// By end users in live mode. Those of all platforms are counted for a page.
    LiveUsers(Direction),
}

impl Platform {
    /// Where a page goes on that ended with this one, for [`platforms`].
    pub fn place(&self) -> String {
        place(&self.by, &self.id)
    }
}

/// Before every id.
const FIRST: &str = "";

/// A page of platforms; `root` is the root project, `after` the [`Platform::place`] of the last one seen, of a list in the
/// same order.
pub async fn platforms(
    db: &Db,
    root: &Scope,
    search: Option<&str>,
    sort: PlatformSort,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Platform>> {
    let after = after.map(Place::read);
    let asked = Asked {
        db,
        root,
        search,
        limit,
    };
    match sort {
        PlatformSort::Newest => asked.by_id(&NEWEST, after, Direction::Descending).await,
        PlatformSort::Oldest => asked.by_id(&OLDEST, after, Direction::Ascending).await,
        PlatformSort::Email(way) => asked.by_email(after, way).await,
        PlatformSort::LiveUsers(way) => {
            let (users, id) = match after {
                None => way.pick((i64::MIN, FIRST), (i64::MAX, AFTER_IDS)),
                Some(after) => (after.number()?, after.id),
            };
            let sql = way.pick(&FEWEST_USERS, &MOST_USERS);
            asked.rows(sql, id, &row![users]).await
        }
    }
}

/// What a page is asked for, in whatever order.
#[derive(Clone, Copy)]
struct Asked<'a> {
    db: &'a Db,
    root: &'a Scope,
    search: Option<&'a str>,
    limit: i64,
}

impl Asked<'_> {
    async fn by_id(
        self,
        sql: &'static Sql,
        after: Option<Place<'_>>,
        way: Direction,
    ) -> Result<Vec<Platform>> {
        let id = after.map_or(way.pick(FIRST, AFTER_IDS), |after| after.id);
        self.rows(sql, id, &[]).await
    }

    /// Those with an e-mail, and after the last of them those without.
    async fn by_email(self, after: Option<Place<'_>>, way: Direction) -> Result<Vec<Platform>> {
        let email = after.map(|after| after.by);
        let mut all = Vec::new();
        if email != Some("") {
            let sql = way.pick(&EMAIL, &EMAIL_BACK);
            all = self.rows(sql, email.unwrap_or_default(), &[]).await?;
        }
        let missing = self.limit - i64::try_from(all.len()).unwrap_or(i64::MAX);
        if missing > 0 {
            let rest = Self {
                limit: missing,
                ..self
            };
            let after = after.filter(|after| after.by.is_empty());
            let sql = way.pick(&NO_EMAIL, &NO_EMAIL_BACK);
            all.extend(rest.by_id(sql, after, way).await?);
        }
        Ok(all)
    }

    async fn rows(self, sql: &'static Sql, place: &str, more: &[Value]) -> Result<Vec<Platform>> {
        let mut row = params![
            self.root.tenant(),
            place,
            self.search.map(|text| like(&text.to_lowercase())),
            self.search,
            self.limit
        ];
        row.extend_from_slice(more);
        self.db.rows(sql, row).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Platform> {
    Ok(Platform {
        id: row.text(0)?,
        owner: row.text(1)?,
        email: row.opt_text(2)?,
        created_at: row.time(3)?,
        live_users: row.int(4)?,
        test_users: row.int(5)?,
        by: row.value(6),
    })
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
