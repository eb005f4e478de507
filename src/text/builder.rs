//! Builds the inverted index from the texts of records.

use std::collections::HashMap;

use super::beginnings::{Beginnings, spelled};
use super::dictionary::DictionaryBuilder;
use super::gathered::Gathered;
use super::index::TextIndex;
use super::postings::PostingsBuilder;
use super::titles::{Key, Titles, is_short};
use super::words::WordsBuilder;
use crate::analysis::{Analyzer, Kind, Piece};

/// A map from texts. Hashing them with the standard library's hasher would take about a tenth of the
/// time of building an index; this one is seeded at random, too.
type ByText<V> = HashMap<String, V, foldhash::fast::RandomState>;

/// The minimum distance between the last word of a field and the first word of the next.
const FIELD_GAP: u32 = 1_000;

/// Collects records in order of position.
pub struct TextIndexBuilder {
    analyzer: Analyzer,
    /// Each field's weight.
    weights: Vec<u32>,
    terms: ByText<u32>,
    gathered: Vec<Gathered>,
    /// The distinct words of all records, from pieces of every kind.
    words: ByText<Known>,
    lengths: Vec<u32>,
    starts: Vec<u32>,
    /// The key of each title with its record, if the first field is the title.
    titles: Option<Vec<(u64, u32)>>,
    /// Each title as it is spelled for finding those that begin as typed.
    beginnings: Vec<(String, u32)>,
}

/// A word seen before.
struct Known {
    term: u32,
    stop: bool,
    /// The term for its end, if it is the whole of a compound word.
    tail: Option<u32>,
    /// The records that contain it as a word that people may type or misspell.
    holders: Vec<u32>,
}

/// How many positions the whole of a compound word may cover and still be found inside a phrase
/// that writes it as one word.
pub(super) const MAX_TAIL: u32 = 4;

impl TextIndexBuilder {
    /// A builder for records with one field per weight.
    pub fn new(analyzer: &Analyzer, weights: Vec<u32>) -> Self {
        Self {
            analyzer: *analyzer,
            weights,
            terms: ByText::default(),
            gathered: Vec::new(),
            words: ByText::default(),
            lengths: Vec::new(),
            starts: Vec::new(),
            titles: None,
            beginnings: Vec::new(),
        }
    }

    /// Treats the first field as the title.
    #[must_use]
    pub fn with_titles(self) -> Self {
        Self {
            titles: Some(Vec::new()),
            ..self
        }
    }

    /// Adds the next record, with one text per field.
    pub fn add(&mut self, texts: &[impl AsRef<str>]) {
        let record = self.lengths.len() as u32;
        let analyzer = self.analyzer;
        let title = texts.first().filter(|_| self.titles.is_some());
        let spelled = title.and_then(|title| spelled(title.as_ref()));
        self.beginnings.extend(spelled.map(|text| (text, record)));
        let short = title.filter(|title| is_short(title.as_ref()));
        // Made while the first field is read, so that no title is analysed twice.
        let mut key = short.map(|_| Key::default());
        let (mut length, mut start) = (0, 0);
        for (at, text) in texts.iter().enumerate().take(self.weights.len()) {
            let weight = self.weights[at];
            self.starts.push(start);
            let mut end = start;
            analyzer.each(text.as_ref(), |piece| {
                if let Some(key) = &mut key {
                    key.add_piece(&analyzer, piece);
                }
                end = end.max(start + piece.position + piece.width - 1);
                if self.add_piece(piece, record, weight, start + piece.position) {
                    length += weight;
                }
            });
            start = end + FIELD_GAP;
            if let (Some(titles), Some(key)) = (&mut self.titles, key.take()) {
                titles.extend(key.finish().map(|key| (key, record)));
            }
        }
        self.lengths.push(length);
    }

    /// Adds a piece of a text; returns whether it adds to the record's length. Stop words are
    /// indexed for phrases and for queries of nothing else: otherwise they neither score nor
    /// count. Other forms of a word do not count again.
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
            Kind::Whole => true,
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

    /// Builds the index.
    pub fn build(self) -> TextIndex {
        let mut terms: Vec<(String, u32)> = self.terms.into_iter().collect();
        terms.sort_unstable();
        let mut postings = PostingsBuilder::default();
        let mut renamed = vec![0; terms.len()];
        for (new, (_, old)) in (0..).zip(&terms) {
            let gathered = &self.gathered[*old as usize];
            let count = gathered.len();
            postings.add(count, gathered.postings(), &self.lengths);
            renamed[*old as usize] = new;
        }
        let mut dictionary = DictionaryBuilder::default();
        terms.iter().for_each(|(term, _)| dictionary.add(term));
        let postings = postings.build();
        let words = self.words.into_iter();
        let mut words: Vec<(String, Known)> = words
            .filter(|(_, known)| !known.holders.is_empty())
            .collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut builder = WordsBuilder::default();
        for (word, known) in words {
            let term = renamed[known.term as usize];
            builder.add(&word, term, &known.holders, &postings);
        }
        TextIndex {
            terms: dictionary.build(),
            words: builder.build(),
            postings,
            lengths: self.lengths.into(),
            weights: self.weights.into(),
            starts: self.starts.into(),
            titles: Titles::new(self.titles.into_iter().flatten()),
            beginnings: Beginnings::new(self.beginnings),
        }
    }
}

/// The number of a term, assigned if it is new.
fn number(terms: &mut ByText<u32>, gathered: &mut Vec<Gathered>, term: &str) -> u32 {
    if let Some(&known) = terms.get(term) {
        return known;
    }
    let next = gathered.len() as u32;
    gathered.push(Gathered::default());
    terms.insert(term.to_owned(), next);
    next
}
