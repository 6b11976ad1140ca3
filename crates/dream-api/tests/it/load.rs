//! Many calls at once, and what came back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::api::{Call, Reply};

/// Sends `calls` calls from `connections` at once and answers every reply.
pub(crate) async fn send_all(
    connections: usize,
    calls: usize,
    make: impl Fn(usize) -> Call + Send + Sync + 'static,
) -> Vec<Reply> {
    let (next, make) = (Arc::new(AtomicUsize::new(0)), Arc::new(make));
    let mut running = JoinSet::new();
    for _ in 0..connections {
        let (next, make) = (next.clone(), make.clone());
        running.spawn(async move {
            let mut replies = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= calls {
                    return replies;
                }
                replies.push(make(index).send().await);
            }
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

/// How many have this status.
pub(crate) fn with_status(replies: &[Reply], status: u16) -> usize {
    let fits = |reply: &&Reply| reply.status == status;
    replies.iter().filter(fits).count()
}

/// Whether this run may take long.
pub(crate) fn is_long() -> bool {
    std::env::var_os("DREAM_TEST_LONG").is_some()
}
