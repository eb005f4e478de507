//! Collects the postings of a term, record by record.

use super::postings::Posting;

/// The postings of one term while they are collected.
#[derive(Default)]
pub(super) struct Gathered {
    /// Record, frequency, and the end of its positions.
    records: Vec<(u32, u32, u32)>,
    positions: Vec<u32>,
}

impl Gathered {
    /// Clears the collected postings.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.positions.clear();
    }

    /// Adds a record. Records come in order.
    pub(super) fn push(&mut self, record: u32, frequency: u32, positions: &[u32]) {
        self.positions.extend(positions);
        self.records
            .push((record, frequency, self.positions.len() as u32));
    }

    /// Adds an occurrence. Records come in order. Two forms of a word may have the same term,
    /// which counts once per position.
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
                self.records
                    .push((record, weight, self.positions.len() as u32));
            }
        }
    }

    /// The collected postings.
    pub(super) fn postings(&self) -> impl Iterator<Item = Posting<'_>> {
        let mut start = 0;
        self.records.iter().map(move |&(record, frequency, end)| {
            let positions = &self.positions[start..end as usize];
            start = end as usize;
            Posting {
                record,
                frequency,
                positions,
            }
        })
    }

    /// How many records were collected.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }
}
