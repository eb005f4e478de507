//! A map of a collection: its vectors projected to two dimensions, with named regions.
//!
//! A record is placed by its first passage, and records whose first passages have equal vectors are
//! one point of the projection (`space.rs`). `build.rs` makes a map of one state of a collection;
//! `scale.rs` converts places to whole numbers, `regions.rs` divides the map, and `names.rs` names the
//! regions. `file.rs` keeps a map beside the other index files, as a cache.
//!
//! A map stays valid while records are written and deleted, because a record's number never changes:
//! it shows those of its records that still exist. New ones are left out until the next map.

mod build;
pub(crate) mod file;
mod names;
mod regions;
mod scale;
mod space;

use serde::{Deserialize, Serialize};

use crate::mapped::Values;
use crate::record::RecordNumber;
use crate::storage::layout::BuiltFrom;
use crate::vocabulary::MapRegion;

pub(crate) use build::build;
pub(crate) use file::{load, save};

/// Fewer records have no map.
pub const MIN_RECORDS: u32 = 10;

/// A map of the records of one state.
pub struct Map {
    /// What it was built from.
    pub from: BuiltFrom,
    /// What is known about it.
    pub facts: Facts,
    /// The records, ascending: a record's place here is its index.
    numbers: Values<RecordNumber>,
    /// The place of each, to the right.
    x: Values<u16>,
    /// The same, downwards.
    y: Values<u16>,
    /// Differs, almost certainly, for other places.
    digest: u32,
}

/// What is known about a map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// How long it took, in seconds.
    pub took_s: f32,
    /// Its trustworthiness; see [`crate::projection::trustworthiness`].
    pub trustworthiness: Option<f32>,
    /// Its regions, those of level 0 first.
    pub regions: Vec<MapRegion>,
}

impl Map {
    /// From its parts; `None` if they contradict each other.
    fn new(
        from: BuiltFrom,
        facts: Facts,
        numbers: Values<RecordNumber>,
        [x, y]: [Values<u16>; 2],
    ) -> Option<Self> {
        let fits = numbers.len() == x.len()
            && numbers.len() == y.len()
            && numbers.is_sorted_by(|a, b| a < b);
        fits.then(|| Self {
            digest: crc32fast::hash(x.as_bytes()) ^ crc32fast::hash(y.as_bytes()).rotate_left(1),
            from,
            facts,
            numbers,
            x,
            y,
        })
    }

    /// How many records it has.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The record at an index.
    pub fn number(&self, index: u32) -> Option<RecordNumber> {
        self.numbers.get(index as usize).copied()
    }

    /// The index of a record.
    pub fn index(&self, number: RecordNumber) -> Option<u32> {
        let at = self.numbers.binary_search(&number).ok()?;
        u32::try_from(at).ok()
    }

    /// The place of a record, given by its index.
    pub fn place(&self, index: u32) -> Option<[u16; 2]> {
        let at = index as usize;
        Some([*self.x.get(at)?, *self.y.get(at)?])
    }

    /// The records, ascending.
    pub fn numbers(&self) -> &[RecordNumber] {
        &self.numbers
    }

    /// The places, as two rows of numbers.
    pub fn places(&self) -> [&[u16]; 2] {
        [&self.x, &self.y]
    }

    /// A number that differs, almost certainly, for other maps of the same collection.
    pub fn digest(&self) -> u32 {
        self.digest
    }
}
