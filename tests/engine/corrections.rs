//! Corrections fix typos and do no harm otherwise. This is measured on real English words that no
//! record contains, and on the names in the bundled sample with one typo each. `make corrections`
//! prints the figures.

use crate::common::sample::{ask, sample, sample_file};
use crate::common::{encoder, json_lines};
use parallax::evaluation::SplitMix64;
use parallax::query::Lookup;
use parallax::{Mode, Query};

/// The seed for choosing words and positions of typos.
const SEED: u64 = 20_261;
/// How many words that no record contains are chosen.
const WORDS: usize = 3_000;
/// Debian's list of American English words, package `wamerican`.
const LIST: &str = "/usr/share/dict/american-english";
/// The maximum percentage of these words that may be replaced.
const MOST_REPLACED: f64 = 2.0;
/// The minimum percentage of names with a typo that must be found first.
const LEAST_FOUND: f64 = 97.0;

fn by_words(text: &str, correct: bool) -> parallax::query::Answer {
    let lookup = Lookup {
        prefix: false,
        correct,
    };
    let query = Query {
        lookup,
        operators: false,
        ..ask(text, Mode::Text)
    };
    sample().search(&query).unwrap()
}

#[test]
fn real_words_that_no_record_holds_are_left_alone() {
    let Ok(list) = std::fs::read_to_string(LIST) else {
        println!("skipped: no word list at {LIST}; `make corrections` installs it");
        return;
    };
    // The list also contains every possessive, which adds nothing.
    let mut words: Vec<&str> = list
        .lines()
        .filter(|word| word.chars().all(char::is_alphabetic))
        .collect();
    let mut random = SplitMix64::new(SEED);
    let (mut asked, mut replaced) = (0, Vec::new());
    while asked < WORDS && !words.is_empty() {
        let at = random.below(words.len() as u64) as usize;
        let word = words.swap_remove(at);
        if by_words(word, false).total > 0 {
            continue;
        }
        asked += 1;
        replaced.extend(by_words(word, true).corrections);
    }
    let share = replaced.len() as f64 / asked as f64 * 100.0;
    for correction in replaced.iter().take(20) {
        println!("  {} -> {}", correction.word, correction.instead);
    }
    println!("of {asked} real words that no record holds {share:.2} % are replaced");
    assert_eq!(asked, WORDS);
    assert!(share <= MOST_REPLACED, "{share}");
}

/// Two adjacent letters swapped, one letter omitted, one letter doubled, each at a random position.
fn slips(name: &str, random: &mut SplitMix64) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut place = |letters: usize| random.below(letters as u64) as usize;
    let exchanged = loop {
        let at = place(letters.len() - 1);
        let mut exchanged = letters.clone();
        exchanged.swap(at, at + 1);
        let differ = exchanged[at]
            .to_lowercase()
            .ne(exchanged[at + 1].to_lowercase());
        if differ {
            break exchanged;
        }
    };
    let mut dropped = letters.clone();
    dropped.remove(place(letters.len()));
    let mut doubled = letters.clone();
    let at = place(letters.len());
    doubled.insert(at, letters[at]);
    let slips = [exchanged, dropped, doubled];
    slips
        .iter()
        .map(|letters| letters.iter().collect())
        .collect()
}

#[test]
fn names_with_a_slip_are_found_first() {
    let records = json_lines(&sample_file());
    for mode in [Mode::Text, Mode::Hybrid] {
        let mut random = SplitMix64::new(SEED);
        let (mut asked, mut missed) = (0, Vec::new());
        for record in &records {
            let name = record["name"].as_str().unwrap();
            for slip in slips(name, &mut random) {
                asked += 1;
                let answer = sample().search(&ask(&slip, mode)).unwrap();
                let first = answer.hits.first().map(|hit| hit.record.title.as_str());
                if first != Some(name) {
                    missed.push(format!("{slip} for {name}"));
                }
            }
        }
        let share = (asked - missed.len()) as f64 / asked as f64 * 100.0;
        println!("  missed: {}", missed.join(", "));
        println!("of {asked} names with one slip {share:.2} % are found first, mode {mode}");
        assert!(share >= LEAST_FOUND, "{mode} {share}");
    }
}

/// A correctly typed word need not appear in the collection.
#[test]
fn forms_of_known_words_and_codes_are_left_alone() {
    for word in [
        "violins",
        "sailing",
        "cathedrals",
        "gladly",
        "A2045",
        "SKU-8812",
        "10.0.0.254",
        "2031",
    ] {
        assert_eq!(by_words(word, true).corrections, [], "{word}");
    }
}

/// Whether something is a word is decided by the model's vocabulary.
#[test]
fn the_model_knows_words_and_knows_what_it_cannot_read() {
    for word in ["password", "vacation", "shark", "paris"] {
        assert!(encoder().knows(word), "{word}");
    }
    for word in ["pasport", "vacatoin", "shrak", "mvuapath"] {
        assert!(!encoder().knows(word), "{word}");
    }
    for (text, reads) in [
        ("milk", true),
        ("mvuapath", true),
        ("milk \u{1fab1}", true),
        ("\u{1fab1} \u{1f9ff}", false),
        ("\u{1200}\u{120b}\u{121d}", false),
        ("", false),
    ] {
        assert_eq!(encoder().reads(text).unwrap(), reads, "{text}");
    }
}
