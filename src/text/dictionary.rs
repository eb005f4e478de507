//! A sorted map from text to number, as a finite-state machine: small, ordered, and searchable by
//! prefix and by edit distance.

use std::ops::Range;
use std::sync::LazyLock;

use bytes::Bytes;
use fst::automaton::Automaton;
use fst::map::OpBuilder;
use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

use crate::mapped::MappedFile;

/// A sorted map from text to number, in memory or in a mapped file; `None` if it has no texts.
#[derive(Debug, Clone, Default)]
pub struct TermDictionary(Option<Map<Bytes>>);

impl TermDictionary {
    /// The number of a text.
    pub fn get(&self, text: &str) -> Option<u32> {
        u32::try_from(self.0.as_ref()?.get(text)?).ok()
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, Map::len)
    }

    /// All texts in order; the number of each is its index.
    pub fn all(&self) -> Vec<String> {
        let texts = self.0.as_ref().map(|map| map.stream().into_str_keys());
        texts.and_then(Result::ok).unwrap_or_default()
    }

    /// The numbers of the texts that start with a prefix. They follow one another, as the texts
    /// do.
    pub fn beginning_with(&self, prefix: &str) -> Range<u32> {
        let Some(map) = &self.0 else {
            return 0..0;
        };
        let from = |bytes: &[u8]| {
            let mut stream = map.range().ge(bytes).into_stream();
            stream.next().map_or(self.len() as u32, |(_, at)| at as u32)
        };
        let mut after = prefix.as_bytes().to_vec();
        // No byte of UTF-8 is the largest, so the last one can be raised.
        match after.last_mut() {
            Some(last) => *last = last.saturating_add(1),
            None => return 0..self.len() as u32,
        }
        from(prefix.as_bytes())..from(&after)
    }

    /// The text with a number.
    pub fn text(&self, number: u32) -> Option<String> {
        let text = self.0.as_ref()?.as_fst().get_key(u64::from(number))?;
        String::from_utf8(text).ok()
    }

    /// Calls `call` with each distinct text of several dictionaries in order, with the index of
    /// each dictionary that contains it and its number there, in order of index.
    pub fn each_of(dictionaries: &[&Self], mut call: impl FnMut(&str, &[(usize, u32)])) {
        let maps = dictionaries.iter().enumerate();
        let maps = maps.filter_map(|(at, dictionary)| Some((at, dictionary.0.as_ref()?)));
        let (indices, maps): (Vec<usize>, Vec<&Map<Bytes>>) = maps.unzip();
        let mut union = maps
            .into_iter()
            .fold(OpBuilder::new(), OpBuilder::add)
            .union();
        let mut same = Vec::new();
        while let Some((text, places)) = union.next() {
            same.clear();
            same.extend(places.iter().map(|at| (indices[at.index], at.value as u32)));
            same.sort_unstable();
            if let Ok(text) = std::str::from_utf8(text) {
                call(text, &same);
            }
        }
    }

    /// The texts within an edit distance of a word (insertions, deletions, substitutions,
    /// transpositions), with their numbers and distances.
    pub fn near(&self, automaton: &EditDistance) -> Vec<(String, u32, u8)> {
        let mut found = Vec::new();
        let Some(map) = &self.0 else {
            return found;
        };
        let mut stream = map.search(automaton).into_stream();
        while let Some((text, at)) = stream.next() {
            let distance = automaton.0.eval(text).to_u8();
            if let Ok(text) = std::str::from_utf8(text) {
                found.push((text.to_owned(), at as u32, distance));
            }
        }
        found
    }

    /// What is stored of it.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |map| map.as_fst().as_bytes())
    }

    /// A dictionary in a section of a file. It is compared with its checksums, because fst expects
    /// intact bytes.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn load(file: &MappedFile, section: &str) -> Result<Self, String> {
        let bytes = file.checked(section)?;
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let map = Map::new(bytes);
        map.map(|map| Self(Some(map)))
            .map_err(|error| format!("its section {section} is no dictionary: {error}"))
    }
}

/// Builds a dictionary.
pub struct DictionaryBuilder {
    map: MapBuilder<Vec<u8>>,
    len: u64,
}

impl DictionaryBuilder {
    /// Adds the next text, which is after all others. Its number is how many there are already.
    pub fn add(&mut self, text: &str) {
        // Fails only for texts out of order, which would not be found either.
        let _ = self.map.insert(text, self.len);
        self.len += 1;
    }

    /// The texts added.
    pub fn build(self) -> TermDictionary {
        if self.len == 0 {
            return TermDictionary::default();
        }
        // Writing to memory does not fail.
        let bytes = self.map.into_inner().map(Bytes::from);
        TermDictionary(bytes.and_then(Map::new).ok())
    }
}

impl Default for DictionaryBuilder {
    fn default() -> Self {
        Self {
            map: MapBuilder::memory(),
            len: 0,
        }
    }
}

impl PartialEq for TermDictionary {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
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

    fn dictionary(texts: &[String]) -> TermDictionary {
        let mut builder = DictionaryBuilder::default();
        texts.iter().for_each(|text| builder.add(text));
        builder.build()
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
            let texts = dictionary(&words);
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
            let texts = dictionary(&words);
            let found = texts.beginning_with(&prefix).filter_map(|at| texts.text(at));
            let found: Vec<String> = found.collect();
            words.retain(|word| word.starts_with(&prefix));
            prop_assert_eq!(found, words);
        }

        #[test]
        fn dictionaries_are_merged_in_order(
            mut lists in prop::collection::vec(prop::collection::vec("[abé]{1,3}", 0..20), 0..4)
        ) {
            for list in &mut lists {
                list.sort_unstable();
                list.dedup();
            }
            let dictionaries: Vec<TermDictionary> = lists.iter().map(|list| dictionary(list)).collect();
            let mut merged = Vec::new();
            TermDictionary::each_of(&dictionaries.iter().collect::<Vec<_>>(), |text, places| {
                merged.push((text.to_owned(), places.to_vec()));
            });
            let mut expected: Vec<String> = lists.concat();
            expected.sort_unstable();
            expected.dedup();
            let expected: Vec<(String, Vec<(usize, u32)>)> = expected.into_iter().map(|text| {
                let place = |(at, list): (usize, &Vec<String>)| {
                    Some((at, list.binary_search(&text).ok()? as u32))
                };
                let places = lists.iter().enumerate().filter_map(place).collect();
                (text, places)
            }).collect();
            prop_assert_eq!(merged, expected);
        }
    }
}
