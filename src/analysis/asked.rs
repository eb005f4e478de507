//! What a query's text asks for: its words, each with the ways in which a record may hold it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::fold::{accented, fold};
use super::particles::without_particle;
use super::parts::{Borders, split};
use super::pieces::{clusters, is_hangul, join, other_form, picture, wholes_ending_at, word_of};
use super::scan::{Form, Found, Joint, Part, Scanner, is_simple};
use super::{Analyzer, Language, segment};

/// So many characters side by side are asked for as one whole; more are a sentence.
const MAX_RUN: usize = 16;

/// A longer word is not taken for two that were typed without the blank between them.
const MAX_APART: usize = 32;

/// The words of a text, and what several of them are together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// The words, in order.
    pub units: Vec<Unit>,
    /// What stands for several of them at once, better than they do one by one.
    pub wholes: Vec<Whole>,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The word folded, as completions and corrections look for it.
    pub word: String,
    /// Its term, without accents: what tells it from other words.
    pub term: String,
    /// The ways in which a record may hold it; the first is the word itself.
    pub ways: Vec<Way>,
    /// What is looked for word by word where no record holds it in any way: the n-grams of a
    /// long word in a script without spaces.
    pub rest: Vec<String>,
    /// Whether it is a stop word.
    pub stop: bool,
}

/// Terms one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Each term with how far it stands from the first.
    pub terms: Vec<(String, u32)>,
    /// How many positions they take in all.
    pub width: u32,
    /// How like the word they are.
    pub likeness: Likeness,
}

/// How like a word of the query a way of holding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// As it was typed.
    Same,
    /// Without the accents it was typed with.
    Unaccented,
    /// Without the particle it was typed with.
    Bare,
}

/// Several words of a query as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// Which units it stands for.
    pub units: Range<usize>,
    /// The way records hold it.
    pub way: Way,
}

impl Way {
    fn term(term: String, likeness: Likeness) -> Self {
        Self {
            terms: vec![(term, 0)],
            width: 1,
            likeness,
        }
    }
}

impl Analyzer {
    /// The words of a query, of which runs without spaces are cut into words.
    pub fn query(&self, text: &str) -> Asked {
        self.asked(text, true)
    }

    /// The words of a phrase, which holds its characters side by side as they are.
    pub fn phrase(&self, text: &str) -> Asked {
        self.asked(text, false)
    }

    /// The two words that a word may be for records that write them apart, in all ways to cut
    /// it where both sides have two letters or more.
    pub fn apart(&self, word: &str) -> Vec<Way> {
        let letters = word.chars().count();
        if !(4..=MAX_APART).contains(&letters) || !word.chars().all(char::is_alphabetic) {
            return Vec::new();
        }
        let borders = word.char_indices().map(|(at, _)| at);
        let cut = |at: usize| {
            let (one, other) = word.split_at(at);
            self.one_after_another([one, other].map(str::to_owned).into_iter())
        };
        borders.skip(2).take(letters - 3).map(cut).collect()
    }

    /// The term of two words of a query as one, for records that write them together.
    pub fn joined(&self, one: &str, other: &str) -> String {
        self.term(&format!("{one}{other}")).into_owned()
    }

    fn asked(&self, text: &str, segmented: bool) -> Asked {
        let mut asked = Asked::default();
        let mut scanner = Scanner::new(text, Borders::Sure);
        while let Some(found) = scanner.next() {
            match found {
                Found::Word => self.add_word(text, &scanner.parts, &mut asked),
                Found::Run(run) if segmented => add_run(text, run, &mut asked),
                Found::Run(run) => asked.units.extend(unit_of_run(text, run, false)),
                Found::Picture(range) => {
                    let word = picture(&text[range.clone()]);
                    asked.units.push(Unit {
                        range,
                        ways: vec![Way::term(word.clone(), Likeness::Same)],
                        term: word.clone(),
                        word,
                        rest: Vec::new(),
                        stop: false,
                    });
                }
            }
        }
        asked
    }

    /// Adds a glued word: what holds without a mark is one unit, the rest are several.
    fn add_word(&self, text: &str, parts: &[Part], asked: &mut Asked) {
        let first = asked.units.len();
        // Which unit each part belongs to.
        let mut unit_of = Vec::with_capacity(parts.len());
        let mut start = 0;
        for end in 1..=parts.len() {
            if parts
                .get(end)
                .is_some_and(|next| next.joint == Joint::Tight)
            {
                continue;
            }
            unit_of.resize(end, asked.units.len());
            let unit = self.unit(text, &parts[start..end]);
            asked
                .units
                .extend(Some(unit).filter(|unit| !unit.word.is_empty()));
            start = end;
        }
        if asked.units.len() <= first + 1 {
            return;
        }
        for at in 0..parts.len() {
            wholes_ending_at(parts, at, |from| {
                let units = unit_of[from]..unit_of[at] + 1;
                if units.len() > 1 {
                    let mut whole = String::new();
                    join(text, &parts[from..=at], &mut whole);
                    asked.wholes.push(Whole {
                        units,
                        way: Way::term(self.term(&whole).into_owned(), Likeness::Same),
                    });
                }
            });
        }
    }

    /// A word that holds together without a mark.
    fn unit(&self, text: &str, parts: &[Part]) -> Unit {
        let mut word = String::new();
        join(text, parts, &mut word);
        let mut ways = Vec::new();
        let range = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => 0..0,
        };
        let mut other = None;
        if let [part] = parts {
            let core = &text[part.core.clone()];
            let form = other_form(text, part, &word);
            other = form.map(|form| Way::term(self.term(&form).into_owned(), Likeness::Same));
            ways.extend(other.take_if(|_| part.form == Form::Signed));
            let accented = accented(core, self.language == Language::Turkish);
            if let Some(accented) = accented.filter(|accented| *accented != word) {
                ways.push(Way::term(self.term(&accented).into_owned(), Likeness::Same));
            }
        }
        let likeness = if ways.is_empty() {
            Likeness::Same
        } else {
            Likeness::Unaccented
        };
        let term = self.term(&word).into_owned();
        let plain = Way::term(term.clone(), likeness);
        for way in std::iter::once(plain).chain(other) {
            if !ways.iter().any(|known: &Way| known.terms == way.terms) {
                ways.push(way);
            }
        }
        if parts.len() > 1 {
            let words = parts.iter().map(|part| {
                let mut word = String::new();
                word_of(text, part, &mut word);
                word
            });
            ways.push(self.one_after_another(words));
        }
        if let [part] = parts
            && part.form == Form::Plain
            && let core = &text[part.core.clone()]
            && !is_simple(core)
        {
            let mut words = Vec::new();
            for core in core.split('&') {
                split(core, Borders::All, |start, end| {
                    words.push(fold(&core[start..end]));
                });
            }
            if words.len() > 1 {
                ways.push(self.one_after_another(words.into_iter()));
            }
        }
        let elided = parts.first().is_some_and(|part| part.form == Form::Elided);
        Unit {
            stop: elided || (parts.len() == 1 && self.is_stop_word(&word)),
            range,
            word,
            term,
            ways,
            rest: Vec::new(),
        }
    }

    fn one_after_another(&self, words: impl Iterator<Item = String>) -> Way {
        let terms = (0..)
            .zip(words)
            .map(|(at, word)| (self.term(&word).into_owned(), at));
        let terms: Vec<(String, u32)> = terms.collect();
        Way {
            width: terms.len() as u32,
            terms,
            likeness: Likeness::Same,
        }
    }
}

/// Adds the words of a run, and the run as their whole.
fn add_run(text: &str, run: Range<usize>, asked: &mut Asked) {
    let letters = clusters(text, run.clone()).len();
    if is_hangul(&text[run.clone()]) {
        asked.units.extend(unit_of_run(text, run, false));
        return;
    }
    let first = asked.units.len();
    for (word, together) in words(text, run.clone()) {
        asked.units.extend(unit_of_run(text, word, together));
    }
    let units = first..asked.units.len();
    if units.len() > 1
        && letters <= MAX_RUN
        && let Some(whole) =
            unit_of_run(text, run, false).and_then(|unit| unit.ways.into_iter().next())
    {
        asked.wholes.push(Whole { units, way: whole });
    }
}

/// The words of a run, and of each whether it was put together: characters that stand alone
/// one after another are a name that no dictionary has.
fn words(text: &str, run: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let letters = clusters(text, run.clone());
    let mut words: Vec<(Range<usize>, bool)> = Vec::new();
    let (mut start, mut after_single) = (run.start, false);
    for border in segment::words(&text[run.clone()]) {
        let end = run.start + border.end;
        // A border within what is seen as one character is none.
        let inside = letters
            .iter()
            .any(|(letter, _)| letter.start < end && end < letter.end);
        if inside {
            continue;
        }
        let within = letters
            .iter()
            .filter(|(letter, _)| (start..end).contains(&letter.start));
        let single = within.count() <= 1;
        match words.last_mut().filter(|_| after_single && single) {
            Some(last) => *last = (last.0.start..end, true),
            None => words.push((start..end, false)),
        }
        (start, after_single) = (end, single);
    }
    words
}

/// A word of a run: its n-grams side by side. Where no record has them so, the n-grams of a
/// long word say something by themselves, and the characters of one that was put together.
fn unit_of_run(text: &str, range: Range<usize>, together: bool) -> Option<Unit> {
    let letters = clusters(text, range.clone()).into_iter();
    let letters: Vec<String> = letters.map(|(_, letter)| letter).collect();
    let word = letters.concat();
    let mut ways = vec![way_of_grams(&letters)?];
    let written = &text[range.clone()];
    if is_hangul(written)
        && let Some(end) = without_particle(&word)
    {
        let syllables: Vec<String> = word[..end].chars().map(String::from).collect();
        ways.extend(way_of_grams(&syllables).map(|way| Way {
            likeness: Likeness::Bare,
            ..way
        }));
    }
    let rest: BTreeSet<String> = match letters.len() {
        2 if together => letters.iter().cloned().collect(),
        0..=2 => BTreeSet::new(),
        _ => letters.windows(2).map(<[String]>::concat).collect(),
    };
    Some(Unit {
        range,
        term: word.clone(),
        word,
        rest: rest.into_iter().collect(),
        ways,
        stop: false,
    })
}

/// The n-grams that hold characters side by side: every second one, and the last.
fn way_of_grams(letters: &[String]) -> Option<Way> {
    let width = letters.len() as u32;
    let terms = match letters {
        [] => return None,
        [alone] => vec![(alone.clone(), 0)],
        _ => {
            let last = letters.len() - 2;
            let places: BTreeSet<usize> = (0..=last).step_by(2).chain([last]).collect();
            let gram = |at: usize| (letters[at..at + 2].concat(), at as u32);
            places.into_iter().map(gram).collect()
        }
    };
    Some(Way {
        terms,
        width,
        likeness: Likeness::Same,
    })
}
