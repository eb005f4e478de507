//! Which records contain all words of a query.

use roaring::RoaringBitmap;

use super::part::TextPart;
use super::postings::{Cursor, OVER};
use super::query::{TextQuery, Word};

/// The live positions of each part that contain every word of a query as typed, in any way to
/// write it, or as corrected. Empty if the query has no words.
pub fn holding_all(parts: &[TextPart<'_>], query: &TextQuery) -> Vec<RoaringBitmap> {
    let of_part = |(at, part): (usize, &TextPart<'_>)| {
        let holding = holding(at, part, query);
        match part.live {
            Some(live) => holding & live,
            None => holding,
        }
    };
    parts.iter().enumerate().map(of_part).collect()
}

fn holding(at: usize, part: &TextPart<'_>, query: &TextQuery) -> RoaringBitmap {
    let words = query.words.iter().filter(|word| !word.is_title);
    let words = words.map(|word| said(at, part, query, word));
    let mut words: Vec<Vec<Cursor<'_>>> = words.collect();
    let mut found = RoaringBitmap::new();
    let mut record = 0;
    while !words.is_empty() {
        let mut furthest = record;
        for ways in &mut words {
            let next = ways.iter_mut().map(|way| {
                way.seek(record);
                way.record()
            });
            furthest = furthest.max(next.min().unwrap_or(OVER));
        }
        if furthest == OVER {
            break;
        }
        if furthest == record {
            found.insert(record);
            record += 1;
        } else {
            record = furthest;
        }
    }
    found
}

/// The records for each way to write a word as typed or corrected.
fn said<'a>(
    at: usize,
    part: &TextPart<'a>,
    query: &'a TextQuery,
    word: &'a Word,
) -> Vec<Cursor<'a>> {
    let corrected = query.corrections.iter().any(|c| c.word == word.text);
    let own = word.terms.iter().filter(|way| corrected || !way.guessed);
    own.filter_map(|way| way.cursor(part, at)).collect()
}
