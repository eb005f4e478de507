//! Several terms in sequence, treated as one term with postings of its own.

use super::cursor::Cursor;
use super::gathered::Gathered;
use super::held::Held;
use super::part::TextPart;
use super::postings::{Postings, PostingsBuilder};
use super::sequence::Sequence;

/// A sequence of terms, or a whole title, and the records that contain it. Built once per query,
/// and valid only for the parts in which the query was looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// Each term with its offset from the first; empty for a title.
    pub terms: Vec<(String, u32)>,
    /// What each part contains.
    parts: Vec<OfPart>,
}

/// The records of a part that contain a phrase.
#[derive(Debug, Clone, PartialEq)]
struct OfPart {
    postings: Postings,
    /// How many of them are live.
    live: u32,
}

impl Phrase {
    /// Finds terms in sequence in all parts, given where each of them is held; `None` if no live
    /// record contains them.
    pub(super) fn find(
        parts: &[TextPart<'_>],
        terms: &[(String, u32)],
        held: &[Vec<Held>],
    ) -> Option<Self> {
        let of_part = |(nth, part): (usize, &TextPart<'_>)| {
            let cursors = terms.iter().zip(held).map(|((_, at), held)| {
                let number = held.get(nth)?.number?;
                Some((part.index.cursor(number), *at))
            });
            let cursors: Option<Vec<(Cursor<'_>, u32)>> = cursors.collect();
            let sequence = cursors.map(Sequence::of);
            OfPart::of(
                part,
                &sequence.map_or_else(Gathered::default, |of| gather(part, of)),
            )
        };
        let parts = parts.iter().enumerate().map(of_part).collect();
        Self::held(terms.to_vec(), parts)
    }

    /// The records with a title, as if it were a term at the start of the record; `None` if no
    /// live record has it.
    pub fn titled(parts: &[TextPart<'_>], key: u64) -> Option<Self> {
        let of_part = |part: &TextPart<'_>| {
            let mut gathered = Gathered::default();
            for record in part.index.titles().of(key) {
                gathered.push(record, part.index.weight(0), &[part.index.start(record)]);
            }
            OfPart::of(part, &gathered)
        };
        Self::held(Vec::new(), parts.iter().map(of_part).collect())
    }

    fn held(terms: Vec<(String, u32)>, parts: Vec<OfPart>) -> Option<Self> {
        let held = parts.iter().any(|part| part.live > 0);
        held.then_some(Self { terms, parts })
    }

    /// The records of a part, by its index among the parts.
    pub fn cursor(&self, part: usize) -> Option<Cursor<'_>> {
        Some(self.parts.get(part)?.postings.cursor(0))
    }

    /// Its postings in a part, of which it is the only term, and how many live records contain it;
    /// `None` if none does, live or not.
    pub(super) fn postings(&self, part: usize) -> Option<(&Postings, u32)> {
        let of_part = self.parts.get(part)?;
        let held = of_part.postings.holding(0) > 0;
        held.then_some((&of_part.postings, of_part.live))
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

impl OfPart {
    fn of(part: &TextPart<'_>, gathered: &Gathered) -> Self {
        if gathered.len() == 0 {
            return Self {
                postings: Postings::default(),
                live: 0,
            };
        }
        let mut postings = PostingsBuilder::default();
        postings.add(gathered.len(), gathered.postings(), part.index.lengths());
        let live = match part.live {
            Some(live) => {
                let records = gathered.postings().map(|posting| posting.record);
                records.filter(|&record| live.contains(record)).count()
            }
            None => gathered.len(),
        };
        Self {
            postings: postings.build(),
            live: live as u32,
        }
    }
}

fn gather(part: &TextPart<'_>, mut sequence: Sequence<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut starts = Vec::new();
    while let Some(record) = sequence.next() {
        starts.clear();
        starts.extend(sequence.starts());
        if !starts.is_empty() {
            gathered.push(record, part.index.weight_at(record, &starts), &starts);
        }
    }
    gathered
}
