//! The compactor owns the list of segments of a collection: it loads them at startup, takes in those
//! that writers make, merges them, saves the base, and attaches a graph to it.
//!
//! It has three threads, which run only while there is work: one merges, another reads or builds the
//! base's graph, and the third checks the files of the base's vectors and graph. A merged base
//! is saved and published before its graph is built, and a graph that cannot be built leaves
//! everything else as it is. While a graph is built, the delta is still merged, but no new base is
//! made, because the graph would be lost.

mod check;
pub(crate) mod files;
mod graph;
mod jobs;
mod list;
mod load;
mod merge;
mod policy;
mod schedule;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use self::list::{Change, List};
pub use self::policy::Tuning;
use crate::error::Result;
use crate::locks::lock;
use crate::record::RecordNumber;
use crate::segment::Segment;
use crate::segment::generation::Generation;
use crate::segment::pieces::Tokenize;
use crate::storage::layout::State;
use crate::storage::store::{Store, View};
use crate::storage::{COLUMNS_FILE, GRAPH_FILE};
use crate::vector::Graph;
use crate::vocabulary::GraphState;

/// The owner of a collection's segments.
pub(crate) struct Compactor(Arc<List>);

impl Compactor {
    /// Loads the segments of a store. Index files that cannot be used are removed. `tokenize` splits
    /// the texts of those that are read from the store.
    ///
    /// # Errors
    /// The store's read errors; [`crate::Error::Io`] if an unusable file cannot be removed.
    pub fn open(
        store: Arc<Store>,
        folder: &Path,
        tuning: Tuning,
        tokenize: Arc<dyn Tokenize>,
    ) -> Result<Self> {
        Self::open_with(store, folder, tuning, tokenize, |base| {
            Graph::build(base.scan.codes())
        })
    }

    fn open_with(
        store: Arc<Store>,
        folder: &Path,
        tuning: Tuning,
        tokenize: Arc<dyn Tokenize>,
        build_graph: fn(&Segment) -> Graph,
    ) -> Result<Self> {
        let list = List::open(store, folder.to_owned(), tuning, tokenize, build_graph)?;
        Ok(Self(Arc::new(list)))
    }

    /// The current segments.
    pub fn current(&self) -> Arc<Generation> {
        self.0.current()
    }

    /// How texts are split into pieces.
    pub fn tokenize(&self) -> &dyn Tokenize {
        &*self.0.tokenize
    }

    /// Prepares the list for a state of the store with a new segment and without the records
    /// removed. Until it is published or dropped, nobody else can change the list.
    pub fn append(
        &self,
        state: State,
        segment: Option<Segment>,
        removed: &BTreeSet<RecordNumber>,
    ) -> Appended<'_> {
        let change = self.0.change();
        let next = change.with(state, segment, removed);
        Appended { change, next }
    }

    /// Makes the segments agree with the store, if they do not: after a failed write, what it left
    /// in the file becomes visible when the file is reopened. No write may be in progress.
    ///
    /// # Errors
    /// As for [`Compactor::open`].
    pub fn agree(&self) -> Result<()> {
        let current = self.current();
        if self
            .0
            .store
            .viewing(|view| Ok(view.state()? == current.state))?
        {
            return Ok(());
        }
        tracing::warn!("the store is of another state than its indexes, which are loaded anew");
        self.0.reload()
    }

    /// Has the jobs done that are due. Those that become due while a job runs are done after it.
    pub fn request(&self) {
        schedule::request(&self.0);
    }

    /// How many merges were finished since it was opened.
    pub fn merges(&self) -> u64 {
        self.0.merges.load(Ordering::Relaxed)
    }

    /// Waits until all jobs are done.
    pub fn settle(&self) {
        self.0.jobs.settle();
    }

    /// Suppresses new bases as long as the guard exists: an import makes one, at its end.
    pub fn hold(&self) -> Held<'_> {
        self.0.held.fetch_add(1, Ordering::SeqCst);
        Held(self)
    }

    /// Whether new bases are suppressed, by an import.
    pub fn is_held(&self) -> bool {
        self.0.held.load(Ordering::SeqCst) > 0
    }

    /// The state of the graph of the base, the only segment that has one.
    pub fn graph_state(&self) -> GraphState {
        let list = &self.0;
        let current = self.current();
        match current.parts.first() {
            Some(base) if base.graph.is_some() => GraphState::Ready,
            Some(base)
                if list.has_base.load(Ordering::Relaxed)
                    && base.segment.len() >= list.tuning.graph_min_records =>
            {
                if list.graph_failed.load(Ordering::Relaxed) {
                    GraphState::Failed
                } else {
                    GraphState::Building
                }
            }
            _ => GraphState::NotNeeded,
        }
    }

    /// The base's files, columns and graph, as far as they exist, and a view of the store that has
    /// every deletion since they were written.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn files(&self) -> Result<([Option<File>; 2], View<'_>)> {
        let list = &self.0;
        let _held = lock(&list.files);
        let files = [COLUMNS_FILE, GRAPH_FILE].map(|name| File::open(list.folder.join(name)).ok());
        Ok((files, list.store.read()?))
    }
}

/// A list of segments that is ready to be published.
pub(crate) struct Appended<'a> {
    change: Change<'a>,
    next: Generation,
}

impl Appended<'_> {
    /// Makes it the current one.
    pub fn publish(mut self) {
        self.change.publish(self.next);
    }
}

/// Suppresses new bases as long as it exists.
pub(crate) struct Held<'a>(&'a Compactor);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.0.held.fetch_sub(1, Ordering::SeqCst);
        self.0.request();
    }
}
