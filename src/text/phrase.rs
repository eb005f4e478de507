//! Several terms one after another as if they were one term, with postings of their own.

use super::gathered::Gathered;
use super::postings::{Cursor, Postings};
use super::search::TextPart;
use super::sequence::Sequence;

/// Terms one after another, or a whole title, and the records that hold them so. It is made
/// once a query, for the parts that the query is looked up in, and holds for them alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// Each term with how far it stands from the first; none of a title.
    pub terms: Vec<(String, u32)>,
    /// Their postings, part by part.
    parts: Vec<Postings>,
}

impl Phrase {
    /// Looks the terms up in all parts; `None` where no live record holds them.
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

    /// The records that have a title, as if the title were a term that stands at its start;
    /// `None` where no live record has it.
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

    /// The records of a part, by its place among the parts.
    pub fn cursor(&self, part: usize) -> Option<Cursor<'_>> {
        Some(self.parts.get(part)?.cursor(0))
    }

    /// How many records of a part hold it, deleted ones among them.
    pub fn holding(&self, part: usize) -> u32 {
        self.parts
            .get(part)
            .map_or(0, |postings| postings.holding(0))
    }

    /// The terms, as they are shown.
    pub fn text(&self) -> String {
        if self.terms.is_empty() {
            return "the whole title".into();
        }
        let terms: Vec<&str> = self.terms.iter().map(|(term, _)| term.as_str()).collect();
        terms.join(" ")
    }
}

fn postings(part: &TextPart<'_>, gathered: &Gathered) -> Postings {
    let mut postings = Postings::default();
    postings.add(gathered.postings(), part.index.lengths());
    postings
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
