//! Several terms in sequence, treated as one term with postings of its own.

use super::cursor::Cursor;
use super::gathered::Gathered;
use super::part::TextPart;
use super::postings::{Postings, PostingsBuilder};
use super::sequence::Sequence;

/// A sequence of terms, or a whole title, and the records that contain it. Built once per query,
/// and valid only for the parts in which the query was looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// Each term with its offset from the first; empty for a title.
    pub terms: Vec<(String, u32)>,
    /// The postings of each part.
    parts: Vec<Postings>,
}

impl Phrase {
    /// Looks the terms up in all parts; `None` if no live record contains them.
    pub fn find(parts: &[TextPart<'_>], terms: &[(String, u32)]) -> Option<Self> {
        let mut held = false;
        let of_part = |part: &TextPart<'_>| {
            let gathered = gather(part, terms);
            held |= gathered
                .postings()
                .any(|posting| part.is_live(posting.record));
            postings(part, &gathered)
        };
        let parts = parts.iter().map(of_part).collect();
        held.then(|| Self {
            terms: terms.to_vec(),
            parts,
        })
    }

    /// The records with a title, as if it were a term at the start of the record; `None` if no
    /// live record has it.
    pub fn titled(parts: &[TextPart<'_>], key: u64) -> Option<Self> {
        let mut held = false;
        let of_part = |part: &TextPart<'_>| {
            let mut gathered = Gathered::default();
            for record in part.index.titles().of(key) {
                held |= part.is_live(record);
                gathered.push(record, part.index.weight(0), &[part.index.start(record)]);
            }
            postings(part, &gathered)
        };
        let parts = parts.iter().map(of_part).collect();
        held.then(|| Self {
            terms: Vec::new(),
            parts,
        })
    }

    /// The records of a part, by its index among the parts.
    pub fn cursor(&self, part: usize) -> Option<Cursor<'_>> {
        Some(self.parts.get(part)?.cursor(0))
    }

    /// Its postings in a part, of which it is the only term.
    pub(super) fn postings(&self, part: usize) -> Option<&Postings> {
        self.parts.get(part)
    }

    /// The terms, for display.
    pub fn text(&self) -> String {
        if self.terms.is_empty() {
            return "the whole title".into();
        }
        let terms: Vec<&str> = self.terms.iter().map(|(term, _)| term.as_str()).collect();
        terms.join(" ")
    }
}

fn postings(part: &TextPart<'_>, gathered: &Gathered) -> Postings {
    let mut postings = PostingsBuilder::default();
    postings.add(gathered.len(), gathered.postings(), part.index.lengths());
    postings.build()
}

fn gather(part: &TextPart<'_>, terms: &[(String, u32)]) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(mut sequence) = Sequence::new(part, terms) else {
        return gathered;
    };
    let mut starts = Vec::new();
    while let Some(record) = sequence.next() {
        starts.clear();
        starts.extend(sequence.starts());
        let weight = |&start: &u32| part.index.weight(part.index.field_at(record, start));
        let frequency = starts.iter().map(weight).sum();
        if !starts.is_empty() {
            gathered.push(record, frequency, &starts);
        }
    }
    gathered
}
