//! What a query's text asks for: its words, each with the ways in which a record may contain it.

use super::fold::{accented, fold};
use super::letters::is_digit;
use super::part::{Form, Joint, Part};
use super::parts::{Borders, split};
use super::pieces::{join, other_form, picture, wholes_ending_at, word_of};
use super::runs::{add_run, unit_of_run};
use super::scan::{Found, Scanner, is_simple};
use super::unit::{Asked, Likeness, Unit, Way, Whole};
use super::{Analyzer, Language};

/// Longer words are not tried as two words typed without the space between them.
const MAX_APART: usize = 32;

/// The halves of a word, for records that write it as two words: every split that leaves at least
/// two letters on each side.
pub fn apart(word: &str) -> impl Iterator<Item = (&str, &str)> {
    let letters = word.chars().count();
    let is_tried = (4..=MAX_APART).contains(&letters) && word.chars().all(char::is_alphabetic);
    let splits = if is_tried { letters - 3 } else { 0 };
    let borders = word.char_indices().map(|(at, _)| at);
    let borders = borders.skip(2).take(splits);
    borders.map(|at| word.split_at(at))
}

impl Analyzer {
    /// The words of a query. Runs without spaces are split into words.
    pub fn query(&self, text: &str) -> Asked {
        self.asked(text, true)
    }

    /// The words of a phrase. Runs without spaces are kept whole, with their characters side by
    /// side.
    pub fn phrase(&self, text: &str) -> Asked {
        self.asked(text, false)
    }

    /// The term of two words of a query joined into one, for records that write them together.
    pub fn joined(&self, one: &str, other: &str) -> String {
        self.term(&format!("{one}{other}")).into_owned()
    }

    /// The term of two words of a query joined by an ampersand, if one of them is a single
    /// letter: records may write them together.
    pub fn joined_with_and(&self, one: &str, other: &str) -> Option<String> {
        let is_letter = |word: &str| word.chars().count() == 1;
        let joined = is_letter(one) || is_letter(other);
        joined.then(|| self.term(&format!("{one}&{other}")).into_owned())
    }

    /// The term of a size that a query writes as three words, such as `2 x 4`: records may write it
    /// as one. `None` for other words.
    pub fn joined_size(&self, height: &str, times: &str, width: &str) -> Option<String> {
        let is_number = |word: &str| word.chars().all(|c| is_digit(c) || c == '.');
        let is_size = times == "x" && is_number(height) && is_number(width);
        is_size.then(|| self.term(&format!("{height}{times}{width}")).into_owned())
    }

    fn asked(&self, text: &str, segmented: bool) -> Asked {
        let mut asked = Asked::default();
        let mut scanner = Scanner::new(text, Borders::Sure);
        while let Some(found) = scanner.next() {
            match found {
                Found::Word => self.add_word(text, &scanner.parts, &mut asked),
                Found::Run(run) => {
                    asked.regrouped = true;
                    if segmented {
                        add_run(text, run, &mut asked);
                    } else {
                        asked.units.extend(unit_of_run(text, run, false));
                    }
                }
                Found::Picture(range) => {
                    asked.regrouped = true;
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
        self.join_with_and(text, &mut asked);
        asked
    }

    /// Adds a compound word. Parts joined without a mark form one unit; the rest are separate
    /// units.
    fn add_word(&self, text: &str, parts: &[Part], asked: &mut Asked) {
        let first = asked.units.len();
        // The unit of each part.
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
            asked.regrouped |= end - start > 1;
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
                        is_run: false,
                    });
                }
            });
        }
    }

    /// A word whose parts are joined without a mark.
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
        let plain = parts.iter().all(|part| part.form == Form::Plain);
        if plain && !parts.iter().all(|part| is_simple(&text[part.core.clone()])) {
            let mut words = Vec::new();
            for core in parts
                .iter()
                .flat_map(|part| text[part.core.clone()].split('&'))
            {
                if is_simple(core) {
                    words.push(fold(core));
                    continue;
                }
                split(core, Borders::All, |start, end| {
                    words.push(fold(&core[start..end]));
                });
            }
            if words.len() > parts.len() {
                ways.push(self.one_after_another(words.into_iter()));
            }
        }
        if let Some(version) = without_its_v(text, parts) {
            ways.push(Way::term(self.term(&version).into_owned(), Likeness::Bare));
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

    /// Adds a whole for two words with a spaced `&` between them: `R & D` is treated like `R&D`.
    fn join_with_and(&self, text: &str, asked: &mut Asked) {
        for (at, pair) in asked.units.windows(2).enumerate() {
            let [one, other] = pair else { continue };
            let between = text.get(one.range.end..other.range.start);
            let and = between.is_some_and(|between| between.trim() == "&" && between.len() > 1);
            if let Some(term) = self.joined_with_and(&one.word, &other.word).filter(|_| and) {
                asked.wholes.push(Whole {
                    units: at..at + 2,
                    way: Way::term(term, Likeness::Same),
                    is_run: false,
                });
            }
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

/// The number of a version without the `v` before it.
fn without_its_v(text: &str, parts: &[Part]) -> Option<String> {
    let (letter, number) = parts.split_first()?;
    let is_v = text[letter.core.clone()].eq_ignore_ascii_case("v");
    let mut version = String::new();
    join(text, number, &mut version);
    (is_v && version.starts_with(|c: char| c.is_ascii_digit())).then_some(version)
}
