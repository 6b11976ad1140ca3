//! Uploaded pictures. The bytes lie in a store of objects that knows no transactions, so the note that an object is
//! to be removed is written before the object, and goes when a row names it: a crash in between leaves nothing.
//! Times are machine time.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::scope::{self, Scope};
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::Row;

/// The most pictures of one tenant.
pub const ASSETS_MAX: i64 = 20_000;

statements! {
    FIND = "select asset_key, object, content_type, bytes, width, height from assets
        where publishable_key = $1 and asset_key = $2";
    SHOWN = "select asset_key, object, content_type, bytes, width, height from assets where asset_key = $1";
    ANNOUNCE = "insert into asset_removals (object, due_at) values ($1, $2)";
    ADD = "insert into assets (publishable_key, asset_key, object, content_type, bytes, width, height, created_at)
        select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as bigint), cast($6 as bigint),
        cast($7 as bigint), cast($8 as bigint)
        where (select cast(count(*) as bigint) from assets a where a.publishable_key = $1) < cast($9 as bigint)";
    /// Fails if the removal has begun.
    KEEP = "delete from asset_removals where object = $1 and due_at = $2";
    DUE = "select object from asset_removals where due_at <= $1 order by due_at, object limit $2";
    /// Of many that try at once, one changes the row; the others find it claimed.
    CLAIM = "update asset_removals set due_at = $3 where object = $1 and due_at <= $2";
    REMOVED = "delete from asset_removals where object = $1";
}

/// A picture as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// What its address ends with: a hash of its content and its tenant.
    pub key: Arc<str>,
    /// The object that holds its bytes; never used for another.
    pub object: Arc<str>,
    /// Such as `image/png`.
    pub content_type: Arc<str>,
    /// How many bytes.
    pub bytes: i64,
    /// Pixels from left to right.
    pub width: i64,
    /// Pixels from top to bottom.
    pub height: i64,
}

/// What became of a picture that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is stored.
    New,
    /// The same picture is there already, in another object; this one will be removed.
    Known,
}

/// A picture of a tenant.
pub async fn find(db: &Db, scope: &Scope, key: &str) -> Result<Option<Asset>> {
    let rows = db.near(&FIND, params![scope.tenant(), key]).await?;
    rows.first().map(read).transpose()
}

/// A picture by its address, for anyone: who has the address may see the picture.
pub async fn shown(db: &Db, key: &str) -> Result<Option<Asset>> {
    let rows = db.near(&SHOWN, params![key]).await?;
    rows.first().map(read).transpose()
}

/// Notes that an object is about to be made, and is to be removed at `due` unless [`add`] names it before.
pub async fn announce(db: &Db, scope: &Scope, object: &str, due: Millis) -> Result<()> {
    let note = Step::new(&ANNOUNCE, params![object, due]).must_change(1);
    db.run(vec![scope::hold(scope.tenant()), note]).await?;
    Ok(())
}

/// Stores a picture whose object was announced with `due` and is made. 409 when the tenant has [`ASSETS_MAX`], and
/// when it took so long that the object is being removed.
pub async fn add(db: &Db, scope: &Scope, asset: &Asset, due: Millis, at: Millis) -> Result<Added> {
    let row = params![
        scope.tenant(),
        &asset.key,
        &asset.object,
        &asset.content_type,
        asset.bytes,
        asset.width,
        asset.height,
        at,
        ASSETS_MAX
    ];
    let steps = vec![
        scope::hold(scope.tenant()),
        Step::new(&ADD, row).must_change(1),
        Step::new(&KEEP, params![&asset.object, due]).must_change(1),
    ];
    match db.run(steps).await {
        Ok(_) => Ok(Added::New),
        Err(Refusal::Taken(1)) => Ok(Added::Known),
        Err(Refusal::Guard(1)) => Err(Code::Conflict.error(format!(
            "A project has at most {ASSETS_MAX} pictures in each mode"
        ))),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Claims up to `limit` objects that are to be removed by now; each goes to one claimer only, and is due again at
/// `until` if that one says nothing more.
pub async fn claim(db: &Db, now: Millis, until: Millis, limit: i64) -> Result<Vec<Arc<str>>> {
    let mut claimed = Vec::new();
    for row in db.rows(&DUE, params![now, limit]).await? {
        let object = row.text(0)?;
        let step = Step::new(&CLAIM, params![&object, now, until]).must_change(1);
        if db.changed(vec![step]).await? {
            claimed.push(object);
        }
    }
    Ok(claimed)
}

/// Notes that an object is removed.
pub async fn removed(db: &Db, object: &str) -> Result<()> {
    db.run(vec![Step::new(&REMOVED, params![object])]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Asset> {
    Ok(Asset {
        key: row.text(0)?,
        object: row.text(1)?,
        content_type: row.text(2)?,
        bytes: row.int(3)?,
        width: row.int(4)?,
        height: row.int(5)?,
    })
}
