//! The words that people read and write, which corrections and completions offer.

use std::io::{self, Write};
use std::ops::Range;

use super::dictionary::{DictionaryBuilder, TermDictionary};
use super::postings::Postings;
use super::varint;
use crate::mapped::{MappedFile, SectionWriter, Values};

/// The words of an index, with the term of each and the records that contain it: a word is only
/// offered while a live record does. Most words are the only one of their term, so that both are
/// in the same records; only where they differ are the records of the word stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    texts: TermDictionary,
    /// The term of each word.
    terms: Values<u32>,
    /// How many records contain each word.
    counts: Values<u32>,
    /// Where each word's own records end; they start where those of the previous word end. It
    /// has none if they are those of its term.
    ends: Values<u64>,
    own: Values<u8>,
}

/// The records that contain a word.
pub enum Holders<I> {
    /// Those of its term.
    OfTerm(u32),
    /// Some of those, ascending.
    Own(I),
}

/// Builds the words of an index.
#[derive(Default)]
pub struct WordsBuilder {
    texts: DictionaryBuilder,
    terms: Vec<u32>,
    counts: Vec<u32>,
    ends: Vec<u64>,
    own: Vec<u8>,
}

impl WordsBuilder {
    /// Adds the next word in order, with its term and the records that contain it, ascending.
    /// The postings are those of the index.
    pub fn add(&mut self, text: &str, term: u32, holders: &[u32], postings: &Postings) {
        self.texts.add(text);
        self.terms.push(term);
        self.counts.push(holders.len() as u32);
        if postings.holding(term) as usize != holders.len() {
            let mut before = 0;
            for &holder in holders {
                varint::write(&mut self.own, holder - before);
                before = holder;
            }
        }
        self.ends.push(self.own.len() as u64);
    }

    /// The words added.
    pub fn build(self) -> Words {
        Words {
            texts: self.texts.build(),
            terms: self.terms.into(),
            counts: self.counts.into(),
            ends: self.ends.into(),
            own: self.own.into(),
        }
    }
}

impl Words {
    /// The words themselves.
    pub fn texts(&self) -> &TermDictionary {
        &self.texts
    }

    /// The term of a word.
    pub fn term(&self, word: u32) -> Option<u32> {
        self.terms.get(word as usize).copied()
    }

    /// The terms of some words.
    pub fn terms(&self, words: Range<u32>) -> &[u32] {
        let words = words.start as usize..words.end as usize;
        self.terms.get(words).unwrap_or(&[])
    }

    /// How many records contain a word, deleted ones among them.
    pub fn count(&self, word: u32) -> u32 {
        self.counts.get(word as usize).copied().unwrap_or(0)
    }

    /// The records that contain a word, deleted ones among them.
    pub fn holders(&self, word: u32) -> Holders<impl Iterator<Item = u32>> {
        let end = |word: usize| self.ends.get(word).map_or(0, |&end| end as usize);
        let start = (word as usize).checked_sub(1).map_or(0, end);
        let own = self.own.get(start..end(word as usize)).unwrap_or(&[]);
        if own.is_empty() {
            return Holders::OfTerm(self.term(word).unwrap_or(u32::MAX));
        }
        let (mut at, mut holder) = (0, 0u32);
        Holders::Own(std::iter::from_fn(move || {
            (at < own.len()).then(|| {
                holder = holder.wrapping_add(varint::read(own, &mut at));
                holder
            })
        }))
    }

    /// Writes them to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("words.texts", &self.texts.as_bytes())?;
        to.section("words.terms", self.terms.as_bytes())?;
        to.section("words.counts", self.counts.as_bytes())?;
        to.section("words.ends", self.ends.as_bytes())?;
        to.section("words.own", self.own.as_bytes())
    }

    /// The words in a file.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn load(file: &MappedFile) -> Result<Self, String> {
        Ok(Self {
            texts: TermDictionary::load(file, "words.texts")?,
            terms: file.values("words.terms")?,
            counts: file.values("words.counts")?,
            ends: file.values("words.ends")?,
            own: file.values("words.own")?,
        })
    }

    /// Whether the parts are consistent, as they are unless the file was tampered with.
    pub fn fits(&self, terms: usize) -> bool {
        let words = self.texts.len();
        [self.terms.len(), self.counts.len(), self.ends.len()] == [words; 3]
            && self.terms.iter().all(|&term| (term as usize) < terms)
    }
}
