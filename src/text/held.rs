//! Where a term of a query is held.

use super::part::TextPart;

/// A term as it was found in one part.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Held {
    /// Its number; `None` if the part lacks it.
    pub number: Option<u32>,
    /// How many live records contain it.
    pub live: u32,
}

impl Held {
    /// Looks a term up in a part. One that only other records of the corpus contain is held there, too.
    pub fn of(part: &TextPart<'_>, term: &str) -> Option<Self> {
        let number = part.index.term(term);
        let of_corpus = part.corpus.and_then(|corpus| corpus.holding.get(term));
        let live = match (of_corpus, number) {
            (Some(&known), _) => known,
            (None, Some(number)) => part.live_holding(number),
            (None, None) => return None,
        };
        Some(Self { number, live })
    }
}
