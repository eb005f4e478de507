//! The ways in which live records contain a word.

use std::cell::RefCell;
use std::sync::Arc;

use super::builder::MAX_TAIL;
use super::held::Held;
use super::part::TextPart;
use super::phrase::Phrase;
use super::query::Alternative;
use crate::analysis::{Analyzer, Likeness, Way, apart};

/// The weight of a word that is only similar to the one typed: without its accents, signs or
/// particle, or a related noun or adjective. Also that of the n-grams of a word that no record
/// contains.
pub const ALIKE: f64 = 0.5;
/// A word that fewer records contain may be written as two words by others.
pub const FEW: u32 = 10;
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
    /// The terms looked up so far.
    known: RefCell<Vec<Known>>,
}

/// A term that was looked up in all parts.
struct Known {
    term: String,
    /// Where it is held: see [`Alternative`].
    held: Vec<Held>,
    /// How many live records contain it.
    live: u32,
}

impl Known {
    fn new(parts: &[TextPart<'_>], term: &str) -> Self {
        let mut held = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            if let Some(of_part) = Held::of(part, term) {
                held.resize(at, Held::default());
                held.push(of_part);
            }
        }
        Self {
            term: term.to_owned(),
            live: held.iter().map(|of_part| of_part.live).sum(),
            held,
        }
    }
}

impl<'r> Ways<'r> {
    /// For a query on these parts.
    pub fn new(analyzer: &'r Analyzer, parts: &'r [TextPart<'r>]) -> Self {
        Self {
            analyzer,
            parts,
            phrases_left: MAX_PHRASES,
            records_left: MAX_WALKED,
            known: RefCell::default(),
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
        self.look_up(term, |known| known.live)
    }

    /// Reads what is known of a term, which is looked up only once.
    fn look_up<T>(&self, term: &str, read: impl FnOnce(&Known) -> T) -> T {
        let mut all = self.known.borrow_mut();
        if let Some(known) = all.iter().find(|known| known.term == term) {
            return read(known);
        }
        let known = Known::new(self.parts, term);
        let found = read(&known);
        all.push(known);
        found
    }

    /// A term, if a live record contains it.
    pub fn term(&self, term: &str, boost: f64) -> Option<Alternative> {
        self.look_up(term, |known| {
            (known.live > 0).then(|| Alternative {
                held: Some(known.held.clone()),
                ..Alternative::typed(term.to_owned(), boost)
            })
        })
    }

    /// Looks a word up as two, for records that write it as two words. If other records write it
    /// as typed, those come first, and splits with a stop word are left out: "another" does not
    /// mean "an other".
    pub fn apart(&mut self, word: &str, alone: bool) -> Vec<Alternative> {
        let boost = if alone { 1.0 } else { ALIKE };
        let mut found = Vec::new();
        for (one, other) in apart(word) {
            // Usually no record contains the longer half, so that the other need not be looked up.
            let is_first_longer = one.len() > other.len();
            let (long, short) = if is_first_longer {
                (one, other)
            } else {
                (other, one)
            };
            let Some(long) = self.half(long, alone) else {
                continue;
            };
            let Some(short) = self.half(short, alone) else {
                continue;
            };
            let (one, other) = if is_first_longer {
                (long, short)
            } else {
                (short, long)
            };
            let way = Way {
                terms: vec![(one, 0), (other, 1)],
                width: 2,
                likeness: Likeness::Same,
            };
            found.extend(self.find(&way, boost));
        }
        found
    }

    /// The term of a half of a word, if a live record contains it. A stop word counts only if the
    /// word is in no record.
    fn half(&self, half: &str, alone: bool) -> Option<String> {
        let term = self.analyzer.term(half);
        let counts = alone || !self.analyzer.is_stop_word(&term);
        (counts && self.is_held(&term)).then(|| term.into_owned())
    }

    /// What a way stands for, if live records contain it: as it is or, if it has several terms,
    /// also with the first as the whole of a compound word, so that `wifi6` matches `Wi-Fi 6`.
    pub fn find(&mut self, way: &Way, boost: f64) -> Vec<Alternative> {
        let Some(((first, _), rest)) = way.terms.split_first() else {
            return Vec::new();
        };
        if rest.is_empty() {
            return Vec::from_iter(self.term(first, boost));
        }
        if !way.terms.iter().all(|(term, _)| self.is_held(term)) {
            return Vec::new();
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
        let held = terms
            .iter()
            .map(|(term, _)| self.look_up(term, |known| known.held.clone()));
        let held: Vec<Vec<Held>> = held.collect();
        let phrase = Phrase::find(self.parts, terms, &held)?;
        Some(Alternative {
            phrase: Some(Arc::new(phrase)),
            ..Alternative::typed(first.clone(), boost)
        })
    }
}
