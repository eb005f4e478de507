//! What a query asks of the indexes: which terms score, which records are left out, and
//! which words it had to guess.

use std::ops::Range;

use super::guess::{Meant, completions, meant};
use super::search::TextPart;
use super::syntax::Clause;
use crate::analysis::{Analyzer, Token};

/// A query as the indexes understand it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextQuery {
    /// The words that score, in the order typed.
    pub words: Vec<Word>,
    /// What every record must fulfil.
    pub conditions: Vec<Condition>,
    /// What every record must fulfil one of, where there are any: the ways in which a field's
    /// unfinished last word may go on.
    pub unfinished: Vec<Condition>,
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

/// So many words of a query are corrected, the first ones. Each is looked for among all
/// words there are, and a text that goes on longer is no slip of the finger.
const MAX_CORRECTABLE: usize = 32;

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

impl Condition {
    /// The condition a clause makes on the fields it names; none where it only scores.
    fn of(clause: &Clause, fields: Option<Vec<usize>>, words: &[Token]) -> Option<Self> {
        if !clause.phrase && !clause.excluded && fields.is_none() {
            return None;
        }
        let first = words.first()?.position;
        let words = words.iter().map(|w| (w.term.clone(), w.position - first));
        Some(Self {
            excluded: clause.excluded,
            fields: fields.unwrap_or_default(),
            words: words.collect(),
        })
    }

    /// The same with another last word.
    fn ending(&self, term: &str) -> Self {
        let mut other = self.clone();
        if let Some((last, _)) = other.words.last_mut() {
            term.clone_into(last);
        }
        other
    }
}

/// The different conditions that a query's clauses make.
pub fn conditions(
    analyzer: &Analyzer,
    clauses: &[Clause],
    fields: impl Fn(&str) -> Vec<usize>,
) -> Vec<Condition> {
    let mut different = Vec::new();
    for clause in clauses {
        let Some(in_fields) = searched(clause, &fields) else {
            continue;
        };
        let words: Vec<Token> = analyzer.all_tokens(&clause.text).collect();
        if let Some(condition) = Condition::of(clause, in_fields, &words)
            && !different.contains(&condition)
        {
            different.push(condition);
        }
    }
    different
}

/// The fields a clause is about, if it names any; nothing where it names none that words are
/// searched in.
fn searched(clause: &Clause, fields: impl Fn(&str) -> Vec<usize>) -> Option<Option<Vec<usize>>> {
    let named = clause.field.as_deref().map(fields);
    (!named.as_ref().is_some_and(Vec::is_empty)).then_some(named)
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
        analyzer: &Analyzer,
        parts: &[TextPart<'_>],
        clauses: &[Clause],
        fields: impl Fn(&str) -> Vec<usize>,
        lookup: Lookup,
    ) -> Self {
        let mut query = Self::default();
        let mut stop_words = Vec::new();
        let mut correctable = 0..MAX_CORRECTABLE;
        let last = clauses.len().saturating_sub(1);
        for (at, clause) in clauses.iter().enumerate() {
            let Some(in_fields) = searched(clause, &fields) else {
                continue;
            };
            let words: Vec<Token> = analyzer.all_tokens(&clause.text).collect();
            let condition = Condition::of(clause, in_fields, &words);
            let bare = condition.is_none();
            let open = lookup.prefix && at == last && !clause.phrase && !clause.excluded;
            let mut open = words
                .last()
                .filter(|word| open && word.range.end == clause.text.len())
                .map(|word| completions(analyzer, parts, &word.word, &word.term));
            if let Some(condition) = condition {
                query.demand(parts, condition, open.as_deref().unwrap_or_default());
            }
            if clause.excluded {
                continue;
            }
            for (nth, word) in words.iter().enumerate() {
                let completions = open.take_if(|_| nth + 1 == words.len());
                let text = &clause.text[word.range.clone()];
                if word.stop && completions.as_ref().is_none_or(Vec::is_empty) {
                    stop_words.extend((!bare).then(|| (text.to_owned(), word.clone())));
                    continue;
                }
                let start = clause.range.start + word.range.start;
                let correct = bare && lookup.correct && correctable.next().is_some();
                let correct = correct.then_some(start);
                query.add(analyzer, parts, text, word, completions, correct);
            }
        }
        // Stop words tell records apart so little that they only score where nothing else
        // does: those that fulfil the conditions would otherwise not be found.
        if query.terms().next().is_none() {
            for (text, word) in stop_words {
                query.add(analyzer, parts, &text, &word, None, None);
            }
        }
        query
    }

    /// The terms that score.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        let terms = self.words.iter().flat_map(|word| &word.terms);
        terms.map(|alternative| alternative.term.as_str())
    }

    /// Adds a condition, unless it is there; with the completions of its last word, all the
    /// ways to fulfil it.
    fn demand(
        &mut self,
        parts: &[TextPart<'_>],
        condition: Condition,
        completions: &[Alternative],
    ) {
        if completions.is_empty() {
            if !self.conditions.contains(&condition) {
                self.conditions.push(condition);
            }
            return;
        }
        let completed = completions.iter().map(|way| condition.ending(&way.term));
        self.unfinished = completed.collect();
        let last = condition.words.last();
        if last.is_some_and(|(term, _)| itself(parts, term).is_some()) {
            self.unfinished.push(condition);
        }
    }

    /// Adds a word, with its completions where it is unfinished. It is corrected where it is
    /// said at which byte it stands.
    fn add(
        &mut self,
        analyzer: &Analyzer,
        parts: &[TextPart<'_>],
        text: &str,
        word: &Token,
        completions: Option<Vec<Alternative>>,
        correct: Option<usize>,
    ) {
        let same = |known: &&mut Word| known.terms.first().is_some_and(|t| t.term == word.term);
        if completions.is_none()
            && let Some(known) = self.words.iter_mut().find(same)
        {
            known.repeats += 1;
            return;
        }
        // What is a stop word so far is on its way to another word.
        let whole = completions.is_none() || !word.stop;
        let own = whole.then(|| itself(parts, &word.term)).flatten();
        let completions = completions.unwrap_or_default();
        let mut terms: Vec<Alternative> = own.into_iter().chain(completions).collect();
        if terms.is_empty()
            && let Some(start) = correct
        {
            match meant(analyzer, parts, &word.word) {
                Meant::Word { instead, term } => {
                    terms.push(term);
                    self.corrections.push(Correction {
                        word: text.to_owned(),
                        range: start..start + text.len(),
                        instead,
                    });
                }
                Meant::StopWord => return,
                Meant::Unknown => {}
            }
        }
        self.words.push(Word {
            text: text.to_owned(),
            repeats: 1,
            terms,
        });
    }
}

/// A term for the word itself, where a live record holds it.
fn itself(parts: &[TextPart<'_>], term: &str) -> Option<Alternative> {
    let held = parts.iter().any(|part| part.holds(term));
    held.then(|| Alternative {
        term: term.to_owned(),
        boost: 1.0,
    })
}
