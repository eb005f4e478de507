//! The nearest records of a generation: through the graph where that works well, by the exact
//! scan wherever the graph could return too few. A record is as near as its nearest passage.

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
    pub(super) fn best_first(a: &Self, b: &Self) -> std::cmp::Ordering {
        b.cosine
            .total_cmp(&a.cosine)
            .then(a.position.cmp(&b.position))
    }
}

/// The `k` nearest records that pass, best first, fewer only if fewer exist; and whether the
/// graph was used. Parts with at least `graph_min_records` records are searched through their
/// graph, unless the route or the filters forbid it.
pub fn nearest(
    generation: &Generation,
    vector: &Vector,
    k: usize,
    passing: &Passing,
    route: Route,
    graph_min_records: u32,
) -> (Vec<NearRecord>, Route) {
    let mut all = Vec::new();
    let mut used = Route::Exact;
    for (at, part) in generation.parts.iter().enumerate() {
        let wanted = wants_graph(part, passing, route, graph_min_records);
        let through_graph = (wanted && k <= GRAPH_MAX_HITS)
            .then(|| by_graph(part, vector, k))
            .flatten();
        let found = match through_graph {
            Some(found) => {
                used = Route::Graph;
                found
            }
            None => by_scan(part, vector, k, generation.allowed(at, passing)),
        };
        all.extend(found);
    }
    all.sort_unstable_by(NearRecord::best_first);
    all.truncate(k);
    (all, used)
}

/// The records of each part that pass and have a cosine of `least` or more, best first; and the
/// route. If the graph was used, only its nearest were considered, so there may be more.
pub fn reaching(
    generation: &Generation,
    vector: &Vector,
    least: f32,
    passing: &Passing,
    route: Route,
    graph_min_records: u32,
) -> (Vec<Vec<NearRecord>>, Route) {
    let mut used = Route::Exact;
    let parts = generation.parts.iter().enumerate().map(|(at, part)| {
        let columns = &part.segment.columns;
        let through_graph = wants_graph(part, passing, route, graph_min_records)
            .then(|| candidates(part, vector))
            .flatten();
        let mut near = match through_graph {
            Some(found) => {
                used = Route::Graph;
                found
            }
            None => {
                let filter = generation.allowed(at, passing);
                let filter = filter.map(|records| columns.vectors_of_all(records));
                part.segment.scan.reaching(vector, least, filter.as_deref())
            }
        };
        near.retain(|near| near.cosine >= least);
        records(part, &near, usize::MAX)
    });
    (parts.collect(), used)
}

/// Whether to search a part through its graph, if it has one.
fn wants_graph(part: &Part, passing: &Passing, route: Route, graph_min_records: u32) -> bool {
    let wanted = match route {
        Route::Exact => false,
        Route::Graph => true,
        Route::Auto => part.segment.len() >= graph_min_records,
    };
    wanted && passing.is_none()
}

/// Through the part's graph; `None` if it has none or finds too few live records.
fn by_graph(part: &Part, vector: &Vector, k: usize) -> Option<Vec<NearRecord>> {
    let found = records(part, &candidates(part, vector)?, k);
    (found.len() >= k.min(part.records() as usize)).then_some(found)
}

/// The passages of the records that the part's graph finds, best first; `None` if it has no
/// graph.
fn candidates(part: &Part, vector: &Vector) -> Option<Vec<Neighbour>> {
    let graph = part.graph.as_ref()?;
    let columns = &part.segment.columns;
    let candidates = graph.candidates(vector).into_iter();
    let candidates: RoaringBitmap = candidates
        .map(|passage| columns.record_of(passage))
        .filter(|&record| part.is_live(record))
        .collect();
    // Score all passages of each record: the graph may have missed the nearest one.
    let passages = columns.vectors_of_all(&candidates);
    Some(part.segment.scan.rescore(vector, passages.iter()))
}

/// By the exact scan, among the allowed records. Several passages of one record may be among the
/// nearest, so the scan goes deeper until there are enough records.
fn by_scan(
    part: &Part,
    vector: &Vector,
    k: usize,
    allowed: Option<&RoaringBitmap>,
) -> Vec<NearRecord> {
    let filter = allowed.map(|records| part.segment.columns.vectors_of_all(records));
    let mut depth = k;
    loop {
        let near = part.segment.scan.nearest(vector, depth, filter.as_deref());
        let found = records(part, &near, k);
        if found.len() >= k || near.len() < depth {
            return found;
        }
        depth *= 2;
    }
}

/// The first `k` records of a ranking of passages, each at the rank of its best one.
fn records(part: &Part, ranking: &[Neighbour], k: usize) -> Vec<NearRecord> {
    let columns = &part.segment.columns;
    let mut seen = RoaringBitmap::new();
    let mut found = Vec::with_capacity(k.min(ranking.len()));
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
    found.truncate(k);
    found
}
