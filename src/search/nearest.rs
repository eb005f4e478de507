//! The nearest records of a generation: through the graph where that works well, by the exact
//! scan wherever the graph could return too few. A record is as near as its nearest passage.

use std::collections::HashSet;

use roaring::RoaringBitmap;

use crate::Vector;
use crate::query::Route;
use crate::segment::generation::{Generation, Part, Passing};
use crate::vector::{EF_SEARCH, Neighbour};

/// The graph keeps [`EF_SEARCH`] candidates; only the better half of them is trusted.
const GRAPH_MAX_HITS: usize = EF_SEARCH / 2;

/// A record and how near it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearRecord {
    /// Position in the generation.
    pub position: u32,
    /// Cosine of its nearest passage to the query.
    pub cosine: f32,
    /// Index of that passage, from 0.
    pub passage: u32,
}

impl NearRecord {
    fn best_first(a: &Self, b: &Self) -> std::cmp::Ordering {
        b.cosine
            .total_cmp(&a.cosine)
            .then(a.position.cmp(&b.position))
    }
}

/// What to search for, and how.
#[derive(Clone, Copy)]
pub struct NearSearch<'a> {
    /// The indexes.
    pub generation: &'a Generation,
    /// The unit vector of the query.
    pub vector: &'a Vector,
    /// Whether the graph may or must be used. It is never used with a filter.
    pub route: Route,
    /// Parts with at least this many records are searched through their graph.
    pub graph_min_records: u32,
    /// Whether only the first of identical records is wanted.
    pub distinct: bool,
}

/// The result of a search.
pub struct Near {
    /// The nearest records that pass, best first; fewer than requested only if fewer exist.
    pub nearest: Vec<NearRecord>,
    /// How they were found.
    pub route: Route,
    /// For each part, the records that pass and have the requested cosine or more, best first;
    /// only the first of identical ones in the part, if distinct records were requested.
    pub reaching: Vec<Vec<NearRecord>>,
    /// How these were found. If it was through a graph, there may be more.
    pub reaching_route: Route,
}

impl NearSearch<'_> {
    /// The `k` nearest records that pass, and all that have a cosine of `least` or more.
    pub fn run(&self, passing: &Passing, k: usize, least: f32) -> Near {
        let mut near = Near {
            nearest: Vec::new(),
            route: Route::Exact,
            reaching: Vec::new(),
            reaching_route: Route::Exact,
        };
        for (at, part) in self.generation.parts.iter().enumerate() {
            let through_graph = self
                .wants_graph(part, passing)
                .then(|| self.candidates(part))
                .flatten();
            let (nearest, reaching) = match through_graph {
                Some(found) => {
                    near.reaching_route = Route::Graph;
                    let reaching = reaching(&found, least).to_vec();
                    let distinct = self.distinct_in_part(found);
                    // Where the graph finds too few, because others are deleted or identical, the
                    // scan finds them.
                    let enough = k <= GRAPH_MAX_HITS
                        && (distinct.len() >= k || distinct.len() as u32 >= part.records());
                    if enough {
                        near.route = Route::Graph;
                        (distinct, reaching)
                    } else {
                        (self.by_scan(part, k, f32::INFINITY, None), reaching)
                    }
                }
                None => {
                    let passing = passing.as_ref().and_then(|passing| passing.get(at));
                    let found = self.by_scan(part, k, least, passing);
                    let reaching = reaching(&found, least).to_vec();
                    (found, reaching)
                }
            };
            near.nearest.extend(nearest.into_iter().take(k));
            near.reaching.push(reaching);
        }
        near.nearest.sort_unstable_by(NearRecord::best_first);
        if self.distinct {
            collapse(self.generation, &mut near.nearest);
        }
        near.nearest.truncate(k);
        near
    }

    /// Whether to search a part through its graph, if it has one.
    fn wants_graph(&self, part: &Part, passing: &Passing) -> bool {
        let wanted = match self.route {
            Route::Exact => false,
            Route::Graph => true,
            Route::Auto => part.segment.len() >= self.graph_min_records,
        };
        wanted && passing.is_none()
    }

    /// The records that the part's graph finds, best first; `None` if it has no graph.
    fn candidates(&self, part: &Part) -> Option<Vec<NearRecord>> {
        let graph = part.graph.as_ref()?;
        let columns = &part.segment.columns;
        let candidates = graph.candidates(self.vector).into_iter();
        let candidates: RoaringBitmap = candidates
            .map(|passage| columns.record_of(passage))
            .filter(|&record| part.is_live(record))
            .collect();
        // Score all passages of each record: the graph may have missed the nearest one.
        let passages = columns.vectors_of_all(&candidates);
        let passages = part.segment.scan.rescore(self.vector, passages.iter());
        Some(records(part, &passages))
    }

    /// By the exact scan, among the records that pass: the `k` nearest and all down to `least`.
    /// Several passages of one record may be among the nearest, so the scan goes deeper until there
    /// are enough records.
    fn by_scan(
        &self,
        part: &Part,
        k: usize,
        least: f32,
        passing: Option<&RoaringBitmap>,
    ) -> Vec<NearRecord> {
        let filter = part.searched(passing, self.distinct);
        let scan = &part.segment.scan;
        let mut depth = k;
        loop {
            let near = scan.nearest_and_reaching(self.vector, depth, least, filter.as_deref());
            let found = records(part, &near);
            if found.len() >= k || near.len() < depth {
                return found;
            }
            depth *= 2;
        }
    }

    fn distinct_in_part(&self, mut found: Vec<NearRecord>) -> Vec<NearRecord> {
        if self.distinct {
            collapse(self.generation, &mut found);
        }
        found
    }
}

impl Near {
    /// The first `wanted` of the records with the requested cosine that pass a stricter filter,
    /// best first.
    pub fn passing(
        &self,
        generation: &Generation,
        passing: &Passing,
        wanted: usize,
        distinct: bool,
    ) -> Vec<NearRecord> {
        let mut all = self.reaching.concat();
        if distinct {
            // The first of identical records may not pass although another one does.
            for near in &mut all {
                let mut copies = generation.copies_in_part(near.position);
                let first = copies.find(|&at| generation.passes(at, passing));
                near.position = first.unwrap_or(near.position);
            }
        }
        all.retain(|near| generation.passes(near.position, passing));
        all.sort_unstable_by(NearRecord::best_first);
        if distinct {
            collapse(generation, &mut all);
        }
        all.truncate(wanted);
        all
    }
}

/// Keeps the first of identical records.
fn collapse(generation: &Generation, records: &mut Vec<NearRecord>) {
    let mut seen = HashSet::with_capacity(records.len());
    records.retain(|near| seen.insert(generation.fingerprint(near.position)));
}

/// The records of a ranking with a cosine of at least `least`.
fn reaching(ranking: &[NearRecord], least: f32) -> &[NearRecord] {
    &ranking[..ranking.partition_point(|near| near.cosine >= least)]
}

/// The records of a ranking of passages, each at the rank of its best one.
fn records(part: &Part, ranking: &[Neighbour]) -> Vec<NearRecord> {
    let columns = &part.segment.columns;
    let mut seen = HashSet::with_capacity(ranking.len());
    let mut found = Vec::with_capacity(ranking.len());
    for near in ranking {
        let record = columns.record_of(near.position);
        if seen.insert(record) {
            found.push(NearRecord {
                position: part.offset + record,
                cosine: near.cosine,
                passage: near.position - columns.vectors_of(record).start,
            });
        }
    }
    found
}

/// The passage of a record that is nearest to a vector, and its cosine.
pub fn nearest_passage(generation: &Generation, vector: &Vector, position: u32) -> (u32, f32) {
    let passages = (0u32..).zip(generation.vectors(position));
    let cosines =
        passages.map(|(passage, of_passage)| (passage, crate::vector::cosine(vector, of_passage)));
    // The first one wins a tie, as in a scan.
    let nearer = |best: (u32, f32), next: (u32, f32)| if next.1 > best.1 { next } else { best };
    cosines.reduce(nearer).unwrap_or((0, 0.0))
}
