//! The inverted index of some records: for every term which records hold it, how often and
//! where; and the words behind the terms.
//!
//! Immutable once built. A record is a number of fields, read one after another; its
//! positions run through all of them, with a gap after each that no phrase spans.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::dictionary::{TermDictionary, Words};
use super::postings::{Cursor, Posting, Postings};
use crate::analysis::{Analyzer, Kind, Piece};

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
    /// What a word counts in each field of a record.
    weights: Vec<u32>,
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
        let fields = self.weights.len();
        let starts = self.starts.get(record as usize * fields..);
        let starts = starts.and_then(|rest| rest.get(..fields)).unwrap_or(&[]);
        starts
            .partition_point(|&start| start <= position)
            .saturating_sub(1)
    }

    /// What a word counts in a field.
    pub fn weight(&self, field: usize) -> u32 {
        self.weights.get(field).copied().unwrap_or(1)
    }

    /// Whether the parts agree, as they do unless a file was made up.
    pub fn fits(&self) -> bool {
        self.terms.len() == self.postings.len()
            && self.words.fits(self.terms.len())
            && self.starts.len() == self.lengths.len() * self.weights.len()
    }

    /// Several indexes as one. Each comes with the position each of its records gets, or
    /// none for those left behind; positions rise from index to index, without a gap.
    pub fn merge(parts: &[(&Self, &[Option<u32>])]) -> Self {
        let weights = parts.first().map(|(part, _)| part.weights.clone());
        let mut merged = Self {
            weights: weights.unwrap_or_default(),
            ..Self::default()
        };
        for (part, places) in parts {
            for (record, _) in places
                .iter()
                .enumerate()
                .filter(|(_, place)| place.is_some())
            {
                let fields = part.weights.len();
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
pub(super) struct Gathered {
    /// Record, frequency, and where its positions end.
    records: Vec<(u32, u32, usize)>,
    positions: Vec<u32>,
}

impl Gathered {
    fn clear(&mut self) {
        self.records.clear();
        self.positions.clear();
    }

    /// One more record; they come in order.
    pub(super) fn push(&mut self, record: u32, frequency: u32, positions: &[u32]) {
        self.positions.extend(positions);
        self.records.push((record, frequency, self.positions.len()));
    }

    /// One more occurrence; records come in order. Two forms of one word may have one term,
    /// which stands there once.
    fn count(&mut self, record: u32, weight: u32, position: u32) {
        match self.records.last_mut().filter(|last| last.0 == record) {
            Some(last) => {
                if self.positions.last().is_some_and(|&last| last >= position) {
                    return;
                }
                last.1 += weight;
                last.2 += 1;
                self.positions.push(position);
            }
            None => {
                self.positions.push(position);
                self.records.push((record, weight, self.positions.len()));
            }
        }
    }

    pub(super) fn postings(&self) -> impl Iterator<Item = Posting<'_>> {
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
    /// The different words of all records, whatever piece of a text they were.
    words: HashMap<String, Known>,
    lengths: Vec<u32>,
    starts: Vec<u32>,
}

/// A word that was met before.
struct Known {
    term: u32,
    stop: bool,
    /// The term for where it ends, where it is the whole of a glued word.
    tail: Option<u32>,
    /// The records that hold it as a word that people may type, and may misspell.
    holders: Vec<u32>,
}

/// The whole of a glued word of more parts is no word that people type.
const MAX_TYPED: u32 = 3;
/// How many positions the whole of a glued word may take and still be found in the midst of a
/// phrase that writes it as one word.
pub(super) const MAX_TAIL: u32 = 4;

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
        let analyzer = self.analyzer;
        let (mut length, mut start) = (0, 0);
        for (at, text) in texts.iter().enumerate().take(self.weights.len()) {
            let weight = self.weights[at];
            self.starts.push(start);
            let mut end = start;
            analyzer.each(text.as_ref(), |piece| {
                end = end.max(start + piece.position + piece.width - 1);
                if self.add_piece(piece, record, weight, start + piece.position) {
                    length += weight;
                }
            });
            start = end + FIELD_GAP;
        }
        self.lengths.push(length);
    }

    /// Adds a piece of a text; says whether it makes its record longer. Stop words are there
    /// for phrases and for queries of nothing else: they neither score otherwise nor count.
    /// What is said of a word in another form has been counted with the word.
    fn add_piece(&mut self, piece: &Piece<'_>, record: u32, weight: u32, position: u32) -> bool {
        if !self.words.contains_key(piece.word) {
            let term = self.analyzer.term(piece.word);
            let known = Known {
                term: number(&mut self.terms, &mut self.gathered, &term),
                stop: self.analyzer.is_stop_word(piece.word),
                tail: None,
                holders: Vec::new(),
            };
            self.words.insert(piece.word.to_owned(), known);
        }
        let Some(known) = self.words.get_mut(piece.word) else {
            return false;
        };
        self.gathered[known.term as usize].count(record, weight, position);
        let typed = match piece.kind {
            Kind::Word => !known.stop,
            Kind::Whole => piece.width <= MAX_TYPED,
            Kind::Elided | Kind::Accented | Kind::Gram | Kind::Letter => false,
        };
        if typed && known.holders.last() != Some(&record) {
            known.holders.push(record);
        }
        if piece.kind == Kind::Whole && (2..=MAX_TAIL).contains(&piece.width) {
            let tail = *known.tail.get_or_insert_with(|| {
                let tail = self.analyzer.tail(&self.analyzer.term(piece.word));
                number(&mut self.terms, &mut self.gathered, &tail)
            });
            let end = position + piece.width - 1;
            self.gathered[tail as usize].count(record, weight, end);
        }
        match piece.kind {
            Kind::Word => !known.stop,
            Kind::Gram => true,
            Kind::Whole | Kind::Elided | Kind::Accented | Kind::Letter => false,
        }
    }

    /// The finished index.
    pub fn build(self) -> TextIndex {
        let mut terms: Vec<(String, u32)> = self.terms.into_iter().collect();
        terms.sort_unstable();
        let mut index = TextIndex {
            lengths: self.lengths,
            weights: self.weights,
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
        let words = self.words.into_iter();
        let mut words: Vec<(String, Known)> = words
            .filter(|(_, known)| !known.holders.is_empty())
            .collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        index.words = Words::new(words.iter().map(|(word, known)| {
            let term = renamed[known.term as usize];
            (word.as_str(), term, known.holders.as_slice())
        }));
        index
    }
}

/// The number of a term, which may be a new one.
fn number(terms: &mut HashMap<String, u32>, gathered: &mut Vec<Gathered>, term: &str) -> u32 {
    if let Some(&known) = terms.get(term) {
        return known;
    }
    let next = gathered.len() as u32;
    gathered.push(Gathered::default());
    terms.insert(term.to_owned(), next);
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(texts: &[String]) -> TextIndex {
        let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![2, 1]);
        for text in texts {
            let middle = (0..=text.len() / 2)
                .rev()
                .find(|&at| text.is_char_boundary(at));
            let (title, rest) = text.split_at(middle.unwrap_or(0));
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

    /// Words, glued and not, with accents, and of a script without spaces.
    const TEXT: &str = "[a-cA-C1é語京ข้. -]{0,14}";

    proptest! {
        /// Merging what was kept is building what was kept.
        #[test]
        fn merged_indexes_are_one_built_at_once(
            parts in prop::collection::vec(
                prop::collection::vec((TEXT, any::<bool>()), 0..6), 1..4)
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
