//! The ways in which live records contain a word.

use std::cell::RefCell;
use std::sync::Arc;

use super::builder::MAX_TAIL;
use super::part::TextPart;
use super::phrase::Phrase;
use super::query::Alternative;
use crate::analysis::{Analyzer, Way};

/// The weight of a word that is only similar to the one typed: without its accents, signs or
/// particle, or a related noun or adjective. Also that of the n-grams of a word that no record
/// contains.
pub const ALIKE: f64 = 0.5;
/// A word that fewer records contain may be written as two words by others.
const FEW: u32 = 10;
/// How many ways with several terms are looked up per query, since each costs a pass over the
/// records that contain them.
const MAX_PHRASES: usize = 64;
/// How many records these passes may walk through in all: those of the rarest term of each.
const MAX_WALKED: u32 = 1 << 19;

/// Looks ways up in the parts of an index, for one query.
pub struct Ways<'r> {
    analyzer: &'r Analyzer,
    parts: &'r [TextPart<'r>],
    phrases_left: usize,
    records_left: u32,
    /// How many live records contain the terms looked up so far.
    counted: RefCell<Vec<(String, u32)>>,
}

impl<'r> Ways<'r> {
    /// For a query on these parts.
    pub fn new(analyzer: &'r Analyzer, parts: &'r [TextPart<'r>]) -> Self {
        Self {
            analyzer,
            parts,
            phrases_left: MAX_PHRASES,
            records_left: MAX_WALKED,
            counted: RefCell::default(),
        }
    }

    /// Whether a live record contains a term.
    pub fn is_held(&self, term: &str) -> bool {
        self.holding(term) > 0
    }

    /// Whether so few live records contain a term that others may write its word differently.
    pub fn are_few(&self, term: &str) -> bool {
        self.holding(term) < FEW
    }

    /// How many live records contain a term.
    fn holding(&self, term: &str) -> u32 {
        let mut counted = self.counted.borrow_mut();
        if let Some((_, known)) = counted.iter().find(|(known, _)| known == term) {
            return *known;
        }
        let holding = self.parts.iter().map(|part| part.holding(term)).sum();
        counted.push((term.to_owned(), holding));
        holding
    }

    /// Looks a word up as two, for records that write it as two words. If other records write it
    /// as typed, those come first, and splits with a stop word are left out: "another" does not
    /// mean "an other".
    pub fn apart(&mut self, word: &str, alone: bool) -> Vec<Alternative> {
        let analyzer = self.analyzer;
        let is_stop = |(term, _): &(String, u32)| analyzer.is_stop_word(term);
        let mut ways = analyzer.apart(word);
        ways.retain(|way| alone || !way.terms.iter().any(is_stop));
        let boost = if alone { 1.0 } else { ALIKE };
        let found = ways.iter().flat_map(|way| self.find(way, boost));
        found.collect()
    }

    /// What a way stands for, if live records contain it: as it is or, if it has several terms,
    /// also with the first as the whole of a compound word, so that `wifi6` matches `Wi-Fi 6`.
    pub fn find(&mut self, way: &Way, boost: f64) -> Vec<Alternative> {
        let Some(((first, _), rest)) = way.terms.split_first() else {
            return Vec::new();
        };
        if !way.terms.iter().all(|(term, _)| self.is_held(term)) {
            return Vec::new();
        }
        if rest.is_empty() {
            return vec![Alternative::typed(first.clone(), boost)];
        }
        let mut found = Vec::from_iter(self.find_phrase(&way.terms, boost));
        let tail = self.analyzer.tail(first);
        if self.is_held(&tail) {
            for end in 1..MAX_TAIL {
                let mut terms = vec![(first.clone(), 0), (tail.clone(), end)];
                terms.extend(rest.iter().map(|(term, at)| (term.clone(), at + end)));
                found.extend(self.find_phrase(&terms, boost));
            }
        }
        found
    }

    /// Terms in sequence, if a live record contains them.
    fn find_phrase(&mut self, terms: &[(String, u32)], boost: f64) -> Option<Alternative> {
        let (first, _) = terms.first()?;
        self.phrases_left = self.phrases_left.checked_sub(1)?;
        let rarest = terms.iter().map(|(term, _)| self.holding(term)).min()?;
        self.records_left = self.records_left.checked_sub(rarest)?;
        let phrase = Phrase::find(self.parts, terms)?;
        Some(Alternative {
            phrase: Some(Arc::new(phrase)),
            ..Alternative::typed(first.clone(), boost)
        })
    }
}
