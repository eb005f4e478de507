//! The pieces that the passages of a segment's records consist of, and how many records contain
//! each piece. Late interaction compares them with the pieces of a query.
//!
//! They are derived from the texts, and saved with the vectors of a base.

use std::ops::Range;

use rayon::prelude::*;

use crate::encoder::{Encoder, QueryEncoder};
use crate::mapped::Values;
use crate::record::{Payload, Schema};

/// How many records are read before their texts are split into pieces, on several threads.
const CHUNK: usize = 512;

/// No vocabulary has as many pieces. Counting takes memory up to the largest id.
const MOST_PIECES: u32 = 1 << 21;

/// Splits texts into the pieces that a model reads.
pub trait Tokenize: Send + Sync {
    /// The ids of the pieces of a text, as far as the model reads it.
    fn pieces(&self, text: &str) -> Vec<u32>;
}

impl Tokenize for Encoder {
    /// A text on which the tokenizer fails has no pieces.
    fn pieces(&self, text: &str) -> Vec<u32> {
        self.pieces(text).unwrap_or_default()
    }
}

impl Tokenize for QueryEncoder {
    /// Without a model, a text has no pieces.
    fn pieces(&self, text: &str) -> Vec<u32> {
        if self.has_model() {
            Tokenize::pieces(self.encoder(), text)
        } else {
            Vec::new()
        }
    }
}

/// The pieces of passages, in memory or in a mapped file.
#[derive(Clone, Default)]
pub struct Pieces {
    /// Where the bytes of each passage end. They start where those of the previous one end.
    ends: Values<u64>,
    /// The distinct ids of each passage in ascending order. Each is stored as the difference from
    /// the previous one, in groups of seven bits, lowest first; the eighth bit says that more
    /// follow.
    bytes: Values<u8>,
    /// How many records contain each piece, by id.
    counts: Values<u32>,
}

impl Pieces {
    /// The pieces of this many passages, from the parts in a file; `None` if the parts contradict
    /// each other. The ids themselves are not checked.
    pub fn of_parts(
        ends: Values<u64>,
        bytes: Values<u8>,
        counts: Values<u32>,
        passages: usize,
    ) -> Option<Self> {
        let size = ends.last().copied().unwrap_or(0);
        let fits = ends.len() == passages && size == bytes.len() as u64;
        fits.then_some(Self {
            ends,
            bytes,
            counts,
        })
    }

    /// The parts, to be written to a file.
    pub fn parts(&self) -> [&[u8]; 3] {
        [
            self.ends.as_bytes(),
            self.bytes.as_bytes(),
            self.counts.as_bytes(),
        ]
    }

    /// The distinct pieces of a passage, in ascending order; none if there is no such passage.
    pub fn of(&self, passage: u32) -> Vec<u32> {
        let mut pieces = Vec::new();
        self.append(passage, &mut pieces);
        pieces
    }

    /// Appends these to others.
    pub fn append(&self, passage: u32, pieces: &mut Vec<u32>) {
        unpack(self.packed(passage), pieces);
    }

    /// How many records contain a piece.
    pub fn count(&self, piece: u32) -> u32 {
        self.counts.get(piece as usize).copied().unwrap_or(0)
    }

    /// Adds to the count of each piece how many of these records contain it. A record is given as
    /// the range of its passages.
    pub fn add_counts(&self, records: impl Iterator<Item = Range<u32>>, counts: &mut Vec<u32>) {
        counts.resize(self.counts.len(), 0);
        let mut own: Vec<u32> = Vec::new();
        for passages in records {
            own.clear();
            for passage in passages {
                unpack(self.packed(passage), &mut own);
            }
            own.sort_unstable();
            own.dedup();
            for &piece in &own {
                // In a damaged file, an id may be larger than all that were counted.
                if let Some(count) = counts.get_mut(piece as usize) {
                    *count += 1;
                }
            }
        }
    }

    fn packed(&self, passage: u32) -> &[u8] {
        let end = |at: usize| self.ends.get(at).copied();
        let at = passage as usize;
        let start = at.checked_sub(1).and_then(end).unwrap_or(0);
        let end = end(at).unwrap_or(start);
        let range = start as usize..end as usize;
        self.bytes.get(range).unwrap_or_default()
    }
}

/// Collects the pieces of records.
#[derive(Default)]
pub struct PiecesBuilder {
    ends: Vec<u64>,
    bytes: Vec<u8>,
    counts: Vec<u32>,
    /// For each piece, the last record that was counted, from 1; 0 if there is none.
    counted: Vec<u32>,
    records: u32,
}

impl PiecesBuilder {
    /// Adds a record with the pieces of its passages, in any order.
    pub fn add(&mut self, passages: Vec<Vec<u32>>) {
        self.records += 1;
        for mut pieces in passages {
            pieces.sort_unstable();
            pieces.dedup();
            pack(&pieces, &mut self.bytes);
            self.ends.push(self.bytes.len() as u64);
            self.count(&pieces);
        }
    }

    /// Copies a record from other pieces, given as the range of its passages there.
    pub fn copy(&mut self, from: &Pieces, passages: Range<u32>) {
        self.records += 1;
        let mut pieces = Vec::new();
        for passage in passages {
            let packed = from.packed(passage);
            self.bytes.extend_from_slice(packed);
            self.ends.push(self.bytes.len() as u64);
            pieces.clear();
            unpack(packed, &mut pieces);
            // In a damaged file, an id may be any number.
            pieces.retain(|&piece| (piece as usize) < from.counts.len());
            self.count(&pieces);
        }
    }

    fn count(&mut self, pieces: &[u32]) {
        let Some(&largest) = pieces.iter().max() else {
            return;
        };
        let length = (largest as usize + 1).max(self.counts.len());
        self.counts.resize(length, 0);
        self.counted.resize(length, 0);
        for &piece in pieces {
            let at = piece as usize;
            if self.counted[at] != self.records {
                self.counted[at] = self.records;
                self.counts[at] += 1;
            }
        }
    }

    /// The pieces collected.
    pub fn build(self) -> Pieces {
        Pieces {
            ends: self.ends.into(),
            bytes: self.bytes.into(),
            counts: self.counts.into(),
        }
    }
}

/// Collects the pieces of records from their texts, unless they are known.
pub struct PiecesReader<'a> {
    tokenize: &'a dyn Tokenize,
    schema: &'a Schema,
    /// The passages of the records that have not been added yet.
    waiting: Vec<Vec<Passage>>,
    builder: PiecesBuilder,
}

/// A passage whose pieces are to be added.
enum Passage {
    /// Its text, to be split.
    Text(String),
    /// Its pieces.
    Pieces(Vec<u32>),
}

impl<'a> PiecesReader<'a> {
    /// A reader that has no records yet.
    pub fn new(schema: &'a Schema, tokenize: &'a dyn Tokenize) -> Self {
        Self {
            tokenize,
            schema,
            waiting: Vec::new(),
            builder: PiecesBuilder::default(),
        }
    }

    /// Adds a record with this many vectors, whose passages are these ranges of its text. If there
    /// are no ranges, the whole text is one passage.
    pub fn add(&mut self, payload: &Payload, ranges: &[Range<u32>], vectors: usize) {
        let text = self.schema.encoded_text(payload);
        let passage = |at: usize| match ranges.get(at) {
            Some(range) => text.get(range.start as usize..range.end as usize),
            None => (ranges.is_empty() && at == 0).then_some(text.as_str()),
        };
        let passages = (0..vectors).map(|at| passage(at).unwrap_or_default().to_owned());
        self.push(passages.map(Passage::Text).collect());
    }

    /// Adds a record with one vector, and the pieces of its text. On a cluster, another program may have changed them.
    pub fn add_known(&mut self, pieces: &[u32]) {
        let pieces = pieces.iter().copied();
        let pieces = pieces.filter(|&piece| piece < MOST_PIECES);
        self.push(vec![Passage::Pieces(pieces.collect())]);
    }

    /// Adds a record with this many vectors whose text is missing.
    pub fn add_unknown(&mut self, vectors: usize) {
        let unknown = (0..vectors).map(|_| Passage::Pieces(Vec::new()));
        self.push(unknown.collect());
    }

    fn push(&mut self, passages: Vec<Passage>) {
        self.waiting.push(passages);
        if self.waiting.len() >= CHUNK {
            self.split();
        }
    }

    fn split(&mut self) {
        let tokenize = self.tokenize;
        let pieces = |passage: Passage| match passage {
            Passage::Text(text) if text.is_empty() => Vec::new(),
            Passage::Text(text) => tokenize.pieces(&text),
            Passage::Pieces(pieces) => pieces,
        };
        let of_record = |passages: Vec<Passage>| passages.into_iter().map(pieces).collect();
        let waiting = std::mem::take(&mut self.waiting);
        let split: Vec<Vec<Vec<u32>>> = match waiting.len() {
            // Too few to be worth waking other threads.
            0..8 => waiting.into_iter().map(of_record).collect(),
            _ => waiting.into_par_iter().map(of_record).collect(),
        };
        for passages in split {
            self.builder.add(passages);
        }
    }

    /// The pieces of all records added.
    pub fn build(mut self) -> Pieces {
        self.split();
        self.builder.build()
    }
}

/// Appends distinct numbers in ascending order.
fn pack(pieces: &[u32], bytes: &mut Vec<u8>) {
    let mut last = 0;
    for &piece in pieces {
        let mut rest = piece - last;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        last = piece;
    }
}

/// Appends the numbers that [`pack`] wrote. Damaged bytes give other numbers.
fn unpack(bytes: &[u8], pieces: &mut Vec<u32>) {
    let (mut last, mut gap, mut shift) = (0u32, 0u32, 0);
    for &byte in bytes {
        gap |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            last = last.wrapping_add(gap);
            pieces.push(last);
            (gap, shift) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Each character is a piece.
    struct Characters;

    impl Tokenize for Characters {
        fn pieces(&self, text: &str) -> Vec<u32> {
            text.chars().map(u32::from).collect()
        }
    }

    fn sorted(mut pieces: Vec<u32>) -> Vec<u32> {
        pieces.sort_unstable();
        pieces.dedup();
        pieces
    }

    fn built(records: &[Vec<Vec<u32>>]) -> Pieces {
        let mut builder = PiecesBuilder::default();
        records.iter().for_each(|of| builder.add(of.clone()));
        builder.build()
    }

    fn record() -> impl Strategy<Value = Vec<Vec<u32>>> {
        let piece = prop_oneof![0u32..40, 0u32..40_000];
        prop::collection::vec(prop::collection::vec(piece, 0..20), 0..4)
    }

    proptest! {
        #[test]
        fn pieces_come_back_sorted_once_and_counted_by_record(
            records in prop::collection::vec(record(), 0..20),
        ) {
            let pieces = built(&records);
            let passages: Vec<&Vec<u32>> = records.iter().flatten().collect();
            for (at, passage) in (0..).zip(&passages) {
                prop_assert_eq!(pieces.of(at), sorted(passage.to_vec()));
            }
            prop_assert!(pieces.of(passages.len() as u32).is_empty());
            for piece in 0..45 {
                let contains = |of: &&Vec<Vec<u32>>| of.iter().any(|of| of.contains(&piece));
                let count = records.iter().filter(contains).count();
                prop_assert_eq!(pieces.count(piece) as usize, count);
            }
        }

        #[test]
        fn copies_are_counted_like_the_originals_and_deletions_subtracted(
            records in prop::collection::vec((record(), any::<bool>()), 0..20),
        ) {
            let all: Vec<Vec<Vec<u32>>> = records.iter().map(|(of, _)| of.clone()).collect();
            let kept: Vec<Vec<Vec<u32>>> =
                records.iter().filter(|(_, kept)| *kept).map(|(of, _)| of.clone()).collect();
            let (all, expected) = (built(&all), built(&kept));
            let mut merged = PiecesBuilder::default();
            let (mut gone, mut start) = (Vec::new(), 0);
            for (record, kept) in &records {
                let passages = start..start + record.len() as u32;
                start = passages.end;
                match kept {
                    true => merged.copy(&all, passages),
                    false => all.add_counts(std::iter::once(passages), &mut gone),
                }
            }
            let merged = merged.build();
            prop_assert_eq!(&merged.parts()[..2], &expected.parts()[..2]);
            for piece in (0..45).chain([39_999]) {
                prop_assert_eq!(merged.count(piece), expected.count(piece));
                let gone = gone.get(piece as usize).copied().unwrap_or(0);
                prop_assert_eq!(all.count(piece) - gone, expected.count(piece));
            }
        }

        #[test]
        fn damaged_parts_are_refused_or_read(
            ends in prop::collection::vec(any::<u64>(), 0..6),
            bytes in prop::collection::vec(any::<u8>(), 0..50),
            within in any::<bool>(),
        ) {
            let length = bytes.len() as u64;
            let mut ends: Vec<u64> = match within {
                true => ends.iter().map(|end| end % (length + 1)).collect(),
                false => ends,
            };
            if let Some(last) = ends.last_mut() {
                *last = length;
            }
            let passages = ends.len();
            let parts = Pieces::of_parts(ends.into(), bytes.into(), vec![7; 9].into(), passages);
            if let Some(pieces) = parts {
                let mut counts = Vec::new();
                pieces.add_counts((0..9).map(|at| at..at + 1), &mut counts);
                let mut copy = PiecesBuilder::default();
                (0..9).for_each(|at| copy.copy(&pieces, at..at + 1));
                copy.build();
            }
        }
    }

    #[test]
    fn the_passages_of_a_record_are_split_one_by_one() {
        let schema = Schema {
            texts: vec!["text".into()],
            encoded: vec!["text".into()],
            ..Schema::default()
        };
        let payload = json!({"text": "bca ab"});
        let payload = payload.as_object().unwrap();
        let mut reader = PiecesReader::new(&schema, &Characters);
        for _ in 0..CHUNK {
            reader.add(payload, &[], 1);
        }
        reader.add(payload, &[0..3, 4..6], 2);
        reader.add_unknown(2);
        let pieces = reader.build();
        let of = |text: &str| sorted(Characters.pieces(text));
        let at = CHUNK as u32;
        assert_eq!(pieces.of(0), of("abc "));
        assert_eq!((pieces.of(at), pieces.of(at + 1)), (of("abc"), of("ab")));
        assert!(pieces.of(at + 2).is_empty() && pieces.of(at + 4).is_empty());
        assert_eq!(pieces.count(u32::from('a')), at + 1);
        assert_eq!(pieces.count(u32::from(' ')), at);
    }
}
