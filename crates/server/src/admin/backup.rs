//! Backups: a copy of the database, and beside it the folder of pictures, where these are in a folder.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use dream_domain::error::{Code, Error, Result};
use dream_providers::objects::Place;
use serde_json::{Value, json};

use crate::app::App;
use crate::config::Uploads;

/// What the name of the folder beside a backup ends with.
const SUFFIX: &str = ".assets";

/// What a file is called until all of it is there, as the store of uploads calls them too.
const UNFINISHED: char = '#';

/// Copies the database to `file`, and what was uploaded to the folder beside it. Everything that the copied rows name
/// was there before them, so the pictures come second.
pub(super) async fn write(app: &App, file: PathBuf) -> Result<Value> {
    let beside = pictures_of(&file);
    if beside.exists() {
        let shown = beside.display();
        return Err(Code::InvalidValue.error(format!("{shown} exists already; name a new file")));
    }
    app.db.backup(file.clone()).await?;
    let folder = match &app.config.assets.0 {
        Place::Folder(folder) => folder.clone(),
        Place::Bucket(bucket) => return Ok(json!({"file": file, "bucket": bucket.name})),
    };
    let to = beside.clone();
    let copied = tokio::task::spawn_blocking(move || copy(&folder, &to)).await;
    let copied = copied.map_err(io::Error::other).flatten();
    match copied {
        Ok(pictures) => Ok(json!({"file": file, "assets": beside, "pictures": pictures})),
        Err(error) => {
            // A part of a backup is none: the command can be given again.
            let _ = fs::remove_dir_all(&beside);
            let _ = fs::remove_file(&file);
            Err(failed(&beside, error))
        }
    }
}

/// Puts the pictures of a backup back into the folder they are kept in; those that are there stay. Answers how many it
/// put there, and none if the backup has none or they are kept in a bucket.
pub fn put_back(backup: &Path, uploads: &Uploads) -> Result<Option<usize>> {
    let from = pictures_of(backup);
    match &uploads.0 {
        Place::Folder(folder) if from.is_dir() => copy(&from, folder)
            .map(Some)
            .map_err(|error| failed(folder, error)),
        _ => Ok(None),
    }
}

/// The folder of pictures beside a backup.
fn pictures_of(backup: &Path) -> PathBuf {
    let mut name = OsString::from(backup);
    name.push(SUFFIX);
    name.into()
}

/// Copies the files of a folder, and of those in it, into another, which is made; each is there whole or not at all.
/// Answers how many.
fn copy(from: &Path, to: &Path) -> io::Result<usize> {
    DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    let mut copied = 0;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        if kind.is_dir() {
            copied += copy(&entry.path(), &to.join(name))?;
        } else if kind.is_file() && !is_unfinished(&name) {
            copy_one(&entry.path(), to, &name)?;
            copied += 1;
        }
    }
    File::open(to)?.sync_all()?;
    Ok(copied)
}

fn copy_one(from: &Path, to: &Path, name: &OsStr) -> io::Result<()> {
    let mut unfinished = name.to_owned();
    unfinished.push(format!("{UNFINISHED}copy"));
    let unfinished = to.join(unfinished);
    fs::copy(from, &unfinished)?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, to.join(name))
}

fn is_unfinished(name: &OsStr) -> bool {
    name.to_string_lossy().contains(UNFINISHED)
}

fn failed(folder: &Path, error: io::Error) -> Error {
    Code::StorageUnavailable
        .error(format!(
            "The pictures cannot be copied to {}: {error}",
            folder.display()
        ))
        .because(error)
}
