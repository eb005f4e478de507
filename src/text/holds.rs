//! Whether a record holds all that was asked for.

use super::postings::{Cursor, OVER};
use super::query::{TextQuery, Word};
use super::search::TextPart;

/// Whether a record that passes holds every word of a query as it was typed, in any of the
/// ways to write it.
pub fn any_holds_all(parts: &[TextPart<'_>], query: &TextQuery) -> bool {
    let mut parts = parts.iter().enumerate();
    !query.words.is_empty() && parts.any(|(at, part)| holds_all(at, part, query))
}

fn holds_all(at: usize, part: &TextPart<'_>, query: &TextQuery) -> bool {
    let words = query.words.iter().map(|word| typed(at, part, word));
    let mut words: Vec<Vec<Cursor<'_>>> = words.collect();
    let mut record = 0;
    loop {
        let mut furthest = record;
        for ways in &mut words {
            let next = ways.iter_mut().map(|way| {
                way.seek(record);
                way.record()
            });
            furthest = furthest.max(next.min().unwrap_or(OVER));
        }
        if furthest == OVER {
            return false;
        }
        if furthest == record {
            if part.passes(record) {
                return true;
            }
            record += 1;
        } else {
            record = furthest;
        }
    }
}

/// The records of each of the ways to write a word as it was typed.
fn typed<'a>(at: usize, part: &TextPart<'a>, word: &'a Word) -> Vec<Cursor<'a>> {
    let own = word.terms.iter().filter(|way| !way.guessed);
    own.filter_map(|way| way.cursor(part, at)).collect()
}
