//! Terms in sequence: the records that contain them, and where.

use super::cursor::Cursor;
use super::part::TextPart;
use super::postings::OVER;

/// Iterates over the records of a part that contain all of some terms.
pub struct Sequence<'a> {
    /// Each with its offset from the first.
    terms: Vec<(Cursor<'a>, u32)>,
    next: u32,
    positions: Vec<Vec<u32>>,
}

impl<'a> Sequence<'a> {
    /// The terms, each with its offset from the first; `None` if the part lacks one.
    pub fn new(part: &TextPart<'a>, terms: &[(String, u32)]) -> Option<Self> {
        let cursors = terms
            .iter()
            .map(|(term, at)| Some((part.cursor(term)?, *at)));
        Some(Self {
            terms: cursors.collect::<Option<_>>()?,
            next: 0,
            positions: vec![Vec::new(); terms.len()],
        })
    }

    /// The next record that contains every term, in any place.
    pub fn next(&mut self) -> Option<u32> {
        loop {
            let mut record = self.next;
            for (cursor, _) in &mut self.terms {
                cursor.seek(record);
                record = record.max(cursor.record());
            }
            if record == OVER || self.terms.is_empty() {
                return None;
            }
            self.next = record;
            if self
                .terms
                .iter()
                .all(|(cursor, _)| cursor.record() == record)
            {
                self.next = record + 1;
                return Some(record);
            }
        }
    }

    /// Moves to a record, never back; returns whether it contains every term.
    pub fn seek(&mut self, record: u32) -> bool {
        self.terms.iter_mut().all(|(cursor, _)| {
            cursor.seek(record);
            cursor.record() == record
        })
    }

    /// Where the terms occur in sequence in the current record: the positions of the first term.
    pub fn starts(&mut self) -> impl Iterator<Item = u32> + '_ {
        for ((cursor, _), positions) in self.terms.iter_mut().zip(&mut self.positions) {
            cursor.read_positions(positions);
        }
        let offsets = self.terms.iter().map(|(_, at)| *at);
        let others: Vec<(&Vec<u32>, u32)> = self.positions.iter().zip(offsets).skip(1).collect();
        let first = self.positions.first().into_iter().flatten().copied();
        first.filter(move |start| {
            let stands = |(positions, at): &(&Vec<u32>, u32)| {
                let place = start.saturating_add(*at);
                positions.binary_search(&place).is_ok()
            };
            others.iter().all(stands)
        })
    }
}
