//! Which records are answers to a query: those that `total` and the facets count.
//!
//! By meaning, every record is more or less near, so there is a threshold: the cosine from which
//! a record counts as fitting. A record that contains every word of the query is always an
//! answer.

use roaring::RoaringBitmap;

use crate::query::{Counted, MAX_COUNTED, Relation, Route};
use crate::search::nearest::Near;
use crate::search::plan::Plan;
use crate::search::searcher::Searcher;
use crate::segment::generation::{Generation, Part, Passing};
use crate::text::WordSearch;

/// The answers to a query.
pub struct Answers {
    /// Their positions in each part, including those that do not pass the filters, if facets are
    /// counted. `None` if every record counts as one, or if they were only counted.
    pub parts: Passing,
    /// What was counted.
    pub counted: Counted,
    /// How many of them pass.
    pub total: u32,
    /// Whether there may be more.
    pub relation: Relation,
    /// Whether a record that passes contains every word of the query.
    pub holds_all: bool,
}

impl Answers {
    /// Every record, if there is nothing to judge by.
    pub fn all(generation: &Generation, passing: &Passing) -> Self {
        Self {
            parts: None,
            counted: Counted::All,
            total: generation.passing(passing),
            relation: Relation::Equal,
            holds_all: false,
        }
    }
}

impl Searcher<'_> {
    /// The answers to a query by meaning: those near enough, which were searched for in the plan's
    /// scope, and those that contain every word.
    pub(super) fn answers(&self, plan: &Plan<'_>, words: &WordSearch<'_>, near: &Near) -> Answers {
        let generation = &self.generation;
        let (counted, relation) = match near.reaching_route {
            Route::Graph => (Counted::AtLeast, Relation::AtLeast),
            Route::Auto | Route::Exact => (Counted::Answers, Relation::Equal),
        };
        let query = &plan.query;
        let all = relation == Relation::Equal || query.exact_total || plan.marks_answers;
        // With a filter, those that were found may not pass.
        let enough = match all || plan.passing.is_some() {
            true => usize::MAX,
            false => MAX_COUNTED as usize,
        };
        let holding = words.holding_all(enough);
        let holds_all = self.any_passes(plan, &holding);
        if generation.unrelated().is_none() {
            return Answers {
                holds_all,
                ..Answers::all(generation, &plan.passing)
            };
        }
        let parts = generation.parts.iter().zip(&near.reaching).zip(holding);
        let parts = parts.enumerate().map(|(at, ((part, near), mut holding))| {
            let scope = generation.allowed(at, plan.scope());
            if let Some(scope) = scope {
                holding.retain(|&record| scope.contains(record));
            }
            OfPart {
                near: with_copies(part, near, scope, query.collapse),
                holding,
            }
        });
        let (total, parts) = if plan.marks_answers {
            let parts: Vec<RoaringBitmap> = parts.map(OfPart::together).collect();
            (self.how_many_pass(plan, &parts), Some(parts))
        } else {
            (parts.map(|part| part.count()).sum(), None)
        };
        Answers {
            total,
            relation,
            parts,
            counted,
            holds_all,
        }
    }

    /// Whether a record that passes contains every word of the query.
    pub(super) fn any_holds_all(&self, plan: &Plan<'_>, words: &WordSearch<'_>) -> bool {
        self.any_passes(plan, &words.holding_all(usize::MAX))
    }

    fn any_passes(&self, plan: &Plan<'_>, positions: &[Vec<u32>]) -> bool {
        let passes = |(at, of_part): (usize, &Vec<u32>)| {
            let passing = self.generation.allowed(at, &plan.passing);
            let mut of_part = of_part.iter();
            of_part.any(|&record| passing.is_none_or(|passing| passing.contains(record)))
        };
        positions.iter().enumerate().any(passes)
    }

    /// How many of these live positions pass.
    pub(super) fn how_many_pass(&self, plan: &Plan<'_>, positions: &[RoaringBitmap]) -> u32 {
        let of_part = |(at, of_part): (usize, &RoaringBitmap)| {
            let passing = self.generation.allowed(at, &plan.passing);
            passing.map_or(of_part.len(), |passing| passing.intersection_len(of_part))
        };
        positions.iter().enumerate().map(of_part).sum::<u64>() as u32
    }
}

/// The answers in a part, by position, in rising order.
struct OfPart {
    /// Those near enough.
    near: Vec<u32>,
    /// Those that contain every word.
    holding: Vec<u32>,
}

impl OfPart {
    /// How many there are. Usually only few contain every word.
    fn count(&self) -> u32 {
        let is_other = |record: &&u32| self.holding.binary_search(record).is_err();
        (self.holding.len() + self.near.iter().filter(is_other).count()) as u32
    }

    fn together(self) -> RoaringBitmap {
        let sorted = |records: Vec<u32>| RoaringBitmap::from_sorted_iter(records);
        sorted(self.near).unwrap_or_default() | sorted(self.holding).unwrap_or_default()
    }
}

/// Some records of a part that are in the scope, given by position in rising order. If they stand
/// for identical ones, these are added as far as they are in the scope.
fn with_copies(
    part: &Part,
    records: &[u32],
    scope: Option<&RoaringBitmap>,
    stand_for_copies: bool,
) -> Vec<u32> {
    let mut all = records.to_vec();
    if !stand_for_copies || !part.segment.has_copies() {
        return all;
    }
    let fingerprints = &part.segment.columns.fingerprints;
    // Few of them have any.
    let having = part.segment.having_copies();
    let having = records.iter().filter(|&&record| having.contains(record));
    let same = having.filter_map(|&record| fingerprints.get(record as usize));
    let copies = same.flat_map(|&same| part.segment.copies(same));
    all.extend(copies.filter(|&copy| scope.is_none_or(|scope| scope.contains(copy))));
    all.sort_unstable();
    all.dedup();
    all
}
