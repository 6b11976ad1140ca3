//! `migrate`, `backup` and `restore`.

use dream_server::admin::{Command, backup};
use serde_json::{Value, json};

use super::admin;
use super::consent::agreed;
use crate::cli::{Backup, Json, Restore};
use crate::failure::Failure;
use crate::output;
use crate::settings::Loaded;
use crate::settings::address::DatabaseUrl;
use crate::wiring;

/// Brings the database up to date and stops. Refuses while another process owns it.
pub(crate) fn migrate(loaded: &Loaded, json: &Json) -> Result<(), Failure> {
    wiring::check(loaded, true)?;
    let engine = wiring::block_on(async {
        let opened = wiring::open(&loaded.settings).await?;
        let engine = opened.db.engine();
        opened.db.close().await;
        Ok(engine)
    })?;
    admin::answer(json, &json!({"engine": engine, "upToDate": true}), |_| {
        vec!["The database is up to date".to_owned()]
    })
}

/// Writes a copy of the database and of the pictures beside it, through the server when one runs.
pub(crate) fn backup(loaded: &Loaded, wanted: &Backup) -> Result<(), Failure> {
    let file = std::path::absolute(&wanted.file)
        .map_err(|error| Failure::misuse(format!("The file cannot be named: {error}")))?;
    let done = admin::run(loaded, Command::Backup { file })?;
    admin::answer(&wanted.output, &done, written)?;
    if let Some(bucket) = done["bucket"].as_str() {
        output::note(&format!(
            "The pictures are in the bucket {bucket} and not in it; copy that with the tools of its provider"
        ));
    }
    output::note("The master key is not in it; keep a copy of that too, apart from this file");
    Ok(())
}

/// What a backup consists of, for people.
fn written(done: &Value) -> Vec<String> {
    let text = |name: &str| done[name].as_str();
    let mut lines = vec![format!("Wrote {}", text("file").unwrap_or_default())];
    if let Some(assets) = text("assets") {
        let count = done["pictures"].as_u64().unwrap_or_default();
        let pictures = if count == 1 { "picture" } else { "pictures" };
        lines.push(format!("Wrote {assets} with {count} {pictures}"));
    }
    lines
}

/// Puts a backup in the place of the database. Refuses while another process owns it.
pub(crate) fn restore(loaded: &Loaded, restore: &Restore) -> Result<(), Failure> {
    let DatabaseUrl::Sqlite(database) = &loaded.settings.database else {
        return Err(
            Failure::misuse("The database is PostgreSQL, which has its own tools")
                .hint("use pg_restore or psql with what pg_dump wrote"),
        );
    };
    if !restore.file.is_file() {
        let message = format!("There is no file {}", restore.file.display());
        return Err(Failure::misuse(message).hint("name a file that `dream-api backup` wrote"));
    }
    let shown = database.display();
    let would = format!("{shown} would be replaced");
    let question = format!("Replace {shown}? It is kept beside it. [y/N]");
    if database.exists() && !restore.yes && !agreed(&would, &question)? {
        return Err(Failure::new("Nothing was changed"));
    }
    wiring::make_folder(&loaded.settings.data_dir)?;
    let kept = dream_store::restore(&restore.file, database)?;
    output::note(&format!("Restored {}", database.display()));
    if let Some(kept) = kept {
        output::note(&format!("The database before is {}", kept.display()));
    }
    if let Some(pictures) = backup::put_back(&restore.file, &loaded.settings.uploads())? {
        output::note(&format!("Restored pictures: {pictures}"));
    }
    Ok(())
}
