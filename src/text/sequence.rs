//! Terms in sequence: the records that contain them, and where.

use super::cursor::Cursor;
use super::part::TextPart;
use super::postings::OVER;

/// Iterates over the records of a part that contain all of some terms.
pub struct Sequence<'a> {
    /// Each with its offset from the first.
    terms: Vec<(Cursor<'a>, u32)>,
    /// Indices of the terms, those in the fewest records first.
    order: Vec<usize>,
    next: u32,
    positions: Vec<Vec<u32>>,
}

impl<'a> Sequence<'a> {
    /// The terms, each with its offset from the first; `None` if the part lacks one.
    pub fn new(part: &TextPart<'a>, terms: &[(String, u32)]) -> Option<Self> {
        let cursors = terms
            .iter()
            .map(|(term, at)| Some((part.cursor(term)?, *at)));
        Some(Self::of(cursors.collect::<Option<_>>()?))
    }

    /// The records that contain the terms, each with its offset from the first.
    pub fn of(terms: Vec<(Cursor<'a>, u32)>) -> Self {
        let mut order: Vec<usize> = (0..terms.len()).collect();
        order.sort_by_key(|&at| terms[at].0.count());
        Self {
            positions: vec![Vec::new(); terms.len()],
            terms,
            order,
            next: 0,
        }
    }

    /// The next record that contains every term, in any place.
    pub fn next(&mut self) -> Option<u32> {
        if self.terms.is_empty() {
            return None;
        }
        'records: loop {
            let mut record = self.next;
            for (nth, &at) in self.order.iter().enumerate() {
                let cursor = &mut self.terms[at].0;
                cursor.seek(record);
                // Never back, even if the postings are damaged.
                let found = cursor.record().max(record);
                if found == OVER {
                    return None;
                }
                // The rarest says which record is next, the others whether it is one.
                if nth > 0 && found > record {
                    self.next = found;
                    continue 'records;
                }
                record = found;
            }
            self.next = record.saturating_add(1);
            return Some(record);
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
        let (terms, positions) = (&self.terms, &self.positions);
        let first = positions.first().into_iter().flatten().copied();
        first.filter(move |start| {
            let mut others = terms.iter().zip(positions).skip(1);
            others.all(|((_, at), positions)| {
                let place = start.saturating_add(*at);
                positions.binary_search(&place).is_ok()
            })
        })
    }
}
