//! The rankings of recent queries. The same query is often asked again: by several people, or by one
//! who goes back to an answer. In one state of a collection it has the same ranking, so only its
//! records are read again.
//!
//! A ranking is kept with its query and with the generation that it was found in, and those of a
//! generation are dropped as soon as another one is asked. Queries with filters are not kept, since
//! few are asked twice, nor those by words alone, which take less time.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;
use quick_cache::sync::Cache;

use crate::query::{Fusion, Lookup, Mode, Query, Route};
use crate::search::fuse::Ranking;
use crate::search::plan::Plan;
use crate::search::searcher::Searcher;
use crate::segment::generation::Generation;

/// How many rankings are kept. One of ten hits takes about a kilobyte.
const KEPT: usize = 1_024;

/// The rankings of recent queries to a collection.
#[derive(Default)]
pub struct Remembered(ArcSwapOption<OfGeneration>);

/// Those of one generation.
struct OfGeneration {
    /// It keeps the generation's address from being used by another one, but not its indexes in
    /// memory.
    generation: Weak<Generation>,
    rankings: Cache<Asked, Arc<Ranking>>,
}

/// All that the ranking of a query depends on besides the generation. Numbers are given by their
/// bits.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Asked {
    text: String,
    mode: Mode,
    page: (usize, usize),
    route: Route,
    /// The share of meaning in a weighted sum.
    fusion: Option<u32>,
    late_share: u32,
    bm25: (u32, u32),
    /// Whether the vectors of pieces have been made, which late interaction needs.
    has_late: bool,
    collapse: bool,
    exact_total: bool,
    neighbours: bool,
    operators: bool,
    prefix: bool,
    correct: bool,
}

impl Asked {
    /// The key of a query; `None` if its ranking is not kept.
    fn of(plan: &Plan<'_>) -> Option<Self> {
        // Named one by one, so that no new field of a query can be forgotten.
        let Query {
            text,
            mode,
            limit,
            offset,
            filters: _,
            sort: _,
            route,
            collapse,
            facets,
            facet_options: _,
            exact_total,
            fusion,
            neighbours,
            late_share,
            k1,
            b,
            operators,
            lookup: Lookup { prefix, correct },
            // They are found in the hits, later.
            sentences: _,
        } = &*plan.query;
        // Filters may be in the text. A plan without text to rank by has no vector.
        let is_plain = plan.filters.is_empty() && facets.is_empty();
        let is_kept = plan.vector.is_some() && !plan.is_in_order() && is_plain;
        is_kept.then(|| Self {
            text: text.clone(),
            mode: *mode,
            page: (*offset, *limit),
            route: *route,
            fusion: match fusion {
                Fusion::Weighted { meaning } => Some(meaning.to_bits()),
                Fusion::ReciprocalRank => None,
            },
            late_share: late_share.to_bits(),
            bm25: (k1.to_bits(), b.to_bits()),
            has_late: plan.late.is_some(),
            collapse: *collapse,
            exact_total: *exact_total,
            neighbours: *neighbours,
            operators: *operators,
            prefix: *prefix,
            correct: *correct,
        })
    }
}

impl Remembered {
    /// The rankings of a generation.
    fn of(&self, generation: &Arc<Generation>) -> Arc<OfGeneration> {
        let kept = self.0.load_full();
        let is_same = |kept: &Arc<OfGeneration>| {
            std::ptr::eq(kept.generation.as_ptr(), Arc::as_ptr(generation))
        };
        if let Some(kept) = kept.filter(is_same) {
            return kept;
        }
        let new = Arc::new(OfGeneration {
            generation: Arc::downgrade(generation),
            rankings: Cache::new(KEPT),
        });
        self.0.store(Some(Arc::clone(&new)));
        new
    }
}

/// The place of a ranking among those that are kept.
pub(super) struct Place {
    of: Arc<OfGeneration>,
    asked: Asked,
}

impl Searcher<'_> {
    /// The place of a query's ranking; `None` if it is not kept.
    pub(super) fn place(&self, plan: &Plan<'_>) -> Option<Place> {
        let asked = Asked::of(plan)?;
        Some(Place {
            of: self.remembered.of(&self.generation),
            asked,
        })
    }
}

impl Place {
    /// The ranking, if the query has been asked before.
    pub fn ranking(&self) -> Option<Ranking> {
        let ranking = self.of.rankings.get(&self.asked)?;
        Some(Ranking::clone(&ranking))
    }

    /// Keeps the ranking.
    pub fn keep(self, ranking: &Ranking) {
        let ranking = Arc::new(ranking.clone());
        self.of.rankings.insert(self.asked, ranking);
    }
}
