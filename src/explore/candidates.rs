//! Which queries are tried: titles, phrases of two words that follow one another, frequent words, rare
//! words that the model does not know, and two frequent words put together. All are drawn with a fixed
//! seed, so that a collection always has the same.

use std::collections::{BTreeMap, HashSet};

use crate::analysis::Analyzer;
use crate::encoder::Encoder;
use crate::error::Result;
use crate::record::Record;
use crate::search::Searcher;
use crate::split_mix::SplitMix64;
use crate::text::TextPart;
use crate::vocabulary::Source;

use super::MAX_DRAWN;
use crate::vocabulary::limits::MIN_EXPLORED;

/// How many records are read for their titles and phrases.
const RECORDS: usize = 400;
/// How many bytes of a text are read for phrases.
const TEXT_BYTES: usize = 2_000;
/// How often a word of the dictionary is drawn.
const DRAWS: usize = 10_000;

/// How many queries of each source are drawn: in all, [`MAX_DRAWN`].
const TITLES: usize = 80;
const PHRASES: usize = 260;
const TERMS: usize = 220;
const RARE_WORDS: usize = 80;
const PAIRS: usize = MAX_DRAWN - TITLES - PHRASES - TERMS - RARE_WORDS;
/// In how many pairs a word comes first.
const PAIRS_OF_A_WORD: usize = 3;

/// The longest title that is a query, in words and in bytes.
const TITLE_WORDS: usize = 8;
const TITLE_BYTES: usize = 80;
/// The length of a word of a phrase and of a term, in characters.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=20;
/// The fewest records that contain a frequent word.
const FREQUENT: u32 = 3;
/// The most records that contain a rare word, and the fewest characters of one.
const RARE: u32 = 2;
const RARE_LETTERS: usize = 4;
/// A word in more than one of so many records says little by itself.
const COMMON: u32 = 6;

/// Any fixed seed will do.
const SEED: u64 = 0x7061_7261_6c6c_6178;

/// A query to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The query.
    pub query: String,
    /// Where it comes from.
    pub source: Source,
}

/// The queries to try in a collection, all but pairs: none if it has too few records. Those of
/// different sources take turns, so that some of each are tried if the time does not suffice for all.
///
/// # Errors
/// The store's read errors.
pub fn draw(searcher: &Searcher<'_>) -> Result<Vec<Candidate>> {
    let records = searcher.generation.records();
    if records < MIN_EXPLORED {
        return Ok(Vec::new());
    }
    let mut random = SplitMix64::new(SEED);
    let sampled = sampled(searcher, &mut random)?;
    let parts = searcher.generation.text_parts(&None);
    let words = Words {
        analyzer: searcher.analyzer,
        encoder: searcher.encoder.encoder(),
        parts: &parts,
        most: (records / COMMON).max(FREQUENT),
    };
    let (terms, rare) = words.single(&mut random);
    let mut sources = [
        (Source::Phrase, words.phrases(&sampled, &mut random)),
        (Source::Title, titles(&sampled)),
        (Source::Term, terms),
        (Source::Rare, rare),
    ]
    .map(|(source, queries)| (source, queries.into_iter()));
    let mut seen = HashSet::new();
    let mut candidates = Vec::new();
    loop {
        let mut found = false;
        for (source, queries) in &mut sources {
            let Some(query) = queries.next() else {
                continue;
            };
            found = true;
            if seen.insert(query.to_lowercase()) {
                let source = *source;
                candidates.push(Candidate { query, source });
            }
        }
        if !found {
            return Ok(candidates);
        }
    }
}

/// Some records, read whole.
fn sampled(searcher: &Searcher<'_>, random: &mut SplitMix64) -> Result<Vec<Record>> {
    let mut positions: Vec<u32> = searcher.generation.positions().collect();
    shuffle(&mut positions, RECORDS, random);
    positions.truncate(RECORDS);
    let rows = searcher.view.rows()?;
    let mut sampled = Vec::with_capacity(positions.len());
    for position in positions {
        let Some(number) = searcher.generation.number(position) else {
            continue;
        };
        if let Some(payload) = rows.payload(number)? {
            sampled.push(searcher.schema.read(number, payload));
        }
    }
    Ok(sampled)
}

/// Titles that could be typed.
fn titles(sampled: &[Record]) -> Vec<String> {
    let titles = sampled.iter().map(|record| record.title.trim());
    let titles = titles.filter(|title| {
        title.len() <= TITLE_BYTES
            && title.split_whitespace().take(TITLE_WORDS + 1).count() <= TITLE_WORDS
            && title.chars().filter(|c| c.is_alphabetic()).count() >= *LETTERS.start()
            && is_plain(title)
    });
    titles.take(TITLES).map(str::to_owned).collect()
}

/// Whether a text has nothing in it that is read as an operator of a query.
fn is_plain(text: &str) -> bool {
    let operators = |c: char| c.is_control() || "\":*\\".contains(c);
    !text.contains(operators) && !text.split_whitespace().any(|word| word.starts_with('-'))
}

/// Two words each, that need not have anything to do with one another; each word in a few pairs.
pub fn pairs(words: &[String]) -> Vec<Candidate> {
    let mut random = SplitMix64::new(SEED);
    let mut others = words.to_vec();
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for _ in 0..PAIRS_OF_A_WORD {
        let all = others.len();
        shuffle(&mut others, all, &mut random);
        for (one, other) in words.iter().zip(&others) {
            let query = format!("{one} {other}");
            if one != other && pairs.len() < PAIRS && seen.insert(query.clone()) {
                let source = Source::Pair;
                pairs.push(Candidate { query, source });
            }
        }
    }
    pairs
}

/// Brings so many of some things to the front, at random (Fisher and Yates).
fn shuffle<T>(things: &mut [T], wanted: usize, random: &mut SplitMix64) {
    for at in 0..wanted.min(things.len()) {
        let left = (things.len() - at) as u64;
        things.swap(at, at + random.below(left) as usize);
    }
}

/// The words of a collection.
struct Words<'a> {
    analyzer: &'a Analyzer,
    encoder: &'a Encoder,
    parts: &'a [TextPart<'a>],
    /// The most records that contain a word, for it to be part of a query.
    most: u32,
}

impl Words<'_> {
    /// Phrases in the titles and texts: half of them, if there are as many, such that several of the
    /// records contain.
    fn phrases(&self, sampled: &[Record], random: &mut SplitMix64) -> Vec<String> {
        let mut counted: BTreeMap<String, u32> = BTreeMap::new();
        for record in sampled {
            let mut own = HashSet::new();
            self.each_phrase(&record.title, |phrase| {
                own.insert(phrase);
            });
            self.each_phrase(beginning(&record.text), |phrase| {
                own.insert(phrase);
            });
            for phrase in own {
                *counted.entry(phrase).or_default() += 1;
            }
        }
        let mut counted: Vec<(String, u32)> = counted.into_iter().collect();
        let all = counted.len();
        shuffle(&mut counted, all, random);
        let (several, once): (Vec<_>, Vec<_>) = counted.into_iter().partition(|(_, n)| *n > 1);
        let (mut several, mut once) = (several.into_iter(), once.into_iter());
        let mut phrases = Vec::new();
        while phrases.len() < PHRASES {
            let before = phrases.len();
            phrases.extend(several.next());
            phrases.extend(once.next());
            if phrases.len() == before {
                break;
            }
        }
        phrases.truncate(PHRASES);
        phrases.into_iter().map(|(phrase, _)| phrase).collect()
    }

    /// Calls `call` with every two words of a text that follow one another, with nothing but a space
    /// between them.
    fn each_phrase(&self, text: &str, mut call: impl FnMut(String)) {
        let tokens: Vec<_> = self.analyzer.tokens(text).collect();
        for two in tokens.windows(2) {
            let [one, other] = two else { continue };
            let between = text.get(one.range.end..other.range.start);
            let typed = text.get(one.range.start..other.range.end);
            let follow =
                between.is_some_and(|between| !between.is_empty() && between.trim().is_empty());
            if !follow || one.term == other.term {
                continue;
            }
            let usable = [one, other]
                .iter()
                .all(|token| is_word(&token.word) && self.records_with(&token.term) <= self.most);
            if let Some(typed) = typed.filter(|typed| usable && !typed.contains('\n')) {
                call(typed.to_lowercase());
            }
        }
    }

    /// Words of the dictionary: those that several records contain, but not very many, and those that
    /// hardly any contains and that the model does not know as a whole, such as names and codes.
    fn single(&self, random: &mut SplitMix64) -> (Vec<String>, Vec<String>) {
        let (mut frequent, mut rare) = (Vec::new(), Vec::new());
        let Some(part) = self.parts.iter().max_by_key(|part| part.index.len()) else {
            return (frequent, rare);
        };
        let words = part.index.words();
        let all = words.texts().len() as u64;
        let mut terms = HashSet::new();
        for _ in 0..DRAWS {
            let (more_frequent, more_rare) = (frequent.len() < TERMS, rare.len() < RARE_WORDS);
            if all == 0 || !(more_frequent || more_rare) {
                break;
            }
            let at = random.below(all) as u32;
            let holding = words.count(at);
            let is_frequent = more_frequent && (FREQUENT..=self.most).contains(&holding);
            let is_rare = more_rare && (1..=RARE).contains(&holding);
            if !is_frequent && !is_rare {
                continue;
            }
            let Some(word) = words.texts().text(at) else {
                continue;
            };
            if self.analyzer.is_stop_word(&word) || !terms.insert(words.term(at)) {
                continue;
            }
            if is_frequent && is_word(&word) {
                frequent.push(word);
            } else if is_rare && is_code(&word) && !self.encoder.knows(&word) {
                rare.push(word);
            }
        }
        (frequent, rare)
    }

    /// How many records contain a term, deleted ones among them.
    fn records_with(&self, term: &str) -> u32 {
        let of_part = |part: &TextPart<'_>| Some(part.index.holding(part.index.term(term)?));
        self.parts.iter().filter_map(of_part).sum()
    }
}

/// Whether a word could be typed: letters alone, neither very few nor very many.
fn is_word(word: &str) -> bool {
    let letters = word.chars().take(LETTERS.end() + 1).count();
    LETTERS.contains(&letters) && word.chars().all(char::is_alphabetic)
}

/// Whether a word could be a name or a code: letters, perhaps with digits.
fn is_code(word: &str) -> bool {
    let characters = word.chars().take(LETTERS.end() + 1).count();
    (RARE_LETTERS..=*LETTERS.end()).contains(&characters)
        && word.chars().all(char::is_alphanumeric)
        && word.chars().any(char::is_alphabetic)
}

/// The beginning of a text.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES.min(text.len()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_with_operators_is_no_query() {
        for plain in ["Goat & Kid", "e-mail for bees", "Ümlaut 3"] {
            assert!(is_plain(plain), "{plain}");
        }
        for not in [
            "say \"cheese\"",
            "city:Oslo",
            "-40 degrees",
            "a *",
            "two\nlines",
        ] {
            assert!(!is_plain(not), "{not}");
        }
    }

    #[test]
    fn words_have_a_few_letters() {
        assert!(is_word("kiln") && is_word("größe"));
        assert!(!is_word("ab") && !is_word("22000") && !is_word(&"x".repeat(21)));
        assert!(is_code("fhir") && is_code("nmc811"));
        assert!(!is_code("22000") && !is_code("abc") && !is_code("a-b-c"));
    }

    #[test]
    fn pairs_are_of_two_words() {
        let words = ["kiln", "goat", "milk"].map(str::to_owned);
        let made = pairs(&words);
        assert_eq!(made, pairs(&words));
        for Candidate { query, source } in made {
            let (one, other) = query.split_once(' ').unwrap();
            assert_ne!(one, other);
            assert_eq!(source, Source::Pair);
        }
        assert!(pairs(&[]).is_empty());
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut things: Vec<u32> = (0..50).collect();
        shuffle(&mut things, 50, &mut SplitMix64::new(SEED));
        assert_ne!(things, (0..50).collect::<Vec<_>>());
        things.sort_unstable();
        assert_eq!(things, (0..50).collect::<Vec<_>>());
    }
}
