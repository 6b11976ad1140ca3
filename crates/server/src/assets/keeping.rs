//! From bytes that somebody sent to a picture that is kept, and from there to nothing.

use axum::body::Bytes;
use dream_domain::error::{Code, Error, Result};
use dream_domain::image::{Fault, UPLOAD, inspect};
use dream_domain::text::hex;
use dream_providers::objects::Failure;
use dream_store::assets::{self as store, Added, Asset};
use dream_store::scope::Scope;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::pictures::Picture;

/// Hexadecimal digits of the hash in a key: 160 bits.
pub(super) const HASH_DIGITS: usize = 40;
/// How long an upload may take between the two notes of it; after that its object is removed.
const UPLOAD_MS: i64 = 3_600_000;
/// How long a removal may take before another process tries it.
const REMOVAL_MS: i64 = 300_000;
/// Removals claimed at once.
const BATCH: i64 = 50;

/// Keeps a picture, or finds that it is kept already: 413, 415 or 422 if it is not taken.
pub(super) async fn keep(app: &App, scope: &Scope, file: Bytes) -> Result<Asset> {
    let head = inspect(&file, &UPLOAD).map_err(Fault::of_upload)?;
    let drawn = app.pictures.redraw(file, head).await?;
    let picture = drawn.map_err(Fault::of_upload)?;
    let key = key(scope, &picture);
    if let Some(known) = store::find(&app.db, scope, &key).await? {
        return Ok(known);
    }
    let asset = Asset {
        object: object(app, scope, &picture).into(),
        key: key.into(),
        content_type: picture.format.media_type().into(),
        bytes: i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX),
        width: picture.width.into(),
        height: picture.height.into(),
    };
    let now = app.clock.machine();
    let due = now.plus(UPLOAD_MS);
    store::announce(&app.db, scope, &asset.object, due).await?;
    let put = app.objects.put(&asset.object, picture.bytes).await;
    put.map_err(unavailable)?;
    match store::add(&app.db, scope, &asset, due, now).await? {
        Added::New => Ok(asset),
        Added::Known => {
            let known = store::find(&app.db, scope, &asset.key).await?;
            known.ok_or_else(|| Code::Conflict.error("The picture was deleted at the same time"))
        }
    }
}

/// Removes the objects that nothing names any more.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    loop {
        let now = app.clock.machine();
        let due = store::claim(&app.db, now, now.plus(REMOVAL_MS), BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        for object in due {
            match app.objects.remove(&object).await {
                Ok(()) => store::removed(&app.db, &object).await?,
                Err(error) => {
                    tracing::warn!(%error, "an upload could not be removed; it is tried again");
                }
            }
        }
    }
}

/// The place for uploads does not do what it should.
pub(super) fn unavailable(failure: Failure) -> Error {
    Code::StorageUnavailable
        .error("The place where pictures are kept does not answer; retry in a few seconds")
        .because(failure)
}

/// What the picture shows and whose it is: two projects never share one, so that neither takes it from the other.
fn key(scope: &Scope, picture: &Picture) -> String {
    let mut hash = Sha256::new();
    hash.update(scope.tenant().as_bytes());
    hash.update([0]);
    hash.update(&picture.bytes);
    let hash = hex(&hash.finalize());
    let digits = hash.get(..HASH_DIGITS).unwrap_or(&hash);
    format!("{digits}.{}", picture.format.extension())
}

/// A name that was never used: what is being removed is never what was uploaded again.
fn object(app: &App, scope: &Scope, picture: &Picture) -> String {
    let random: [u8; 16] = app.random.bytes();
    let (tenant, ending) = (scope.tenant(), picture.format.extension());
    format!("{tenant}/{}.{ending}", hex(&random))
}
