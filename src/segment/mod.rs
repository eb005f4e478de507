//! An immutable index of some records of a collection. Later writes go into further segments, and
//! readers skip deleted records.
//!
//! Positions start at 0, in order of record number, and are the same in every part of a segment, so
//! that equal scores are always ordered by number.

mod columns;
mod copies;
pub(crate) mod files;
pub mod generation;
pub mod pieces;
pub mod unrelated;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use arc_swap::ArcSwapOption;
use roaring::RoaringBitmap;

use crate::analysis::Analyzer;
use crate::digest::Fingerprint;
use crate::error::{Error, Result};
use crate::filter::{FacetIndex, FacetIndexBuilder};
use crate::payload::Keys;
use crate::record::{Payload, RecordNumber, Schema, WordFields};
use crate::segment::pieces::{Pieces, PiecesBuilder, PiecesReader, Tokenize};
use crate::segment::unrelated::Sample;
use crate::storage::layout::Encoded;
use crate::storage::store::View;
use crate::text::{TextIndex, TextIndexBuilder};
use crate::vector::ExactScan;

pub use columns::Columns;

/// A record to be indexed.
#[derive(Clone, Copy)]
pub struct Given<'r> {
    /// Its number.
    pub number: RecordNumber,
    /// Its fields.
    pub payload: &'r Payload,
    /// The byte ranges of its passages in its text; none if the whole text is one passage.
    pub ranges: &'r [Range<u32>],
    /// The vectors of its passages, one after the other.
    pub vectors: &'r [f32],
    /// The distinct pieces of its only passage in rising order, if they are known.
    pub pieces: Option<&'r [u32]>,
}

/// Records with their indexes.
pub struct Segment {
    /// What is derived from the records, and saved to disk for the largest segment.
    pub columns: Columns,
    /// Their vectors, passage by passage.
    pub scan: ExactScan,
    /// The pieces of the model's vocabulary that their passages consist of.
    pub pieces: Pieces,
    /// The values of fields of its payloads, as far as filters of points have needed them.
    pub keys: Keys,
    /// The sample of texts of the last generation that had this segment as its base.
    sample: ArcSwapOption<Sample>,
}

impl Segment {
    /// Indexes newly written records, numbered from `first` on.
    pub fn of(schema: &Schema, tokenize: &dyn Tokenize, first: u64, records: &[&Encoded]) -> Self {
        let mut vectors = records.iter().flat_map(|record| &record.vectors);
        let dimension = vectors.next().map_or(0, |vector| vector.len());
        let mut builder = Builder::new(schema, tokenize, dimension);
        for (number, record) in (first..).zip(records) {
            builder.add(RecordNumber(number), record);
        }
        builder.build()
    }

    /// Indexes the records in a range of numbers.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn read(
        view: &View<'_>,
        schema: &Schema,
        tokenize: &dyn Tokenize,
        numbers: Range<u64>,
    ) -> Result<Self> {
        let mut builder = Builder::new(schema, tokenize, view.dimension());
        let mut vectors: Vec<f32> = Vec::new();
        let mut ends: Vec<(RecordNumber, usize)> = Vec::new();
        view.for_each_vectors(numbers.clone(), |number, of_one| {
            vectors.extend_from_slice(of_one);
            ends.push((number, vectors.len()));
        })?;
        let (mut at, mut start) = (0, 0);
        let rows = view.rows()?;
        view.for_each_record(numbers, |number, payload| {
            let end = match ends.get(at) {
                Some(&(same, end)) if same == number => end,
                _ => return Err(Error::damaged(view.path())),
            };
            let ranges = rows.ranges(number)?;
            builder.describe(Given {
                number,
                payload: &payload,
                ranges: &ranges,
                vectors: &vectors[start..end],
                pieces: None,
            });
            (at, start) = (at + 1, end);
            Ok(())
        })?;
        builder.vectors = vectors;
        Ok(builder.build())
    }

    /// Indexes some records of a collection, given in order of number. If `only` is given, no other terms are indexed.
    pub fn of_some<'r>(
        schema: &Schema,
        tokenize: &dyn Tokenize,
        dimension: usize,
        only: Option<HashSet<String>>,
        records: impl Iterator<Item = Given<'r>>,
    ) -> Self {
        let mut builder = Builder::new(schema, tokenize, dimension);
        if let Some(terms) = only {
            builder.text = builder.text.with_only(terms);
        }
        for record in records {
            builder.describe(record);
            builder.vectors.extend_from_slice(record.vectors);
        }
        builder.build()
    }

    /// Assembles a segment from its columns and its vectors; gives the columns back if they do not
    /// match.
    pub fn assemble(
        schema: &Schema,
        columns: Columns,
        (scan, pieces): (ExactScan, Pieces),
    ) -> std::result::Result<Self, Box<Columns>> {
        let count = columns.ends.last().map_or(0, |&end| end as usize);
        if columns.fits(schema.facets.len()) && scan.len() == count {
            Ok(Self::new(columns, scan, pieces))
        } else {
            Err(Box::new(columns))
        }
    }

    /// Assembles a segment from its columns and the store. Records deleted since get zero vectors,
    /// which are never read, and no pieces. `None` if columns and store do not match.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn restore(
        view: &View<'_>,
        schema: &Schema,
        tokenize: &dyn Tokenize,
        columns: Columns,
        end: u64,
    ) -> Result<Option<Self>> {
        let count = columns.ends.last().map_or(0, |&end| end as usize);
        if !columns.fits(schema.facets.len()) {
            return Ok(None);
        }
        let dimension = view.dimension();
        let mut vectors = vec![0.0; count * dimension];
        let mut fits = true;
        view.for_each_vectors(0..end, |number, of_one| {
            let place = columns.position(number).map(|at| columns.vectors_of(at));
            match place {
                Some(place) if place.len() * dimension == of_one.len() => {
                    vectors[place.start as usize * dimension..][..of_one.len()]
                        .copy_from_slice(of_one);
                }
                _ => fits = false,
            }
        })?;
        if !fits {
            return Ok(None);
        }
        let pieces = read_pieces(view, schema, tokenize, &columns, end)?;
        let scan = ExactScan::of_rows(dimension, &vectors);
        Ok(Some(Self::new(columns, scan, pieces)))
    }

    /// Merges several segments, keeping only the given positions of each. Numbers increase from
    /// segment to segment.
    pub fn merge(parts: &[(&Self, Cow<'_, RoaringBitmap>)], schema: &Schema) -> Self {
        let (mut numbers, mut fingerprints, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let mut places: Vec<Vec<Option<u32>>> = Vec::new();
        let mut pieces = PiecesBuilder::default();
        let mut end = 0;
        for (segment, kept) in parts {
            let from = &segment.columns;
            let mut place = vec![None; from.numbers.len()];
            for position in kept.iter() {
                let at = position as usize;
                place[at] = Some(numbers.len() as u32);
                numbers.push(from.numbers[at]);
                fingerprints.push(from.fingerprints[at]);
                let passages = from.vectors_of(position);
                end += passages.len() as u32;
                ends.push(end);
                pieces.copy(&segment.pieces, passages);
            }
            places.push(place);
        }
        let texts: Vec<(&TextIndex, &[Option<u32>])> = parts
            .iter()
            .zip(&places)
            .map(|((segment, _), place)| (&segment.columns.text, place.as_slice()))
            .collect();
        let text = TextIndex::merge(&texts);
        let facets: Vec<(&FacetIndex, &[Option<u32>])> = parts
            .iter()
            .zip(&places)
            .map(|((segment, _), place)| (&segment.columns.facets, place.as_slice()))
            .collect();
        let facets = FacetIndex::merge(&facets, &schema.facets);
        let scans = parts.iter().map(|(segment, kept)| {
            let kept = segment.columns.vectors_of_all(kept).into_owned();
            (&segment.scan, kept)
        });
        let columns = Columns::new(numbers, fingerprints, ends, text, facets);
        Self::new(columns, ExactScan::merge(scans), pieces.build())
    }

    fn new(columns: Columns, scan: ExactScan, pieces: Pieces) -> Self {
        Self {
            columns,
            scan,
            pieces,
            keys: Keys::default(),
            sample: ArcSwapOption::empty(),
        }
    }

    /// The vector of a passage.
    pub fn vector(&self, passage: u32) -> Option<Cow<'_, [f32]>> {
        self.scan.vector(passage)
    }

    /// The number of records, including deleted ones.
    pub fn len(&self) -> u32 {
        self.columns.numbers.len() as u32
    }

    /// Whether it contains no records.
    pub fn is_empty(&self) -> bool {
        self.columns.numbers.is_empty()
    }

    /// Whether any of its records are identical.
    pub fn has_copies(&self) -> bool {
        self.columns.copies.any()
    }

    /// The positions of all records that are identical to another one.
    pub fn having_copies(&self) -> &RoaringBitmap {
        self.columns.copies.having()
    }

    /// Of these records, the first of each set of identical ones.
    pub fn first_of_each(&self, records: RoaringBitmap) -> RoaringBitmap {
        let columns = &self.columns;
        columns.copies.first_of_each(records, &columns.fingerprints)
    }

    /// Fingerprint and position of every record, in order of fingerprint.
    fn by_fingerprint(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.columns.copies.by_fingerprint()
    }

    /// The positions with a fingerprint, in order.
    pub fn copies(&self, fingerprint: u64) -> impl Iterator<Item = u32> + '_ {
        self.columns.copies.of(fingerprint)
    }
}

/// The pieces of the passages of the records that columns describe, from their texts in the store.
fn read_pieces(
    view: &View<'_>,
    schema: &Schema,
    tokenize: &dyn Tokenize,
    columns: &Columns,
    end: u64,
) -> Result<Pieces> {
    let mut pieces = PiecesReader::new(schema, tokenize);
    let rows = view.rows()?;
    let vectors = |position: u32| columns.vectors_of(position).len();
    let mut next = 0;
    view.for_each_record(0..end, |number, payload| {
        let Some(position) = columns.position(number) else {
            return Ok(());
        };
        for deleted in next..position {
            pieces.add_unknown(vectors(deleted));
        }
        pieces.add(&payload, &rows.ranges(number)?, vectors(position));
        next = position + 1;
        Ok(())
    })?;
    for deleted in next..columns.numbers.len() as u32 {
        pieces.add_unknown(vectors(deleted));
    }
    Ok(pieces.build())
}

/// Collects records in order of number.
struct Builder<'a> {
    words: WordFields<'a>,
    pieces: PiecesReader<'a>,
    numbers: Vec<RecordNumber>,
    text: TextIndexBuilder,
    facets: FacetIndexBuilder<'a>,
    fingerprints: Vec<u64>,
    ends: Vec<u32>,
    /// The width of a vector.
    dimension: usize,
    /// The vectors, one after the other.
    vectors: Vec<f32>,
}

impl<'a> Builder<'a> {
    fn new(schema: &'a Schema, tokenize: &'a dyn Tokenize, dimension: usize) -> Self {
        let text = TextIndexBuilder::new(&Analyzer::new(schema.language), schema.word_weights());
        Self {
            words: schema.words(),
            pieces: PiecesReader::new(schema, tokenize),
            numbers: Vec::new(),
            text: match schema.title {
                Some(_) => text.with_titles(),
                None => text,
            },
            facets: FacetIndexBuilder::new(schema),
            fingerprints: Vec::new(),
            ends: Vec::new(),
            dimension,
            vectors: Vec::new(),
        }
    }

    fn add(&mut self, number: RecordNumber, record: &Encoded) {
        let vectors = record.vectors.concat();
        self.describe(Given {
            number,
            payload: &record.payload,
            ranges: &record.ranges,
            vectors: &vectors,
            pieces: None,
        });
        self.vectors.extend(vectors);
    }

    /// Adds everything of a record except its vectors, which are given one after the other.
    fn describe(&mut self, record: Given<'_>) {
        let Given {
            payload, vectors, ..
        } = record;
        let passages = vectors.len() / self.dimension.max(1);
        match record.pieces {
            Some(pieces) if passages == 1 => self.pieces.add_known(pieces),
            _ => self.pieces.add(payload, record.ranges, passages),
        }
        let position = self.numbers.len() as u32;
        self.facets.add(position, payload);
        let texts = self.words.texts(payload);
        let mut fingerprint = Fingerprint::default();
        for (at, text) in texts.iter().enumerate() {
            if self.words.tells_apart(at) {
                fingerprint.add(text.as_bytes());
            }
        }
        fingerprint.add_numbers(vectors);
        self.fingerprints.push(fingerprint.finish());
        self.text.add(&texts);
        self.numbers.push(record.number);
        let end = self.ends.last().copied().unwrap_or(0);
        self.ends.push(end + passages as u32);
    }

    fn build(self) -> Segment {
        let columns = Columns::new(
            self.numbers,
            self.fingerprints,
            self.ends,
            self.text.build(),
            self.facets.build(),
        );
        let scan = ExactScan::of_rows(self.dimension, &self.vectors);
        Segment::new(columns, scan, self.pieces.build())
    }
}
