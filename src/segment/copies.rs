//! Which records of a segment are identical: they have the same fingerprint.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::OnceLock;

use roaring::RoaringBitmap;

use crate::mapped::{MappedFile, SectionWriter, Values};

/// The records of a segment in order of fingerprint.
pub(super) struct Copies {
    /// Every record's fingerprint, in ascending order.
    fingerprints: Values<u64>,
    /// The position of each of these records; identical ones are in ascending order.
    positions: Values<u32>,
    /// Where each run of two or more identical records starts and ends in the columns above.
    repeated: Values<[u32; 2]>,
    /// The positions of all records in these runs, computed on first use.
    having: OnceLock<RoaringBitmap>,
}

impl Copies {
    /// Sorts records by their fingerprints, which are given in order of position.
    pub fn new(fingerprints: &[u64]) -> Self {
        let mut sorted: Vec<(u64, u32)> = fingerprints.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        let mut repeated = Vec::new();
        let mut start = 0;
        for same in sorted.chunk_by(|one, other| one.0 == other.0) {
            let end = start + same.len() as u32;
            if same.len() > 1 {
                repeated.push([start, end]);
            }
            start = end;
        }
        let (fingerprints, positions): (Vec<u64>, Vec<u32>) = sorted.into_iter().unzip();
        Self {
            fingerprints: fingerprints.into(),
            positions: positions.into(),
            repeated: repeated.into(),
            having: OnceLock::new(),
        }
    }

    /// Writes these columns to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("copies.fingerprints", self.fingerprints.as_bytes())?;
        to.section("copies.positions", self.positions.as_bytes())?;
        to.section("copies.repeated", self.repeated.as_bytes())
    }

    /// Reads these columns from a file.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn load(file: &MappedFile) -> Result<Self, String> {
        Ok(Self {
            fingerprints: file.values("copies.fingerprints")?,
            positions: file.values("copies.positions")?,
            repeated: file.values("copies.repeated")?,
            having: OnceLock::new(),
        })
    }

    /// Whether any records are identical.
    pub fn any(&self) -> bool {
        !self.repeated.is_empty()
    }

    /// The positions of all records that are identical to another one.
    pub fn having(&self) -> &RoaringBitmap {
        self.having.get_or_init(|| {
            let run = |&[start, end]: &[u32; 2]| {
                let same = self.positions.get(start as usize..end as usize);
                same.unwrap_or_default().iter().copied()
            };
            self.repeated.iter().flat_map(run).collect()
        })
    }

    /// The fingerprint and position of every record, in order of fingerprint.
    pub fn by_fingerprint(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        let fingerprints = self.fingerprints.iter().copied();
        fingerprints.zip(self.positions.iter().copied())
    }

    /// The positions of the records with a fingerprint, in ascending order.
    pub fn of(&self, fingerprint: u64) -> impl Iterator<Item = u32> + '_ {
        let known = &*self.fingerprints;
        let start = known.partition_point(|known| *known < fingerprint);
        let positions = self.positions.get(start..).unwrap_or(&[]);
        let same = known[start..].iter().zip(positions);
        same.take_while(move |(known, _)| **known == fingerprint)
            .map(|(_, &position)| position)
    }

    /// The first of each set of identical records among these. `fingerprints` contains the
    /// fingerprint of every record by position.
    pub fn first_of_each(&self, mut records: RoaringBitmap, fingerprints: &[u64]) -> RoaringBitmap {
        let length = |&[start, end]: &[u32; 2]| u64::from(end.saturating_sub(start));
        let repeated: u64 = self.repeated.iter().map(length).sum();
        let mut others = Vec::new();
        if records.len() < repeated {
            let mut seen = HashSet::with_capacity(records.len() as usize);
            let fingerprint = |at: u32| fingerprints.get(at as usize);
            others.extend(records.iter().filter(|&at| !seen.insert(fingerprint(at))));
        } else {
            for &[start, end] in self.repeated.iter() {
                let same = self.positions.get(start as usize..end as usize);
                let there = same.unwrap_or(&[]).iter().copied();
                others.extend(there.filter(|&at| records.contains(at)).skip(1));
            }
            others.sort_unstable();
        }
        for other in others {
            records.remove(other);
        }
        records
    }

    /// Whether these can be the copies of this many records. They always can, unless a file was
    /// forged.
    pub fn fits(&self, records: usize) -> bool {
        [self.fingerprints.len(), self.positions.len()] == [records; 2]
            && self.positions.iter().all(|&at| (at as usize) < records)
    }
}
