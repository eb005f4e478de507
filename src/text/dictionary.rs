//! The terms of an index, and the words they were stemmed from, as finite-state maps from text
//! to number: small, ordered, and searchable by prefix and by edit distance.
//!
//! Terms are what is scored. Words are what people read and write, and what corrections and
//! completions offer. Each word keeps the records that contain it, since it is only offered
//! while a live record does.

use std::sync::LazyLock;

use fst::automaton::{Automaton, Str};
use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::varint;

/// A sorted map from text to number.
#[derive(Debug, Clone)]
pub struct TermDictionary(Map<Vec<u8>>);

impl TermDictionary {
    /// Maps sorted, distinct texts to their numbers, in order from 0.
    pub fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut builder = MapBuilder::memory();
        for (at, text) in (0u64..).zip(texts) {
            // Fails only for texts out of order, which would not be found either.
            let _ = builder.insert(text, at);
        }
        Self(builder.into_map())
    }

    /// The number of a text.
    pub fn get(&self, text: &str) -> Option<u32> {
        self.0.get(text).and_then(|at| u32::try_from(at).ok())
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All texts in order; the number of each is its index.
    pub fn all(&self) -> Vec<String> {
        self.0.stream().into_str_keys().unwrap_or_default()
    }

    /// The texts that start with a prefix, with their numbers.
    pub fn beginning_with(&self, prefix: &str) -> Vec<(String, u32)> {
        let stream = self.0.search(Str::new(prefix).starts_with()).into_stream();
        stream
            .into_str_vec()
            .unwrap_or_default()
            .into_iter()
            .map(|(text, at)| (text, at as u32))
            .collect()
    }

    /// The texts within an edit distance of a word (insertions, deletions, substitutions,
    /// transpositions), with their numbers and distances.
    pub fn near(&self, automaton: &EditDistance) -> Vec<(String, u32, u8)> {
        let mut found = Vec::new();
        let mut stream = self.0.search(automaton).into_stream();
        while let Some((text, at)) = stream.next() {
            let distance = automaton.0.eval(text).to_u8();
            if let Ok(text) = std::str::from_utf8(text) {
                found.push((text.to_owned(), at as u32, distance));
            }
        }
        found
    }
}

impl Default for TermDictionary {
    fn default() -> Self {
        Self::new(std::iter::empty())
    }
}

impl PartialEq for TermDictionary {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_fst().as_bytes() == other.0.as_fst().as_bytes()
    }
}

impl Serialize for TermDictionary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_fst().as_bytes())
    }
}

impl<'de> Deserialize<'de> for TermDictionary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: serde_bytes::ByteBuf = Deserialize::deserialize(deserializer)?;
        Map::new(bytes.into_vec())
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// The maximum number of edits.
#[derive(Debug, Clone, Copy)]
pub enum Edits {
    /// One.
    One,
    /// One or two.
    Two,
}

/// Accepts the words within a number of edits of a word (Schulz & Mihov, "Fast string correction
/// with Levenshtein automata", 2002).
pub struct EditDistance(DFA);

impl EditDistance {
    /// Accepts texts within `edits` of `word`.
    pub fn new(word: &str, edits: Edits) -> Self {
        // What depends only on the number of edits takes milliseconds to build.
        static ONE: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| builder(1));
        static TWO: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| builder(2));
        match edits {
            Edits::One => Self(ONE.build_dfa(word)),
            Edits::Two => Self(TWO.build_dfa(word)),
        }
    }

    /// The number of edits to a text, if it is within the limit.
    pub fn to(&self, text: &str) -> Option<u8> {
        match self.0.eval(text) {
            Distance::Exact(edits) => Some(edits),
            Distance::AtLeast(_) => None,
        }
    }
}

fn builder(edits: u8) -> LevenshteinAutomatonBuilder {
    LevenshteinAutomatonBuilder::new(edits, true)
}

impl Automaton for &EditDistance {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != levenshtein_automata::SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}

/// The words of an index: the term of each, and the records that contain it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Words {
    texts: TermDictionary,
    terms: Vec<u32>,
    /// Where each word's holders end; they start where those of the previous word end.
    ends: Vec<u64>,
    #[serde(with = "serde_bytes")]
    holders: Vec<u8>,
}

impl Words {
    /// Words in order, each with its term and its holders in ascending order.
    pub fn new<'a>(words: impl Iterator<Item = (&'a str, u32, &'a [u32])>) -> Self {
        let mut built = Self::default();
        let mut texts = Vec::new();
        for (text, term, holders) in words {
            texts.push(text);
            built.terms.push(term);
            let mut before = 0;
            for &holder in holders {
                varint::write(&mut built.holders, holder - before);
                before = holder;
            }
            built.ends.push(built.holders.len() as u64);
        }
        built.texts = TermDictionary::new(texts.into_iter());
        built
    }

    /// The words themselves.
    pub fn texts(&self) -> &TermDictionary {
        &self.texts
    }

    /// The term of a word.
    pub fn term(&self, word: u32) -> Option<u32> {
        self.terms.get(word as usize).copied()
    }

    /// The records that contain a word, ascending.
    pub fn holders(&self, word: u32) -> impl Iterator<Item = u32> + '_ {
        let at = word as usize;
        let start = at.checked_sub(1).and_then(|at| self.ends.get(at));
        let mut at = start.copied().unwrap_or(0) as usize;
        let end = self.ends.get(word as usize).copied().unwrap_or(0) as usize;
        let mut holder = 0u32;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                holder = holder.wrapping_add(varint::read(&self.holders, &mut at));
                holder
            })
        })
    }

    /// Whether the parts are consistent, as they are unless the file was tampered with.
    pub fn fits(&self, terms: usize) -> bool {
        self.texts.len() == self.terms.len()
            && self.terms.len() == self.ends.len()
            && self.terms.iter().all(|&term| (term as usize) < terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Restricted edit distance with transpositions, from the textbook table.
    fn distance(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let change = usize::from(a[i - 1] != b[j - 1]);
                    let mut best = (table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1)
                        .min(table[i - 1][j - 1] + change);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn near_words_are_those_within_the_distance(
            mut words in prop::collection::vec("[abcé]{1,6}", 0..40),
            asked in "[abcé]{1,6}", two: bool
        ) {
            let (edits, within) = if two { (Edits::Two, 2) } else { (Edits::One, 1) };
            words.sort_unstable();
            words.dedup();
            let texts = TermDictionary::new(words.iter().map(String::as_str));
            let found = texts.near(&EditDistance::new(&asked, edits));
            let expected: Vec<(String, u32, u8)> = (0u32..).zip(&words)
                .map(|(at, word)| (word.clone(), at, distance(&asked, word) as u8))
                .filter(|(_, _, distance)| *distance <= within)
                .collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn words_beginning_with_a_prefix(
            mut words in prop::collection::vec("[ab]{1,5}", 0..40), prefix in "[ab]{0,3}"
        ) {
            words.sort_unstable();
            words.dedup();
            let texts = TermDictionary::new(words.iter().map(String::as_str));
            let found: Vec<String> =
                texts.beginning_with(&prefix).into_iter().map(|(text, _)| text).collect();
            words.retain(|word| word.starts_with(&prefix));
            prop_assert_eq!(found, words);
        }
    }
}
