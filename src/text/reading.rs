//! Reading a query: looking its words up in the indexes, with all that may stand for them.

use std::sync::Arc;

use super::condition::{Condition, searched};
use super::guess::{Meant, completions, meant};
use super::phrase::Phrase;
use super::query::{Alternative, Correction, Lookup, TextQuery, Word};
use super::search::TextPart;
use super::syntax::Clause;
use crate::analysis::{Analyzer, Asked, Likeness, Unit, Way};

/// What the whole of a glued word weighs beside its parts: records that write it as it was
/// typed stand above those that hold its parts somewhere.
const WHOLE: f64 = 1.1;
/// What a word weighs that is only like the one typed: without its accents, its signs or its
/// particle. And what the n-grams of a word weigh that no record holds.
const ALIKE: f64 = 0.5;
/// So many words of a query are corrected, the first ones. Each is looked for among all
/// words there are, and a text that goes on longer is no slip of the finger.
const MAX_CORRECTABLE: usize = 32;
/// So many ways to write a word as several terms are looked for in a query, since each costs
/// a pass over the records that hold them.
const MAX_PHRASES: usize = 64;

impl TextQuery {
    /// Looks a query's clauses up in the indexes. `fields` gives the numbers of the fields a
    /// name stands for; a clause whose name stands for none is none of the words' business.
    /// `is_word` says of a word in its plain form whether the language has it, so that it is not
    /// corrected.
    pub fn new(
        analyzer: &Analyzer,
        parts: &[TextPart<'_>],
        clauses: &[Clause],
        fields: impl Fn(&str) -> Vec<usize>,
        lookup: Lookup,
        is_word: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut reading = Reading {
            analyzer,
            parts,
            is_word,
            query: Self::default(),
            keys: Vec::new(),
            stop_words: Vec::new(),
            before: None,
            correctable: MAX_CORRECTABLE,
            phrases: MAX_PHRASES,
        };
        let last = clauses.len().saturating_sub(1);
        for (at, clause) in clauses.iter().enumerate() {
            if let Some(in_fields) = searched(clause, &fields) {
                let condition = Condition::of(analyzer, clause, in_fields);
                let prefix = lookup.prefix && at == last;
                reading.read(clause, condition, Lookup { prefix, ..lookup });
            }
        }
        reading.finish()
    }
}

/// A query while it is read.
struct Reading<'r> {
    analyzer: &'r Analyzer,
    parts: &'r [TextPart<'r>],
    /// Whether the language has a word in its plain form.
    is_word: &'r dyn Fn(&str) -> bool,
    query: TextQuery,
    /// The term of each of the query's words.
    keys: Vec<String>,
    /// The stop words, and whether they stand in a condition.
    stop_words: Vec<(String, Unit, bool)>,
    /// The place and the letters of the word before, where nothing stands between.
    before: Option<(usize, String)>,
    correctable: usize,
    phrases: usize,
}

impl Reading<'_> {
    fn read(&mut self, clause: &Clause, condition: Option<Condition>, lookup: Lookup) {
        let asked = self.analyzer.query(&clause.text);
        let bare = condition.is_none();
        let open = lookup.prefix && !clause.phrase && !clause.excluded;
        let last = asked
            .units
            .last()
            .filter(|last| open && last.range.end == clause.text.len());
        let mut open =
            last.map(|last| completions(self.analyzer, self.parts, &last.word, &last.term));
        if let Some(condition) = condition {
            self.demand(condition, open.as_deref().unwrap_or_default());
            self.before = None;
        }
        if clause.excluded {
            return;
        }
        for (nth, unit) in asked.units.iter().enumerate() {
            let completions = open.take_if(|_| nth + 1 == asked.units.len());
            let text = &clause.text[unit.range.clone()];
            if unit.stop && completions.as_ref().is_none_or(Vec::is_empty) {
                self.stop_words.push((text.to_owned(), unit.clone(), !bare));
                self.before = None;
                continue;
            }
            let start = clause.range.start + unit.range.start;
            let correct = bare && lookup.correct && !is_name(&clause.text, &asked, nth);
            let place = self.add(text, &asked, nth, completions, correct.then_some(start));
            self.join(place.filter(|_| bare), &unit.word);
        }
    }

    fn finish(mut self) -> TextQuery {
        // Stop words tell records apart so little that they only score where nothing else
        // does: those that fulfil the conditions would otherwise not be found, nor would
        // what is asked for in nothing but stop words.
        let nothing_else = self.query.words.is_empty();
        if self.query.ways().next().is_none() {
            for (text, unit, in_condition) in std::mem::take(&mut self.stop_words) {
                if in_condition || nothing_else {
                    let asked = Asked {
                        units: vec![unit],
                        wholes: Vec::new(),
                    };
                    self.add(&text, &asked, 0, None, None);
                }
            }
        }
        self.query
    }

    /// Adds a condition, unless it is there; with the completions of its last word, all the
    /// ways to fulfil it.
    fn demand(&mut self, condition: Condition, completions: &[Alternative]) {
        if completions.is_empty() {
            if !self.query.conditions.contains(&condition) {
                self.query.conditions.push(condition);
            }
            return;
        }
        let completed = completions.iter().map(|way| condition.ending(&way.term));
        self.query.unfinished = completed.collect();
        self.query.unfinished.push(condition);
    }

    /// Adds a word, with its completions where it is unfinished; answers which of the query's
    /// words it is. It is corrected where it is said at which byte it stands.
    fn add(
        &mut self,
        text: &str,
        asked: &Asked,
        nth: usize,
        completions: Option<Vec<Alternative>>,
        correct: Option<usize>,
    ) -> Option<usize> {
        let unit = asked.units.get(nth)?;
        let key = unit.term.clone();
        if completions.is_none()
            && let Some(known) = self.keys.iter().position(|known| *known == key)
        {
            self.query.words[known].repeats += 1;
            return Some(known);
        }
        // What is a stop word so far is on its way to another word.
        let whole = completions.is_none() || !unit.stop;
        let mut terms = Vec::new();
        if whole {
            let wholes = asked
                .wholes
                .iter()
                .filter(|whole| whole.units.contains(&nth));
            terms.extend(wholes.filter_map(|whole| self.find(&whole.way, WHOLE)));
            terms.extend(unit.ways.iter().filter_map(|way| {
                let boost = match way.likeness {
                    Likeness::Same => 1.0,
                    Likeness::Unaccented | Likeness::Bare => ALIKE,
                };
                self.find(way, boost)
            }));
        }
        terms.extend(completions.unwrap_or_default());
        if terms.is_empty() && !unit.rest.is_empty() {
            return self.add_grams(unit);
        }
        if terms.is_empty() {
            let ways = self.analyzer.apart(&unit.word);
            let known = |way: &&Way| way.terms.iter().all(|(term, _)| held(self.parts, term));
            let known: Vec<&Way> = ways.iter().filter(known).collect();
            terms.extend(known.into_iter().filter_map(|way| self.find(way, 1.0)));
        }
        if terms.is_empty()
            && let Some(start) = correct
            && self.correctable > 0
        {
            self.correctable -= 1;
            match meant(self.analyzer, self.parts, &unit.word, self.is_word) {
                Meant::Word { instead, term } => {
                    terms.push(term);
                    self.query.corrections.push(Correction {
                        word: text.to_owned(),
                        range: start..start + text.len(),
                        instead,
                    });
                }
                Meant::StopWord => return None,
                Meant::Unknown => {}
            }
        }
        self.push(text, key, terms);
        Some(self.query.words.len() - 1)
    }

    fn push(&mut self, text: &str, key: String, terms: Vec<Alternative>) {
        self.keys.push(key);
        self.query.words.push(Word {
            text: text.to_owned(),
            repeats: 1,
            terms,
        });
    }

    /// Adds the n-grams of a word that no record holds.
    fn add_grams(&mut self, unit: &Unit) -> Option<usize> {
        for gram in &unit.rest {
            if !self.keys.contains(gram) {
                let held = held(self.parts, gram);
                let term = held.then(|| Alternative::guess(gram.clone(), ALIKE));
                self.push(gram, gram.clone(), term.into_iter().collect());
            }
        }
        None
    }

    /// Looks for two words side by side as one word, which stands for either of them.
    fn join(&mut self, place: Option<usize>, word: &str) {
        let before = std::mem::take(&mut self.before);
        let Some(place) = place else {
            return;
        };
        if let Some((other, letters)) = before
            && other != place
        {
            let term = self.analyzer.joined(&letters, word);
            if held(self.parts, &term) {
                for at in [other, place] {
                    let terms = &mut self.query.words[at].terms;
                    if !terms
                        .iter()
                        .any(|known| known.phrase.is_none() && known.term == term)
                    {
                        terms.push(Alternative::typed(term.clone(), 1.0));
                    }
                }
            }
        }
        self.before = Some((place, word.to_owned()));
    }

    /// What a way stands for, where a live record holds it.
    fn find(&mut self, way: &Way, boost: f64) -> Option<Alternative> {
        let (first, _) = way.terms.first()?;
        if way.terms.len() == 1 {
            return held(self.parts, first).then(|| Alternative::typed(first.clone(), boost));
        }
        self.phrases = self.phrases.checked_sub(1)?;
        let phrase = Phrase::find(self.parts, &way.terms)?;
        Some(Alternative {
            phrase: Some(Arc::new(phrase)),
            ..Alternative::typed(first.clone(), boost)
        })
    }
}

/// Whether a live record holds a term.
fn held(parts: &[TextPart<'_>], term: &str) -> bool {
    parts.iter().any(|part| part.holds(term))
}

/// Whether a word is part of a name that is glued by more than hyphens, such as an address: a
/// near one is another.
fn is_name(text: &str, asked: &Asked, nth: usize) -> bool {
    let wholes = asked
        .wholes
        .iter()
        .filter(|whole| whole.units.contains(&nth));
    let mut glued = wholes.filter_map(|whole| {
        let units = asked.units.get(whole.units.clone())?;
        text.get(units.first()?.range.start..units.last()?.range.end)
    });
    glued.any(|glued| glued.contains(['.', '@', '/', '_', ':', '\\', '+', '#']))
}
