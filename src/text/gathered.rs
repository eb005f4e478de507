//! The postings of a term while they are gathered, record by record.

use super::postings::Posting;

/// The postings of one term while they are collected.
#[derive(Default)]
pub(super) struct Gathered {
    /// Record, frequency, and where its positions end.
    records: Vec<(u32, u32, usize)>,
    positions: Vec<u32>,
}

impl Gathered {
    /// Forgets what was gathered.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.positions.clear();
    }

    /// One more record; they come in order.
    pub(super) fn push(&mut self, record: u32, frequency: u32, positions: &[u32]) {
        self.positions.extend(positions);
        self.records.push((record, frequency, self.positions.len()));
    }

    /// One more occurrence; records come in order. Two forms of one word may have one term,
    /// which stands there once.
    pub(super) fn count(&mut self, record: u32, weight: u32, position: u32) {
        match self.records.last_mut().filter(|last| last.0 == record) {
            Some(last) => {
                if self.positions.last().is_some_and(|&last| last >= position) {
                    return;
                }
                last.1 += weight;
                last.2 += 1;
                self.positions.push(position);
            }
            None => {
                self.positions.push(position);
                self.records.push((record, weight, self.positions.len()));
            }
        }
    }

    /// What was gathered.
    pub(super) fn postings(&self) -> impl Iterator<Item = Posting<'_>> {
        let mut start = 0;
        self.records.iter().map(move |&(record, frequency, end)| {
            let positions = &self.positions[start..end];
            start = end;
            Posting {
                record,
                frequency,
                positions,
            }
        })
    }

    /// Whether no record was.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}
