//! Everything in a segment except vectors and pieces, in memory or in a mapped file.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use roaring::RoaringBitmap;

use crate::filter::FacetIndex;
use crate::mapped::{MappedFile, SectionWriter, Values};
use crate::record::RecordNumber;
use crate::segment::copies::Copies;
use crate::text::TextIndex;

/// A segment without its vectors.
pub struct Columns {
    /// The number of the record at each position, in ascending order.
    pub numbers: Values<RecordNumber>,
    /// The inverted index.
    pub text: TextIndex,
    /// The facets.
    pub facets: FacetIndex,
    /// A fingerprint of each record's texts and vectors; equal for identical records.
    pub fingerprints: Values<u64>,
    /// Which records are identical.
    pub(super) copies: Copies,
    /// Where each record's vectors end. They start where those of the previous record end.
    pub ends: Values<u32>,
}

impl Columns {
    /// Assembles the columns of some records. Each has a number, a fingerprint, and a place where
    /// its vectors end.
    pub(super) fn new(
        numbers: Vec<RecordNumber>,
        fingerprints: Vec<u64>,
        ends: Vec<u32>,
        text: TextIndex,
        facets: FacetIndex,
    ) -> Self {
        Self {
            numbers: numbers.into(),
            text,
            facets,
            copies: Copies::new(&fingerprints),
            fingerprints: fingerprints.into(),
            ends: ends.into(),
        }
    }

    /// Writes the columns to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub(super) fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("numbers", self.numbers.as_bytes())?;
        self.text.save(to)?;
        self.facets.save(to)?;
        to.section("fingerprints", self.fingerprints.as_bytes())?;
        self.copies.save(to)?;
        to.section("ends", self.ends.as_bytes())
    }

    /// Reads the columns from a file that has this many facets.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub(super) fn load(file: &MappedFile, facets: usize) -> Result<Self, String> {
        Ok(Self {
            numbers: file.values("numbers")?,
            text: TextIndex::load(file)?,
            facets: FacetIndex::load(facets, file)?,
            fingerprints: file.values("fingerprints")?,
            copies: Copies::load(file)?,
            ends: file.values("ends")?,
        })
    }

    /// The position of a record.
    pub fn position(&self, number: RecordNumber) -> Option<u32> {
        let at = self.numbers.binary_search(&number).ok()?;
        u32::try_from(at).ok()
    }

    /// The range of a record's vectors; empty if there is no such record.
    pub fn vectors_of(&self, position: u32) -> Range<u32> {
        let end = |at: usize| self.ends.get(at).copied();
        let at = position as usize;
        let start = at.checked_sub(1).and_then(end).unwrap_or(0);
        start..end(at).unwrap_or(start)
    }

    /// The record to which a vector belongs.
    pub fn record_of(&self, vector: u32) -> u32 {
        if self.one_each() {
            vector
        } else {
            self.ends.partition_point(|&end| end <= vector) as u32
        }
    }

    /// The positions of the vectors of some records.
    pub fn vectors_of_all<'a>(&self, records: &'a RoaringBitmap) -> Cow<'a, RoaringBitmap> {
        if self.one_each() {
            return Cow::Borrowed(records);
        }
        let mut vectors = RoaringBitmap::new();
        for position in records {
            vectors.insert_range(self.vectors_of(position));
        }
        Cow::Owned(vectors)
    }

    /// Whether every record has one vector, so that records and vectors have the same positions.
    pub fn one_each(&self) -> bool {
        self.ends
            .last()
            .is_none_or(|&end| end as usize == self.numbers.len())
    }

    /// Whether the parts are consistent. They always are, unless a file was forged.
    pub(super) fn fits(&self, facets: usize) -> bool {
        let records = self.numbers.len();
        records == self.ends.len()
            && records == self.fingerprints.len()
            && self.copies.fits(records)
            && records == self.text.len()
            && self.text.fits()
            && self.facets.fits(facets, records as u32)
            && self.numbers.is_sorted_by(|a, b| a < b)
            && self.ends.is_sorted_by(|a, b| a < b)
    }
}
