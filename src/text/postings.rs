//! Which records contain a term, how often and where, compressed.
//!
//! A term's postings are stored in blocks of [`BLOCK`]. A full block is packed in as many bits
//! per number as its largest number needs: the deltas of its records, then their frequencies
//! (Lemire & Boytsov, "Decoding billions of integers per second through vectorization", 2015).
//! The last block of a term is shorter and uses [`varint`]. Positions are in a separate stream,
//! since only phrases read them.
//!
//! Each block keeps the pairs of frequency and length that no other pair of the block beats. They
//! give an upper bound on the score of any of its records, whatever the idf and the average
//! length have become since. Such bounds outlive writes and deletions, unlike stored scores
//! (after Ding & Suel, "Faster top-k document retrieval using block-max indexes", SIGIR 2011, who
//! store scores). A term of several blocks also has a summary with the pairs of all its postings.
//!
//! All data is in flat arrays of plain numbers, which are in memory or in a mapped file.

use std::io::{self, Write};
use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::packed;
use super::varint;
use crate::mapped::{MappedFile, SectionWriter, Values};

/// How many postings a block has; the last of a term may have fewer.
pub const BLOCK: usize = packed::BLOCK;

/// The record of a cursor that is past the last one.
pub const OVER: u32 = u32::MAX;

/// The postings of all terms of an index.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Postings {
    /// For each term, how many records contain it.
    counts: Values<u32>,
    /// For each term, where its blocks end; they start where those of the previous term end. The
    /// first block of a term with several is its summary.
    ends: Values<u32>,
    /// For each block, its last record.
    lasts: Values<u32>,
    /// For each block, where its bytes start.
    starts: Values<u64>,
    /// For each block, where its positions start.
    places: Values<u64>,
    /// For each block, where its impacts end; they start where those of the previous block end.
    impact_ends: Values<u32>,
    impacts: Values<Impact>,
    bytes: Values<u8>,
    positions: Values<u8>,
}

/// Builds the postings of an index, term by term. Its fields are those of [`Postings`].
#[derive(Default)]
pub struct PostingsBuilder {
    counts: Vec<u32>,
    ends: Vec<u32>,
    lasts: Vec<u32>,
    starts: Vec<u64>,
    places: Vec<u64>,
    impact_ends: Vec<u32>,
    impacts: Vec<Impact>,
    bytes: Vec<u8>,
    positions: Vec<u8>,
}

/// A frequency and a length of one record that no other pair beats in both; Lucene calls this a
/// competitive impact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Impact {
    /// How often the term occurs, weighted.
    pub frequency: u32,
    /// The length of the record, weighted.
    pub length: u32,
}

/// One record that contains a term, as it is added.
pub struct Posting<'a> {
    /// Its number in the index.
    pub record: u32,
    /// How often it contains the term, weighted; at least 1.
    pub frequency: u32,
    /// Where, ascending.
    pub positions: &'a [u32],
}

/// The postings of the current block while a term is added.
struct Open {
    records: [u32; BLOCK],
    frequencies: [u32; BLOCK],
    len: usize,
    /// The last record of the block before.
    before: u32,
    /// Where the block's positions start.
    places: u64,
}

impl PostingsBuilder {
    /// Adds the next term, with its records in ascending order. `lengths` has the length of each
    /// record.
    pub fn add<'a>(
        &mut self,
        count: usize,
        postings: impl Iterator<Item = Posting<'a>>,
        lengths: &[u32],
    ) {
        let mut open = Open {
            records: [0; BLOCK],
            frequencies: [0; BLOCK],
            len: 0,
            before: 0,
            places: self.positions.len() as u64,
        };
        let summary = (count > BLOCK).then(|| {
            self.begin_block(open.places);
            self.lasts.push(0);
            self.impact_ends.push(0);
            self.lasts.len() - 1
        });
        let mut blocks = Vec::new();
        let mut added = 0;
        for posting in postings {
            added += 1;
            open.records[open.len] = posting.record;
            open.frequencies[open.len] = posting.frequency;
            open.len += 1;
            self.write_positions(posting.positions);
            if open.len == BLOCK {
                self.close(&mut open, lengths, &mut blocks);
            }
        }
        if open.len > 0 {
            self.close(&mut open, lengths, &mut blocks);
        }
        debug_assert_eq!(added, count, "the number of postings is known beforehand");
        self.write_impacts(summary, open.before, &blocks);
        self.counts.push(added as u32);
        self.ends.push(self.lasts.len() as u32);
    }

    fn write_positions(&mut self, positions: &[u32]) {
        varint::write(&mut self.positions, positions.len() as u32);
        let mut before = 0;
        for &position in positions {
            varint::write(&mut self.positions, position - before);
            before = position;
        }
    }

    fn begin_block(&mut self, places: u64) {
        self.starts.push(self.bytes.len() as u64);
        self.places.push(places);
    }

    /// Writes a block, and adds its impacts to those of the term.
    fn close(&mut self, open: &mut Open, lengths: &[u32], blocks: &mut Vec<Vec<Impact>>) {
        self.begin_block(open.places);
        let (records, frequencies) = (&open.records[..open.len], &open.frequencies[..open.len]);
        if open.len == BLOCK {
            packed::write(
                &mut self.bytes,
                open.before,
                &open.records,
                &open.frequencies,
            );
        } else {
            let mut before = open.before;
            for &record in records {
                varint::write(&mut self.bytes, record - before);
                before = record;
            }
            for &frequency in frequencies {
                varint::write(&mut self.bytes, frequency);
            }
        }
        let pairs = records
            .iter()
            .zip(frequencies)
            .map(|(&record, &frequency)| Impact {
                frequency,
                length: lengths.get(record as usize).copied().unwrap_or(0),
            });
        blocks.push(competitive(pairs));
        open.before = records.last().copied().unwrap_or(open.before);
        self.lasts.push(open.before);
        self.impact_ends.push(0);
        (open.len, open.places) = (0, self.positions.len() as u64);
    }

    /// Writes the impacts of a term's blocks, after those of its summary if it has one.
    fn write_impacts(&mut self, summary: Option<usize>, last: u32, blocks: &[Vec<Impact>]) {
        if let Some(summary) = summary {
            self.impacts
                .extend(competitive(blocks.iter().flatten().copied()));
            self.lasts[summary] = last;
            self.impact_ends[summary] = self.impacts.len() as u32;
        }
        let first = self.lasts.len() - blocks.len();
        for (block, end) in blocks.iter().zip(&mut self.impact_ends[first..]) {
            self.impacts.extend(block);
            *end = self.impacts.len() as u32;
        }
    }

    /// How many terms were added.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// The postings of the terms added.
    pub fn build(self) -> Postings {
        Postings {
            counts: self.counts.into(),
            ends: self.ends.into(),
            lasts: self.lasts.into(),
            starts: self.starts.into(),
            places: self.places.into(),
            impact_ends: self.impact_ends.into(),
            impacts: self.impacts.into(),
            bytes: self.bytes.into(),
            positions: self.positions.into(),
        }
    }
}

impl Postings {
    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Writes them to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("postings.counts", self.counts.as_bytes())?;
        to.section("postings.ends", self.ends.as_bytes())?;
        to.section("postings.lasts", self.lasts.as_bytes())?;
        to.section("postings.starts", self.starts.as_bytes())?;
        to.section("postings.places", self.places.as_bytes())?;
        to.section("postings.impact_ends", self.impact_ends.as_bytes())?;
        to.section("postings.impacts", self.impacts.as_bytes())?;
        to.section("postings.bytes", self.bytes.as_bytes())?;
        to.section("postings.positions", self.positions.as_bytes())
    }

    /// The postings in a file.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn load(file: &MappedFile) -> Result<Self, String> {
        Ok(Self {
            counts: file.values("postings.counts")?,
            ends: file.values("postings.ends")?,
            lasts: file.values("postings.lasts")?,
            starts: file.values("postings.starts")?,
            places: file.values("postings.places")?,
            impact_ends: file.values("postings.impact_ends")?,
            impacts: file.values("postings.impacts")?,
            bytes: file.values("postings.bytes")?,
            positions: file.values("postings.positions")?,
        })
    }

    /// How many records contain a term.
    pub fn holding(&self, term: u32) -> u32 {
        self.counts.get(term as usize).copied().unwrap_or(0)
    }

    /// A term's blocks and, before them, its summary if there are several.
    fn all_blocks(&self, term: u32) -> Range<usize> {
        let at = term as usize;
        let start = at.checked_sub(1).and_then(|at| self.ends.get(at)).copied();
        let start = start.unwrap_or(0) as usize;
        start..self.ends.get(at).map_or(start, |&end| end as usize)
    }

    pub(super) fn blocks(&self, term: u32) -> Range<usize> {
        let all = self.all_blocks(term);
        let summaries = usize::from(self.holding(term) as usize > BLOCK);
        all.start + summaries..all.end
    }

    /// The impacts of all postings of a term.
    pub fn impacts(&self, term: u32) -> &[Impact] {
        let all = self.all_blocks(term);
        if all.is_empty() {
            return &[];
        }
        self.impacts_of(all.start)
    }

    pub(super) fn impacts_of(&self, block: usize) -> &[Impact] {
        let end = |block: usize| self.impact_ends.get(block).copied();
        let before = block.checked_sub(1).and_then(end).unwrap_or(0) as usize;
        let end = end(block).unwrap_or(0) as usize;
        self.impacts.get(before..end).unwrap_or(&[])
    }

    pub(super) fn lasts(&self) -> &[u32] {
        &self.lasts
    }

    /// The bytes of a block and of those behind it.
    pub(super) fn bytes_of(&self, block: usize) -> &[u8] {
        let start = self.starts.get(block).copied().unwrap_or(u64::MAX);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.bytes.get(start..).unwrap_or(&[])
    }

    /// Where the positions of a block start.
    pub(super) fn places_of(&self, block: usize) -> usize {
        self.places.get(block).map_or(0, |&place| place as usize)
    }

    /// Reads the positions of one posting at `stream`, and moves past them.
    pub(super) fn read_positions(&self, stream: &mut usize, positions: &mut Vec<u32>) {
        positions.clear();
        let bytes: &[u8] = &self.positions;
        let count = varint::read(bytes, stream);
        let mut position = 0u32;
        for _ in 0..count {
            if *stream >= bytes.len() {
                break;
            }
            position = position.wrapping_add(varint::read(bytes, stream));
            positions.push(position);
        }
    }

    /// Moves past the positions of `postings` postings at `stream`.
    pub(super) fn skip_positions(&self, stream: &mut usize, postings: usize) {
        let bytes: &[u8] = &self.positions;
        for _ in 0..postings {
            // Most lists have one position, of one or two bytes.
            let head = bytes
                .get(*stream..)
                .and_then(|rest| rest.first_chunk::<3>());
            if let Some(&[1, low, high]) = head
                && (low & high) < 0x80
            {
                *stream += 2 + usize::from(low >= 0x80);
                continue;
            }
            let count = varint::read(bytes, stream) as usize;
            varint::skip(bytes, stream, count);
        }
    }

    /// Whether the parts are consistent, as they are unless the file was tampered with.
    pub fn fits(&self) -> bool {
        let blocks = self.lasts.len();
        let rises = |ends: &[u32], of: usize| {
            ends.is_sorted() && ends.last().is_none_or(|&last| last as usize <= of)
        };
        self.ends.len() == self.counts.len()
            && [self.starts.len(), self.places.len(), self.impact_ends.len()] == [blocks; 3]
            && rises(&self.ends, blocks)
            && rises(&self.impact_ends, self.impacts.len())
    }
}

/// The pairs that no other pair beats with a frequency as high and a length as short, those of the
/// highest frequency first.
fn competitive(pairs: impl Iterator<Item = Impact>) -> Vec<Impact> {
    /// Nearly all frequencies are lower. For each of these, only the shortest length is kept, so
    /// that few pairs are sorted.
    const LOW: usize = 16;
    let mut lengths = [u32::MAX; LOW];
    let mut kept = Vec::new();
    for pair in pairs {
        match lengths.get_mut(pair.frequency as usize) {
            Some(shortest) => *shortest = (*shortest).min(pair.length),
            None => kept.push(pair),
        }
    }
    kept.sort_unstable_by_key(|pair| (std::cmp::Reverse(pair.frequency), pair.length));
    let low = lengths.into_iter().enumerate().rev();
    kept.extend(low.map(|(frequency, length)| Impact {
        frequency: frequency as u32,
        length,
    }));
    let mut shortest = u32::MAX;
    kept.retain(|pair| {
        let competitive = pair.length < shortest;
        shortest = shortest.min(pair.length);
        competitive
    });
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_pair_is_kept_unless_another_beats_it(
            pairs in prop::collection::vec((1u32..40, 1u32..30), 0..60)
        ) {
            let pairs: Vec<Impact> = pairs.into_iter()
                .map(|(frequency, length)| Impact { frequency, length })
                .collect();
            let beats = |other: &Impact, pair: &Impact| {
                other != pair && other.frequency >= pair.frequency && other.length <= pair.length
            };
            let kept = pairs.iter().filter(|pair| !pairs.iter().any(|other| beats(other, pair)));
            let mut expected: Vec<Impact> = kept.copied().collect();
            expected.sort_by_key(|pair| std::cmp::Reverse(pair.frequency));
            expected.dedup();
            prop_assert_eq!(competitive(pairs.into_iter()), expected);
        }

        #[test]
        fn positions_are_read_wherever_the_lists_before_were_skipped(
            lists in prop::collection::vec(
                prop::collection::btree_set(0u32..40_000, 1..4), 1..20),
            chosen in any::<prop::sample::Index>(),
        ) {
            let lists: Vec<Vec<u32>> = lists.into_iter()
                .map(|list| list.into_iter().collect())
                .collect();
            let mut builder = PostingsBuilder::default();
            let all = (0u32..).zip(&lists).map(|(record, positions)| Posting {
                record,
                frequency: positions.len() as u32,
                positions,
            });
            builder.add(lists.len(), all, &vec![3u32; lists.len()]);
            let postings = builder.build();
            let at = chosen.index(lists.len());
            let mut cursor = postings.cursor(0);
            cursor.seek(at as u32);
            let mut positions = Vec::new();
            cursor.read_positions(&mut positions);
            prop_assert_eq!(&positions, &lists[at]);
        }
    }
}
