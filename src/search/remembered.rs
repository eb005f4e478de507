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

use crate::query::{Lookup, Mode, Query, Route};
use crate::search::ranked::Ranking;
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
struct Asked {
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
    /// The key of a query without filters or facets.
    fn of(query: &Query, has_late: bool) -> Self {
        // Named one by one, so that no new field of a query can be forgotten.
        let Query {
            text,
            // The ranking of a query with one is not kept.
            vector: _,
            mode,
            limit,
            offset,
            filters: _,
            sort: _,
            route,
            collapse,
            facets: _,
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
        } = query;
        Self {
            text: text.clone(),
            mode: *mode,
            page: (*offset, *limit),
            route: *route,
            fusion: fusion.balance().map(f32::to_bits),
            late_share: late_share.to_bits(),
            bm25: (k1.to_bits(), b.to_bits()),
            has_late,
            collapse: *collapse,
            exact_total: *exact_total,
            neighbours: *neighbours,
            operators: *operators,
            prefix: *prefix,
            correct: *correct,
        }
    }
}

impl Remembered {
    /// The place of the ranking of a query without filters or facets. `has_late` tells whether late
    /// interaction is possible.
    pub(super) fn place(
        &self,
        generation: &Arc<Generation>,
        query: &Query,
        has_late: bool,
    ) -> Place {
        Place {
            of: self.of(generation),
            asked: Asked::of(query, has_late),
        }
    }

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
