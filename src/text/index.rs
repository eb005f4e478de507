//! The inverted index of a set of records: which records contain each term, how often and where,
//! and the words behind the terms.
//!
//! Immutable once built. A record is a number of fields, read one after another. Its positions
//! run through all of them, with a gap after each field that no phrase spans.

use std::io::{self, Write};

use super::beginnings::Beginnings;
use super::cursor::Cursor;
use super::dictionary::{DictionaryBuilder, TermDictionary};
use super::gathered::Gathered;
use super::postings::{Posting, Postings, PostingsBuilder};
use super::titles::Titles;
use super::words::{Holders, Words, WordsBuilder};
use crate::mapped::{MappedFile, SectionWriter, Values};

/// Terms, their postings, and the words they came from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextIndex {
    pub(super) terms: TermDictionary,
    pub(super) words: Words,
    pub(super) postings: Postings,
    /// The weighted length of each record, in terms.
    pub(super) lengths: Values<u32>,
    /// The weight of a word in each field of a record.
    pub(super) weights: Values<u32>,
    /// The start position of each field of each record, record by record.
    pub(super) starts: Values<u32>,
    /// The titles, if the first field is the title.
    pub(super) titles: Titles,
    /// The same in order.
    pub(super) beginnings: Beginnings,
}

impl TextIndex {
    /// How many records the index has.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// The weighted length of each record, in terms.
    pub fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// The number of a term.
    pub fn term(&self, term: &str) -> Option<u32> {
        self.terms.get(term)
    }

    /// The term with a number.
    pub(super) fn text_of(&self, term: u32) -> Option<String> {
        self.terms.text(term)
    }

    /// The words of the index.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Every term, in order.
    pub fn terms(&self) -> Vec<String> {
        self.terms.all()
    }

    /// Calls `call` with each term and each record that contains it, and how often, weighted.
    pub fn each_posting(&self, mut call: impl FnMut(&str, u32, u32)) {
        for (number, term) in (0..).zip(self.terms()) {
            let of_term = |posting: Posting<'_>| call(&term, posting.record, posting.frequency);
            self.postings.for_each(number, of_term);
        }
    }

    /// How many records contain a term, including deleted ones.
    pub fn holding(&self, term: u32) -> u32 {
        self.postings.holding(term)
    }

    /// The postings of its terms.
    pub(super) fn postings(&self) -> &Postings {
        &self.postings
    }

    /// The records that contain a term.
    pub fn cursor(&self, term: u32) -> Cursor<'_> {
        self.postings.cursor(term)
    }

    /// The field of a record at a position.
    pub fn field_at(&self, record: u32, position: u32) -> usize {
        let fields = self.weights.len();
        let starts = self.starts.get(record as usize * fields..);
        let starts = starts.and_then(|rest| rest.get(..fields)).unwrap_or(&[]);
        starts
            .partition_point(|&start| start <= position)
            .saturating_sub(1)
    }

    /// The weights of a word's occurrences at these positions of a record, added up.
    pub(super) fn weight_at(&self, record: u32, positions: &[u32]) -> u32 {
        let weights: &[u32] = &self.weights;
        let starts = self.starts.get(record as usize * weights.len()..);
        let starts = starts.and_then(|rest| rest.get(..weights.len()));
        let starts = starts.unwrap_or(&[]);
        let of_position = |&position: &u32| {
            let before = starts.iter().filter(|&&start| start <= position).count();
            let weight = weights.get(before.saturating_sub(1));
            weight.copied().unwrap_or(1)
        };
        positions.iter().map(of_position).sum()
    }

    /// The start position of a record.
    pub fn start(&self, record: u32) -> u32 {
        let at = record as usize * self.weights.len();
        self.starts.get(at).copied().unwrap_or(0)
    }

    /// The titles of its records, if they have any.
    pub fn titles(&self) -> &Titles {
        &self.titles
    }

    /// The same in order.
    pub fn beginnings(&self) -> &Beginnings {
        &self.beginnings
    }

    /// The weight of a word in a field.
    pub fn weight(&self, field: usize) -> u32 {
        self.weights.get(field).copied().unwrap_or(1)
    }

    /// Writes the index to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("terms", &self.terms.as_bytes())?;
        self.words.save(to)?;
        self.postings.save(to)?;
        to.section("lengths", self.lengths.as_bytes())?;
        to.section("weights", self.weights.as_bytes())?;
        to.section("starts", self.starts.as_bytes())?;
        self.titles.save(to)?;
        self.beginnings.save(to)
    }

    /// The index in a file.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn load(file: &MappedFile) -> Result<Self, String> {
        Ok(Self {
            terms: TermDictionary::load(file, "terms")?,
            words: Words::load(file)?,
            postings: Postings::load(file)?,
            lengths: file.values("lengths")?,
            weights: file.values("weights")?,
            starts: file.values("starts")?,
            titles: Titles::load(file)?,
            beginnings: Beginnings::load(file)?,
        })
    }

    /// Whether the parts are consistent, as they are unless the file was tampered with.
    pub fn fits(&self) -> bool {
        self.terms.len() == self.postings.len()
            && self.postings.fits()
            && self.words.fits(self.terms.len())
            && self.starts.len() == self.lengths.len() * self.weights.len()
            && self.titles.fits(self.lengths.len())
            && self.beginnings.fits(self.lengths.len())
    }

    /// Merges several indexes. Each comes with the new position of each of its records, or
    /// `None` for records that are dropped. Positions ascend from index to index, without gaps.
    pub fn merge(parts: &[(&Self, &[Option<u32>])]) -> Self {
        let weights = parts.first().map(|(part, _)| part.weights.clone());
        let (mut lengths, mut starts) = (Vec::new(), Vec::new());
        for (part, places) in parts {
            for (record, _) in places
                .iter()
                .enumerate()
                .filter(|(_, place)| place.is_some())
            {
                let fields = part.weights.len();
                lengths.extend(part.lengths.get(record));
                let of_record = part.starts.get(record * fields..(record + 1) * fields);
                starts.extend(of_record.unwrap_or_default());
            }
        }
        let titles = Titles::new(parts.iter().flat_map(|(part, places)| {
            let of_part = part.titles.all();
            of_part.filter_map(|(key, at)| Some((key, (*places.get(at as usize)?)?)))
        }));
        let beginnings: Vec<(&Beginnings, &[Option<u32>])> = parts
            .iter()
            .map(|(part, places)| (&part.beginnings, *places))
            .collect();
        // The new number of each part's terms; `None` if all their records were dropped.
        let mut renamed: Vec<Vec<Option<u32>>> = parts
            .iter()
            .map(|(part, _)| vec![None; part.terms.len()])
            .collect();
        let mut kept = DictionaryBuilder::default();
        let mut postings = PostingsBuilder::default();
        let mut gathered = Gathered::default();
        let terms: Vec<&TermDictionary> = parts.iter().map(|(part, _)| &part.terms).collect();
        TermDictionary::each_of(&terms, |text, same| {
            gathered.clear();
            for &(at, term) in same {
                let (part, places) = parts[at];
                part.postings.for_each(term, |posting| {
                    if let Some(&Some(record)) = places.get(posting.record as usize) {
                        gathered.push(record, posting.frequency, posting.positions);
                    }
                });
            }
            let count = gathered.len();
            if count == 0 {
                return;
            }
            for &(at, term) in same {
                renamed[at][term as usize] = Some(postings.len() as u32);
            }
            postings.add(count, gathered.postings(), &lengths);
            kept.add(text);
        });
        let postings = postings.build();
        Self {
            terms: kept.build(),
            words: merge_words(parts, &renamed, &postings),
            postings,
            lengths: lengths.into(),
            weights: weights.unwrap_or_default(),
            starts: starts.into(),
            titles,
            beginnings: Beginnings::merge(&beginnings),
        }
    }
}

/// Merges the words of several indexes whose terms and records have been renumbered.
fn merge_words(
    parts: &[(&TextIndex, &[Option<u32>])],
    renamed: &[Vec<Option<u32>>],
    postings: &Postings,
) -> Words {
    let mut kept = WordsBuilder::default();
    let mut holders = Vec::new();
    let texts: Vec<&TermDictionary> = parts.iter().map(|(part, _)| part.words.texts()).collect();
    TermDictionary::each_of(&texts, |text, same| {
        holders.clear();
        let mut term = None;
        for &(at, word) in same {
            let (part, places) = parts[at];
            let old = part.words.term(word);
            let new = old.and_then(|old| renamed[at].get(old as usize).copied().flatten());
            term = term.or(new);
            let mut hold = |record: u32| {
                holders.extend(places.get(record as usize).copied().flatten());
            };
            match part.words.holders(word) {
                Holders::Own(own) => own.for_each(hold),
                Holders::OfTerm(term) => part.postings.unread(term).for_each_block(|records| {
                    records.iter().copied().for_each(&mut hold);
                }),
            }
        }
        if let Some(term) = term.filter(|_| !holders.is_empty()) {
            kept.add(text, term, &holders, postings);
        }
    });
    kept.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyzer;
    use crate::text::TextIndexBuilder;
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

    /// Simple and compound words, with accents, and in a script without spaces.
    const TEXT: &str = "[a-cA-C1é語京ข้. -]{0,14}";

    proptest! {
        /// Merging the kept records equals building an index of them.
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
