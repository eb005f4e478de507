//! The compactor's threads: one merges, one builds graphs, one checks files. A thread runs as long as there is work,
//! and ends. A request that arrives meanwhile is remembered, so that the thread looks again before
//! it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::locks::lock;

/// What a thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Merge,
    Graph,
    Check,
}

/// Which threads run.
#[derive(Default)]
pub(super) struct Jobs {
    threads: Mutex<[Thread; 3]>,
    ended: Condvar,
}

#[derive(Default)]
struct Thread {
    runs: bool,
    /// Whether there was a request since it last looked for work.
    asked: bool,
}

impl Jobs {
    /// Has a thread of this kind call `work` until it returns false, which means that there is
    /// nothing more to do.
    pub fn wake(self: &Arc<Self>, kind: Kind, work: impl Fn() -> bool + Send + 'static) {
        {
            let mut threads = lock(&self.threads);
            let thread = &mut threads[kind as usize];
            thread.asked = true;
            if std::mem::replace(&mut thread.runs, true) {
                return;
            }
        }
        let jobs = Arc::clone(self);
        let run = move || {
            while jobs.looks_again(kind) {
                // Work catches what may panic; this is for the rest, so that the thread is never
                // taken for a running one.
                while catch_unwind(AssertUnwindSafe(&work)).unwrap_or(false) {}
            }
        };
        let name = match kind {
            Kind::Merge => "merge",
            Kind::Graph => "graph",
            Kind::Check => "check",
        };
        if let Err(error) = std::thread::Builder::new().name(name.into()).spawn(run) {
            tracing::error!(%error, name, "no thread for the indexes");
            lock(&self.threads)[kind as usize] = Thread::default();
            self.ended.notify_all();
        }
    }

    /// Whether there was a request since the last call; otherwise the thread ends.
    fn looks_again(&self, kind: Kind) -> bool {
        let mut threads = lock(&self.threads);
        let thread = &mut threads[kind as usize];
        thread.runs = std::mem::take(&mut thread.asked);
        if !thread.runs {
            self.ended.notify_all();
        }
        thread.runs
    }

    /// Waits until no thread runs.
    pub fn settle(&self) {
        let mut threads = lock(&self.threads);
        while threads.iter().any(|thread| thread.runs) {
            let woken = self.ended.wait(threads);
            threads = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}
