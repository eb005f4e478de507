//! When the queries of `crate::explore` are looked for: after an import, and in the background if
//! somebody asks for them and there are none, or many records have changed since. What was found is
//! kept until then, with the state that it was found in.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use arc_swap::ArcSwapOption;

use super::Collection;
use crate::background;
use crate::compactor::files;
use crate::encoder::{FEW_PIECES, QueryEncoder};
use crate::error::Result;
use crate::explore::{Candidate, FILE, Kept, draw, mine, tried};
use crate::locks::lock;
use crate::search::Searcher;
use crate::storage::layout::{BuiltFrom, State};
use crate::vocabulary::limits::MIN_EXPLORED;
use crate::vocabulary::{Exploration, Mined};

/// When this part of the records has changed since, queries are tried again.
const CHANGED_PART: u64 = 4;

/// What was found in a collection, and whether queries are being tried.
pub(crate) struct Explorer {
    path: PathBuf,
    kept: ArcSwapOption<Kept>,
    runs: AtomicBool,
    /// Whether trying them ended in a panic; then it is not repeated until the next start.
    failed: AtomicBool,
    /// Held while queries are tried.
    trying: Mutex<()>,
}

impl Explorer {
    /// Reads what was found earlier. A file that cannot be used is removed, as those of indexes are:
    /// after more writes, one of a later state could pass for an earlier one.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if it cannot be removed.
    pub fn open(folder: &Path, now: &BuiltFrom) -> Result<Self> {
        let path = folder.join(FILE);
        let fits = |kept: &Kept| {
            kept.from.model == now.model && kept.from.state.sequence <= now.state.sequence
        };
        let kept = Kept::read(&path).ok().filter(fits);
        if kept.is_none() {
            files::remove(&path)?;
        }
        Ok(Self {
            path,
            kept: ArcSwapOption::from_pointee(kept),
            runs: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            trying: Mutex::default(),
        })
    }

    /// Whether what was found is of this state, and ranked as records are now.
    fn is_current(&self, state: State, with_late: bool) -> bool {
        let kept = self.kept.load();
        kept.as_ref()
            .is_some_and(|kept| kept.from.state == state && kept.with_late == with_late)
    }
}

/// Says that queries are being tried, as long as it exists.
struct Running(Arc<Explorer>);

impl Running {
    /// `None` if they are already.
    fn start(explorer: &Arc<Explorer>) -> Option<Self> {
        let runs = explorer.runs.swap(true, Ordering::Relaxed);
        (!runs).then(|| Self(Arc::clone(explorer)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failed.store(true, Ordering::Relaxed);
        }
        self.0.runs.store(false, Ordering::Relaxed);
    }
}

impl Collection {
    /// The queries on which the engines disagree most, as far as they have been found. If there are
    /// none yet, or many records have changed since, queries are tried in the background; this does
    /// not wait for it.
    pub fn explore(self: &Arc<Self>) -> Exploration {
        self.explore_soon();
        let generation = self.generation();
        let kept = self.explorer.kept.load_full();
        let sequence = generation.state.sequence;
        Exploration {
            collection: self.name().to_string(),
            records: generation.records(),
            mining: self.explorer.runs.load(Ordering::Relaxed),
            changes_since: kept
                .as_ref()
                .map_or(0, |kept| sequence.saturating_sub(kept.from.state.sequence)),
            mined: kept.map(|kept| kept.mined.clone()),
        }
    }

    /// Tries queries in the background, if that is due.
    pub fn explore_soon(self: &Arc<Self>) {
        if !self.is_exploring_due() {
            return;
        }
        let Some(running) = Running::start(&self.explorer) else {
            return;
        };
        let weak = Arc::downgrade(self);
        let work = move || {
            let _running = running;
            look(&weak, &AtomicBool::new(false));
        };
        let started = std::thread::Builder::new()
            .name("explore".into())
            .spawn(work);
        if let Err(error) = started {
            tracing::warn!(%error, "no thread to try queries");
        }
    }

    /// Tries queries now, unless that was done in this state, and returns what was found; `None` if
    /// the collection has too few records, or if it was cancelled.
    pub fn explore_now(self: &Arc<Self>, cancelled: &AtomicBool) -> Option<Mined> {
        if self.generation().records() < MIN_EXPLORED {
            return None;
        }
        let _running = Running::start(&self.explorer);
        look(&Arc::downgrade(self), cancelled)
    }

    fn is_exploring_due(&self) -> bool {
        let generation = self.generation();
        let explorable = self.encoder.has_model() && generation.records() >= MIN_EXPLORED;
        if !explorable || self.explorer.failed.load(Ordering::Relaxed) {
            return false;
        }
        let kept = self.explorer.kept.load();
        let Some(kept) = kept.as_ref() else {
            return true;
        };
        let changes = generation
            .state
            .sequence
            .saturating_sub(kept.from.state.sequence);
        let many = changes.saturating_mul(CHANGED_PART) >= u64::from(kept.mined.records).max(1);
        many || kept.with_late != with_late(&self.encoder)
    }
}

/// Whether search by meaning also ranks by the similarity of single words.
fn with_late(encoder: &QueryEncoder) -> bool {
    encoder.has_model() && encoder.encoder().piece_vectors().is_some()
}

/// Looks for queries in a collection, as long as it exists, and keeps what is found. The collection is
/// not kept open for it.
fn look(weak: &Weak<Collection>, cancelled: &AtomicBool) -> Option<Mined> {
    let explorer = Arc::clone(&weak.upgrade()?.explorer);
    let _trying = lock(&explorer.trying);
    make_pieces(&Arc::clone(&weak.upgrade()?.encoder));
    let (candidates, kept) = {
        let collection = weak.upgrade()?;
        let with_late = with_late(&collection.encoder);
        if explorer.is_current(collection.generation().state, with_late) {
            return explorer.kept.load().as_ref().map(|kept| kept.mined.clone());
        }
        let drawn = collection.searching(|searcher: &Searcher<'_>| {
            let (state, records) = (searcher.generation.state, searcher.generation.records());
            Ok((draw(searcher)?, state, records))
        });
        let (candidates, state, records) = drawn
            .inspect_err(|error| tracing::warn!(%error, "no queries are tried"))
            .ok()?;
        let mined = Mined {
            records,
            ..Mined::default()
        };
        let from = BuiltFrom {
            state,
            model: collection.about().model.clone(),
        };
        let kept = Kept {
            from,
            with_late,
            mined,
        };
        (candidates, kept)
    };
    let mined = mine(&candidates, |candidate: &Candidate| {
        if cancelled.load(Ordering::Relaxed) {
            return None;
        }
        let collection = weak.upgrade()?;
        let tried = collection.searching(|searcher| tried(searcher, candidate));
        let tried = tried.inspect_err(|error| {
            tracing::debug!(%error, query = candidate.query, "a query cannot be tried");
        });
        Some(tried.unwrap_or_default())
    });
    // Of a collection that is gone, nothing is kept.
    let _collection = weak.upgrade()?;
    if cancelled.load(Ordering::Relaxed) {
        return None;
    }
    let kept = Kept {
        mined: Mined {
            records: kept.mined.records,
            ..mined
        },
        ..kept
    };
    if let Err(error) = kept.save(&explorer.path) {
        tracing::warn!(%error, "the queries found are kept in memory only");
    }
    let mined = kept.mined.clone();
    explorer.kept.store(Some(Arc::new(kept)));
    Some(mined)
}

/// Makes the vectors of single words first, unless that takes minutes: they change the ranking by
/// meaning.
fn make_pieces(encoder: &QueryEncoder) {
    let encoder = encoder.encoder();
    if encoder.piece_vectors().is_some() || encoder.piece_count() > FEW_PIECES {
        return;
    }
    if let Err(error) = background::explore(|| encoder.make_piece_vectors()) {
        tracing::warn!(%error, "the vectors of single words cannot be made");
    }
}
