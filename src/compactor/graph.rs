//! Attaches a graph to the base: reads it from its file or builds it. Until then, and if it cannot
//! be built, the exact scan is used.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};

use super::files;
use super::list::{Change, List};
use super::load::read_graph;
use crate::background;
use crate::locks::lock;
use crate::segment::Segment;
use crate::storage::layout::BuiltFrom;
use crate::vector::Graph;

/// A base without the graph it should have.
pub(super) struct Base {
    segment: Arc<Segment>,
    from: BuiltFrom,
}

/// The base, if it should have a graph and has none.
pub(super) fn next(change: &Change<'_>) -> Option<Base> {
    let (list, standing) = (change.list, &change.standing);
    let from = standing.base.clone()?;
    let current = list.current();
    let base = current.parts.first()?;
    let wanted = base.graph.is_none()
        && base.segment.len() >= list.tuning.graph_min_records
        && !list.graph_failed.load(Ordering::Relaxed)
        && !standing.graphing
        // It is about to be replaced.
        && !standing.merging.iter().any(|merging| Arc::ptr_eq(merging, &base.segment));
    wanted.then(|| Base {
        segment: Arc::clone(&base.segment),
        from,
    })
}

/// A graph that is being read or built.
pub(super) struct Job {
    base: Base,
    folder: PathBuf,
    files: Arc<Mutex<()>>,
    build: fn(&Segment) -> Graph,
}

impl Job {
    /// Takes the graph that is missing, if one is.
    pub fn begin(list: &List) -> Option<Self> {
        let mut change = list.change();
        let base = next(&change)?;
        change.standing.graphing = true;
        Some(Self {
            base,
            folder: list.folder.clone(),
            files: Arc::clone(&list.files),
            build: list.build_graph,
        })
    }

    /// Reads the graph, or builds and saves it; `None` if it cannot be built. The list is not held
    /// meanwhile, so that an unused collection can be dropped.
    pub fn run(&self, list: &Weak<List>) -> Option<Graph> {
        let Base { segment, from } = &self.base;
        if let Some(graph) = read_graph(&self.folder, from, segment.scan.codes()) {
            return Some(graph);
        }
        // The graph library may panic. Without a graph, the collection is only slower.
        let build = || background::graph(|| (self.build)(segment));
        let graph = catch_unwind(AssertUnwindSafe(build)).ok()?;
        if list.strong_count() == 0 || !self.save(&graph) {
            return Some(graph);
        }
        // Memory is freed when it is read in place.
        read_graph(&self.folder, from, segment.scan.codes()).or(Some(graph))
    }

    /// Returns whether it is saved.
    fn save(&self, graph: &Graph) -> bool {
        let _held = lock(&self.files);
        let saved = files::save_graph(&self.folder, &self.base.from, graph);
        if let Err(error) = &saved {
            tracing::warn!(%error, "the graph is not kept; the next start builds it again");
        }
        saved.is_ok()
    }

    /// Attaches the graph, unless the base was replaced meanwhile.
    pub fn finish(&self, list: &List, graph: Option<Graph>) {
        let mut change = list.change();
        change.standing.graphing = false;
        let mut next = (*list.current()).clone();
        let Some(base) = next.parts.first_mut() else {
            return;
        };
        if !Arc::ptr_eq(&base.segment, &self.base.segment) {
            return;
        }
        match graph {
            Some(graph) => {
                base.graph = Some(Arc::new(graph));
                change.publish(next);
            }
            None => {
                tracing::error!(
                    folder = %self.folder.display(),
                    "the graph cannot be built; the exact scan is used until the next merge or start"
                );
                list.graph_failed.store(true, Ordering::Relaxed);
            }
        }
    }
}
