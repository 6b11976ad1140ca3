//! Processes that share a database must agree on who they are to the world (rules 22).

use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;

use crate::Db;
use crate::params;
use crate::sql::statements;
use crate::step::Step;

/// A process that was not heard of for this long is gone.
const SILENT_MS: i64 = 30_000;

statements! {
    BEAT = "insert into instances (instance_id, public_url, master_key_check, heartbeat_at) values ($1, $2, $3, $4)
        on conflict (instance_id) do update set heartbeat_at = excluded.heartbeat_at";
    LIVING = "select instance_id, public_url, master_key_check from instances
        where heartbeat_at > $1 and instance_id <> $2";
    LEAVE = "delete from instances where instance_id = $1 or heartbeat_at <= $2";
}

/// This process as others see it.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Unique to the process.
    pub id: String,
    /// `DREAM_PUBLIC_URL`.
    pub public_url: String,
    /// A fingerprint of `DREAM_MASTER_KEY`; tells nothing of the key.
    pub master_key_check: String,
}

/// Joins the processes on this database; refuses if a living one differs, and says in what.
pub async fn join(db: &Db, instance: &Instance, machine_now: Millis) -> Result<()> {
    let living = db
        .rows(&LIVING, params![machine_now.plus(-SILENT_MS), &instance.id])
        .await?;
    for row in living {
        let (id, url, check) = (row.text(0)?, row.text(1)?, row.text(2)?);
        let other = if *url != *instance.public_url {
            format!(
                "DREAM_PUBLIC_URL is {} here and {url} there",
                instance.public_url
            )
        } else if *check != *instance.master_key_check {
            "DREAM_MASTER_KEY differs".to_owned()
        } else {
            continue;
        };
        return Err(Code::Conflict.error(format!(
            "Process {id} runs on this database with other settings: {other}; make them equal"
        )));
    }
    beat(db, instance, machine_now).await
}

/// Says that this process lives; call it every few seconds.
pub async fn beat(db: &Db, instance: &Instance, machine_now: Millis) -> Result<()> {
    let row = params![
        &instance.id,
        &instance.public_url,
        &instance.master_key_check,
        machine_now
    ];
    db.run(vec![Step::new(&BEAT, row)]).await?;
    Ok(())
}

/// Leaves, and removes those that fell silent.
pub async fn leave(db: &Db, instance: &Instance, machine_now: Millis) -> Result<()> {
    db.run(vec![Step::new(
        &LEAVE,
        params![&instance.id, machine_now.plus(-SILENT_MS)],
    )])
    .await?;
    Ok(())
}
