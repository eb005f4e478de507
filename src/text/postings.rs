//! Which records contain a term, how often and where, compressed.
//!
//! A term's postings are stored in blocks of [`BLOCK`]. A block's bytes are the deltas of its
//! records, then their frequencies. Positions are in a separate stream, since only phrases read
//! them. Each block keeps the pairs of frequency and length that no other pair of the block
//! beats. They give an upper bound on the score of any of its records, whatever the idf and the
//! average length have become since. Such bounds outlive writes and deletions, unlike stored
//! scores (after Ding & Suel, "Faster top-k document retrieval using block-max indexes", SIGIR
//! 2011, who store scores).

use serde::{Deserialize, Serialize};

use super::varint;

/// How many postings a block has; the last of a term may have fewer.
pub const BLOCK: usize = 128;

/// The postings of all terms of an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Postings {
    /// For each term, how many records contain it.
    records: Vec<u32>,
    /// For each term, where its blocks end; they start where those of the previous term end.
    ends: Vec<u32>,
    blocks: Vec<Block>,
    impacts: Vec<Impact>,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
    #[serde(with = "serde_bytes")]
    positions: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Block {
    /// Its last record.
    last: u32,
    /// Where its bytes start.
    start: u64,
    /// Where its positions start.
    positions: u64,
    /// Where its impacts end.
    impacts: u32,
}

/// A frequency and a length of one record in a block that no other pair of the block beats in
/// both; Lucene calls this a competitive impact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How often it contains the term, weighted.
    pub frequency: u32,
    /// Where, ascending.
    pub positions: &'a [u32],
}

impl Postings {
    /// Adds the next term, with its records in ascending order. `lengths` has the length of each
    /// record.
    pub fn add<'a>(&mut self, postings: impl Iterator<Item = Posting<'a>>, lengths: &[u32]) {
        let mut waiting: Vec<(u32, u32)> = Vec::with_capacity(BLOCK);
        let (mut count, mut before) = (0, 0);
        let mut positions = self.positions.len() as u64;
        for posting in postings {
            count += 1;
            waiting.push((posting.record, posting.frequency));
            self.write_positions(posting.positions);
            if waiting.len() == BLOCK {
                before = self.close(&mut waiting, before, positions, lengths);
                positions = self.positions.len() as u64;
            }
        }
        if !waiting.is_empty() {
            self.close(&mut waiting, before, positions, lengths);
        }
        self.records.push(count);
        self.ends.push(self.blocks.len() as u32);
    }

    fn write_positions(&mut self, positions: &[u32]) {
        varint::write(&mut self.positions, positions.len() as u32);
        let mut before = 0;
        for &position in positions {
            varint::write(&mut self.positions, position - before);
            before = position;
        }
    }

    /// Writes a block; returns its last record.
    fn close(
        &mut self,
        block: &mut Vec<(u32, u32)>,
        mut before: u32,
        positions: u64,
        lengths: &[u32],
    ) -> u32 {
        let start = self.bytes.len() as u64;
        for &(record, _) in block.iter() {
            varint::write(&mut self.bytes, record - before);
            before = record;
        }
        for &(_, frequency) in block.iter() {
            varint::write(&mut self.bytes, frequency);
        }
        let pairs = block.drain(..).map(|(record, frequency)| Impact {
            frequency,
            length: lengths.get(record as usize).copied().unwrap_or(0),
        });
        self.impacts.extend(competitive(pairs.collect()));
        self.blocks.push(Block {
            last: before,
            start,
            positions,
            impacts: self.impacts.len() as u32,
        });
        before
    }

    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// How many records contain a term.
    pub fn holding(&self, term: u32) -> u32 {
        self.records.get(term as usize).copied().unwrap_or(0)
    }

    /// The records that contain a term, from the first.
    pub fn cursor(&self, term: u32) -> Cursor<'_> {
        let at = term as usize;
        let start = at.checked_sub(1).and_then(|at| self.ends.get(at)).copied();
        let (start, end) = (
            start.unwrap_or(0) as usize,
            self.ends.get(at).copied().unwrap_or(0) as usize,
        );
        let mut cursor = Cursor {
            postings: self,
            first: start,
            block: start,
            end,
            left: self.holding(term) as usize,
            records: [OVER; BLOCK],
            frequencies: [0; BLOCK],
            filled: 0,
            at: 0,
            frequencies_at: 0,
            counted: false,
            placed: 0,
            positions_at: 0,
        };
        cursor.load();
        cursor
    }

    fn impacts_of(&self, block: usize) -> &[Impact] {
        let before = block.checked_sub(1).map_or(0, |b| self.blocks[b].impacts);
        &self.impacts[before as usize..self.blocks[block].impacts as usize]
    }

    /// Calls `call` with every record that contains a term, its frequency and its positions.
    pub fn for_each(&self, term: u32, mut call: impl FnMut(Posting<'_>)) {
        let mut cursor = self.cursor(term);
        let mut positions = Vec::new();
        while cursor.record() != OVER {
            let mut stream = cursor.positions_start();
            let block = cursor.block;
            while cursor.record() != OVER && cursor.block == block {
                self.read_positions(&mut stream, &mut positions);
                call(Posting {
                    record: cursor.record(),
                    frequency: cursor.frequency(),
                    positions: &positions,
                });
                cursor.advance();
            }
        }
    }

    fn read_positions(&self, stream: &mut usize, positions: &mut Vec<u32>) {
        positions.clear();
        let count = varint::read(&self.positions, stream);
        let mut position = 0u32;
        for _ in 0..count {
            position = position.wrapping_add(varint::read(&self.positions, stream));
            positions.push(position);
        }
    }
}

/// The pairs of a block that no other pair beats with a frequency as high and a length as short.
fn competitive(mut pairs: Vec<Impact>) -> Vec<Impact> {
    pairs.sort_unstable_by_key(|pair| (std::cmp::Reverse(pair.frequency), pair.length));
    let mut shortest = u32::MAX;
    pairs.retain(|pair| {
        let competitive = pair.length < shortest;
        shortest = shortest.min(pair.length);
        competitive
    });
    pairs
}

/// The record of a cursor that is past the last one.
pub const OVER: u32 = u32::MAX;

/// A place among the records that contain a term.
pub struct Cursor<'a> {
    postings: &'a Postings,
    first: usize,
    block: usize,
    end: usize,
    /// Postings left, from the current block on.
    left: usize,
    records: [u32; BLOCK],
    frequencies: [u32; BLOCK],
    /// How many of the arrays are in use.
    filled: usize,
    at: usize,
    /// Where the block's frequencies start, and whether they have been read.
    frequencies_at: usize,
    counted: bool,
    /// How many of the block's position lists have been read, and where the next one starts.
    placed: usize,
    positions_at: usize,
}

impl Cursor<'_> {
    /// The current record, or [`OVER`].
    pub fn record(&self) -> u32 {
        if self.at < self.filled {
            self.records[self.at]
        } else {
            OVER
        }
    }

    /// How often the record contains the term.
    pub fn frequency(&mut self) -> u32 {
        if !self.counted {
            let mut at = self.frequencies_at;
            for frequency in &mut self.frequencies[..self.filled] {
                *frequency = varint::read(&self.postings.bytes, &mut at);
            }
            self.counted = true;
        }
        self.frequencies.get(self.at).copied().unwrap_or(0)
    }

    /// Moves to the next record.
    pub fn advance(&mut self) {
        self.at += 1;
        if self.at >= self.filled && self.block < self.end {
            self.skip_to(self.block + 1);
        }
    }

    /// Moves to the first record at or after `target`; never back.
    pub fn seek(&mut self, target: u32) {
        if self.record() >= target {
            return;
        }
        let block = self.block_of(target);
        if block != self.block {
            self.skip_to(block);
        }
        let ahead = self.records[self.at.min(self.filled)..self.filled].iter();
        self.at += ahead.take_while(|&&record| record < target).count();
    }

    /// The last record of the block that contains the first record at or after `target`.
    pub fn block_end(&self, target: u32) -> u32 {
        let block = self.block_of(target);
        let blocks = self.postings.blocks[..self.end].get(block);
        blocks.map_or(OVER, |block| block.last)
    }

    /// The impacts of that block; empty if there is no such record.
    pub fn block_impacts(&self, target: u32) -> &[Impact] {
        let block = self.block_of(target);
        if block < self.end {
            self.postings.impacts_of(block)
        } else {
            &[]
        }
    }

    /// The impacts of all the term's blocks.
    pub fn impacts(&self) -> impl Iterator<Item = &Impact> {
        (self.first..self.end).flat_map(|block| self.postings.impacts_of(block))
    }

    /// Replaces `positions` with those of the term in the current record. Within a block, lists
    /// are read on from where the last read ended.
    pub fn read_positions(&mut self, positions: &mut Vec<u32>) {
        positions.clear();
        if self.record() == OVER {
            return;
        }
        if self.placed == 0 || self.placed > self.at {
            (self.placed, self.positions_at) = (0, self.positions_start());
        }
        while self.placed <= self.at {
            self.postings
                .read_positions(&mut self.positions_at, positions);
            self.placed += 1;
        }
    }

    fn positions_start(&self) -> usize {
        let block = self.postings.blocks.get(self.block);
        block.map_or(0, |block| block.positions as usize)
    }

    /// The first block, from the current one on, whose last record is at or after the target.
    fn block_of(&self, target: u32) -> usize {
        let ahead = &self.postings.blocks[self.block.min(self.end)..self.end];
        // Usually it is the current block or the next one.
        let near = ahead.iter().take(2).position(|block| block.last >= target);
        self.block + near.unwrap_or_else(|| ahead.partition_point(|block| block.last < target))
    }

    fn skip_to(&mut self, block: usize) {
        self.left = self.left.saturating_sub((block - self.block) * BLOCK);
        self.block = block;
        self.load();
    }

    /// Reads the records of the current block.
    fn load(&mut self) {
        (self.at, self.filled, self.counted, self.placed) = (0, 0, false, 0);
        if self.block >= self.end {
            return;
        }
        self.filled = self.left.min(BLOCK);
        let block = &self.postings.blocks[self.block];
        let mut at = block.start as usize;
        let mut record = if self.block > self.first {
            self.postings.blocks[self.block - 1].last
        } else {
            0
        };
        for slot in &mut self.records[..self.filled] {
            record = record.wrapping_add(varint::read(&self.postings.bytes, &mut at));
            *slot = record;
        }
        self.frequencies_at = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    type Term = BTreeMap<u32, (u32, Vec<u32>)>;

    fn postings(terms: &[Term], lengths: &[u32]) -> Postings {
        let mut built = Postings::default();
        for term in terms {
            let postings = term
                .iter()
                .map(|(&record, (frequency, positions))| Posting {
                    record,
                    frequency: *frequency,
                    positions,
                });
            built.add(postings, lengths);
        }
        built
    }

    fn term() -> impl Strategy<Value = Term> {
        let places = prop::collection::btree_set(0u32..5_000, 1..4);
        let posting = (1u32..9, places.prop_map(|set| set.into_iter().collect()));
        prop::collection::btree_map(0u32..2_000, posting, 0..400)
    }

    proptest! {
        #[test]
        fn what_was_added_is_read_back(terms in prop::collection::vec(term(), 0..4)) {
            let lengths: Vec<u32> = (0..2_000).map(|record| record % 37 + 1).collect();
            let built = postings(&terms, &lengths);
            for (at, term) in (0..).zip(&terms) {
                let mut read = Term::new();
                built.for_each(at, |p| {
                    read.insert(p.record, (p.frequency, p.positions.to_vec()));
                });
                prop_assert_eq!(&read, term);
                prop_assert_eq!(built.holding(at) as usize, term.len());
            }
        }

        #[test]
        fn seeking_finds_what_stepping_finds(term in term(), mut targets in prop::collection::vec(0u32..2_100, 0..30)) {
            let lengths = vec![1; 2_000];
            let built = postings(std::slice::from_ref(&term), &lengths);
            let mut cursor = built.cursor(0);
            targets.sort_unstable();
            let mut read = Vec::new();
            for target in targets {
                cursor.seek(target);
                let next = term.range(target..).next();
                prop_assert_eq!(cursor.record(), next.map_or(OVER, |(&record, _)| record));
                if let Some((_, (frequency, positions))) = next {
                    prop_assert_eq!(cursor.frequency(), *frequency);
                    cursor.read_positions(&mut read);
                    prop_assert_eq!(&read, positions);
                }
            }
        }

        /// Every posting of a block is covered by one of the block's impacts.
        #[test]
        fn impacts_cover_their_block(term in term()) {
            let lengths: Vec<u32> = (0..2_000).map(|record| record * 7 % 41 + 1).collect();
            let built = postings(std::slice::from_ref(&term), &lengths);
            let cursor = built.cursor(0);
            for (&record, (frequency, _)) in &term {
                let length = lengths[record as usize];
                let covers = |b: &Impact| b.frequency >= *frequency && b.length <= length;
                prop_assert!(cursor.block_impacts(record).iter().any(covers));
                prop_assert!(cursor.block_end(record) >= record);
            }
        }
    }
}
