//! Which records contain all words of a query.

use super::cursor::Cursor;
use super::part::TextPart;
use super::query::TextQuery;
use super::search::WordSearch;
use super::statistics::Term;
use super::union::records_with_any;

/// How many records are looked at before it is decided whether to look at more.
const AT_A_TIME: usize = 1_024;

impl WordSearch<'_> {
    /// The live positions of each part that contain every word of the query as typed, in any way
    /// to write it, or as corrected, in rising order. Empty if the query has no words.
    ///
    /// Of each part, at least the first `enough` records that contain the rarest word are looked at,
    /// and more only until one contains all. Looking at all takes milliseconds if every word is
    /// common.
    pub fn holding_all(&self, enough: usize) -> Vec<Vec<u32>> {
        let parts = self.parts.iter().zip(&self.terms);
        let of_part = parts.map(|(part, terms)| holding(part, self.query, terms, enough));
        of_part.collect()
    }
}

/// The live records of the rarest word, less those that lack another.
fn holding(part: &TextPart<'_>, query: &TextQuery, terms: &[Term<'_>], enough: usize) -> Vec<u32> {
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
    let mut records = records_with_any(part, rarest.iter().copied());
    if let Some(live) = part.live {
        records.retain(|&record| live.contains(record));
    }
    if others.is_empty() {
        return records;
    }
    let others = others.iter();
    let others = others.map(|word| word.iter().map(|term| term.cursor()).collect());
    let mut others: Vec<Vec<Cursor<'_>>> = others.collect();
    let mut found = Vec::new();
    let mut looked_at = 0;
    for some in records.chunks(AT_A_TIME) {
        if looked_at >= enough && !found.is_empty() {
            break;
        }
        looked_at += some.len();
        let mut holding = some.to_vec();
        for word in &mut others {
            if holding.is_empty() {
                break;
            }
            holding.retain(|&record| word.iter_mut().any(|cursor| cursor.holds(record)));
        }
        found.append(&mut holding);
    }
    found
}
