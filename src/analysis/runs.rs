//! How queries search scripts without spaces: word by word, each as pairs of adjacent
//! characters.

use std::collections::BTreeSet;
use std::ops::Range;

use super::particles::without_particle;
use super::pieces::{clusters, is_hangul};
use super::segment;
use super::unit::{Asked, Likeness, Unit, Way, Whole};

/// Runs of up to this many characters are also looked up as one whole; longer ones are
/// sentences.
const MAX_RUN: usize = 16;

/// Adds the words of a run, and the run as their whole.
pub fn add_run(text: &str, run: Range<usize>, asked: &mut Asked) {
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
        asked.wholes.push(Whole {
            units,
            way: whole,
            is_run: true,
        });
    }
}

/// The words of a run, and whether each was put together from single characters: several in a
/// row are a name that no dictionary has.
fn words(text: &str, run: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let letters = clusters(text, run.clone());
    let mut words: Vec<(Range<usize>, bool)> = Vec::new();
    let (mut start, mut after_single) = (run.start, false);
    for border in segment::words(&text[run.clone()]) {
        let end = run.start + border.end;
        // A border inside a user-perceived character does not count.
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

/// A word of a run: its n-grams side by side. If no record contains them that way, the n-grams
/// of a long word are looked up one by one, or the characters of a two-character word that was
/// put together.
pub fn unit_of_run(text: &str, range: Range<usize>, together: bool) -> Option<Unit> {
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

/// The n-grams that cover adjacent characters: every second one, and the last.
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
