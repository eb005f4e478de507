//! A facet's values as a sorted column: each value once, in order, with the positions of the
//! records that have it. A range of values is found by binary search and is one contiguous run
//! of positions, however many values are in it.

use std::io::{self, Write};
use std::ops::{Bound, Range};

use roaring::RoaringBitmap;

use super::interval::Interval;
use super::{FacetValue, Text};
use crate::mapped::{MappedFile, SectionWriter, Values};

/// A sorted column. Its values are in memory; its positions may be in a mapped file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Ascending.
    values: Vec<FacetValue>,
    /// For each value, where its positions end; they start where those of the previous value
    /// end.
    ends: Values<u32>,
    /// Ascending within a value.
    positions: Values<u32>,
}

/// Builds a column. Its fields are those of [`Column`].
#[derive(Default)]
pub(super) struct ColumnBuilder {
    values: Vec<FacetValue>,
    ends: Vec<u32>,
    positions: Vec<u32>,
}

/// What a filter asks of a column, in the column's own terms.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Any value.
    Present,
    /// The values in an interval.
    Between(Interval),
    /// The values equal to this text, ignoring case.
    AnyCase(Text),
}

/// A column without values.
pub static EMPTY: Column = Column {
    values: Vec::new(),
    ends: Values::empty(),
    positions: Values::empty(),
};

impl ColumnBuilder {
    /// Adds a value greater than all existing ones, with its positions in ascending order. A
    /// value that no record has is left out.
    pub fn push(&mut self, value: &FacetValue, positions: impl Iterator<Item = u32>) {
        let before = self.positions.len();
        self.positions.extend(positions);
        if self.positions.len() > before {
            self.values.push(value.clone());
            self.ends.push(self.positions.len() as u32);
        }
    }

    fn add(&mut self, value: FacetValue, position: u32) {
        if self.values.last() != Some(&value) {
            self.values.push(value);
            self.ends.push(0);
        }
        self.positions.push(position);
        if let Some(end) = self.ends.last_mut() {
            *end = self.positions.len() as u32;
        }
    }

    /// The column of the values added.
    pub fn build(mut self) -> Column {
        self.values.shrink_to_fit();
        self.ends.shrink_to_fit();
        Column {
            values: self.values,
            ends: self.ends.into(),
            positions: self.positions.into(),
        }
    }
}

impl Column {
    /// A column of values and the positions that have them, in any order.
    pub fn new(mut entries: Vec<(FacetValue, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        let mut column = ColumnBuilder {
            positions: Vec::with_capacity(entries.len()),
            ..ColumnBuilder::default()
        };
        for (value, position) in entries {
            column.add(value, position);
        }
        column.build()
    }

    /// Writes the column of a facet, given by its index, to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, facet: usize, to: &mut SectionWriter<W>) -> io::Result<()> {
        let [values, ends, positions] = sections(facet);
        let encoded = postcard::to_stdvec(&self.values).map_err(io::Error::other)?;
        to.section(&values, &encoded)?;
        to.section(&ends, self.ends.as_bytes())?;
        to.section(&positions, self.positions.as_bytes())
    }

    /// The column of a facet in a file.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn load(facet: usize, file: &MappedFile) -> Result<Self, String> {
        let [values, ends, positions] = sections(facet);
        let encoded = file.checked(&values)?;
        Ok(Self {
            values: postcard::from_bytes(&encoded)
                .map_err(|error| format!("its section {values} cannot be read: {error}"))?,
            ends: file.values(&ends)?,
            positions: file.values(&positions)?,
        })
    }

    /// A value, by its index.
    pub(super) fn value(&self, at: usize) -> &FacetValue {
        &self.values[at]
    }

    /// The positions that have a value, given by its index.
    pub fn having(&self, at: usize) -> &[u32] {
        self.within(at..at + 1)
    }

    /// The indices of all values.
    pub fn all(&self) -> Range<usize> {
        0..self.values.len()
    }

    /// The indices of the wanted values.
    pub fn places(&self, wanted: &Wanted) -> Vec<Range<usize>> {
        match wanted {
            Wanted::Present => vec![self.all()],
            Wanted::Between(interval) => vec![self.between(interval)],
            Wanted::AnyCase(text) => {
                let letters = self.texts(|own| own.cmp_letters(text));
                let same = letters.filter(|&at| match &self.values[at] {
                    FacetValue::Text(own) => own.differs_in_case_only(text),
                    _ => false,
                });
                same.map(|at| at..at + 1).collect()
            }
        }
    }

    /// The indices of the texts that start with a prefix, ignoring case and accents. Values that
    /// are not texts are not ordered by their letters; for these, all indices.
    pub fn beginning(&self, prefix: &str) -> Range<usize> {
        match self.values.first() {
            Some(FacetValue::Text(_)) => self.texts(|text| text.cmp_prefix(prefix)),
            _ => self.all(),
        }
    }

    /// The records that have any of the wanted values.
    pub fn records(&self, wanted: &[Wanted]) -> RoaringBitmap {
        let places = wanted.iter().flat_map(|wanted| self.places(wanted));
        let runs: Vec<&[u32]> = places.map(|places| self.within(places)).collect();
        union(&runs)
    }

    /// Whether a record in `live` has a wanted value; without `live`, any record.
    pub fn holds(&self, wanted: &Wanted, live: Option<&RoaringBitmap>) -> bool {
        let is_live = |&position: &u32| live.is_none_or(|live| live.contains(position));
        let mut places = self.places(wanted).into_iter();
        places.any(|places| self.within(places).iter().any(is_live))
    }

    /// Whether the column fits `records` records, as it does unless the file was tampered with.
    pub fn fits(&self, records: u32) -> bool {
        self.values.len() == self.ends.len()
            && self.values.is_sorted_by(|one, other| one < other)
            && self.ends.is_sorted()
            && self.ends.last().map_or(0, |&end| end as usize) == self.positions.len()
            && self.positions.iter().all(|&position| position < records)
    }

    fn within(&self, values: Range<usize>) -> &[u32] {
        let end = |after: usize| {
            let last = after.checked_sub(1).and_then(|at| self.ends.get(at));
            last.map_or(0, |&end| end as usize)
        };
        let positions = end(values.start)..end(values.end);
        self.positions.get(positions).unwrap_or(&[])
    }

    fn between(&self, (from, to): &Interval) -> Range<usize> {
        let before = |bound: &Bound<FacetValue>, at_it: bool| match bound {
            Bound::Unbounded => None,
            Bound::Included(bound) | Bound::Excluded(bound) => {
                let before = |value: &FacetValue| value < bound || (at_it && value == bound);
                Some(self.values.partition_point(before))
            }
        };
        let start = before(from, matches!(from, Bound::Excluded(_))).unwrap_or(0);
        let end = before(to, matches!(to, Bound::Included(_)));
        start..end.unwrap_or(self.values.len()).max(start)
    }

    /// The indices of the texts for which `place` is equal; a column of texts is in this order.
    fn texts(&self, place: impl Fn(&Text) -> std::cmp::Ordering) -> Range<usize> {
        let place = |value: &FacetValue| match value {
            FacetValue::Text(text) => place(text),
            _ => std::cmp::Ordering::Less,
        };
        let start = self.values.partition_point(|value| place(value).is_lt());
        let length = self.values[start..].partition_point(|value| place(value).is_eq());
        start..start + length
    }
}

/// The names of the sections of a facet's column.
fn sections(facet: usize) -> [String; 3] {
    ["values", "ends", "positions"].map(|part| format!("facets.{facet}.{part}"))
}

/// Positions as a set. Many positions are collected in a bitmap, which needs no sorting.
fn union(runs: &[&[u32]]) -> RoaringBitmap {
    const MANY: usize = 4_096;
    let all = || runs.iter().flat_map(|run| run.iter().copied());
    let count: usize = runs.iter().map(|run| run.len()).sum();
    let last = all().max().unwrap_or(0) as usize;
    if count < MANY || count < last / 64 {
        let mut positions: Vec<u32> = all().collect();
        positions.sort_unstable();
        positions.dedup();
        return RoaringBitmap::from_sorted_iter(positions).unwrap_or_default();
    }
    let mut bits = vec![0u8; last / 8 + 1];
    for position in all() {
        bits[position as usize / 8] |= 1 << (position % 8);
    }
    RoaringBitmap::from_lsb0_bytes(0, &bits)
}
