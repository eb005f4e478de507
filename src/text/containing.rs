//! Which words of a query records contain.

use super::search::WordSearch;
use super::union;

impl WordSearch<'_> {
    /// For each word of the query, how many records contain it and pass.
    pub fn records_of_words(&self) -> Vec<u32> {
        let mut counts = vec![0; self.query.words.len()];
        for (part, terms) in self.parts.iter().zip(&self.terms) {
            for same in terms.chunk_by(|a, b| a.word == b.word) {
                let word = same.first().map_or(0, |term| term.word);
                if let Some(count) = counts.get_mut(word) {
                    *count += union::count(part, same.iter(), u32::MAX);
                }
            }
        }
        counts
    }

    /// The words of the query, by index, that each of some records contains. The records are given
    /// in order of position.
    pub fn words_held(&self, positions: &[u32]) -> Vec<Vec<usize>> {
        let mut held = Vec::with_capacity(positions.len());
        self.each_at(positions, |scored, record, _| {
            let mut words = Vec::new();
            scored.each_held(record, |word| words.push(word));
            held.push(words);
        });
        held
    }
}
