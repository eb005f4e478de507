//! A graph over codes (HNSW: Malkov & Yashunin, 2016), built by instant-distance.
//!
//! Of its layers only the lowest is kept, which has all points. The upper ones find a good start
//! for a walk over it; here, a walk starts at the nearest of a sample of points, which takes a few
//! microseconds for a thousand contiguous comparisons (see [`super::walk`]).
//!
//! The graph is immutable and approximate. Its layers are built in parallel, so two builds over
//! the same codes may differ; `parallax recall` measures its recall.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use instant_distance::{Builder, Heuristic};

use super::code::{Codes, Point};
use super::links::Links;
use crate::mapped::Values;

/// How many candidates an insertion keeps (`efConstruction` in the paper).
const EF_CONSTRUCTION: usize = 120;

/// How many points a walk looks at first.
const ENTRIES: usize = 1_024;

/// The most links of a row: what instant-distance has room for on the lowest layer.
pub(super) const MOST_LINKS: usize = 64;

/// The seed for the order of insertion.
const SEED: u64 = 0x5eed;

/// A point whose distances are only computed unless that is cancelled.
#[derive(Clone)]
struct Unless<'a> {
    point: Point<'a>,
    cancelled: &'a AtomicBool,
}

/// What is thrown to end a build.
struct Cancelled;

impl instant_distance::Point for Unless<'_> {
    fn distance(&self, other: &Self) -> f32 {
        if self.cancelled.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Cancelled));
        }
        instant_distance::Point::distance(&self.point, &other.point)
    }
}

impl serde::Serialize for Unless<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.point.serialize(serializer)
    }
}

/// Links between the rows of codes.
#[derive(Clone, Default)]
pub struct Graph {
    /// Rows drawn at random, for the start.
    entries: Values<u32>,
    /// Where the links of each row start; one more at the end.
    starts: Values<u32>,
    /// Linked rows, row by row.
    links: Values<u32>,
    /// That of the codes it was built from.
    digest: u64,
}

impl Graph {
    /// Builds the graph on the current rayon pool.
    pub fn build(codes: &Codes) -> Self {
        Self::of_points(codes, |row| Point::new(codes, row))
    }

    /// The same, unless it is cancelled meanwhile. instant-distance cannot be told to stop, but it
    /// calls back for every distance: that call unwinds.
    pub fn build_unless(codes: &Codes, cancelled: &AtomicBool) -> Option<Self> {
        let point = |row| Unless {
            point: Point::new(codes, row),
            cancelled,
        };
        let built = catch_unwind(AssertUnwindSafe(|| Self::of_points(codes, point)));
        match built {
            Ok(graph) => Some(graph),
            Err(why) if why.is::<Cancelled>() => None,
            Err(why) => resume_unwind(why),
        }
    }

    fn of_points<P>(codes: &Codes, point: impl Fn(u32) -> P) -> Self
    where
        P: instant_distance::Point + serde::Serialize,
    {
        let count = codes.len();
        let points = (0..count as u32).map(point);
        // Links to points that are nearer to another linked point are left out, as in hnswlib:
        // the walk reaches them through it.
        let heuristic = Heuristic {
            extend_candidates: false,
            keep_pruned: false,
        };
        let (graph, numbers) = Builder::default()
            .ef_construction(EF_CONSTRUCTION)
            .select_heuristic(Some(heuristic))
            .seed(SEED)
            .build_hnsw(points.collect());
        let links = Links::of(&graph).unwrap_or_default();
        drop(graph);

        let mut rows = vec![0; count];
        for (row, number) in (0..).zip(&numbers) {
            rows[number.into_inner() as usize] = row;
        }
        let mut starts = Vec::with_capacity(count + 1);
        let mut all = Vec::with_capacity(links.links.len());
        starts.push(0);
        for number in numbers {
            let linked = links.of_point(number.into_inner() as usize).iter();
            all.extend(linked.map(|&point| rows[point as usize]));
            starts.push(all.len() as u32);
        }
        rows.truncate(ENTRIES);
        Self {
            entries: rows.into(),
            starts: starts.into(),
            links: all.into(),
            digest: codes.digest(),
        }
    }

    /// From the parts of [`Self::parts`] and the digest of the codes; `None` if they contradict each
    /// other.
    pub fn of_parts([entries, starts, links]: [Values<u32>; 3], digest: u64) -> Option<Self> {
        let end = starts.last().copied();
        let fits = end.is_some_and(|end| end as usize == links.len());
        fits.then_some(Self {
            entries,
            starts,
            links,
            digest,
        })
    }

    /// What is stored of it.
    pub fn parts(&self) -> [&Values<u32>; 3] {
        [&self.entries, &self.starts, &self.links]
    }

    /// The digest of the codes it was built from.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows to start from.
    pub(super) fn entries(&self) -> &[u32] {
        &self.entries
    }

    /// Its tables, for a walk.
    pub(super) fn tables(&self) -> (&[u32], &[u32]) {
        (&self.starts, &self.links)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::ExactScan;
    use crate::vector::scan::tests::clustered;

    #[test]
    fn a_build_ends_when_it_is_cancelled() {
        let scan = ExactScan::new(&clustered(1, 300));
        let build = |cancelled| Graph::build_unless(scan.codes(), &AtomicBool::new(cancelled));
        assert!(build(true).is_none());
        // The codes are those of the distinct vectors.
        let rows = build(false).map(|graph| graph.len());
        assert_eq!(rows, Some(scan.codes().len()));
    }
}
