//! Merging in the background: all segments are merged into a new base with a graph while queries
//! and writes continue. Then the new base replaces the merged segments.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::background;
use crate::collection::{COLUMNS_FILE, Collection, GRAPH_FILE};
use crate::compactor::load::read_graph;
use crate::error::{Error, Result};
use crate::locks::lock;
use crate::record::{RecordId, Schema};
use crate::segment::Segment;
use crate::segment::generation::{Generation, Part};
use crate::storage::index_file::{self, BuiltFrom};
use crate::vector::Graph;

/// Whether a background thread of the collection is running; there is at most one at a time.
#[derive(Default)]
pub(crate) struct AtWork {
    busy: Mutex<bool>,
    ended: Condvar,
}

impl AtWork {
    /// Whether the caller may start, because no other thread is running.
    fn begin(&self) -> bool {
        let mut busy = lock(&self.busy);
        !std::mem::replace(&mut *busy, true)
    }

    fn end(&self) {
        *lock(&self.busy) = false;
        self.ended.notify_all();
    }

    fn wait(&self) {
        let mut busy = lock(&self.busy);
        while *busy {
            busy = self
                .ended
                .wait(busy)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Collection {
    /// Merges the last parts as long as the part before is not much larger, so that part sizes form
    /// a geometric series. So the number of times a record is merged grows with the logarithm of
    /// the delta. The first `keep` parts are left unchanged.
    pub(crate) fn gather(&self, parts: &mut Vec<Part>, keep: usize) {
        while parts.len() > keep + 1 {
            let last = parts.len() - 1;
            if parts[last - 1].segment.len() > 2 * parts[last].segment.len() {
                break;
            }
            let pair: Vec<(&Segment, Cow<'_, _>)> = parts[last - 1..]
                .iter()
                .map(|part| (&*part.segment, part.live()))
                .collect();
            let merged = Segment::merge(&pair, self.schema());
            drop(pair);
            parts.truncate(last - 1);
            if !merged.is_empty() {
                parts.push(Part::whole(merged));
            }
        }
    }

    /// Waits until all background work is finished.
    pub fn settle(&self) {
        self.writer.at_work.wait();
    }

    /// Starts a merge if the delta is large enough.
    pub(crate) fn merge_if_grown(&self) {
        let held = self.writer.held.load(std::sync::atomic::Ordering::SeqCst) > 0;
        if !held && self.has_grown(&self.generation()) {
            self.merge_in_background();
        }
    }

    /// Whether the delta and the deletions have reached a quarter of the base. So the larger the
    /// base, the rarer the merges, and their cost is a bounded share of the writes.
    fn has_grown(&self, generation: &Generation) -> bool {
        let Some((base, delta)) = generation.parts.split_first() else {
            return false;
        };
        let added: u32 = delta.iter().map(|part| part.segment.len()).sum();
        let deleted = base.segment.len() - base.records();
        let changed = added + deleted;
        changed >= self.tuning.merge_min_records
            && u64::from(changed) * 4 >= u64::from(base.records())
    }

    /// Merges all segments on a separate thread. If that fails, they remain in use.
    pub(crate) fn merge_in_background(&self) {
        if !self.writer.at_work.begin() {
            return;
        }
        let snapshot = {
            let mut turn = self.turn();
            let snapshot = self.generation();
            turn.frozen = snapshot.parts.len();
            snapshot
        };
        let from = self.built_from(&snapshot);
        let (folder, schema) = (self.folder.clone(), self.schema().clone());
        let graph_from = self.tuning.graph_min_records;
        let files = Arc::clone(&self.writer.files);
        self.work(move |finish| {
            let merged = merge(&snapshot, &schema, graph_from);
            let kept = merged.as_ref().map_or(Ok(()), |part| {
                let _held = lock(&files);
                keep(&folder, &from, part)
            });
            finish(&|collection| collection.take_over(&snapshot, merged.as_ref(), &from, &kept));
        });
    }

    /// Finishes loading in the background: the base's graph is read or built, and rebuilt indexes
    /// are saved.
    pub(crate) fn complete_in_background(&self, base: Option<BuiltFrom>, columns_are_new: bool) {
        match base {
            Some(from) if self.has_graph() => self.load_graph_in_background(from, columns_are_new),
            Some(_) if !columns_are_new => {}
            _ => self.merge_in_background(),
        }
    }

    /// Whether the base is large enough for a graph.
    fn has_graph(&self) -> bool {
        let base = self
            .generation()
            .parts
            .first()
            .map(|base| base.segment.len());
        base.is_some_and(|records| records >= self.tuning.graph_min_records)
    }

    /// Reads the base's graph from its file, or builds it, on a separate thread.
    fn load_graph_in_background(&self, from: BuiltFrom, columns_are_new: bool) {
        let snapshot = self.generation();
        let Some(base) = snapshot.parts.first().cloned() else {
            return;
        };
        if !self.writer.at_work.begin() {
            return;
        }
        let folder = self.folder.clone();
        let files = Arc::clone(&self.writer.files);
        self.work(move |finish| {
            if columns_are_new {
                let _held = lock(&files);
                let columns = &base.segment.columns;
                if let Err(error) = index_file::write(&folder.join(COLUMNS_FILE), &from, columns) {
                    tracing::warn!(%error, "the index is not kept; the next start builds it again");
                }
            }
            let codes = base.segment.scan.codes();
            let graph = read_graph(&folder, &from, codes.len()).unwrap_or_else(|reason| {
                tracing::warn!(
                    file = %folder.join(GRAPH_FILE).display(), reason,
                    "building the graph again; the exact scan answers meanwhile"
                );
                let graph = background::merge(|| Graph::build(codes));
                if let Err(error) = index_file::write(&folder.join(GRAPH_FILE), &from, &graph) {
                    tracing::warn!(%error, "the graph is not kept; the next start builds it again");
                }
                graph
            });
            let graph = Arc::new(graph);
            finish(&|collection| collection.take_graph(&base.segment, &graph));
        });
    }

    /// Starts a thread. It holds the collection only while it finishes its work, so that an unused
    /// collection can be dropped.
    fn work(&self, work: impl FnOnce(&dyn Fn(&dyn Fn(&Self))) + Send + 'static) {
        let itself = self.itself.clone();
        let at_work = Arc::clone(&self.writer.at_work);
        let name = self.name();
        let work = move || {
            let finish = |done: &dyn Fn(&Self)| {
                if let Some(collection) = itself.upgrade() {
                    done(&collection);
                }
            };
            // The graph library may panic. Without a graph, the collection is only slower.
            if catch_unwind(AssertUnwindSafe(|| work(&finish))).is_err() {
                tracing::error!(collection = %name, "the indexes cannot be merged");
            }
            if let Some(collection) = itself.upgrade() {
                collection.turn().frozen = 0;
            }
            // Reported after this thread has released the collection.
            at_work.end();
        };
        let thread = std::thread::Builder::new().name("merge".into());
        if let Err(error) = thread.spawn(work) {
            tracing::error!(%error, "no thread to merge the indexes");
            self.turn().frozen = 0;
            self.writer.at_work.end();
        }
    }

    /// Replaces the segments that were merged by the new base, without the records deleted since.
    fn take_over(
        &self,
        snapshot: &Generation,
        merged: Option<&Part>,
        from: &BuiltFrom,
        kept: &Result<()>,
    ) {
        {
            let mut turn = self.turn();
            let current = self.generation();
            let (before, since) = current.parts.split_at(turn.frozen.min(current.parts.len()));
            let same = |(then, now): (&Part, &Part)| Arc::ptr_eq(&then.segment, &now.segment);
            if before.len() != snapshot.parts.len() || !snapshot.parts.iter().zip(before).all(same)
            {
                // The indexes were reloaded in the meantime.
                turn.frozen = 0;
                return;
            }
            let gone: BTreeSet<RecordId> = snapshot
                .parts
                .iter()
                .zip(before)
                .flat_map(|(then, now)| {
                    let numbers = &then.segment.columns.numbers;
                    let gone = then.live().into_owned() - &*now.live();
                    gone.into_iter()
                        .map(|at| numbers[at as usize])
                        .collect::<Vec<_>>()
                })
                .collect();
            let base = merged.map(|part| part.without(&gone));
            let parts = base.into_iter().chain(since.iter().cloned());
            let next = Generation::new(current.state, parts);
            self.generation.store(Arc::new(next));
            turn.frozen = 0;
        }
        match kept {
            // The log of older deletions is not needed from here on.
            Ok(()) => {
                if let Err(error) = self.store.forget_deletions(from.state.sequence) {
                    tracing::warn!(%error, "the log of deletions stays longer than needed");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the index is not kept; the next start builds it again");
            }
        }
    }

    fn take_graph(&self, base: &Arc<Segment>, graph: &Arc<Graph>) {
        let _turn = self.turn();
        let mut next = (*self.generation()).clone();
        if let Some(part) = next.parts.first_mut()
            && Arc::ptr_eq(&part.segment, base)
        {
            part.graph = Some(Arc::clone(graph));
            self.generation.store(Arc::new(next));
        }
    }

    fn built_from(&self, generation: &Generation) -> BuiltFrom {
        BuiltFrom {
            state: generation.state,
            model: self.about().model.clone(),
        }
    }
}

/// All live records of a generation as one part, with a graph if it is large; `None` if there are
/// no records.
fn merge(generation: &Generation, schema: &Schema, graph_from: u32) -> Option<Part> {
    background::merge(|| {
        let mut part = match generation.parts.as_slice() {
            // There is nothing to merge: the base was just not saved yet.
            [only] if only.live.is_none() => only.clone(),
            parts => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|part| (&*part.segment, part.live()))
                    .collect();
                Part::whole(Segment::merge(&parts, schema))
            }
        };
        if part.segment.is_empty() {
            return None;
        }
        if part.graph.is_none() && part.segment.len() >= graph_from {
            part.graph = Some(Arc::new(Graph::build(part.segment.scan.codes())));
        }
        Some(part)
    })
}

/// Saves a base, replacing the previous one.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn keep(folder: &Path, from: &BuiltFrom, part: &Part) -> Result<()> {
    let graph = folder.join(GRAPH_FILE);
    match &part.graph {
        Some(index) => index_file::write(&graph, from, &**index)?,
        None => match std::fs::remove_file(&graph) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(&graph)(error));
            }
            _ => {}
        },
    }
    index_file::write(&folder.join(COLUMNS_FILE), from, &part.segment.columns)
}
