//! The rare words that two records have in common.

use std::collections::HashMap;

use crate::record::Payload;
use crate::search::searcher::Searcher;

/// How many shared words are listed, and how much of a record is searched for them.
const SHARED: usize = 6;
const MAX_COMPARED_BYTES: usize = 64 << 10;

/// A word that more than one in as many records contain says little about two of them.
const RARE: u32 = 10;
/// In fewer records, no word is frequent.
const MIN_RECORDS: u32 = 50;

/// Terms that few records contain, with the number of those.
pub(super) struct RareWords(HashMap<String, u32>);

impl Searcher<'_> {
    /// The terms of a record that may be rare.
    pub(crate) fn terms_to_share(&self, payload: &Payload) -> Vec<String> {
        let tokens = self.analyzer.tokens(&self.searched(payload));
        let tokens = tokens.filter(|token| token.word.chars().nth(1).is_some());
        let mut terms: Vec<String> = tokens.map(|token| token.term).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// The words of a record that few records contain.
    pub(super) fn rare_words(&self, payload: &Payload) -> RareWords {
        let parts = self.generation.text_parts(&None);
        let records = self.generation.records();
        let holding = |term: String| {
            let holding = parts.iter().map(|part| part.holding(&term));
            let holding = holding.sum();
            (term, holding)
        };
        let terms = self.terms_to_share(payload).into_iter().map(holding);
        let mut terms: HashMap<String, u32> = terms.collect();
        terms.retain(|_, &mut holding| records < MIN_RECORDS || holding <= records / RARE);
        RareWords(terms)
    }

    /// Which of another record's words a record contains, the rarest first, as it spells them.
    pub(super) fn shared_words(&self, words: &RareWords, payload: &Payload) -> Vec<String> {
        let text = self.searched(payload);
        let mut shared: Vec<(u32, String, String)> = Vec::new();
        for token in self.analyzer.tokens(&text) {
            let Some(&holding) = words.0.get(&token.term) else {
                continue;
            };
            if !shared.iter().any(|(_, term, _)| *term == token.term) {
                let word = text.get(token.range).unwrap_or(&token.word).to_owned();
                shared.push((holding, token.term, word));
            }
        }
        shared.sort();
        shared.truncate(SHARED);
        shared.into_iter().map(|(_, _, word)| word).collect()
    }

    /// What word search covers of a record, as far as it is compared.
    fn searched(&self, payload: &Payload) -> String {
        let mut text = self.schema.words().texts(payload).join("\n");
        text.truncate(text.floor_char_boundary(MAX_COMPARED_BYTES));
        text
    }
}
