//! A place among the records that contain a term.

use std::ops::Range;

use roaring::RoaringBitmap;

use super::packed::{self, BLOCK};
use super::postings::{Impact, OVER, Posting, Postings};
use super::varint;

/// A place among the records that contain a term. Blocks are only decoded when one of their
/// records is asked for, and frequencies when one of them is.
pub struct Cursor<'a> {
    postings: &'a Postings,
    /// The term's blocks.
    blocks: Range<usize>,
    /// How many records contain the term.
    count: usize,
    /// The current block.
    block: usize,
    /// The records of the current block, followed by [`OVER`] if they are fewer.
    records: [u32; BLOCK],
    frequencies: [u32; BLOCK],
    /// How many of the arrays are in use; 0 if the block has not been decoded.
    filled: usize,
    at: usize,
    /// In the last block of a term, where the frequencies start.
    frequencies_at: usize,
    /// Whether the frequencies have been decoded.
    counted: bool,
    /// How many of the block's position lists have been read, and where the next one starts.
    placed: usize,
    positions_at: usize,
    /// The blocks that were decoded, if somebody wants to know.
    watched: Option<Box<RoaringBitmap>>,
}

impl Postings {
    /// The records that contain a term, from the first.
    pub fn cursor(&self, term: u32) -> Cursor<'_> {
        let mut cursor = Cursor::new(self, self.blocks(term), self.holding(term));
        cursor.load();
        cursor
    }

    /// A cursor of which nothing has been decoded yet. It has no record until it is moved.
    pub fn unread(&self, term: u32) -> Cursor<'_> {
        Cursor::new(self, self.blocks(term), self.holding(term))
    }

    /// Calls `call` with every record that contains a term, its frequency and its positions.
    pub fn for_each(&self, term: u32, mut call: impl FnMut(Posting<'_>)) {
        let mut cursor = self.cursor(term);
        let mut positions = Vec::new();
        while cursor.record() != OVER {
            cursor.read_positions(&mut positions);
            call(Posting {
                record: cursor.record(),
                frequency: cursor.frequency(),
                positions: &positions,
            });
            cursor.advance();
        }
    }
}

impl<'a> Cursor<'a> {
    /// A cursor before the first record of some blocks, none of them decoded.
    fn new(postings: &'a Postings, blocks: Range<usize>, count: u32) -> Self {
        Self {
            postings,
            block: blocks.start,
            blocks,
            count: count as usize,
            records: [OVER; BLOCK],
            frequencies: [0; BLOCK],
            filled: 0,
            at: 0,
            frequencies_at: 0,
            counted: false,
            placed: 0,
            positions_at: 0,
            watched: None,
        }
    }

    /// Notes from now on which blocks are decoded.
    pub fn watch(&mut self) {
        self.watched = Some(Box::default());
    }

    /// How many blocks there are, and how many of them were decoded since they are watched.
    pub fn blocks_and_read(&self) -> (u32, u32) {
        let read = self.watched.as_ref().map_or(0, |watched| watched.len());
        (self.blocks.len() as u32, read as u32)
    }

    /// The current record, or [`OVER`].
    pub fn record(&self) -> u32 {
        self.records.get(self.at).copied().unwrap_or(OVER)
    }

    /// How often the record contains the term.
    pub fn frequency(&mut self) -> u32 {
        self.count_block();
        self.frequencies.get(self.at).copied().unwrap_or(0)
    }

    /// Moves to the next record.
    pub fn advance(&mut self) {
        self.at += 1;
        if self.at >= self.filled && self.block < self.blocks.end {
            self.skip_to(self.block + 1);
            self.load();
        }
    }

    /// Moves to the first record at or after `target`; never back.
    pub fn seek(&mut self, target: u32) {
        if self.filled > 0 && self.record() >= target {
            return;
        }
        // Often it is the next one.
        let next = self.at + 1;
        let records = self.records.get(..self.filled).unwrap_or(&[]);
        if records.get(next).is_some_and(|&record| record >= target) {
            self.at = next;
            return;
        }
        self.skip_to(self.block_of(target));
        self.load();
        self.at = self.at.max(packed::below(&self.records, target));
    }

    /// Moves to a record in either direction, if it contains the term; returns how often it does.
    pub fn find(&mut self, record: u32) -> Option<u32> {
        self.holds(record).then(|| self.frequency())
    }

    /// Moves to a record in either direction, if it contains the term; returns whether it does.
    pub fn holds(&mut self, record: u32) -> bool {
        if self.block > self.blocks.start && self.last_before(self.block) >= record {
            let before = self.postings.lasts().get(self.blocks.start..self.block);
            let before = before.unwrap_or(&[]).partition_point(|&last| last < record);
            self.skip_to(self.blocks.start + before);
        } else {
            self.skip_to(self.block_of(record));
        }
        self.holds_in(self.block, record)
    }

    /// Moves to a record in a block; returns whether it contains the term.
    pub fn holds_in(&mut self, block: usize, record: u32) -> bool {
        self.skip_to(block);
        self.load();
        self.at = packed::below(&self.records, record);
        self.record() == record && record != OVER
    }

    /// The first block, from the current one on, whose last record is at or after the target.
    /// Blocks are identified by their index; one at the end means that there is none.
    pub fn block_of(&self, target: u32) -> usize {
        let lasts = self.postings.lasts().get(..self.blocks.end).unwrap_or(&[]);
        let ahead = lasts.get(self.block..).unwrap_or(&[]);
        // Usually it is the current block or one of the next, so the steps double.
        let (mut passed, mut step) = (0, 1);
        while ahead
            .get(passed + step - 1)
            .is_some_and(|&last| last < target)
        {
            passed += step;
            step *= 2;
        }
        let within = &ahead[passed..ahead.len().min(passed + step)];
        self.block + passed + within.partition_point(|&last| last < target)
    }

    /// How many records contain the term.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The current block.
    pub fn block(&self) -> usize {
        self.block
    }

    /// Where the term's blocks end.
    pub fn end(&self) -> usize {
        self.blocks.end
    }

    /// The first record at or after `target` in the current block, or a lower bound on it if the
    /// block has not been decoded. The block must be the one of `target`.
    pub fn next_from(&self, target: u32) -> u32 {
        if self.filled > 0 {
            let at = packed::below(&self.records, target);
            self.records.get(at).copied().unwrap_or(OVER)
        } else {
            self.first_of(self.block).max(target)
        }
    }

    /// Whether a record from `start` to `end` contains the term. The current block must be the one
    /// of `start`.
    pub fn is_in(&mut self, start: u32, end: u32) -> bool {
        if self.first_of(self.block) > end {
            return false;
        }
        self.load();
        self.next_from(start) <= end
    }

    /// The last record of a block; [`OVER`] past the end.
    pub fn last_of(&self, block: usize) -> u32 {
        if block < self.blocks.end {
            self.postings.lasts().get(block).copied().unwrap_or(OVER)
        } else {
            OVER
        }
    }

    /// A lower bound on the records of a block; [`OVER`] past the end.
    pub fn first_of(&self, block: usize) -> u32 {
        if block >= self.blocks.end {
            OVER
        } else if block == self.block && self.filled > 0 {
            self.records[0]
        } else if block == self.blocks.start {
            0
        } else {
            self.last_before(block).saturating_add(1)
        }
    }

    /// The impacts of a block; empty past the end.
    pub fn impacts_of(&self, block: usize) -> &'a [Impact] {
        if block < self.blocks.end {
            self.postings.impacts_of(block)
        } else {
            &[]
        }
    }

    /// Makes a block the current one, without decoding it.
    pub fn skip_to(&mut self, block: usize) {
        if block != self.block {
            self.block = block;
            (self.at, self.filled, self.counted, self.placed) = (0, 0, false, 0);
            if block >= self.blocks.end {
                self.records.fill(OVER);
            }
        }
    }

    /// The current block's records, followed by [`OVER`] if they are fewer, and frequencies.
    pub fn decoded(&mut self) -> (&[u32; BLOCK], &[u32; BLOCK]) {
        self.load();
        self.count_block();
        (&self.records, &self.frequencies)
    }

    /// Calls `call` with the records of each block from the current one on.
    pub fn for_each_block(&mut self, mut call: impl FnMut(&[u32])) {
        while self.block < self.blocks.end {
            self.load();
            call(&self.records[..self.filled]);
            self.skip_to(self.block + 1);
        }
    }

    /// Calls `call` with the records from the current one on that are below `end`, block by block,
    /// and moves past them.
    pub fn for_each_below(&mut self, end: u32, mut call: impl FnMut(&[u32])) {
        while self.block < self.blocks.end {
            self.load();
            let until = packed::below(&self.records, end);
            call(self.records.get(self.at..until).unwrap_or(&[]));
            self.at = self.at.max(until);
            if until < self.filled {
                return;
            }
            self.skip_to(self.block + 1);
        }
    }

    /// Replaces `positions` with those of the term in the current record. Within a block, lists
    /// are read on from where the last read ended.
    pub fn read_positions(&mut self, positions: &mut Vec<u32>) {
        positions.clear();
        if self.record() == OVER {
            return;
        }
        if self.placed == 0 || self.placed > self.at {
            (self.placed, self.positions_at) = (0, self.postings.places_of(self.block));
        }
        self.postings
            .skip_positions(&mut self.positions_at, self.at - self.placed);
        self.postings
            .read_positions(&mut self.positions_at, positions);
        self.placed = self.at + 1;
    }

    /// The last record before a block.
    fn last_before(&self, block: usize) -> u32 {
        if block <= self.blocks.start {
            return 0;
        }
        self.postings.lasts().get(block - 1).copied().unwrap_or(0)
    }

    /// Decodes the records of the current block, unless that has been done.
    pub(super) fn load(&mut self) {
        if self.filled > 0 || self.block >= self.blocks.end {
            return;
        }
        (self.at, self.counted, self.placed) = (0, false, 0);
        if let Some(watched) = &mut self.watched {
            watched.insert((self.block - self.blocks.start) as u32);
        }
        let left = self.count - ((self.block - self.blocks.start) * BLOCK).min(self.count);
        self.filled = left.clamp(1, BLOCK);
        let before = self.last_before(self.block);
        let bytes = self.postings.bytes_of(self.block);
        if self.filled == BLOCK {
            if !packed::read_records(bytes, before, &mut self.records) {
                self.records.fill(OVER);
            }
            return;
        }
        let (mut at, mut record) = (0, before);
        let (own, rest) = self.records.split_at_mut(self.filled);
        for slot in own {
            record = record.wrapping_add(varint::read(bytes, &mut at));
            *slot = record;
        }
        rest.fill(OVER);
        self.frequencies_at = at;
    }

    /// Decodes the frequencies of the current block, unless that has been done.
    fn count_block(&mut self) {
        if self.counted || self.filled == 0 {
            return;
        }
        self.counted = true;
        let bytes = self.postings.bytes_of(self.block);
        if self.filled == BLOCK {
            packed::read_frequencies(bytes, &mut self.frequencies);
            return;
        }
        let mut at = self.frequencies_at;
        for frequency in &mut self.frequencies[..self.filled] {
            *frequency = varint::read(bytes, &mut at);
        }
    }
}
