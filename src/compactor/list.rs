//! The list of segments: the only place where it is changed.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use arc_swap::ArcSwap;

use super::jobs::Jobs;
use super::load::{Loaded, load};
use super::policy::{self, SMALL, Size, Tuning};
use crate::error::Result;
use crate::locks::lock;
use crate::record::{RecordNumber, Schema};
use crate::segment::Segment;
use crate::segment::generation::{Generation, Part};
use crate::segment::pieces::Tokenize;
use crate::storage::layout::{BuiltFrom, State};
use crate::storage::store::Store;
use crate::vector::Graph;

/// The segments in use, and what their jobs need.
pub(super) struct List {
    pub store: Arc<Store>,
    pub folder: PathBuf,
    pub tuning: Tuning,
    /// How texts are split into pieces.
    pub tokenize: Arc<dyn Tokenize>,
    /// How a graph is built from the vectors of a base.
    pub build_graph: fn(&Segment) -> Graph,
    current: ArcSwap<Generation>,
    standing: Mutex<Standing>,
    /// Whether there is a base, as in [`Standing::base`], for readers, who do not wait for a lock.
    pub has_base: AtomicBool,
    /// Whether the graph of the current base could not be built.
    pub graph_failed: AtomicBool,
    /// How many callers suppress new bases.
    pub held: AtomicUsize,
    /// How many merges were finished since the list was loaded.
    pub merges: AtomicU64,
    /// Held while the base's files are replaced.
    pub files: Arc<Mutex<()>>,
    pub jobs: Arc<Jobs>,
}

/// How the segments stand. Its lock is held while the list is changed.
#[derive(Default)]
pub(super) struct Standing {
    /// What the base was made from. `None` until there is one: all segments are delta then.
    pub base: Option<BuiltFrom>,
    /// Whether the base, or everything if there is none, was read from the store because it had no
    /// intact file, and is to be saved.
    pub unsaved: bool,
    /// Whether the files of vectors and graph were not compared with their checksums yet.
    pub unchecked: bool,
    /// The sequence number at which a base was last made, or could not be.
    pub folded: u64,
    /// The segments that are being merged. Nothing else may merge or drop them.
    pub merging: Vec<Arc<Segment>>,
    /// Whether the base's graph is being read or built. Its work would be lost if the base were
    /// replaced.
    pub graphing: bool,
}

impl Standing {
    fn of(loaded: &Loaded) -> Self {
        let from = loaded.base.as_ref();
        Self {
            base: loaded.base.clone(),
            unsaved: loaded.is_new,
            unchecked: loaded.base.is_some(),
            folded: from.map_or(0, |from| from.state.sequence),
            ..Self::default()
        }
    }

    /// Whether a part is being merged.
    fn is_merging(&self, part: &Part) -> bool {
        let mut merging = self.merging.iter();
        merging.any(|segment| Arc::ptr_eq(segment, &part.segment))
    }

    /// How many of the parts are not delta: one if there is a base.
    pub fn bases(&self) -> usize {
        usize::from(self.base.is_some())
    }
}

impl List {
    /// Loads the list of a store.
    ///
    /// # Errors
    /// The store's read errors; [`crate::Error::Io`] if an unusable file cannot be removed.
    pub fn open(
        store: Arc<Store>,
        folder: PathBuf,
        tuning: Tuning,
        tokenize: Arc<dyn Tokenize>,
        build_graph: fn(&Segment) -> Graph,
    ) -> Result<Self> {
        let loaded = load(&store, &folder, &*tokenize)?;
        Ok(Self {
            standing: Mutex::new(Standing::of(&loaded)),
            current: ArcSwap::from_pointee(loaded.generation),
            store,
            folder,
            tuning,
            tokenize,
            build_graph,
            has_base: AtomicBool::new(loaded.base.is_some()),
            graph_failed: AtomicBool::new(false),
            held: AtomicUsize::new(0),
            merges: AtomicU64::new(0),
            files: Arc::default(),
            jobs: Arc::default(),
        })
    }

    /// The current segments.
    pub fn current(&self) -> Arc<Generation> {
        self.current.load_full()
    }

    /// Loads the list anew. Jobs that are running find that their segments are gone.
    ///
    /// # Errors
    /// As for [`List::open`].
    pub fn reload(&self) -> Result<()> {
        let loaded = {
            let _held = lock(&self.files);
            load(&self.store, &self.folder, &*self.tokenize)?
        };
        let mut change = self.change();
        *change.standing = Standing {
            graphing: change.standing.graphing,
            ..Standing::of(&loaded)
        };
        change.set_base(loaded.base);
        change.publish(loaded.generation);
        Ok(())
    }

    /// Begins a change of the list. Until it ends, nobody else can change it.
    pub fn change(&self) -> Change<'_> {
        Change {
            list: self,
            standing: lock(&self.standing),
        }
    }
}

/// A change of the list in progress.
pub(super) struct Change<'a> {
    pub list: &'a List,
    pub standing: MutexGuard<'a, Standing>,
}

impl Change<'_> {
    /// Notes that the first segment is a base made from this, or that there is no base.
    pub fn set_base(&mut self, base: Option<BuiltFrom>) {
        let list = self.list;
        list.has_base.store(base.is_some(), Ordering::Relaxed);
        list.graph_failed.store(false, Ordering::Relaxed);
        self.standing.base = base;
    }

    /// Replaces the list.
    pub fn publish(&mut self, next: Generation) {
        self.list.current.store(Arc::new(next));
    }

    /// The list with a new segment and without the records removed. If the newest segments have
    /// become too many, they are merged, as long as they are small.
    pub fn with(
        &self,
        state: State,
        segment: Option<Segment>,
        removed: &BTreeSet<RecordNumber>,
    ) -> Generation {
        let mut parts = self.list.current().parts.clone();
        parts.extend(segment.map(Part::whole));
        if !removed.is_empty() {
            for part in &mut parts {
                *part = part.without(removed);
            }
        }
        let bases = self.standing.bases();
        let mut at = 0;
        parts.retain(|part| {
            at += 1;
            at <= bases || part.records() > 0 || self.standing.is_merging(part)
        });
        let last_merging = parts
            .iter()
            .rposition(|part| self.standing.is_merging(part));
        let free = last_merging.map_or(bases, |at| at + 1).max(bases);
        if let Some(run) = policy::run(parts[free..].iter().map(size), SMALL) {
            let run = parts.split_off(free + run);
            let schema = &self.list.store.about().schema;
            parts.push(Part::whole(merged(&run, schema)));
        }
        Generation::new(state, parts)
    }
}

/// The size of a part's segment.
pub(super) fn size(part: &Part) -> Size {
    Size {
        live: part.records().into(),
        all: part.segment.len().into(),
    }
}

/// The live records of some parts as one segment.
pub(super) fn merged(parts: &[Part], schema: &Schema) -> Segment {
    let parts: Vec<_> = parts
        .iter()
        .map(|part| (&*part.segment, part.live()))
        .collect();
    Segment::merge(&parts, schema)
}
