//! A word of the collection that means almost the same as a word of a query. How similar two words are is
//! told by the vectors that the model gives them if it reads each alone (`crate::encoder::pieces`).

use std::collections::HashSet;

use crate::analysis::Analyzer;
use crate::encoder::Encoder;
use crate::search::changes::Word;

/// The fewest letters of a word that is offered.
const LETTERS: usize = 3;

/// From this similarity on, one word can stand for another. Of two words taken at random, fewer than
/// one in a hundred pairs reach it.
const ALIKE: f32 = 0.5;

/// Words that begin with this many equal letters are taken for forms of one word.
const SAME_ROOT: usize = 4;

/// The most words of a query that are looked at.
const MOST: usize = 16;

/// What a collection consists of.
pub(crate) trait Holds {
    /// Whether a record contains a term.
    fn term(&self, term: &str) -> bool;

    /// Whether a record contains a piece of the model's vocabulary.
    fn piece(&self, piece: u32) -> bool;
}

/// The word of a query with the most similar other word in a collection, by index, and that word. Both
/// are words that the model knows as a whole. `None` if no word is similar enough, and until the vectors
/// of words have been made.
pub(super) fn synonym(
    words: &[Word],
    (analyzer, encoder): (&Analyzer, &Encoder),
    holds: &dyn Holds,
) -> Option<(usize, String)> {
    let vectors = encoder.piece_vectors()?;
    let asked = words.iter().enumerate().filter(|(_, word)| word.counts);
    let asked = asked.filter_map(|(at, word)| Some((at, encoder.piece_of(&word.folded)?)));
    let asked: Vec<(usize, u32)> = asked.take(MOST).collect();
    let of_query: Vec<u32> = asked.iter().map(|(_, piece)| *piece).collect();
    if of_query.is_empty() {
        return None;
    }
    let terms: HashSet<_> = words.iter().map(|w| analyzer.term(&w.folded)).collect();
    let is_held = |word: &str| {
        let term = analyzer.term(word);
        !terms.contains(&term) && holds.term(&term)
    };
    let pieces = 0..vectors.len() as u32;
    let known = pieces.filter(|&piece| holds.piece(piece));
    let offered = known.filter_map(|piece| Some((piece, encoder.word_of(piece)?)));
    let offered = offered.filter(|(_, word)| {
        word.chars().count() >= LETTERS
            && word.chars().all(char::is_alphabetic)
            && !analyzer.is_stop_word(word)
            && is_held(word)
    });
    let (pieces, offered): (Vec<u32>, Vec<String>) = offered.unzip();
    let similarities = vectors.similarities(&of_query, &pieces);
    let width = similarities.len() / pieces.len().max(1);
    let mut best: Option<(f32, usize, &String)> = None;
    for (row, word) in similarities.chunks(width.max(1)).zip(&offered) {
        for (&similarity, &(at, _)) in row.iter().zip(&asked) {
            let better = best.is_none_or(|(most, _, _)| similarity > most);
            if better && similarity >= ALIKE && !have_one_root(word, &words[at].folded) {
                best = Some((similarity, at, word));
            }
        }
    }
    best.map(|(_, at, word)| (at, word.clone()))
}

/// Whether two words are taken for forms of one.
fn have_one_root(one: &str, other: &str) -> bool {
    let pairs = one.chars().zip(other.chars());
    let same = pairs.take_while(|(a, b)| a == b).count();
    let shorter = one.chars().count().min(other.chars().count());
    same >= SAME_ROOT.max(shorter.saturating_sub(2)) || same == shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_are_recognised() {
        for (one, other) in [
            ("bake", "bakery"),
            ("photo", "photograph"),
            ("dog", "doggy"),
        ] {
            assert!(have_one_root(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("dog", "puppy"),
            ("furniture", "furnace"),
            ("milk", "dairy"),
        ] {
            assert!(!have_one_root(one, other), "{one} {other}");
        }
    }
}
