//! A SQLite file that this process owns: one writer thread, many readers, counters in memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use dream_domain::error::{Code, Result};
use parking_lot::Mutex;

use crate::clock::Clocks;
use crate::file;
use crate::meter::counters::Counters;
use crate::meter::journal::Journal;
use crate::meter::replay::replay;
use crate::migrate;
use crate::options::Options;
use crate::owner::Owner;
use crate::readers::Readers;
use crate::sqlite::{self, Purpose};
use crate::versions::Versions;
use crate::writer::{Queue, Writer};

/// A SQLite file that this process owns.
pub(crate) struct Owned {
    pub(crate) queue: Arc<Queue>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) counters: Arc<Counters>,
    writer: Mutex<Option<JoinHandle<()>>>,
    pub(crate) path: PathBuf,
}

impl Owned {
    /// Opens, checks and migrates the file, reads the journal back and starts the writer.
    pub(crate) fn open(
        path: PathBuf,
        clocks: Clocks,
        versions: Versions,
        options: &Options,
    ) -> Result<Self> {
        file::check(&path)?;
        let owner = Owner::take(&path)?;
        let connection = sqlite::connect(&path, Purpose::Write)?;
        file::check_content(&connection)?;
        sqlite::tune(&connection, Purpose::Write)?;
        if migrate::sqlite(&connection, (clocks.machine)())? > 0 {
            file::settle(&connection)?;
        }
        let counters = Arc::new(Counters::new(options.counters_max));
        let mut journal = Journal::new(counters.clone(), versions.clone(), options.answers_max);
        let replayed = replay(&connection, &mut journal)?;
        if replayed > 0 {
            tracing::info!(
                rows = replayed,
                "counts of the last run were read back from the journal"
            );
        }
        let queue = Arc::new(Queue::new(options.calls_max));
        let writer = Writer {
            path: path.clone(),
            connection: Some(connection),
            queue: queue.clone(),
            journal,
            versions,
            clocks,
            fold_every: options.fold_every,
            sick: false,
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                writer.run();
                drop(owner);
            });
        let thread = thread.map_err(|e| {
            Code::Internal
                .error("The writer thread did not start")
                .because(e)
        })?;
        let readers = Arc::new(Readers::new(path.clone()));
        Ok(Self {
            queue,
            readers,
            counters,
            writer: Mutex::new(Some(thread)),
            path,
        })
    }

    /// Finishes what waits, folds and lets go of the file.
    pub(crate) async fn close(&self) {
        self.queue.close();
        self.readers.rest();
        let writer = self.writer.lock().take();
        if let Some(writer) = writer {
            let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        }
    }
}
