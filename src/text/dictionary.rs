//! A sorted map from text to number, searchable by prefix and by edit distance: a finite-state machine, which is
//! small, or a list while there are only a few texts.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use bytes::Bytes;
use fst::automaton::Automaton;
use fst::map::OpBuilder;
use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

use super::listed::ListedTexts;
use crate::mapped::MappedFile;

/// A dictionary of at most this many texts is a list. About a hundred records have as many.
const MOST_LISTED: usize = 4_096;

/// A sorted map from text to number, in memory or in a mapped file.
#[derive(Debug, Clone)]
pub struct TermDictionary(Texts);

#[derive(Debug, Clone)]
enum Texts {
    List(ListedTexts),
    Machine(Map<Bytes>),
}

impl TermDictionary {
    /// The number of a text.
    pub fn get(&self, text: &str) -> Option<u32> {
        match &self.0 {
            Texts::List(list) => Some(list.find(text)? as u32),
            Texts::Machine(map) => u32::try_from(map.get(text)?).ok(),
        }
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Texts::List(list) => list.len(),
            Texts::Machine(map) => map.len(),
        }
    }

    /// All texts in order; the number of each is its index.
    pub fn all(&self) -> Vec<String> {
        match &self.0 {
            Texts::List(list) => list.iter().map(str::to_owned).collect(),
            Texts::Machine(map) => map.stream().into_str_keys().unwrap_or_default(),
        }
    }

    /// The numbers of the texts that start with a prefix. They follow one another, as the texts
    /// do.
    pub fn beginning_with(&self, prefix: &str) -> Range<u32> {
        let mut after = prefix.as_bytes().to_vec();
        // No byte of UTF-8 is the largest, so the last one can be raised.
        match after.last_mut() {
            Some(last) => *last = last.saturating_add(1),
            None => return 0..self.len() as u32,
        }
        self.first_from(prefix.as_bytes())..self.first_from(&after)
    }

    /// The number of the first text that is not before these bytes.
    fn first_from(&self, bytes: &[u8]) -> u32 {
        match &self.0 {
            Texts::List(list) => list.first_from(bytes) as u32,
            Texts::Machine(map) => {
                let mut stream = map.range().ge(bytes).into_stream();
                stream.next().map_or(map.len() as u32, |(_, at)| at as u32)
            }
        }
    }

    /// The text with a number.
    pub fn text(&self, number: u32) -> Option<String> {
        match &self.0 {
            Texts::List(list) => list.get(number as usize).map(str::to_owned),
            Texts::Machine(map) => {
                let text = map.as_fst().get_key(u64::from(number))?;
                String::from_utf8(text).ok()
            }
        }
    }

    /// Calls `call` with each distinct text of several dictionaries in order, with the index of
    /// each dictionary that contains it and its number there, in order of index.
    pub fn each_of(dictionaries: &[&Self], mut call: impl FnMut(&str, &[(usize, u32)])) {
        let mut all = OpBuilder::new();
        for dictionary in dictionaries {
            match &dictionary.0 {
                Texts::List(list) => all.push(list.stream()),
                Texts::Machine(map) => all.push(map),
            }
        }
        let mut union = all.union();
        let mut same = Vec::new();
        while let Some((text, places)) = union.next() {
            same.clear();
            same.extend(places.iter().map(|at| (at.index, at.value as u32)));
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
        match &self.0 {
            Texts::List(list) => found.extend((0..).zip(list.iter()).filter_map(|(at, text)| {
                let distance = automaton.to(text)?;
                Some((text.to_owned(), at, distance))
            })),
            Texts::Machine(map) => {
                let mut stream = map.search(automaton).into_stream();
                while let Some((text, at)) = stream.next() {
                    let distance = automaton.0.eval(text).to_u8();
                    if let Ok(text) = std::str::from_utf8(text) {
                        found.push((text.to_owned(), at as u32, distance));
                    }
                }
            }
        }
        found
    }

    /// What is stored of it: a machine; nothing if it has no texts.
    pub fn as_bytes(&self) -> Cow<'_, [u8]> {
        match &self.0 {
            Texts::Machine(map) => Cow::Borrowed(map.as_fst().as_bytes()),
            Texts::List(list) if list.len() == 0 => Cow::Borrowed(&[]),
            // Writing to memory does not fail.
            Texts::List(list) => Cow::Owned(machine(list).into_inner().unwrap_or_default()),
        }
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
        map.map(|map| Self(Texts::Machine(map)))
            .map_err(|error| format!("its section {section} is no dictionary: {error}"))
    }
}

impl Default for TermDictionary {
    fn default() -> Self {
        Self(Texts::List(ListedTexts::default()))
    }
}

/// Builds a dictionary.
#[derive(Default)]
pub struct DictionaryBuilder {
    list: ListedTexts,
    /// The machine, once there are too many texts for a list, and how many it has.
    machine: Option<(MapBuilder<Vec<u8>>, u64)>,
}

impl DictionaryBuilder {
    /// Adds the next text, which is after all others. Its number is how many there are already.
    pub fn add(&mut self, text: &str) {
        if let Some((machine, len)) = &mut self.machine {
            // Fails only for texts out of order, which would not be found either.
            let _ = machine.insert(text, *len);
            *len += 1;
            return;
        }
        self.list.push(text);
        if self.list.len() > MOST_LISTED {
            self.machine = Some((machine(&self.list), self.list.len() as u64));
            self.list = ListedTexts::default();
        }
    }

    /// The texts added.
    pub fn build(self) -> TermDictionary {
        let Some((machine, _)) = self.machine else {
            return TermDictionary(Texts::List(self.list));
        };
        // Writing to memory does not fail.
        let map = machine.into_inner().map(Bytes::from).and_then(Map::new);
        map.map_or_else(
            |_| TermDictionary::default(),
            |map| TermDictionary(Texts::Machine(map)),
        )
    }
}

/// A machine with the texts of a list.
fn machine(list: &ListedTexts) -> MapBuilder<Vec<u8>> {
    let mut machine = MapBuilder::memory();
    for (at, text) in (0..).zip(list.iter()) {
        let _ = machine.insert(text, at);
    }
    machine
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

    /// The texts as a list or as a machine.
    fn dictionary(texts: &[String], listed: bool) -> TermDictionary {
        let mut builder = DictionaryBuilder::default();
        if !listed && !texts.is_empty() {
            builder.machine = Some((MapBuilder::memory(), 0));
        }
        texts.iter().for_each(|text| builder.add(text));
        builder.build()
    }

    proptest! {
        #[test]
        fn near_words_are_those_within_the_distance(
            mut words in prop::collection::vec("[abcé]{1,6}", 0..40),
            asked in "[abcé]{1,6}", two: bool, listed: bool
        ) {
            let (edits, within) = if two { (Edits::Two, 2) } else { (Edits::One, 1) };
            words.sort_unstable();
            words.dedup();
            let texts = dictionary(&words, listed);
            let found = texts.near(&EditDistance::new(&asked, edits));
            let expected: Vec<(String, u32, u8)> = (0u32..).zip(&words)
                .map(|(at, word)| (word.clone(), at, distance(&asked, word) as u8))
                .filter(|(_, _, distance)| *distance <= within)
                .collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn words_beginning_with_a_prefix(
            mut words in prop::collection::vec("[ab]{1,5}", 0..40), prefix in "[ab]{0,3}", listed: bool
        ) {
            words.sort_unstable();
            words.dedup();
            let texts = dictionary(&words, listed);
            let found = texts.beginning_with(&prefix).filter_map(|at| texts.text(at));
            let found: Vec<String> = found.collect();
            words.retain(|word| word.starts_with(&prefix));
            prop_assert_eq!(found, words);
        }

        #[test]
        fn dictionaries_are_merged_in_order(
            mut lists in prop::collection::vec(prop::collection::vec("[abé]{1,3}", 0..20), 0..4),
            listed in prop::collection::vec(any::<bool>(), 4)
        ) {
            for list in &mut lists {
                list.sort_unstable();
                list.dedup();
            }
            let dictionaries = lists.iter().zip(listed);
            let dictionaries = dictionaries.map(|(list, listed)| dictionary(list, listed));
            let dictionaries: Vec<TermDictionary> = dictionaries.collect();
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

        #[test]
        fn a_list_and_a_machine_are_the_same(
            mut words in prop::collection::vec("[abé]{0,4}", 0..40), other in "[abé]{0,4}"
        ) {
            words.sort_unstable();
            words.dedup();
            let [list, machine] = [true, false].map(|listed| dictionary(&words, listed));
            prop_assert_eq!(&list, &machine);
            prop_assert_eq!(list.all(), words.clone());
            prop_assert_eq!(machine.all(), words.clone());
            for word in words.iter().chain([&other]) {
                let at = words.binary_search(word).ok().map(|at| at as u32);
                prop_assert_eq!(list.get(word), at);
                prop_assert_eq!(machine.get(word), at);
            }
        }
    }

    #[test]
    fn a_list_that_grows_becomes_a_machine() {
        for count in [
            MOST_LISTED - 1,
            MOST_LISTED,
            MOST_LISTED + 1,
            2 * MOST_LISTED,
        ] {
            let words: Vec<String> = (0..count).map(|at| format!("{at:06}")).collect();
            let texts = dictionary(&words, true);
            let is_list = matches!(texts.0, Texts::List(_));
            assert_eq!(is_list, count <= MOST_LISTED, "{count}");
            assert_eq!(texts.len(), count);
            assert_eq!(texts.all(), words);
            assert_eq!(texts.get("000700"), Some(700));
        }
    }
}
