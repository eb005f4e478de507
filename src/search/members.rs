//! A subset of a segment's records, as one bit each: for looking up many positions in random
//! order, where compressed bitmaps are slow.

use roaring::RoaringBitmap;

/// A subset of a segment's records.
pub struct Members {
    /// `None` if it has all of them.
    bits: Option<Vec<u64>>,
}

impl Members {
    /// These records of a segment of `segment` records.
    pub fn of(segment: u32, records: &RoaringBitmap) -> Self {
        if records.len() == u64::from(segment) {
            return Self { bits: None };
        }
        let mut bits = vec![0; segment.div_ceil(64) as usize];
        for position in records {
            bits[position as usize / 64] |= 1 << (position % 64);
        }
        Self { bits: Some(bits) }
    }

    /// Whether a record is in the subset.
    pub fn contains(&self, position: u32) -> bool {
        let bits = self.bits.as_ref();
        bits.is_none_or(|bits| bits[position as usize / 64] >> (position % 64) & 1 == 1)
    }

    /// How many of these positions are in the subset.
    pub fn count(&self, positions: &[u32]) -> u32 {
        if self.bits.is_none() {
            return positions.len() as u32;
        }
        let contained = positions.iter().map(|&at| u32::from(self.contains(at)));
        contained.sum()
    }
}
