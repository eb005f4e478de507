//! The second stage: asks each index for the records that it ranks highest, and determines which
//! records are answers.

use crate::fusion::GOOD_RANK;
use crate::query::{Counted, FUSION_DEPTH, Fusion, MAX_COUNTED, Mode, Relation, Route};
use crate::search::answers::Answers;
use crate::search::late;
use crate::search::nearest::{Near, NearRecord, NearSearch};
use crate::search::observed::Observed;
use crate::search::plan::Plan;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::segment::generation::Passing;
use crate::segment::unrelated::LOOKED_AT;
use crate::text::{Match, WordSearch};

/// What the indexes found. Both lists are best first, as long as the ranking needs, and contain
/// only records that pass, one of each set of identical ones if the query collapses them.
pub struct Candidates {
    /// The records nearest in meaning, if the mode asks for meaning.
    pub near: Vec<NearRecord>,
    /// How they were searched for.
    pub route: Option<Route>,
    /// The records that words match best, if the mode asks for words.
    pub found: Vec<Match>,
    /// Where a filter leaves some records: the best of the whole collection. What counts as near or
    /// well matched, and which records are similar to one, is determined on it: a filter that leaves
    /// only bad records must not make them good, and no filter changes a score. So it is found by the
    /// route that the query would take without the filter, even if that is the graph.
    pub whole: Option<Whole>,
    /// The answers.
    pub answers: Answers,
}

/// The best of the whole collection: [`GOOD_RANK`] of each list or, if the scores of similar records
/// count, all candidates.
pub struct Whole {
    /// By meaning.
    pub near: Vec<NearRecord>,
    /// By words.
    pub found: Vec<Match>,
}

impl Searcher<'_> {
    /// The candidates of a query.
    pub(super) fn retrieve(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        watch: &mut Stopwatch,
    ) -> Candidates {
        if plan.is_in_order() {
            let answers = self.in_order(plan, words);
            watch.lap(|timings| &mut timings.text);
            return Candidates {
                near: Vec::new(),
                route: None,
                found: Vec::new(),
                whole: None,
                answers,
            };
        }
        let wanted = plan.query.offset + plan.query.limit;
        let Some(vector) = &plan.vector else {
            let observed = watch.observed.as_deref_mut();
            let found = self.by_words(plan, words, wanted, observed);
            let answers = self.matching(plan, words);
            watch.lap(|timings| &mut timings.text);
            return Candidates {
                near: Vec::new(),
                route: None,
                found,
                whole: None,
                answers,
            };
        };
        if plan.query.mode != Mode::Hybrid {
            let least = plan.late.as_ref().map_or(LOOKED_AT, |_| late::DEPTH);
            let depths = (wanted.max(least), None);
            let observed = watch.observed.as_deref_mut();
            let by_meaning = self.by_meaning(plan, words, vector, depths, observed);
            watch.lap(|timings| &mut timings.neural);
            return Candidates {
                near: by_meaning.near,
                route: Some(by_meaning.route),
                found: Vec::new(),
                whole: None,
                answers: by_meaning.answers,
            };
        }
        let depth = if plan.counts_neighbours() {
            FUSION_DEPTH
        } else {
            GOOD_RANK
        };
        let measured = matches!(plan.query.fusion, Fusion::Weighted { .. });
        let measured = (measured && plan.passing.is_some()).then_some(depth);
        let depths = (FUSION_DEPTH, measured);
        let observed = watch.observed.as_deref_mut();
        let by_meaning = self.by_meaning(plan, words, vector, depths, observed);
        watch.lap(|timings| &mut timings.neural);
        let observed = watch.observed.as_deref_mut();
        let found = self.by_words(plan, words, FUSION_DEPTH, observed);
        let whole = by_meaning.whole.map(|near| {
            let parts = self.generation.text_parts(&None);
            let unfiltered = words.filtered(&parts);
            Whole {
                near,
                found: self.by_words(plan, &unfiltered, depth, None),
            }
        });
        watch.lap(|timings| &mut timings.text);
        Candidates {
            near: by_meaning.near,
            route: Some(by_meaning.route),
            found,
            whole,
            answers: by_meaning.answers,
        }
    }

    /// The `wanted` records that match best among those that pass.
    fn by_words(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        wanted: usize,
        observed: Option<&mut Observed>,
    ) -> Vec<Match> {
        let text = |position| self.generation.fingerprint(position).unwrap_or_default();
        if let Some(observed) = observed {
            let text = plan.query.collapse.then_some(&text as &dyn Fn(u32) -> u64);
            return words.search_watched(wanted, text, &mut observed.words);
        }
        if !plan.query.collapse {
            return words.search(wanted);
        }
        words.search_distinct(wanted, &text)
    }

    /// The `wanted` nearest records, the answers and, if `measured`, so many of the nearest records of
    /// the whole collection.
    fn by_meaning(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        vector: &[f32],
        (wanted, measured): (usize, Option<usize>),
        observed: Option<&mut Observed>,
    ) -> ByMeaning {
        let observed = observed.map(|observed| &mut observed.near);
        let unrelated = self.generation.unrelated();
        let line = unrelated.map_or(f32::INFINITY, |unrelated| unrelated.line());
        let search = NearSearch {
            generation: &self.generation,
            vector,
            route: plan.query.route,
            graph_min_records: self.graph_min_records,
            distinct: plan.query.collapse,
        };
        // A filter requires the scan, even where only answers that ignore it are searched for.
        let exact = NearSearch {
            route: Route::Exact,
            ..search
        };
        let scope = plan.scope();
        if plan.passing.is_none() {
            let near = search.run_observed(&None, wanted, line, observed);
            return self.found_near(plan, words, near, None);
        }
        let whole = measured.map(|depth| search.run(&None, depth, f32::INFINITY).nearest);
        if plan.query.facets.is_empty() {
            let near = exact.run_observed(&plan.passing, wanted, line, observed);
            return self.found_near(plan, words, near, whole);
        }
        // The counts of a facet ignore filters on the facet itself, so answers that do not pass
        // are needed, too. Often, enough of them pass.
        let mut near = exact.run(scope, 0, line);
        near.nearest = near.passing(&exact, &plan.passing, wanted);
        if near.nearest.len() < wanted {
            near.nearest = exact.run(&plan.passing, wanted, f32::INFINITY).nearest;
        }
        self.found_near(plan, words, near, whole)
    }

    fn found_near(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        near: Near,
        whole: Option<Vec<NearRecord>>,
    ) -> ByMeaning {
        ByMeaning {
            answers: self.answers(plan, words, &near),
            near: near.nearest,
            route: near.route,
            whole,
        }
    }

    /// The records that contain a word, as the answers to a query by words. They are only counted
    /// if nothing else is done with them, and only as far as asked.
    fn matching(&self, plan: &Plan<'_>, words: &WordSearch<'_>) -> Answers {
        if plan.query.facets.is_empty() {
            let exact = plan.query.exact_total;
            let count = words.count(if exact { u32::MAX } else { MAX_COUNTED });
            return Answers {
                counted: Counted::Matching,
                total: count.records,
                relation: if count.exact {
                    Relation::Equal
                } else {
                    Relation::AtLeast
                },
                parts: None,
                holds_all: plan.unread && self.any_holds_all(plan, words),
            };
        }
        self.matching_records(plan, words)
    }

    fn matching_records(&self, plan: &Plan<'_>, words: &WordSearch<'_>) -> Answers {
        let matching = words.matching();
        Answers {
            counted: Counted::Matching,
            total: self.how_many_pass(plan, &matching),
            relation: Relation::Equal,
            parts: Some(matching),
            holds_all: plan.unread && self.any_holds_all(plan, words),
        }
    }

    /// The answers that are put in order: the records that contain a word or, in a list, all that
    /// pass.
    fn in_order(&self, plan: &Plan<'_>, words: &WordSearch<'_>) -> Answers {
        if plan.lists {
            return Answers::all(&self.generation, &plan.passing);
        }
        self.matching_records(plan, words)
    }
}

/// What a search by meaning found.
struct ByMeaning {
    near: Vec<NearRecord>,
    route: Route,
    whole: Option<Vec<NearRecord>>,
    answers: Answers,
}

impl Plan<'_> {
    /// The records among which answers are determined.
    pub fn scope(&self) -> &Passing {
        if self.query.facets.is_empty() {
            &self.passing
        } else {
            &self.fulfilling
        }
    }
}
