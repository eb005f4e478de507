//! The nearest records of a generation: through the graph where that is faster, by the exact scan
//! otherwise, and wherever the graph finds too few. A record is as near as its nearest passage.

use std::collections::HashSet;

use roaring::RoaringBitmap;

use crate::query::Route;
use crate::search::observed::ObservedPart;
use crate::segment::generation::{Generation, Part, Passing};
use crate::vector::{EF, Effort, Found, Neighbour};
use crate::vocabulary::{GraphWalk, PartSearched, ScanReason};

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
    /// Best first, and equal ones in order of position.
    pub fn best_first(a: &Self, b: &Self) -> std::cmp::Ordering {
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
    pub vector: &'a [f32],
    /// Whether the graph may or must be used.
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
    /// For each part, the positions in it of the records that pass and have the requested cosine or
    /// more, in rising order; only the first of identical ones in the part, if distinct records were
    /// requested.
    pub reaching: Vec<Vec<u32>>,
    /// How these were found. If it was through a graph, there may be more.
    pub reaching_route: Route,
}

impl NearSearch<'_> {
    /// The `k` nearest records that pass, and all that have a cosine of `least` or more.
    pub fn run(&self, passing: &Passing, k: usize, least: f32) -> Near {
        self.run_observed(passing, k, least, None)
    }

    /// The same; adds to `observed` what was read of each part.
    pub fn run_observed(
        &self,
        passing: &Passing,
        k: usize,
        least: f32,
        mut observed: Option<&mut Vec<PartSearched>>,
    ) -> Near {
        let mut near = Near {
            nearest: Vec::new(),
            route: Route::Exact,
            reaching: Vec::new(),
            // More records may reach it than are in an excerpt.
            reaching_route: match self.generation.is_excerpt() {
                true => Route::Graph,
                false => Route::Exact,
            },
        };
        for (at, part) in self.generation.parts.iter().enumerate() {
            let passing = passing.as_ref().and_then(|passing| passing.get(at));
            let filter = part.searched(passing, self.distinct);
            let filter = filter.as_deref();
            let mut own = observed.is_some().then(|| ObservedPart::of(part));
            let found = match self.by_graph(part, k, least, filter, own.as_mut()) {
                Some(found) => {
                    near.reaching_route = Route::Graph;
                    let passing = filter.map_or(part.segment.scan.len() as u64, RoaringBitmap::len);
                    // Where the graph finds too few, the scan finds them.
                    let count = found.nearest.len();
                    if count >= k || count as u64 >= passing {
                        near.route = Route::Graph;
                        found
                    } else {
                        let own = own.as_mut();
                        let scanned = self.by_scan(part, k, f32::INFINITY, filter, own);
                        OfPart {
                            nearest: scanned.nearest,
                            ..found
                        }
                    }
                }
                None => self.by_scan(part, k, least, filter, own.as_mut()),
            };
            if let (Some(observed), Some(own)) = (&mut observed, own) {
                let why = self.why_scanned(part, own.read.walk.is_some());
                observed.push(own.done(why));
            }
            near.nearest.extend(found.nearest.into_iter().take(k));
            near.reaching.push(found.reaching);
        }
        near.nearest.sort_unstable_by(NearRecord::best_first);
        // Within a part, only the first of identical records was searched for.
        if self.distinct && self.generation.parts.len() > 1 {
            collapse(self.generation, &mut near.nearest);
        }
        near.nearest.truncate(k);
        near
    }

    /// How far to walk over a part's graph; `None` if it is scanned.
    fn effort(&self, part: &Part, k: usize, filter: Option<&RoaringBitmap>) -> Option<Effort> {
        let scan = &part.segment.scan;
        let passing = filter.map_or(scan.len() as u64, RoaringBitmap::len);
        let most_pass = 2 * passing >= scan.len() as u64;
        match self.route {
            Route::Exact => None,
            Route::Graph => Some(Effort::for_hits(k)),
            Route::Auto if part.segment.len() < self.graph_min_records => None,
            Route::Auto if most_pass && 2 * k <= EF => Some(Effort::if_most_pass(scan, k)),
            Route::Auto => Effort::if_cheaper(scan, k, passing),
        }
    }

    /// Why a part is scanned: the first condition for a walk that it does not meet, in the order in
    /// which they are checked.
    pub fn why_scanned(&self, part: &Part, walked: bool) -> ScanReason {
        if self.route == Route::Exact {
            ScanReason::Filtered
        } else if part.segment.len() < self.graph_min_records {
            ScanReason::Small
        } else if part.graph.is_none() {
            ScanReason::NoGraph
        } else if walked {
            ScanReason::GaveUp
        } else {
            ScanReason::Cheaper
        }
    }

    /// Through the part's graph, among the vectors of a filter: the `k` nearest records and those
    /// that reach `least`, as far as the graph finds them. `None` if it is not used.
    fn by_graph(
        &self,
        part: &Part,
        k: usize,
        least: f32,
        filter: Option<&RoaringBitmap>,
        observed: Option<&mut ObservedPart>,
    ) -> Option<OfPart> {
        let graph = part.graph.as_ref()?;
        let effort = self.effort(part, k, filter)?;
        let (scan, columns) = (&part.segment.scan, &part.segment.columns);
        let vector = self.vector;
        let walk = |k| match observed {
            None => graph.nearest_and_reaching(scan, vector, k, least, filter, effort),
            Some(observed) => {
                let mut walk = GraphWalk {
                    kept: effort.ef as u32,
                    ..GraphWalk::default()
                };
                let found = graph.followed(scan, vector, (k, least), filter, effort, &mut walk);
                observed.read.walk = Some(walk);
                found
            }
        };
        if columns.one_each() {
            return Some(OfPart::of(part, &walk(k)?));
        }
        // Several passages of one record may be found, or only one that is not its nearest, so all
        // passages of each record that was found are scored.
        let near = walk(effort.ef)?;
        let found = near.nearest.iter().map(|near| near.position);
        let found = found.chain(near.reaching.iter().copied());
        let found: RoaringBitmap = found.map(|passage| columns.record_of(passage)).collect();
        let passages = columns.vectors_of_all(&found);
        let nearest = records(part, &scan.rescore(vector, passages.iter()));
        let reaching = nearest.iter().take_while(|near| near.cosine >= least);
        let mut reaching: Vec<u32> = reaching.map(|near| near.position - part.offset).collect();
        reaching.sort_unstable();
        Some(OfPart { nearest, reaching })
    }

    /// By the exact scan, among the vectors of a filter: the `k` nearest records and all that reach
    /// `least`. Several passages of one record may be among the nearest, so the scan goes as deep as
    /// is usual for so many records, and deeper until there are enough.
    fn by_scan(
        &self,
        part: &Part,
        k: usize,
        least: f32,
        filter: Option<&RoaringBitmap>,
        mut observed: Option<&mut ObservedPart>,
    ) -> OfPart {
        let scan = &part.segment.scan;
        let mut depth = if part.segment.columns.one_each() {
            k
        } else {
            let records = part.segment.len().max(1) as usize;
            // At least `k`, also for a damaged segment without vectors, so that doubling it ends.
            (k * scan.len()).div_ceil(records).max(k) + k / 4
        };
        loop {
            let (near, read) = scan.counted_together(self.vector, (depth, least), filter);
            if let Some(observed) = &mut observed {
                let before = observed.read.scan.unwrap_or_default();
                observed.read.scan = Some(before + read);
            }
            let found = OfPart::of(part, &near);
            if found.nearest.len() >= k || near.nearest.len() < depth {
                return found;
            }
            depth *= 2;
        }
    }
}

impl Near {
    /// The first `wanted` of the records with the requested cosine that pass a stricter filter,
    /// best first. They were found by `search`.
    pub fn passing(
        &self,
        search: &NearSearch<'_>,
        passing: &Passing,
        wanted: usize,
    ) -> Vec<NearRecord> {
        let generation = search.generation;
        let mut all = Vec::new();
        for (part, reaching) in generation.parts.iter().zip(&self.reaching) {
            let positions = reaching.iter().filter_map(|&record| {
                let position = part.offset + record;
                if !search.distinct {
                    return generation.passes(position, passing).then_some(record);
                }
                // The first of identical records may not pass although another one does.
                let mut copies = generation.copies_in_part(position);
                let first = copies.find(|&at| generation.passes(at, passing));
                first.map(|first| first - part.offset)
            });
            let passages: RoaringBitmap = positions.collect();
            let passages = part.segment.columns.vectors_of_all(&passages);
            let near = part.segment.scan.rescore(search.vector, passages.iter());
            all.extend(records(part, &near));
        }
        all.sort_unstable_by(NearRecord::best_first);
        if search.distinct {
            collapse(generation, &mut all);
        }
        all.truncate(wanted);
        all
    }
}

/// What was found in a part.
struct OfPart {
    /// The nearest records, best first.
    nearest: Vec<NearRecord>,
    /// The positions in the part of those that reach the cosine, rising.
    reaching: Vec<u32>,
}

impl OfPart {
    /// From what was found of its vectors.
    fn of(part: &Part, found: &Found) -> Self {
        let columns = &part.segment.columns;
        let reaching = found.reaching.iter().map(|&at| columns.record_of(at));
        let mut reaching: Vec<u32> = reaching.collect();
        reaching.sort_unstable();
        reaching.dedup();
        Self {
            nearest: records(part, &found.nearest),
            reaching,
        }
    }
}

/// Keeps the first of identical records.
fn collapse(generation: &Generation, records: &mut Vec<NearRecord>) {
    let mut seen = HashSet::with_capacity(records.len());
    records.retain(|near| seen.insert(generation.fingerprint(near.position)));
}

/// The records of a ranking of passages, each at the rank of its best one.
fn records(part: &Part, ranking: &[Neighbour]) -> Vec<NearRecord> {
    let columns = &part.segment.columns;
    if columns.one_each() {
        let near = ranking.iter().map(|near| NearRecord {
            position: part.offset + near.position,
            cosine: near.cosine,
            passage: 0,
        });
        return near.collect();
    }
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

/// By the exact scan, the records that pass and have passages with a cosine of `least` or more,
/// each with the cosine of every such passage, in no order.
pub fn reaching<'a>(
    generation: &'a Generation,
    passing: &'a Passing,
    vector: &'a [f32],
    least: f32,
) -> impl Iterator<Item = (f32, u32)> + 'a {
    let parts = generation.parts.iter().enumerate();
    parts.flat_map(move |(at, part)| {
        let passing = passing.as_ref().and_then(|passing| passing.get(at));
        let filter = part.searched(passing, false);
        let found = part.segment.scan.reaching(vector, least, filter.as_deref());
        let columns = &part.segment.columns;
        let record = |near: &Neighbour| part.offset + columns.record_of(near.position);
        let found = found.into_iter();
        found.map(move |near| (near.cosine, record(&near)))
    })
}

/// The nearest passage of each of some records.
pub fn nearest_passages(
    generation: &Generation,
    vector: &[f32],
    positions: &[u32],
) -> Vec<NearRecord> {
    // The next vectors are fetched while one is multiplied.
    const AHEAD: usize = 2;
    let near = positions.iter().enumerate().map(|(at, &position)| {
        if let Some(&next) = positions.get(at + AHEAD) {
            generation.fetch(next);
        }
        let (passage, cosine) = nearest_passage(generation, vector, position);
        NearRecord {
            position,
            cosine,
            passage,
        }
    });
    near.collect()
}

/// The passage of a record that is nearest to a vector, and its cosine.
pub fn nearest_passage(generation: &Generation, vector: &[f32], position: u32) -> (u32, f32) {
    let passages = (0u32..).zip(generation.vectors(position));
    let cosines =
        passages.map(|(passage, of_passage)| (passage, crate::vector::cosine(vector, &of_passage)));
    // The first one wins a tie, as in a scan.
    let nearer = |best: (u32, f32), next: (u32, f32)| if next.1 > best.1 { next } else { best };
    cosines.reduce(nearer).unwrap_or((0, 0.0))
}
