//! How far work on a project is, told while it is done.

use std::sync::atomic::{AtomicI64, Ordering};

use dream_store::works::{Held, Work};

use crate::app::App;

/// Work that this process does.
pub(crate) struct Running<'a> {
    pub(crate) work: &'a Work,
    holder: &'a str,
    pub(crate) progress: Progress,
}

/// Subscriptions that are canceled, of those that are to be.
#[derive(Debug)]
pub(crate) struct Progress {
    done: AtomicI64,
    total: AtomicI64,
}

impl<'a> Running<'a> {
    /// From where it stood when it was taken.
    pub(crate) fn begin(work: &'a Work, holder: &'a str) -> Self {
        let progress = Progress {
            done: AtomicI64::new(work.done),
            total: AtomicI64::new(work.total),
        };
        Self {
            work,
            holder,
            progress,
        }
    }

    /// As it stands now.
    pub(crate) fn held(&self, app: &App) -> Held<'_> {
        Held {
            id: &self.work.id,
            holder: self.holder,
            done: self.progress.done.load(Ordering::Relaxed),
            total: self.progress.total.load(Ordering::Relaxed),
            now: app.clock.machine(),
        }
    }
}

impl Progress {
    /// So many are left; what an earlier try has canceled is done.
    pub(crate) fn begin(&self, left: usize) {
        let left = i64::try_from(left).unwrap_or(i64::MAX);
        let total = self.total.load(Ordering::Relaxed).max(left);
        self.total.store(total, Ordering::Relaxed);
        self.done.store(total - left, Ordering::Relaxed);
    }

    /// One less is left.
    pub(crate) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}
