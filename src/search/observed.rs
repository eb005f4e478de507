//! What the two indexes read for a query, collected while it is answered, if somebody wants to know.

use std::time::Instant;

use crate::segment::generation::Part;
use crate::text::Watched;
use crate::vocabulary::{PartSearched, ScanReason};

/// What was read for a query.
#[derive(Default)]
pub struct Observed {
    /// By the search for the nearest records, part by part.
    pub near: Vec<PartSearched>,
    /// By the search for the best matches by words.
    pub words: Watched,
}

/// A part of a collection whose search is observed.
pub struct ObservedPart {
    /// What was read so far.
    pub read: PartSearched,
    start: Instant,
}

impl ObservedPart {
    /// Nothing has been read of a part.
    pub fn of(part: &Part) -> Self {
        Self {
            read: PartSearched {
                vectors: part.segment.scan.codes().len() as u32,
                ..PartSearched::default()
            },
            start: Instant::now(),
        }
    }

    /// What was read in all. `why` is the reason for a scan, if there was one.
    pub fn done(self, why: ScanReason) -> PartSearched {
        PartSearched {
            took: self.start.elapsed(),
            scanned_because: self.read.scan.map(|_| why),
            ..self.read
        }
    }
}
