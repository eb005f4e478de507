//! Which records are answers to a query: those that `total` and the facets count.
//!
//! By meaning, every record is more or less near, so there is a threshold: the cosine from which
//! a record counts as fitting. A record that contains every word of the query is always an
//! answer.

use roaring::RoaringBitmap;

use crate::Vector;
use crate::query::{Counted, Route};
use crate::search::asked::Asked;
use crate::search::nearest::{NearRecord, reaching};
use crate::segment::generation::Passing;
use crate::text;

/// The answers to a query by meaning.
pub struct Answers {
    /// The positions of the answers in each part; `None` if every record counts as one.
    pub parts: Passing,
    /// What was counted.
    pub counted: Counted,
    /// Those of them that pass and are near enough, best first; empty if they were not all
    /// searched for.
    pub near: Vec<NearRecord>,
    /// Whether a record that passes contains every word of the query.
    pub holds_all: bool,
}

impl Asked<'_> {
    /// The answers among the records of a scope, which includes all that pass.
    pub(super) fn answers(&self, vector: &Vector, scope: &Passing) -> Answers {
        let holding = text::holding_all(&self.parts(), self.words);
        let holds_all = self.any_passes(&holding);
        let Some(background) = self.generation.background() else {
            return Answers {
                holds_all,
                ..Answers::all()
            };
        };
        // Filters require the exact scan, even if the scope ignores one of them.
        let route = match self.passing {
            Some(_) => Route::Exact,
            None => self.query.route,
        };
        let (near, route) = reaching(
            self.generation,
            vector,
            background.line(),
            scope,
            route,
            self.graph_min_records,
        );
        let parts = self.generation.parts.iter().zip(&near).zip(holding);
        let parts = parts.enumerate().map(|(at, ((part, near), holding))| {
            let near = near.iter().map(|near| near.position - part.offset);
            let near: RoaringBitmap = near.collect();
            near | match self.generation.allowed(at, scope) {
                Some(scope) => holding & scope,
                None => holding,
            }
        });
        let parts = Some(parts.collect());
        if route == Route::Graph {
            return Answers {
                parts,
                near: Vec::new(),
                counted: Counted::AtLeast,
                holds_all,
            };
        }
        let mut near = near.concat();
        near.retain(|near| self.generation.passes(near.position, self.passing));
        near.sort_unstable_by(NearRecord::best_first);
        Answers {
            parts,
            near,
            counted: Counted::Answers,
            holds_all,
        }
    }

    /// Whether a record that passes contains every word of the query.
    pub(super) fn any_holds_all(&self) -> bool {
        self.any_passes(&text::holding_all(&self.parts(), self.words))
    }

    fn any_passes(&self, positions: &[RoaringBitmap]) -> bool {
        let passes = |(at, of_part): (usize, &RoaringBitmap)| {
            let passing = self.generation.allowed(at, self.passing);
            passing.map_or(!of_part.is_empty(), |passing| !passing.is_disjoint(of_part))
        };
        positions.iter().enumerate().any(passes)
    }

    /// How many answers pass.
    pub(super) fn total(&self, answers: &Answers) -> u32 {
        let Some(parts) = &answers.parts else {
            return self.generation.passing(self.passing);
        };
        let of_part = |(at, answers): (usize, &RoaringBitmap)| {
            let passing = self.generation.allowed(at, self.passing);
            passing.map_or(answers.len(), |passing| passing.intersection_len(answers))
        };
        parts.iter().enumerate().map(of_part).sum::<u64>() as u32
    }
}

impl Answers {
    /// Every record, if there is nothing to judge by.
    pub fn all() -> Self {
        Self {
            parts: None,
            near: Vec::new(),
            counted: Counted::All,
            holds_all: false,
        }
    }
}
