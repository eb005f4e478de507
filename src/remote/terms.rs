//! Chooses terms: what misspelt words may mean, what records may write as two words, and which terms of the
//! candidates are indexed.

use std::collections::HashSet;

use super::Remote;
use super::asked::{AskedWord, halves_of, looked_up};
use super::keys::hash;
use super::misspelt::meant;
use super::request::{Asking, Request};
use super::whole::counted;
use crate::error::Result;
use crate::segment::generation::Whole;
use crate::text::{Corpus, GUESS, MAX_CORRECTABLE};

/// The most sequences of terms that are looked for, per query.
const MAX_SEQUENCES: usize = 16;

impl Remote {
    /// Adds to words that no record contains the terms that they may mean. Returns whether there are any.
    pub(super) fn correct(&self, words: &mut [AskedWord], whole: &mut Whole) -> Result<bool> {
        let mut is_guessed = false;
        let is_in_none = |word: &AskedWord, corpus: &Corpus| {
            let others = word.sequences.iter().flatten().chain(&word.fallbacks);
            let mut all = word.own_terms().chain(others);
            !word.stop && all.all(|term| corpus.holding(term) == 0)
        };
        for word in words.iter_mut().take(MAX_CORRECTABLE) {
            if is_in_none(word, &whole.text) {
                let commonest = self.statistics.commonest_terms(&*self.index)?;
                for (term, count) in meant(&self.analyzer, &word.word, |hash| commonest.count(hash))
                {
                    whole.text.holding.insert(term.clone(), counted(count));
                    word.terms.push((term, GUESS));
                    is_guessed = true;
                }
            }
        }
        Ok(is_guessed)
    }

    /// The sequences of terms that may stand for words and of which the cluster has all terms: also the
    /// halves of rare words, whose counts are added to the statistics.
    pub(super) fn sequences(
        &self,
        words: &[AskedWord],
        whole: &mut Whole,
    ) -> Result<Vec<Vec<String>>> {
        let known = &whole.text.holding;
        let halves = halves_of(&self.analyzer, words, |term| whole.text.holding(term));
        let mut terms: Vec<String> = halves.iter().flatten().cloned().collect();
        terms.retain(|term| !known.contains_key(term));
        terms.sort_unstable();
        terms.dedup();
        if !terms.is_empty() {
            // A rare half is not worth a request: words that are written as one are mostly common.
            let commonest = self.statistics.commonest_terms(&*self.index)?;
            let counts = terms.into_iter().map(|term| {
                let count = commonest.count(hash(&term));
                (term, counted(count))
            });
            whole.text.holding.extend(counts);
        }
        let has = |term: &String| whole.text.holding(term) > 0;
        let own = words.iter().flat_map(|word| word.sequences.clone());
        let mut sequences: Vec<Vec<String>> = Vec::new();
        for terms in own.chain(halves) {
            if terms.iter().all(has) && !sequences.contains(&terms) {
                sequences.push(terms);
            }
        }
        sequences.truncate(MAX_SEQUENCES);
        Ok(sequences)
    }

    /// The terms to index of what is gathered; `None` means all.
    pub(super) fn only(
        &self,
        asking: &Asking<'_>,
        request: &Request,
        whole: &Whole,
    ) -> Option<HashSet<String>> {
        let query = asking.query;
        let holding = |term: &str| whole.text.holding(term);
        // A word that no record contains may mean a term that the query does not look up.
        let is_found = |word: &AskedWord| word.stop || word.is_held(&whole.text);
        let corrects = request.by_words(query.mode) && query.lookup.correct;
        let may_mean_others = corrects && !request.words.iter().all(is_found);
        if !asking.once || query.lookup.prefix || may_mean_others {
            return None;
        }
        let demanded = &request.demanded;
        let (analyzer, words) = (&self.analyzer, &request.words);
        Some(looked_up(analyzer, words, demanded, holding))
    }
}
