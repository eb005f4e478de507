//! Which records contain all words of a query.

use super::part::TextPart;
use super::query::TextQuery;
use super::search::WordSearch;
use super::statistics::Term;
use super::union::records_with_any;

impl WordSearch<'_> {
    /// The live positions of each part that contain every word of the query as typed, in any way
    /// to write it, or as corrected, in rising order. Empty if the query has no words.
    pub fn holding_all(&self) -> Vec<Vec<u32>> {
        let parts = self.parts.iter().zip(&self.terms);
        let of_part = parts.map(|(part, terms)| holding(part, self.query, terms));
        of_part.collect()
    }
}

/// The live records of the rarest word, less those that lack another.
fn holding(part: &TextPart<'_>, query: &TextQuery, terms: &[Term<'_>]) -> Vec<u32> {
    let words = query.words.iter().enumerate();
    let words = words.filter(|(_, word)| !word.is_title).map(|(at, word)| {
        let corrected = query.corrections.iter().any(|c| c.word == word.text);
        let own = terms.iter().filter(|term| term.word == at);
        let own = own.filter(|term| corrected || !word.terms[term.way].guessed);
        own.collect()
    });
    let mut words: Vec<Vec<&Term<'_>>> = words.collect();
    words.sort_by_key(|word| {
        let holding = word.iter().map(|term| u64::from(term.holding()));
        holding.sum::<u64>()
    });
    let Some((rarest, others)) = words.split_first() else {
        return Vec::new();
    };
    let mut found = records_with_any(part, rarest.iter().copied());
    if let Some(live) = part.live {
        found.retain(|&record| live.contains(record));
    }
    for word in others {
        if found.is_empty() {
            break;
        }
        let cursors = word.iter().map(|term| term.cursor());
        let mut cursors: Vec<_> = cursors.collect();
        found.retain(|&record| cursors.iter_mut().any(|cursor| cursor.holds(record)));
    }
    found
}
