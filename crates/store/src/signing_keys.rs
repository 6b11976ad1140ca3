//! Keys that sign tokens: the newest one signs, older ones verify until they retire.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    LIST = "select kid, sealed, public_key, created_at, retires_at from signing_keys
        where retires_at is null or retires_at > $1 order by created_at desc, kid desc";
    ADD = "insert into signing_keys (kid, sealed, public_key, created_at, retires_at) values ($1, $2, $3, $4, null)";
    ADD_FIRST = "insert into signing_keys (kid, sealed, public_key, created_at, retires_at)
        select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as bigint), cast(null as bigint)
        where not exists (select 1 from signing_keys where retires_at is null)";
    RETIRE_OTHERS = "update signing_keys set retires_at = $2 where kid <> $1 and retires_at is null";
}

/// A signing key as it is stored.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Its name in tokens and in the JWKS.
    pub kid: Arc<str>,
    /// The private key (PKCS#8, base64), sealed with the master key.
    pub sealed: Arc<str>,
    /// The public key as a JWK (JSON).
    pub public_key: Arc<str>,
    /// When it was made (machine time).
    pub created_at: Millis,
    /// When it stops verifying; none while it signs.
    pub retires_at: Option<Millis>,
}

/// Keys that verify now, the signing one first.
pub async fn list(db: &Db, machine_now: Millis) -> Result<Vec<SigningKey>> {
    let rows = db.rows(&LIST, params![machine_now]).await?;
    rows.iter()
        .map(|row| {
            Ok(SigningKey {
                kid: row.text(0)?,
                sealed: row.text(1)?,
                public_key: row.text(2)?,
                created_at: row.time(3)?,
                retires_at: row.opt_time(4)?,
            })
        })
        .collect()
}

/// Adds the first key, unless another process was faster.
pub async fn add_first(db: &Db, key: &SigningKey) -> Result<()> {
    let row = params![&key.kid, &key.sealed, &key.public_key, key.created_at];
    match db
        .run(vec![Step::new(&ADD_FIRST, row).must_change(1)])
        .await
    {
        Ok(_) | Err(Refusal::Guard(_)) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Makes `key` the signing one; the others verify until `others_retire_at`.
pub async fn rotate(db: &Db, key: &SigningKey, others_retire_at: Millis) -> Result<()> {
    let row = params![&key.kid, &key.sealed, &key.public_key, key.created_at];
    let steps = vec![
        Step::new(&ADD, row).must_change(1),
        Step::new(&RETIRE_OTHERS, params![&key.kid, others_retire_at]),
    ];
    db.run(steps).await?;
    Ok(())
}
