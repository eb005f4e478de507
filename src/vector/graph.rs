//! The HNSW graph (Malkov & Yashunin, 2016), built by instant-distance over int8 codes.
//!
//! The graph is immutable and approximate. It returns candidate positions, which
//! [`super::ExactScan`] rescores in f32. Its layers are built in parallel, so two builds over the
//! same codes may differ; `parallax recall` measures its recall.

use instant_distance::{Builder, HnswMap, Search};
use serde::{Deserialize, Serialize};

use super::code::Code;
use crate::Vector;

/// How many candidates a search keeps, fixed when the graph is built (`ef` in the paper). This is
/// the most it can return.
pub const EF_SEARCH: usize = 200;

/// How many candidates an insertion keeps (`efConstruction` in the paper).
const EF_CONSTRUCTION: usize = 150;

/// The seed for assigning points to layers.
const SEED: u64 = 0x5eed;

/// A graph over the codes of one generation.
#[derive(Serialize, Deserialize)]
pub struct Graph {
    map: HnswMap<Code, u32>,
}

impl Graph {
    /// Builds the graph on the current rayon pool. Two copies of the codes are in memory during the
    /// build.
    pub fn build(codes: &[Code]) -> Self {
        let positions: Vec<u32> = (0..codes.len() as u32).collect();
        let map = Builder::default()
            .ef_search(EF_SEARCH)
            .ef_construction(EF_CONSTRUCTION)
            .seed(SEED)
            .build(codes.to_vec(), positions);
        Self { map }
    }

    /// The number of points in the graph.
    pub fn len(&self) -> usize {
        self.map.values.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.map.values.is_empty()
    }

    /// Positions of up to [`EF_SEARCH`] points near the query, roughly best first.
    pub fn candidates(&self, query: &Vector) -> Vec<u32> {
        let mut search = Search::default();
        let found = self.map.search(&Code::new(query), &mut search);
        found.map(|item| *item.value).collect()
    }
}
