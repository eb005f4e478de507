//! Which records contain all words of a query.

use roaring::RoaringBitmap;

use super::part::TextPart;
use super::query::TextQuery;
use super::search::WordSearch;
use super::statistics::Term;
use super::union::union;

impl WordSearch<'_> {
    /// The live positions of each part that contain every word of the query as typed, in any way
    /// to write it, or as corrected. Empty if the query has no words.
    pub fn holding_all(&self) -> Vec<RoaringBitmap> {
        let parts = self.parts.iter().zip(&self.terms);
        let of_part = parts.map(|(part, terms)| {
            let holding = holding(part, self.query, terms);
            match part.live {
                Some(live) => holding & &**live,
                None => holding,
            }
        });
        of_part.collect()
    }
}

/// The records of the rarest word, less those that lack another.
fn holding(part: &TextPart<'_>, query: &TextQuery, terms: &[Term<'_>]) -> RoaringBitmap {
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
        return RoaringBitmap::new();
    };
    let mut found = union(part, rarest.iter().copied());
    for word in others {
        if found.is_empty() {
            break;
        }
        let cursors = word.iter().map(|term| term.cursor());
        let mut cursors: Vec<_> = cursors.collect();
        let holds = |record: &u32| cursors.iter_mut().any(|cursor| cursor.holds(*record));
        let both = found.iter().filter(holds);
        found = RoaringBitmap::from_sorted_iter(both).unwrap_or_default();
    }
    found
}
