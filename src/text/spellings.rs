//! The terms of an index as people spell them, with the records that contain each: for naming groups
//! of records by their words.

use std::ops::RangeInclusive;

use super::dictionary::TermDictionary;
use super::part::TextPart;

/// Stands for no word.
const NO_WORD: u32 = u32::MAX;

/// Calls `call` with every term that is in so many records: with the most frequent word that has this
/// term, and with the positions of the live records that contain any such word, ascending. Terms that
/// are only parts or other forms of words are left out.
pub fn each_spelled(
    parts: &[TextPart<'_>],
    records: RangeInclusive<u32>,
    mut call: impl FnMut(&str, &[u32]),
) {
    let words: Vec<Vec<u32>> = parts.iter().map(most_frequent_words).collect();
    let terms: Vec<&TermDictionary> = parts.iter().map(|part| &part.index.terms).collect();
    let mut positions = Vec::new();
    TermDictionary::each_of(&terms, |_, same| {
        let held = same.iter().map(|&(at, term)| parts[at].index.holding(term));
        let held: u32 = held.fold(0, u32::saturating_add);
        if held < *records.start() {
            return;
        }
        let spelled = same.iter().filter_map(|&(at, term)| {
            let word = *words[at].get(term as usize)?;
            (word != NO_WORD).then(|| (parts[at].index.words.count(word), at, word))
        });
        let Some((_, at, word)) = spelled.max_by_key(|&(count, _, _)| count) else {
            return;
        };
        positions.clear();
        for &(at, term) in same {
            let part = &parts[at];
            let mut cursor = part.index.postings.unread(term);
            cursor.for_each_block(|block| {
                let live = block.iter().filter(|&&record| part.passes(record));
                positions.extend(live.map(|record| part.offset + record));
            });
        }
        if records.contains(&(positions.len() as u32))
            && let Some(word) = parts[at].index.words.texts().text(word)
        {
            call(&word, &positions);
        }
    });
}

/// The most frequent word of each term of a part; of equally frequent ones, the first.
fn most_frequent_words(part: &TextPart<'_>) -> Vec<u32> {
    let words = &part.index.words;
    let mut best = vec![NO_WORD; part.index.terms.len()];
    for word in 0..words.texts().len() as u32 {
        let term = words
            .term(word)
            .and_then(|term| best.get_mut(term as usize));
        if let Some(best) = term
            && (*best == NO_WORD || words.count(word) > words.count(*best))
        {
            *best = word;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::tests::{index, part};
    use super::*;

    #[test]
    fn terms_are_spelled_as_most_records_do() {
        let one = index(&["running shoes", "a shoe to run in", "shoes"]);
        let other = index(&["running", "nothing else"]);
        let mut parts = [part(&one), part(&other)];
        parts[1].offset = 3;
        let mut found = Vec::new();
        each_spelled(&parts, 2..=3, |word, records| {
            found.push((word.to_owned(), records.to_vec()));
        });
        found.sort();
        let expected = [("running", vec![0, 1, 3]), ("shoes", vec![0, 1, 2])];
        let expected = expected.map(|(word, records)| (word.to_owned(), records));
        assert_eq!(found, expected);
    }
}
