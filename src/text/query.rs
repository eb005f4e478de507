//! What a query asks of the indexes: which terms score, which records are left out, and
//! which words it had to guess.

use std::collections::BTreeMap;
use std::ops::Range;

use super::analysis::{Token, all_tokens, fold, tokens};
use super::dictionary::EditDistance;
use super::search::TextPart;
use super::syntax::Clause;

/// What a word that was guessed weighs, beside one that was typed: records that hold what
/// was asked for stand above those that hold what may have been meant.
const GUESS: f64 = 0.5;
/// How many completions of a word are looked for, those of most records first.
const MAX_COMPLETIONS: usize = 50;
/// From how many letters on a word may differ by one edit, and by two.
const ONE_EDIT_FROM: usize = 4;
const TWO_EDITS_FROM: usize = 8;
/// A longer word is no misspelling, and its automaton would be large.
const MAX_CORRECTED: usize = 32;

/// A query as the indexes understand it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextQuery {
    /// The words that score, in the order typed.
    pub words: Vec<Word>,
    /// What every record must fulfil.
    pub conditions: Vec<Condition>,
    /// Words that no record holds, and what was looked for instead.
    pub corrections: Vec<Correction>,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As it was typed.
    pub text: String,
    /// How often it was.
    pub repeats: u32,
    /// The terms that stand for it; the one that scores most counts. None where it is not in
    /// the index.
    pub terms: Vec<Alternative>,
}

/// A term that stands for a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The term.
    pub term: String,
    /// What it weighs: 1 for the word itself, less for a guess.
    pub boost: f64,
}

/// Words that must stand in a record one after another, or must not.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Whether records that fulfil it are those left out.
    pub excluded: bool,
    /// The fields that count, by number; all where empty.
    pub fields: Vec<usize>,
    /// Terms, and how far from the first.
    pub words: Vec<(String, u32)>,
}

/// A word that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The word as typed.
    pub word: String,
    /// Where in the query.
    pub range: Range<usize>,
    /// What was looked for instead.
    pub instead: String,
}

/// How words are looked up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lookup {
    /// Whether the last word may be the beginning of one.
    pub prefix: bool,
    /// Whether words that no record holds are replaced by one that is spelled alike.
    pub correct: bool,
}

impl TextQuery {
    /// Looks a query's clauses up in the indexes. `fields` gives the numbers of the fields a
    /// name stands for; a clause whose name stands for none is none of the words' business.
    pub fn new(
        parts: &[TextPart<'_>],
        clauses: &[Clause],
        fields: impl Fn(&str) -> Vec<usize>,
        lookup: Lookup,
    ) -> Self {
        let mut query = Self::default();
        let last = clauses.len().saturating_sub(1);
        for (at, clause) in clauses.iter().enumerate() {
            let in_fields = clause.field.as_deref().map(&fields);
            if in_fields.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            let words: Vec<Token> = all_tokens(&clause.text).collect();
            let bare = !clause.phrase && !clause.excluded && in_fields.is_none();
            if !bare && let Some(first) = words.first().map(|word| word.position) {
                query.conditions.push(Condition {
                    excluded: clause.excluded,
                    fields: in_fields.unwrap_or_default(),
                    words: words
                        .iter()
                        .map(|w| (w.term.clone(), w.position - first))
                        .collect(),
                });
            }
            if clause.excluded {
                continue;
            }
            for word in words.into_iter().filter(|word| !word.stop) {
                let open =
                    bare && lookup.prefix && at == last && word.range.end == clause.text.len();
                query.add(parts, clause, &word, open, bare && lookup.correct);
            }
        }
        query
    }

    /// The terms that score.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        let terms = self.words.iter().flat_map(|word| &word.terms);
        terms.map(|alternative| alternative.term.as_str())
    }

    fn add(
        &mut self,
        parts: &[TextPart<'_>],
        clause: &Clause,
        word: &Token,
        open: bool,
        correct: bool,
    ) {
        let itself = |known: &&mut Word| known.terms.first().is_some_and(|t| t.term == word.term);
        if !open && let Some(known) = self.words.iter_mut().find(itself) {
            known.repeats += 1;
            return;
        }
        let text = &clause.text[word.range.clone()];
        let mut terms = Vec::new();
        if parts.iter().any(|part| part.holds(&word.term)) {
            terms.push(Alternative {
                term: word.term.clone(),
                boost: 1.0,
            });
        }
        if open {
            terms.extend(completions(parts, &word.word, &word.term));
        }
        if terms.is_empty()
            && correct
            && let Some((instead, term)) = correction(parts, &word.word)
        {
            terms.push(Alternative { term, boost: GUESS });
            let start = clause.range.start;
            self.corrections.push(Correction {
                word: text.to_owned(),
                range: start + word.range.start..start + word.range.end,
                instead,
            });
        }
        self.words.push(Word {
            text: text.to_owned(),
            repeats: 1,
            terms,
        });
    }
}

/// The terms of the words that begin with a prefix, without its own, those of most records
/// first.
fn completions(parts: &[TextPart<'_>], prefix: &str, own: &str) -> Vec<Alternative> {
    let mut holding: BTreeMap<String, u32> = BTreeMap::new();
    for part in parts {
        for (word, at) in part.index.words().texts().beginning_with(prefix) {
            let live = part.live_holders(at);
            if live > 0 {
                *holding.entry(word).or_default() += live;
            }
        }
    }
    let mut terms: BTreeMap<String, u32> = BTreeMap::new();
    for (word, live) in holding {
        if let Some(token) = tokens(&word).next().filter(|token| token.term != own) {
            *terms.entry(token.term).or_default() += live;
        }
    }
    let mut terms: Vec<(String, u32)> = terms.into_iter().collect();
    // Stable: of equally many, the first in order of term.
    terms.sort_by_key(|(_, live)| std::cmp::Reverse(*live));
    terms.truncate(MAX_COMPLETIONS);
    let guess = |(term, _)| Alternative { term, boost: GUESS };
    terms.into_iter().map(guess).collect()
}

/// The word spelled most alike that a live record holds, and its term: of equally near ones
/// that of most records, then the first in order.
fn correction(parts: &[TextPart<'_>], word: &str) -> Option<(String, String)> {
    let letters = word.chars().count();
    let edits = match letters {
        TWO_EDITS_FROM..=MAX_CORRECTED => 2,
        ONE_EDIT_FROM..TWO_EDITS_FROM => 1,
        _ => return None,
    };
    if word.chars().any(char::is_numeric) {
        return None;
    }
    let automaton = EditDistance::new(word, edits);
    let mut found: BTreeMap<String, (u8, u32)> = BTreeMap::new();
    for part in parts {
        for (candidate, at, distance) in part.index.words().texts().near(&automaton) {
            let live = part.live_holders(at);
            if live > 0 {
                found.entry(candidate).or_insert((distance, 0)).1 += live;
            }
        }
    }
    let best = found
        .into_iter()
        .min_by_key(|(_, (distance, live))| (*distance, std::cmp::Reverse(*live)));
    let (instead, _) = best?;
    let term = tokens(&instead).next()?.term;
    Some((fold(&instead), term))
}
