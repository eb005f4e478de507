//! Which terms a query is searched by: those that its misspelt words may mean, those of words that records write as
//! two, and those that are indexed of what is gathered.

use std::collections::HashSet;

use super::Remote;
use super::asked::{AskedWord, halves_of, looked_up};
use super::gather::counted;
use super::keys::hash;
use super::misspelt::meant;
use super::request::{Asking, Request};
use crate::error::Result;
use crate::query::Mode;
use crate::segment::generation::Whole;
use crate::text::{GUESS, MAX_CORRECTABLE};

/// The most sequences of terms that are looked for, per query.
const MAX_SEQUENCES: usize = 16;

impl Remote {
    /// Adds to words that no record contains the terms that they may mean.
    pub(super) fn correct(&self, words: &mut [AskedWord], whole: &mut Whole) -> Result<()> {
        let is_in_none = |word: &AskedWord, whole: &Whole| {
            let others = word.sequences.iter().flatten().chain(&word.fallbacks);
            let mut all = word.own_terms().chain(others);
            let in_none = |term| whole.text.holding.get(term).is_none_or(|&count| count == 0);
            !word.stop && all.all(in_none)
        };
        for word in words.iter_mut().take(MAX_CORRECTABLE) {
            if is_in_none(word, whole) {
                let commonest = self.statistics.commonest_terms(&*self.index)?;
                for (term, count) in meant(&self.analyzer, &word.word, |hash| commonest.count(hash))
                {
                    whole.text.holding.insert(term.clone(), counted(count));
                    word.terms.push((term, GUESS));
                }
            }
        }
        Ok(())
    }

    /// The sequences of terms that may stand for words and of which the cluster has all terms: also the
    /// halves of rare words, whose counts are added to the statistics.
    pub(super) fn sequences(
        &self,
        request: &Request,
        whole: &mut Whole,
    ) -> Result<Vec<Vec<String>>> {
        let known = &whole.text.holding;
        let holding = |term: &str| known.get(term).copied().unwrap_or(0);
        let halves = halves_of(&self.analyzer, &request.words, holding);
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
        let has = |term: &String| whole.text.holding.get(term).is_some_and(|&count| count > 0);
        let own = request.words.iter().flat_map(|word| word.sequences.clone());
        let mut sequences: Vec<Vec<String>> = Vec::new();
        for terms in own.chain(halves) {
            if terms.iter().all(has) && !sequences.contains(&terms) {
                sequences.push(terms);
            }
        }
        sequences.truncate(MAX_SEQUENCES);
        Ok(sequences)
    }

    /// The terms to be indexed of what is gathered, if these are not all.
    pub(super) fn only(
        &self,
        asking: &Asking<'_>,
        request: &Request,
        whole: &Whole,
    ) -> Option<HashSet<String>> {
        let query = asking.query;
        let holding = |term: &str| whole.text.holding.get(term).copied().unwrap_or(0);
        // Others may be what a word means that no record contains.
        let is_found =
            |word: &AskedWord| word.stop || word.own_terms().any(|term| holding(term) > 0);
        let corrects = query.mode != Mode::Neural && query.lookup.correct;
        let may_mean_others = corrects && !request.words.iter().all(is_found);
        if !asking.once || query.lookup.prefix || may_mean_others {
            return None;
        }
        let demanded = &request.demanded;
        let (analyzer, words) = (&self.analyzer, &request.words);
        Some(looked_up(analyzer, words, demanded, holding))
    }
}
