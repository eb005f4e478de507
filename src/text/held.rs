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
    /// Looks a term up in a part.
    pub fn of(part: &TextPart<'_>, term: &str) -> Option<Self> {
        let number = part.index.term(term)?;
        let of_corpus = part.corpus.and_then(|corpus| corpus.holding.get(term));
        Some(Self {
            number: Some(number),
            live: match of_corpus {
                Some(&known) => known,
                None => part.live_holding(number),
            },
        })
    }
}
