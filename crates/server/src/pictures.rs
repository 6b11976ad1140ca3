//! Pictures are drawn anew before anyone sees them: what is stored holds pixels and colours, and nothing that a
//! camera, an editor or an attacker put beside them. That is done on a pool with a bound on its memory, so that
//! pictures never starve the rest.

mod animation;
mod still;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use dream_domain::error::{Code, Error, Result};
use dream_domain::image::{Fault, Format, Head};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory of all pictures that are drawn at the same time, in MiB: the largest one alone, or a few small ones.
const MEMORY_MIB: u32 = 192;
/// What a picture takes at least, in MiB: so no more than four are drawn at once.
const LEAST_MIB: u32 = 48;
/// Who may wait for a turn to be drawn.
const WAITING_MAX: usize = 64;
/// Uploads whose bytes are in memory at the same time: each up to 10 MiB, and in base64 while it is read.
const UPLOADS_MAX: usize = 8;
/// How long the next upload waits before it is read at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// A picture that can be shown to anyone.
#[derive(Debug)]
pub(crate) struct Picture {
    /// What it is now: a WebP with loss may have become a JPEG.
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bytes: Vec<u8>,
}

/// Draws pictures, as many at a time as fit into the memory.
pub(crate) struct Pictures {
    memory: Arc<Semaphore>,
    waiting: AtomicUsize,
    uploads: Arc<Semaphore>,
}

impl Pictures {
    pub(crate) fn new() -> Self {
        Self {
            memory: Arc::new(Semaphore::new(MEMORY_MIB as usize)),
            waiting: AtomicUsize::new(0),
            uploads: Arc::new(Semaphore::new(UPLOADS_MAX)),
        }
    }

    /// A place for the bytes of one upload, to be taken before they are read.
    pub(crate) async fn admit(&self) -> Result<OwnedSemaphorePermit> {
        let place = self.uploads.clone().acquire_owned();
        match tokio::time::timeout(PATIENCE, place).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(Code::ShuttingDown.error("The server is stopping")),
            Err(_) => Err(too_many()),
        }
    }

    /// Draws a picture anew; the inner error if it is not what its head promised.
    pub(crate) async fn redraw(&self, bytes: Bytes, head: Head) -> Result<Result<Picture, Fault>> {
        let place = Place::take(&self.waiting)?;
        let turn = self.memory.clone().acquire_many_owned(need_mib(&head));
        let turn = turn
            .await
            .map_err(|_| Code::ShuttingDown.error("The server is stopping"))?;
        drop(place);
        let done = tokio::task::spawn_blocking(move || {
            let drawn = redraw(&bytes, head);
            drop(turn);
            drawn.ok_or(Fault::Damaged(head.format))
        });
        done.await.map_err(|e| failed().because(e))
    }
}

/// Four bytes a pixel, and as much again for what is put together from them.
fn need_mib(head: &Head) -> u32 {
    let bytes = u64::from(head.width) * u64::from(head.height) * 8;
    u32::try_from(bytes >> 20)
        .unwrap_or(MEMORY_MIB)
        .clamp(LEAST_MIB, MEMORY_MIB)
}

fn redraw(bytes: &[u8], head: Head) -> Option<Picture> {
    match head.format {
        Format::Gif => animation::redraw(bytes, head),
        _ => still::redraw(bytes, head),
    }
}

/// A place in the queue; given back however the wait ends.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::AcqRel) >= WAITING_MAX {
            return Err(too_many());
        }
        Ok(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn too_many() -> Error {
    Code::Overloaded
        .error("Too many pictures arrive at this moment; retry in a few seconds")
        .with("retryAfter", 3)
}

fn failed() -> Error {
    Code::Internal.error("The picture could not be drawn")
}

#[cfg(test)]
mod tests;
