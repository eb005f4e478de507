//! Merges on the compactor's thread: of the delta's newest segments into one, or of everything into
//! a new base. Queries and writes go on with the segments there are. Then the merged one takes their
//! place, without the records deleted since.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};

use super::files;
use super::list::{Change, List, merged, size};
use super::policy;
use crate::background;
use crate::error::Result;
use crate::locks::lock;
use crate::record::{RecordNumber, Schema};
use crate::segment::generation::{Generation, Part};
use crate::storage::layout::BuiltFrom;

/// What a merge is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// Everything becomes a new base.
    Base,
    /// The base is saved as it is.
    Save,
    /// The parts from a place on become one.
    Delta(usize),
}

/// The next merge that is due.
pub(super) fn next(change: &Change<'_>) -> Option<Plan> {
    let (list, standing) = (change.list, &change.standing);
    let current = list.current();
    if standing.unsaved {
        return Some(match standing.base {
            Some(_) => Plan::Save,
            None => Plan::Base,
        });
    }
    let bases = standing.bases();
    let base: u32 = current.parts.iter().take(bases).map(Part::records).sum();
    let changes = current.state.sequence.saturating_sub(standing.folded);
    let may = list.held.load(Ordering::SeqCst) == 0 && !standing.graphing;
    if may && list.tuning.is_due(changes, base.into()) {
        return Some(Plan::Base);
    }
    let run = policy::run(current.parts.iter().skip(bases).map(size), u64::MAX)?;
    Some(Plan::Delta(bases + run))
}

/// A merge in progress.
pub(super) struct Job {
    plan: Plan,
    parts: Vec<Part>,
    from: BuiltFrom,
    schema: Schema,
    folder: PathBuf,
    files: Arc<Mutex<()>>,
}

/// What came of it.
pub(super) struct Done {
    merged: Option<Part>,
    /// Whether it was saved, for a base.
    saved: Result<()>,
}

impl Job {
    /// Takes the next merge that is due, if there is one.
    pub fn begin(list: &List) -> Option<Self> {
        let mut change = list.change();
        let plan = next(&change)?;
        let current = list.current();
        let parts = match plan {
            Plan::Base => current.parts.clone(),
            Plan::Save => current.parts.iter().take(1).cloned().collect(),
            Plan::Delta(from) => current.parts[from..].to_vec(),
        };
        let segments = parts.iter().map(|part| Arc::clone(&part.segment));
        change.standing.merging = segments.collect();
        let now = BuiltFrom {
            state: current.state,
            model: list.store.about().model.clone(),
        };
        let from = match (&plan, &change.standing.base) {
            (Plan::Save, Some(from)) => from.clone(),
            _ => now,
        };
        Some(Self {
            plan,
            parts,
            from,
            schema: list.store.about().schema.clone(),
            folder: list.folder.clone(),
            files: Arc::clone(&list.files),
        })
    }

    /// Merges, and saves a base. The list is not held meanwhile, so that an unused collection can be
    /// dropped.
    pub fn run(&self, list: &Weak<List>) -> Done {
        let mut part = match (&self.plan, self.parts.as_slice()) {
            (Plan::Save, parts) => parts.first().cloned(),
            // There is nothing to merge: it was just not saved as a base yet.
            (Plan::Base, [only]) if only.live.is_none() => Some(only.clone()),
            (_, parts) => {
                let merged = background::merge(|| merged(parts, &self.schema));
                (!merged.is_empty()).then(|| Part::whole(merged))
            }
        };
        let saved = match &self.plan {
            Plan::Delta(_) => Ok(()),
            // The collection was dropped, and its folder may be another's by now.
            _ if list.strong_count() == 0 => Ok(()),
            Plan::Base | Plan::Save => {
                let _held = lock(&self.files);
                match (&self.plan, &part) {
                    (Plan::Save, Some(base)) => {
                        files::save_segment(&self.folder, &self.from, &base.segment)
                    }
                    (_, Some(base)) => files::save(&self.folder, &self.from, base),
                    (_, None) => files::remove_all(&self.folder),
                }
            }
        };
        if saved.is_ok()
            && list.strong_count() > 0
            && self.plan == Plan::Base
            && let Some(base) = &mut part
        {
            self.read_in_place(base);
        }
        Done {
            merged: part,
            saved,
        }
    }

    /// Frees the memory of a merged base, which is in its files now.
    fn read_in_place(&self, base: &mut Part) {
        let Some(segment) = Arc::get_mut(&mut base.segment) else {
            return;
        };
        if let Ok(Some((scan, pieces))) = files::read_vectors(&self.folder, &self.from) {
            segment.scan = scan;
            segment.pieces = pieces;
        }
        if let Some(columns) = files::read_columns(&self.folder, &self.from) {
            segment.columns = columns;
        }
    }

    /// Puts the merged segment in the place of those it was made from.
    pub fn finish(&self, list: &List, done: &Done) {
        let mut change = list.change();
        change.standing.merging.clear();
        let current = list.current();
        let place = self.place(&current);
        match (&self.plan, place) {
            // The indexes were loaded anew meanwhile, and what is due for them is still due.
            (_, None) => return,
            (Plan::Save, Some(_)) => change.standing.unsaved = false,
            (_, Some(at)) => {
                let (before, rest) = current.parts.split_at(at);
                let (then, since) = rest.split_at(self.parts.len());
                let gone = self.deleted_since(then);
                let merged = done.merged.as_ref().map(|part| part.without(&gone));
                let parts = before
                    .iter()
                    .cloned()
                    .chain(merged)
                    .chain(since.iter().cloned());
                change.publish(Generation::new(current.state, parts));
                list.merges.fetch_add(1, Ordering::Relaxed);
            }
        }
        if self.plan == Plan::Base {
            change.set_base(done.merged.is_some().then(|| self.from.clone()));
            change.standing.folded = self.from.state.sequence;
            change.standing.unsaved = false;
        }
        drop(change);
        match &done.saved {
            Ok(()) if self.plan == Plan::Base => {
                // The log of older deletions is not needed from here on.
                if let Err(error) = list.store.forget_deletions(self.from.state.sequence) {
                    tracing::warn!(%error, "the log of deletions stays longer than needed");
                }
            }
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%error, "the index is not kept; the next start builds it again");
            }
        }
    }

    /// Ends a merge that panicked. Its segments remain in use. A new base is tried again after as
    /// many changes.
    pub fn fail(&self, list: &List) {
        tracing::error!(folder = %self.folder.display(), "the indexes cannot be merged");
        let mut change = list.change();
        change.standing.merging.clear();
        if !matches!(self.plan, Plan::Delta(_)) {
            change.standing.unsaved = false;
            change.standing.folded = self.from.state.sequence;
        }
    }

    /// Where the merged parts are in a list.
    fn place(&self, list: &Generation) -> Option<usize> {
        let same = |(then, now): (&Part, &Part)| Arc::ptr_eq(&then.segment, &now.segment);
        if self.parts.is_empty() {
            return Some(0);
        }
        let mut windows = list.parts.windows(self.parts.len());
        windows.position(|now| self.parts.iter().zip(now).all(same))
    }

    /// The records deleted while they were being merged.
    fn deleted_since(&self, now: &[Part]) -> BTreeSet<RecordNumber> {
        let parts = self.parts.iter().zip(now);
        let gone = parts.flat_map(|(then, now)| {
            let numbers = &then.segment.columns.numbers;
            let gone = then.live().into_owned() - &*now.live();
            gone.into_iter()
                .map(|at| numbers[at as usize])
                .collect::<Vec<_>>()
        });
        gone.collect()
    }
}
