//! Reads a query: looks its words up in the indexes, with everything that may stand for them.

use super::completions::completions;
use super::condition::{Condition, searched};
use super::guess::{Meant, meant};
use super::part::TextPart;
use super::query::{Alternative, TextQuery, Word};
use super::syntax::Clause;
use super::title::Title;
use super::ways::{ALIKE, Ways};
use super::{Correction, Lookup};
use crate::analysis::{Analyzer, Asked, Likeness, Unit, Way};

/// The weight of the whole of a compound word relative to its parts: records that write it as
/// typed rank above those that contain its parts somewhere.
const WHOLE: f64 = 1.1;
/// The same where words are written without spaces: there, two words apart are hardly ever meant, and
/// a short record that has both must not rank above a long one that has the whole.
const RUN: f64 = 2.0;
/// How many words of a query are corrected, from the first on. Each correction searches all
/// known words, and a longer text is not a typo.
pub const MAX_CORRECTABLE: usize = 32;

impl TextQuery {
    /// Looks a query's clauses up in the indexes. `fields` returns the numbers of the fields a
    /// name stands for; a clause whose name stands for none is ignored. `is_word` says whether
    /// the language has a word in its plain form; such words are not corrected.
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
            before_that: None,
            ampersand: false,
            mixed: clauses
                .iter()
                .any(|clause| clause.text.contains(char::is_lowercase)),
            correctable: MAX_CORRECTABLE,
            ways: Ways::new(analyzer, parts),
            title: Title::of(parts, clauses),
        };
        let last = clauses.len().saturating_sub(1);
        for (at, clause) in clauses.iter().enumerate() {
            if let Some(in_fields) = searched(clause, &fields) {
                let condition = Condition::of(analyzer, clause, in_fields);
                reading.read(clause, condition, lookup, at == last);
            }
        }
        let title = reading.title.take();
        let mut query = reading.finish();
        let titled = title.and_then(|title| title.find(analyzer, parts, clauses));
        query.words.extend(titled);
        query
    }
}

/// A query while it is being read.
struct Reading<'r> {
    analyzer: &'r Analyzer,
    parts: &'r [TextPart<'r>],
    /// Whether the language has a word in its plain form.
    is_word: &'r dyn Fn(&str) -> bool,
    query: TextQuery,
    /// The term of each word of the query.
    keys: Vec<String>,
    /// The stop words, and whether they are part of a condition.
    stop_words: Vec<(String, Unit, bool)>,
    /// The previous two words, if there is nothing in between.
    before: Option<Neighbour>,
    before_that: Option<Neighbour>,
    /// Whether there is a lone ampersand in between.
    ampersand: bool,
    /// Whether the query has lower-case letters, so that capitals carry meaning.
    mixed: bool,
    correctable: usize,
    ways: Ways<'r>,
    /// The title that the query may be.
    title: Option<Title>,
}

/// A word of a query next to another.
struct Neighbour {
    /// Its index among the query's words; `None` for a stop word.
    place: Option<usize>,
    /// As typed.
    text: String,
    /// Its folded letters.
    letters: String,
    /// For a stop word, how it is meant.
    small: Small,
}

/// How a stop word is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Small {
    /// It means nothing by itself.
    Silent,
    /// It belongs to the previous word: the letter of `vitamin A`.
    Letter,
    /// It is another word, written in capitals: `IT`, `WHO`.
    Name,
}

impl Reading<'_> {
    fn read(
        &mut self,
        clause: &Clause,
        condition: Option<Condition>,
        lookup: Lookup,
        is_last: bool,
    ) {
        let asked = self.analyzer.query(&clause.text);
        if let Some(title) = &mut self.title {
            title.add(&asked);
        }
        let bare = condition.is_none();
        let open = lookup.prefix && is_last && !clause.phrase && !clause.excluded;
        let last = asked.units.last().filter(|_| open);
        let mut open = last.and_then(|last| {
            let prefix = unfinished(last, &clause.text)?;
            Some(completions(self.parts, &prefix, &last.term))
        });
        if let Some(condition) = condition {
            self.demand(condition, open.as_deref().unwrap_or_default());
            self.before = None;
        }
        if clause.excluded {
            return;
        }
        if asked.units.is_empty() {
            self.ampersand = clause.text == "&";
        }
        for (nth, unit) in asked.units.iter().enumerate() {
            let completions = open.take_if(|_| nth + 1 == asked.units.len());
            let text = &clause.text[unit.range.clone()];
            if unit.stop && completions.as_ref().is_none_or(Vec::is_empty) {
                // They are needed only if nothing else scores.
                if self.query.ways().next().is_none() {
                    self.stop_words.push((text.to_owned(), unit.clone(), !bare));
                }
                let small = self.small(text, is_last && nth + 1 == asked.units.len());
                self.join(bare, None, text, unit, small);
                continue;
            }
            let start = clause.range.start + unit.range.start;
            let correct = bare && lookup.correct && !is_name(&clause.text, &asked, nth);
            let place = self.add(text, &asked, nth, completions, correct.then_some(start));
            self.join(bare, place, text, unit, Small::Silent);
        }
    }

    fn finish(mut self) -> TextQuery {
        // Stop words distinguish records so little that they only score if nothing else does.
        // Without this, records that only meet the conditions would not be found, nor would
        // anything for a query of nothing but stop words.
        let nothing_else = self.query.words.is_empty();
        if self.query.ways().next().is_none() {
            for (text, unit, in_condition) in std::mem::take(&mut self.stop_words) {
                if in_condition || nothing_else {
                    let asked = Asked {
                        units: vec![unit],
                        ..Asked::default()
                    };
                    self.add(&text, &asked, 0, None, None);
                }
            }
        }
        self.query
    }

    /// Adds a condition, unless it is already there. If its last word has completions, adds all
    /// the ways to satisfy it instead.
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

    /// Adds a word, with its completions if it is unfinished; returns its index among the
    /// query's words. It is corrected only if its byte offset is given.
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
        // An unfinished word that is a stop word so far will probably become another word.
        let whole = completions.is_none() || !unit.stop;
        let mut terms = Vec::new();
        if whole {
            let wholes = asked
                .wholes
                .iter()
                .filter(|whole| whole.units.contains(&nth));
            terms.extend(wholes.flat_map(|whole| {
                let boost = if whole.is_run { RUN } else { WHOLE };
                self.ways.find(&whole.way, boost)
            }));
            terms.extend(unit.ways.iter().flat_map(|way| {
                let boost = match way.likeness {
                    Likeness::Same => 1.0,
                    Likeness::Unaccented | Likeness::Bare => ALIKE,
                };
                self.ways.find(way, boost)
            }));
        }
        terms.extend(completions.unwrap_or_default());
        if terms.is_empty() && !unit.rest.is_empty() {
            return self.add_grams(unit);
        }
        if whole && self.ways.are_few(&unit.term) {
            terms.extend(self.ways.apart(&unit.word, terms.is_empty()));
        }
        if terms.is_empty() {
            let related = self.analyzer.related(&unit.word);
            terms.extend(related.filter_map(|term| self.ways.term(&term, ALIKE)));
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
            is_title: false,
            terms,
        });
    }

    /// Adds the n-grams of a word that no record contains.
    fn add_grams(&mut self, unit: &Unit) -> Option<usize> {
        for gram in &unit.rest {
            if !self.keys.contains(gram) {
                let term = self.ways.term(gram, ALIKE).map(|term| Alternative {
                    guessed: true,
                    ..term
                });
                self.push(gram, gram.clone(), term.into_iter().collect());
            }
        }
        None
    }

    /// How a stop word is meant when typed like this.
    fn small(&self, text: &str, is_last: bool) -> Small {
        let capitals = self.mixed && text.chars().all(char::is_uppercase);
        match text.chars().count() {
            1 if capitals || is_last => Small::Letter,
            1 => Small::Silent,
            _ if capitals => Small::Name,
            _ => Small::Silent,
        }
    }

    /// Looks a word up together with the previous one.
    fn join(&mut self, bare: bool, place: Option<usize>, text: &str, unit: &Unit, small: Small) {
        let before = self.before.take();
        let before_that = self.before_that.take();
        let ampersand = std::mem::take(&mut self.ampersand);
        if !bare {
            return;
        }
        let word = Neighbour {
            place,
            text: text.to_owned(),
            letters: unit.word.clone(),
            small,
        };
        if let Some(before) = before {
            self.join_words(&before, &word, ampersand);
            if !ampersand {
                self.keep_together(&before, &word);
                if let Some(first) = before_that {
                    self.join_size([&first, &before, &word]);
                }
            }
            self.before_that = Some(before);
        }
        self.before = Some(word);
    }

    /// Looks two adjacent words up as one word, which stands for either of them.
    fn join_words(&mut self, before: &Neighbour, word: &Neighbour, ampersand: bool) {
        // A repeated word has one place, and `B & B` may be written as one word all the same.
        if before.place == word.place && (!ampersand || word.place.is_none()) {
            return;
        }
        let term = if ampersand {
            self.analyzer
                .joined_with_and(&before.letters, &word.letters)
        } else {
            let both = before.place.is_some() && word.place.is_some();
            both.then(|| self.analyzer.joined(&before.letters, &word.letters))
        };
        self.stand_for([before.place, word.place], term);
    }

    /// Looks the three words of a size, such as `2 x 4`, up as one word.
    fn join_size(&mut self, words: [&Neighbour; 3]) {
        let [height, times, width] = words.map(|word| word.letters.as_str());
        let term = self.analyzer.joined_size(height, times, width);
        self.stand_for(words.map(|word| word.place), term);
    }

    /// Adds a term, if any record has it, to several words that it stands for.
    fn stand_for<const N: usize>(&mut self, places: [Option<usize>; N], term: Option<String>) {
        let Some(term) = term.and_then(|term| self.ways.term(&term, 1.0)) else {
            return;
        };
        for at in places.into_iter().flatten() {
            let terms = &mut self.query.words[at].terms;
            if !terms
                .iter()
                .any(|known| known.phrase.is_none() && known.term == term.term)
            {
                terms.push(term.clone());
            }
        }
    }

    /// Looks a meaningful stop word up together with its neighbour: only the two together
    /// distinguish `vitamin A` from other vitamins.
    fn keep_together(&mut self, before: &Neighbour, word: &Neighbour) {
        let meant = match (before.place, word.place) {
            (Some(_), None) => word.small != Small::Silent,
            (None, Some(_)) => before.small == Small::Name,
            _ => false,
        };
        if !meant {
            return;
        }
        let terms = [(0, &before.letters), (1, &word.letters)];
        let terms = terms.map(|(at, word)| (self.analyzer.term(word).into_owned(), at));
        let way = Way {
            terms: terms.to_vec(),
            width: 2,
            likeness: Likeness::Same,
        };
        let together = self.ways.find(&way, 1.0);
        if !together.is_empty() {
            let text = format!("{} {}", before.text, word.text);
            self.push(&text, text.clone(), together);
        }
    }
}

/// The letters by which the last word of a text may go on; `None` if the text goes on itself. What
/// follows an ampersand belongs to the same word, and an apostrophe is left out of a word.
fn unfinished(last: &Unit, text: &str) -> Option<String> {
    match &text[last.range.end..] {
        "" | "'" | "\u{2019}" => Some(last.word.clone()),
        "&" => Some(format!("{}&", last.word)),
        _ => None,
    }
}

/// Whether a word is part of a name joined by more than hyphens, such as an address: a similar
/// one is a different name.
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
