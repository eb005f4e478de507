//! Builds the inverted index from the texts of records.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::beginnings;
use super::dictionary::DictionaryBuilder;
use super::gathered::Gathered;
use super::index::TextIndex;
use super::postings::PostingsBuilder;
use super::titles::{Key, Titles, is_in_key, is_short};
use super::words::WordsBuilder;
use crate::analysis::{Analyzer, Kind, Piece};

/// A map from texts. Hashing them with the standard library's hasher would take about a tenth of the
/// time of building an index; this one is seeded at random, too.
type ByText<V, T = String> = HashMap<T, V, foldhash::fast::RandomState>;

/// The minimum distance between the last word of a field and the first word of the next.
const FIELD_GAP: u32 = 1_000;

/// Collects records in order of position.
pub struct TextIndexBuilder {
    analyzer: Analyzer,
    /// Each field's weight.
    weights: Vec<u32>,
    /// The terms that are indexed, if these are not all.
    only: Option<HashSet<String>>,
    terms: Terms,
    gathered: Vec<Gathered>,
    /// The distinct words of all records, from pieces of every kind, with their places in `known`.
    words: ByText<u32>,
    known: Vec<Known>,
    lengths: Vec<u32>,
    starts: Vec<u32>,
    /// The key of each title with its record, if the first field is the title.
    titles: Option<Vec<(u64, u32)>>,
    /// The titles, for finding those that begin as typed.
    beginnings: beginnings::Gathered,
}

/// The terms seen before, numbered as they come.
#[derive(Default)]
struct Terms {
    numbers: ByText<u32, Arc<str>>,
    texts: Vec<Arc<str>>,
}

impl Terms {
    /// The number of a term, and whether it is new.
    fn number(&mut self, term: &str) -> (u32, bool) {
        if let Some(&known) = self.numbers.get(term) {
            return (known, false);
        }
        let next = self.texts.len() as u32;
        let text: Arc<str> = term.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, next);
        (next, true)
    }
}

/// A word seen before.
struct Known {
    /// Its term, if it is indexed.
    term: Option<u32>,
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
            only: None,
            terms: Terms::default(),
            gathered: Vec::new(),
            words: ByText::default(),
            known: Vec::new(),
            lengths: Vec::new(),
            starts: Vec::new(),
            titles: None,
            beginnings: beginnings::Gathered::default(),
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

    /// Indexes only these terms, and the ends of compound words among them. Lengths and titles are still those of the
    /// whole texts.
    #[must_use]
    pub fn with_only(self, terms: HashSet<String>) -> Self {
        Self {
            only: Some(terms),
            ..self
        }
    }

    /// Adds the next record, with one text per field.
    pub fn add(&mut self, texts: &[impl AsRef<str>]) {
        let record = self.lengths.len() as u32;
        let analyzer = self.analyzer;
        let title = texts.first().filter(|_| self.titles.is_some());
        if let Some(title) = title {
            self.beginnings.add(title.as_ref(), record);
        }
        let short = title.filter(|title| is_short(title.as_ref()));
        // Made while the first field is read, so that no title is analysed twice.
        let mut key = short.map(|_| Key::default());
        let (mut length, mut start) = (0, 0);
        for (at, text) in texts.iter().enumerate().take(self.weights.len()) {
            let weight = self.weights[at];
            self.starts.push(start);
            let mut end = start;
            analyzer.each(text.as_ref(), |piece| {
                let word = self.word(piece.word);
                if let Some(key) = key.as_mut().filter(|_| is_in_key(piece)) {
                    match self.known[word].term {
                        Some(term) => key.add(&self.terms.texts[term as usize]),
                        None => key.add(&analyzer.term(piece.word)),
                    }
                }
                end = end.max(start + piece.position + piece.width - 1);
                if self.add_piece(word, piece, record, weight, start + piece.position) {
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

    /// The place of a word in `known`, where it is put if it is new.
    fn word(&mut self, word: &str) -> usize {
        if let Some(&known) = self.words.get(word) {
            return known as usize;
        }
        let next = self.known.len();
        let term = self.analyzer.term(word);
        let only = self.only.as_ref();
        let is_indexed = only.is_none_or(|only| only.contains(&*term));
        self.known.push(Known {
            term: is_indexed.then(|| number(&mut self.terms, &mut self.gathered, &term)),
            stop: self.analyzer.is_stop_word(word),
            tail: None,
            holders: Vec::new(),
        });
        self.words.insert(word.to_owned(), next as u32);
        next
    }

    /// Adds a piece of a text, with the place of its word; returns whether it adds to the record's length. Stop words are
    /// indexed for phrases and for queries of nothing else: otherwise they neither score nor
    /// count. Other forms of a word do not count again.
    fn add_piece(
        &mut self,
        word: usize,
        piece: &Piece<'_>,
        record: u32,
        weight: u32,
        position: u32,
    ) -> bool {
        let known = &mut self.known[word];
        let stop = known.stop;
        let Some(term) = known.term else {
            return is_counted(piece.kind, stop);
        };
        self.gathered[term as usize].count(record, weight, position);
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
        is_counted(piece.kind, stop)
    }

    /// Builds the index.
    pub fn build(self) -> TextIndex {
        let mut terms: Vec<(Arc<str>, u32)> = self.terms.numbers.into_iter().collect();
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
        let words = words.map(|(word, at)| (word, &self.known[at as usize]));
        let words = words.filter(|(_, known)| !known.holders.is_empty());
        let words = words.filter_map(|(word, known)| Some((word, known.term?, known)));
        let mut words: Vec<(String, u32, &Known)> = words.collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut builder = WordsBuilder::default();
        for (word, term, known) in words {
            let term = renamed[term as usize];
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
            beginnings: self.beginnings.build(),
        }
    }
}

/// Whether a piece of a text adds to the record's length, given whether it is a stop word.
fn is_counted(kind: Kind, stop: bool) -> bool {
    match kind {
        Kind::Word => !stop,
        Kind::Gram => true,
        Kind::Whole | Kind::Elided | Kind::Accented | Kind::Letter => false,
    }
}

/// The number of a term, for which postings are collected from now on if it is new.
fn number(terms: &mut Terms, gathered: &mut Vec<Gathered>, term: &str) -> u32 {
    let (number, is_new) = terms.number(term);
    if is_new {
        gathered.push(Gathered::default());
    }
    number
}
