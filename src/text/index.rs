//! The inverted index of some records: for every term which records hold it, how often and
//! where; and the words behind the terms.
//!
//! Immutable once built. A record is a number of fields, read one after another; its
//! positions run through all of them, with a gap after each that no phrase spans.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::dictionary::{TermDictionary, Words};
use super::postings::{Cursor, Posting, Postings};
use crate::analysis::Analyzer;

/// How far apart the last word of a field and the first of the next stand at least.
const FIELD_GAP: u32 = 1_000;

/// Terms, their postings, and the words they came from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TextIndex {
    terms: TermDictionary,
    words: Words,
    postings: Postings,
    /// Length of each record in terms, by weight.
    lengths: Vec<u32>,
    /// How many fields a record has.
    fields: u32,
    /// The position at which each field of each record starts, record by record.
    starts: Vec<u32>,
}

impl TextIndex {
    /// How many records the index holds.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Length of each record in terms, by weight.
    pub fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// The number of a term.
    pub fn term(&self, term: &str) -> Option<u32> {
        self.terms.get(term)
    }

    /// The words of the index.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Every term, in order.
    pub fn terms(&self) -> Vec<String> {
        self.terms.all()
    }

    /// How many records hold a term, deleted ones among them.
    pub fn holding(&self, term: u32) -> u32 {
        self.postings.holding(term)
    }

    /// The records that hold a term.
    pub fn cursor(&self, term: u32) -> Cursor<'_> {
        self.postings.cursor(term)
    }

    /// The field of a record in which a position lies.
    pub fn field_at(&self, record: u32, position: u32) -> usize {
        let fields = self.fields as usize;
        let starts = self.starts.get(record as usize * fields..);
        let starts = starts.and_then(|rest| rest.get(..fields)).unwrap_or(&[]);
        starts
            .partition_point(|&start| start <= position)
            .saturating_sub(1)
    }

    /// Whether the parts agree, as they do unless a file was made up.
    pub fn fits(&self) -> bool {
        self.terms.len() == self.postings.len()
            && self.words.fits(self.terms.len())
            && self.starts.len() == self.lengths.len() * self.fields as usize
    }

    /// Several indexes as one. Each comes with the position each of its records gets, or
    /// none for those left behind; positions rise from index to index, without a gap.
    pub fn merge(parts: &[(&Self, &[Option<u32>])]) -> Self {
        let mut merged = Self {
            fields: parts.iter().map(|(part, _)| part.fields).max().unwrap_or(0),
            ..Self::default()
        };
        for (part, places) in parts {
            for (record, _) in places
                .iter()
                .enumerate()
                .filter(|(_, place)| place.is_some())
            {
                let fields = part.fields as usize;
                merged.lengths.extend(part.lengths.get(record));
                let starts = part.starts.get(record * fields..(record + 1) * fields);
                merged.starts.extend(starts.unwrap_or_default());
            }
        }
        let terms: Vec<Vec<String>> = parts.iter().map(|(part, _)| part.terms.all()).collect();
        // The number each part's terms get; none where all their records were left behind.
        let mut renamed: Vec<Vec<Option<u32>>> =
            terms.iter().map(|terms| vec![None; terms.len()]).collect();
        let mut kept: Vec<&str> = Vec::new();
        let mut gathered = Gathered::default();
        for (text, same) in together(&terms) {
            gathered.clear();
            for &(at, term) in &same {
                let (part, places) = parts[at];
                part.postings.for_each(term, |posting| {
                    if let Some(&Some(record)) = places.get(posting.record as usize) {
                        gathered.push(record, posting.frequency, posting.positions);
                    }
                });
            }
            if gathered.records.is_empty() {
                continue;
            }
            merged.postings.add(gathered.postings(), &merged.lengths);
            for (at, term) in same {
                renamed[at][term as usize] = Some(kept.len() as u32);
            }
            kept.push(text);
        }
        merged.terms = TermDictionary::new(kept.into_iter());
        merged.words = merge_words(parts, &renamed);
        merged
    }
}

/// The words of several indexes, whose terms and records have new numbers.
fn merge_words(parts: &[(&TextIndex, &[Option<u32>])], renamed: &[Vec<Option<u32>>]) -> Words {
    let texts: Vec<Vec<String>> = parts
        .iter()
        .map(|(part, _)| part.words.texts().all())
        .collect();
    let mut kept: Vec<(&str, u32, Vec<u32>)> = Vec::new();
    for (text, same) in together(&texts) {
        let mut holders = Vec::new();
        let mut term = None;
        for (at, word) in same {
            let (part, places) = parts[at];
            let old = part.words.term(word);
            let new = old.and_then(|old| renamed[at].get(old as usize).copied().flatten());
            term = term.or(new);
            let places = part
                .words
                .holders(word)
                .map(|record| places.get(record as usize));
            holders.extend(places.filter_map(|place| place.copied().flatten()));
        }
        if let Some(term) = term.filter(|_| !holders.is_empty()) {
            kept.push((text, term, holders));
        }
    }
    Words::new(
        kept.iter()
            .map(|(text, term, holders)| (*text, *term, holders.as_slice())),
    )
}

/// Sorted lists read as one: each text with the lists and places it stands at.
fn together(lists: &[Vec<String>]) -> Vec<(&str, Vec<(usize, u32)>)> {
    let mut all: Vec<(&str, usize, u32)> = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        all.extend(
            (0..)
                .zip(list)
                .map(|(place, text)| (text.as_str(), at, place)),
        );
    }
    all.sort_unstable();
    let same = all.chunk_by(|a, b| a.0 == b.0);
    same.map(|same| {
        (
            same[0].0,
            same.iter().map(|&(_, at, place)| (at, place)).collect(),
        )
    })
    .collect()
}

/// The postings of one term while they are collected.
#[derive(Default)]
struct Gathered {
    /// Record, frequency, and where its positions end.
    records: Vec<(u32, u32, usize)>,
    positions: Vec<u32>,
}

impl Gathered {
    fn clear(&mut self) {
        self.records.clear();
        self.positions.clear();
    }

    fn push(&mut self, record: u32, frequency: u32, positions: &[u32]) {
        self.positions.extend(positions);
        self.records.push((record, frequency, self.positions.len()));
    }

    /// One more occurrence; records come in order.
    fn count(&mut self, record: u32, weight: u32, position: u32) {
        self.positions.push(position);
        match self.records.last_mut() {
            Some(last) if last.0 == record => {
                last.1 += weight;
                last.2 += 1;
            }
            _ => self.records.push((record, weight, self.positions.len())),
        }
    }

    fn postings(&self) -> impl Iterator<Item = Posting<'_>> {
        let mut start = 0;
        self.records.iter().map(move |&(record, frequency, end)| {
            let positions = &self.positions[start..end];
            start = end;
            Posting {
                record,
                frequency,
                positions,
            }
        })
    }
}

/// Collects records in order of position.
pub struct TextIndexBuilder {
    analyzer: Analyzer,
    /// Each field's weight.
    weights: Vec<u32>,
    terms: HashMap<String, u32>,
    gathered: Vec<Gathered>,
    /// Each word with its term and the records that hold it.
    words: HashMap<String, (u32, Vec<u32>)>,
    lengths: Vec<u32>,
    starts: Vec<u32>,
}

impl TextIndexBuilder {
    /// A builder for records of as many fields as there are weights.
    pub fn new(analyzer: &Analyzer, weights: Vec<u32>) -> Self {
        Self {
            analyzer: *analyzer,
            weights,
            terms: HashMap::new(),
            gathered: Vec::new(),
            words: HashMap::new(),
            lengths: Vec::new(),
            starts: Vec::new(),
        }
    }

    /// Adds the next record, a text for each field.
    pub fn add(&mut self, texts: &[impl AsRef<str>]) {
        let record = self.lengths.len() as u32;
        let (mut length, mut start) = (0, 0);
        for (text, &weight) in texts.iter().zip(&self.weights) {
            self.starts.push(start);
            let mut end = start;
            for token in self.analyzer.all_tokens(text.as_ref()) {
                let next = self.gathered.len() as u32;
                let term = *self.terms.entry(token.term).or_insert(next);
                if term == next {
                    self.gathered.push(Gathered::default());
                }
                end = start + token.position;
                self.gathered[term as usize].count(record, weight, end);
                // Stop words are there for phrases; they neither score nor make a record long.
                if token.stop {
                    continue;
                }
                let (_, holders) = self.words.entry(token.word).or_insert((term, Vec::new()));
                if holders.last() != Some(&record) {
                    holders.push(record);
                }
                length += weight;
            }
            start = end + FIELD_GAP;
        }
        self.lengths.push(length);
    }

    /// The finished index.
    pub fn build(self) -> TextIndex {
        let mut terms: Vec<(String, u32)> = self.terms.into_iter().collect();
        terms.sort_unstable();
        let mut index = TextIndex {
            lengths: self.lengths,
            fields: self.weights.len() as u32,
            starts: self.starts,
            ..TextIndex::default()
        };
        let mut renamed = vec![0; terms.len()];
        for (new, (_, old)) in (0..).zip(&terms) {
            let gathered = &self.gathered[*old as usize];
            index.postings.add(gathered.postings(), &index.lengths);
            renamed[*old as usize] = new;
        }
        index.terms = TermDictionary::new(terms.iter().map(|(term, _)| term.as_str()));
        let mut words: Vec<(String, (u32, Vec<u32>))> = self.words.into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        index.words = Words::new(words.iter().map(|(word, (term, holders))| {
            (word.as_str(), renamed[*term as usize], holders.as_slice())
        }));
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(texts: &[String]) -> TextIndex {
        let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![2, 1]);
        for text in texts {
            let (title, rest) = text.split_at(text.len() / 2);
            builder.add(&[title, rest]);
        }
        builder.build()
    }

    #[test]
    fn a_field_s_weight_counts_its_words_as_often() {
        let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![3, 1]);
        builder.add(&["goat", "goat milk"]);
        let index = builder.build();
        assert_eq!(index.lengths(), [5]);
        let mut goat = index.cursor(index.term("goat").unwrap());
        assert_eq!((goat.record(), goat.frequency()), (0, 4));
        let mut positions = Vec::new();
        goat.read_positions(&mut positions);
        let fields: Vec<usize> = positions
            .into_iter()
            .map(|at| index.field_at(0, at))
            .collect();
        assert_eq!(fields, [0, 1]);
    }

    proptest! {
        /// Merging what was kept is building what was kept.
        #[test]
        fn merged_indexes_are_one_built_at_once(
            parts in prop::collection::vec(
                prop::collection::vec(("[a-e ]{0,12}", any::<bool>()), 0..6), 1..4)
        ) {
            let texts = |part: &[(String, bool)]| -> Vec<String> {
                part.iter().map(|(text, _)| text.clone()).collect()
            };
            let built: Vec<TextIndex> = parts.iter().map(|part| index(&texts(part))).collect();
            let mut next = 0;
            let places: Vec<Vec<Option<u32>>> = parts
                .iter()
                .map(|part| {
                    let place = |kept: bool| kept.then(|| { next += 1; next - 1 });
                    part.iter().map(|(_, kept)| *kept).map(place).collect()
                })
                .collect();
            let pairs: Vec<(&TextIndex, &[Option<u32>])> =
                built.iter().zip(places.iter().map(Vec::as_slice)).collect();
            let kept: Vec<String> = parts.concat().into_iter()
                .filter(|(_, kept)| *kept).map(|(text, _)| text).collect();
            prop_assert_eq!(TextIndex::merge(&pairs), index(&kept));
        }
    }
}
