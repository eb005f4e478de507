//! Walks over a graph to the rows nearest to a query.

use std::cell::Cell;

use roaring::RoaringBitmap;

use super::Found;
use super::best::Best;
use super::code::{Estimates, QueryCode, Scale};
use super::effort::Effort;
use super::graph::{Graph, MOST_LINKS};
use super::kernels::prefetch;
use super::scan::ExactScan;
use crate::vocabulary::limits::MAX_WALK_STEPS;
use crate::vocabulary::{GraphWalk, WalkStep};

/// Whoever follows a walk. All that is computed for it alone is in its methods, so following costs a
/// query nothing if nobody does.
pub trait Follow {
    /// The walk starts: the number of rows looked at, and the nearest.
    fn start(&mut self, looked_at: usize, best: Option<f32>);
    /// The links of a row were followed: its estimated cosine, the largest cosine so far, and how
    /// many rows were new.
    fn step(&mut self, cosine: f32, best: f32, compared: usize);
    /// The walk came to its end, or gave up.
    fn end(&mut self, gave_up: bool);
    /// So many rows were scored in f32.
    fn rescored(&mut self, rows: usize);
}

/// Nobody follows.
impl Follow for () {
    fn start(&mut self, _: usize, _: Option<f32>) {}
    fn step(&mut self, _: f32, _: f32, _: usize) {}
    fn end(&mut self, _: bool) {}
    fn rescored(&mut self, _: usize) {}
}

impl Follow for GraphWalk {
    fn start(&mut self, looked_at: usize, best: Option<f32>) {
        self.entries = looked_at as u32;
        self.entry_cosine = best.unwrap_or_default();
    }

    fn step(&mut self, cosine: f32, best: f32, compared: usize) {
        let compared = compared as u32;
        self.followed += 1;
        self.compared += compared;
        if self.steps.len() < MAX_WALK_STEPS {
            self.steps.push(WalkStep {
                cosine,
                best,
                compared,
            });
        }
    }

    fn end(&mut self, gave_up: bool) {
        self.gave_up = gave_up;
    }

    fn rescored(&mut self, rows: usize) {
        self.rescored = rows as u32;
    }
}

impl Graph {
    /// Positions near a unit query that pass the filter: the `k` nearest, and all that reach a cosine
    /// of `least`, among those that the walk keeps. A larger `ef` finds more of the nearest and takes
    /// longer.
    ///
    /// `scan` has the codes that the graph was built from. Rows that do not pass are walked through
    /// but are not kept. `None` if the walk gave up, which happens where few of the near rows pass.
    pub fn nearest_and_reaching(
        &self,
        scan: &ExactScan,
        query: &[f32],
        k: usize,
        least: f32,
        filter: Option<&RoaringBitmap>,
        effort: Effort,
    ) -> Option<Found> {
        self.followed(scan, query, (k, least), filter, effort, &mut ())
    }

    /// The same, followed by somebody.
    pub fn followed(
        &self,
        scan: &ExactScan,
        query: &[f32],
        (k, least): (usize, f32),
        filter: Option<&RoaringBitmap>,
        effort: Effort,
        follow: &mut impl Follow,
    ) -> Option<Found> {
        thread_local! {
            static SPACE: Cell<Space> = Cell::default();
        }
        let code = QueryCode::new(query);
        let mut space = SPACE.take();
        let mut walk = Walk {
            graph: self,
            scan,
            code: &code,
            filter,
            ef: effort.ef.max(1),
            passing: 0,
            next: 0,
            space: &mut space,
        };
        let done = walk.run(effort, follow);
        follow.end(!done);
        let mut best = Best::new(k, least);
        if done {
            let scales: &[Scale] = scan.codes().scales();
            for entry in space.near.iter().filter(|entry| entry.passes()) {
                if let Some(&scale) = scales.get(entry.row() as usize) {
                    let row = std::iter::once(entry.row());
                    best.consider(&code, row, &[entry.cosine()], &[scale], |_| true);
                }
            }
        }
        space.clear();
        SPACE.set(space);
        done.then(|| {
            let (found, rescored) = scan.found(query, best, filter);
            follow.rescored(rescored);
            found
        })
    }
}

/// The space that a walk needs; kept by each thread and used again.
#[derive(Default)]
struct Space {
    /// A bit for each row: whether its cosine was estimated. All zero between walks.
    seen: Vec<u64>,
    /// The rows whose bits are set.
    estimated: Vec<u32>,
    /// The nearest rows so far, best first. The last is the `ef`th that passes, once there are as
    /// many.
    near: Vec<Entry>,
    /// Rows linked from the current one that were not seen before.
    linked: Vec<u32>,
    estimates: Estimates,
}

impl Space {
    fn clear(&mut self) {
        for row in self.estimated.drain(..) {
            if let Some(word) = self.seen.get_mut(row as usize / 64) {
                *word = 0;
            }
        }
        self.near.clear();
        self.linked.clear();
    }
}

/// A row, its estimated cosine, whether it passes the filter, and whether its links were followed,
/// in one number: a smaller number is a larger cosine, and among equal ones a smaller row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry(u64);

/// The most rows of a graph: two bits of 32 are needed for an entry's flags.
pub const MAX_ROWS: usize = 1 << 30;

impl Entry {
    const FOLLOWED: u64 = 1;
    const PASSES: u64 = 2;

    fn new(row: u32, cosine: f32) -> Self {
        let bits = cosine.to_bits();
        // Rises with the cosine: negative numbers are stored as sign and magnitude.
        let rising = if bits >> 31 == 1 {
            !bits
        } else {
            bits | 1 << 31
        };
        Self(u64::from(!rising) << 32 | u64::from(row << 2))
    }

    fn row(self) -> u32 {
        self.0 as u32 >> 2
    }

    fn cosine(self) -> f32 {
        let rising = !((self.0 >> 32) as u32);
        f32::from_bits(if rising >> 31 == 1 {
            rising & !(1 << 31)
        } else {
            !rising
        })
    }

    fn passes(self) -> bool {
        self.0 & Self::PASSES != 0
    }

    fn is_followed(self) -> bool {
        self.0 & Self::FOLLOWED != 0
    }
}

/// One walk.
struct Walk<'a> {
    graph: &'a Graph,
    scan: &'a ExactScan,
    code: &'a QueryCode,
    filter: Option<&'a RoaringBitmap>,
    ef: usize,
    /// How many of the nearest rows pass.
    passing: usize,
    /// The links of all nearer entries were followed.
    next: usize,
    space: &'a mut Space,
}

impl Walk<'_> {
    /// Returns whether it came to its end without too much effort.
    fn run(&mut self, effort: Effort, follow: &mut impl Follow) -> bool {
        let (starts, links) = self.graph.tables();
        self.space
            .seen
            .resize(self.space.seen.len().max(starts.len().div_ceil(64)), 0);
        self.look_at(self.graph.entries());
        let nearest = self.space.near.first();
        follow.start(
            self.space.estimated.len(),
            nearest.map(|entry| entry.cosine()),
        );
        while let Some(entry) = self.space.near.get_mut(self.next) {
            if entry.is_followed() {
                self.next += 1;
                continue;
            }
            entry.0 |= Entry::FOLLOWED;
            let (row, cosine) = (entry.row(), entry.cosine());
            self.next += 1;
            let linked = Self::links(starts, links, row);
            // Most often the next to be followed is the next in the list.
            if let Some(entry) = self.space.near.get(self.next) {
                let linked = Self::links(starts, links, entry.row());
                for line in linked.iter().step_by(16) {
                    prefetch(line);
                }
            }
            let before = self.space.estimated.len();
            self.look_at(linked);
            let nearest = self.space.near.first();
            let best = nearest.map_or(cosine, |entry| entry.cosine());
            follow.step(cosine, best, self.space.estimated.len() - before);
            let most = if self.space.near.len() > 2 * self.ef {
                effort.most.min(effort.most_hidden)
            } else {
                effort.most
            };
            if self.space.estimated.len() > most {
                return false;
            }
        }
        true
    }

    /// The links of a row. If the file is damaged, they may be any numbers, but no more than a row
    /// can have, so that a walk takes no longer than usual.
    fn links<'l>(starts: &[u32], links: &'l [u32], row: u32) -> &'l [u32] {
        let row = row as usize;
        let linked = match (starts.get(row), starts.get(row + 1)) {
            (Some(&start), Some(&end)) => links.get(start as usize..end as usize),
            _ => None,
        };
        let linked = linked.unwrap_or(&[]);
        &linked[..linked.len().min(MOST_LINKS)]
    }

    /// Estimates the cosines of rows not seen before, and keeps those that are among the nearest.
    fn look_at(&mut self, rows: &[u32]) {
        let count = self.graph.len().min(MAX_ROWS);
        let Space {
            seen,
            estimated,
            linked,
            ..
        } = &mut *self.space;
        linked.clear();
        for &row in rows {
            let bit = 1 << (row % 64);
            if let Some(word) = seen.get_mut(row as usize / 64)
                && *word & bit == 0
                && (row as usize) < count
            {
                *word |= bit;
                linked.push(row);
            }
        }
        estimated.extend_from_slice(linked);
        let mut estimates = std::mem::take(&mut self.space.estimates);
        self.code
            .estimate(self.scan.codes(), &self.space.linked, &mut estimates);
        for (at, &cosine) in estimates.cosines.iter().enumerate() {
            self.keep(Entry::new(self.space.linked[at], cosine));
        }
        self.space.estimates = estimates;
    }

    /// Keeps an entry if it is among the nearest.
    #[inline]
    fn keep(&mut self, mut entry: Entry) {
        let near = &mut self.space.near;
        let full = self.passing >= self.ef;
        if full && near.last().is_some_and(|last| entry > *last) {
            return;
        }
        if self.scan.passes(entry.row(), self.filter) {
            entry.0 |= Entry::PASSES;
        }
        let at = near.partition_point(|other| *other < entry);
        near.insert(at, entry);
        self.next = self.next.min(at);
        if !entry.passes() {
            return;
        }
        self.passing += 1;
        if full {
            // The last one passes, and the ones before it may not.
            near.pop();
            self.passing -= 1;
            while near.last().is_some_and(|last| !last.passes()) {
                near.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vector::scan::tests::clustered;
    use crate::vector::{Effort, Neighbour, cosine};

    const THOROUGH: Effort = Effort {
        ef: 500,
        most: usize::MAX,
        most_hidden: usize::MAX,
    };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        /// Whatever is found passes, with its true cosine, in order; and where the walk keeps more
        /// rows than there are, it finds what the scan finds.
        #[test]
        fn a_walk_finds_what_passes(seed: u64, keep in 1u32..9, k in 1usize..30) {
            let mut vectors = clustered(seed, 301);
            let query = vectors.pop().unwrap();
            let scan = ExactScan::new(&vectors);
            let graph = Graph::build(scan.codes());
            let filter: RoaringBitmap = (0..300).filter(|p| p % keep == 0).collect();
            for filter in [None, Some(&filter)] {
                let found = graph
                    .nearest_and_reaching(&scan, &query, k, f32::INFINITY, filter, THOROUGH)
                    .unwrap()
                    .nearest;
                let expected = scan.nearest(&query, k, filter);
                prop_assert_eq!(found.len(), expected.len());
                let fits = found.iter().all(|near| {
                    filter.is_none_or(|filter| filter.contains(near.position))
                        && near.cosine == cosine(&query, &vectors[near.position as usize])
                });
                prop_assert!(fits);
                prop_assert!(found.is_sorted_by(|a, b| Neighbour::best_first(a, b).is_lt()));
                let least = expected.last().map_or(1.0, |near| near.cosine);
                for k in [0, k / 2] {
                    let found = graph
                        .nearest_and_reaching(&scan, &query, k, least, filter, THOROUGH)
                        .unwrap();
                    prop_assert_eq!(&found.nearest, &expected[..k.min(expected.len())]);
                    let reaching: RoaringBitmap = found.reaching.iter().copied().collect();
                    prop_assert_eq!(reaching.len(), found.reaching.len() as u64);
                    let all = scan.reaching(&query, least, filter).into_iter();
                    let all: RoaringBitmap = all.map(|near| near.position).collect();
                    prop_assert_eq!(reaching, all);
                }
            }
        }

        #[test]
        fn entries_keep_cosine_row_and_order(a in -1.1f32..1.1, b in -1.1f32..1.1, row in 0u32..1 << 30) {
            let (entry, other) = (Entry::new(row, a), Entry::new(row, b));
            prop_assert_eq!((entry.row(), entry.cosine()), (row, a));
            prop_assert_eq!(entry < other, a.total_cmp(&b).is_gt());
        }
    }

    #[test]
    fn a_walk_gives_up_when_it_costs_too_much() {
        let vectors = clustered(7, 2_000);
        let scan = ExactScan::new(&vectors);
        let graph = Graph::build(scan.codes());
        let filter = RoaringBitmap::from([3]);
        let effort = Effort {
            ef: 50,
            most: 1_100,
            most_hidden: 1_100,
        };
        let gives_up = |filter, effort| {
            let least = f32::INFINITY;
            let found = graph.nearest_and_reaching(&scan, &vectors[0], 10, least, filter, effort);
            found.is_none()
        };
        assert!(gives_up(Some(&filter), effort));
        // Where few rows pass, it gives up although more would be allowed otherwise.
        let hidden = Effort {
            most: usize::MAX,
            ..effort
        };
        assert!(gives_up(Some(&filter), hidden));
        assert!(!gives_up(None, hidden));
        // The next walk is not disturbed by it.
        let found =
            graph.nearest_and_reaching(&scan, &vectors[0], 1, f32::INFINITY, None, THOROUGH);
        assert_eq!(found.unwrap().nearest, scan.nearest(&vectors[0], 1, None));
    }

    #[test]
    fn an_empty_graph_finds_nothing() {
        let scan = ExactScan::default();
        let graph = Graph::build(scan.codes());
        let effort = Effort::for_hits(10);
        let found = graph.nearest_and_reaching(&scan, &[1.0], 10, 0.0, None, effort);
        assert_eq!(found, Some(Found::default()));
    }
}
