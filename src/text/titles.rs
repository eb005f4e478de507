//! The titles of records, by which a record is found whose title is what was typed.

use std::io::{self, Write};

use crate::analysis::{Analyzer, Kind, Piece};
use crate::digest::Fingerprint;
use crate::mapped::{MappedFile, SectionWriter, Values};

/// A longer title is a text, which its words identify well enough.
const MAX_TITLE_BYTES: usize = 256;

/// The titles of some records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Titles {
    /// The key of each title, in order.
    keys: Values<u64>,
    /// Its record; those of the same title are in order.
    records: Values<u32>,
}

impl Titles {
    /// Takes the keys of titles with their records.
    pub fn new(keys: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut keys: Vec<(u64, u32)> = keys.collect();
        keys.sort_unstable();
        let (keys, records): (Vec<u64>, Vec<u32>) = keys.into_iter().unzip();
        Self {
            keys: keys.into(),
            records: records.into(),
        }
    }

    /// Writes them to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("titles.keys", self.keys.as_bytes())?;
        to.section("titles.records", self.records.as_bytes())
    }

    /// The titles in a file.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn load(file: &MappedFile) -> Result<Self, String> {
        Ok(Self {
            keys: file.values("titles.keys")?,
            records: file.values("titles.records")?,
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The records with a title, in order.
    pub fn of(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let start = self.keys.partition_point(|known| *known < key);
        let records = self.records.get(start..).unwrap_or(&[]);
        let same = self.keys[start..].iter().zip(records);
        same.take_while(move |(known, _)| **known == key)
            .map(|(_, &record)| record)
    }

    /// Every key with its record.
    pub fn all(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.keys.iter().copied().zip(self.records.iter().copied())
    }

    /// Whether these can be the titles of `records` records, as they are unless the file was
    /// tampered with.
    pub fn fits(&self, records: usize) -> bool {
        self.keys.len() == self.records.len()
            && self.all().is_sorted()
            && self.records.iter().all(|of| (*of as usize) < records)
    }
}

/// The key of a title while its terms are added in order, including stop words.
#[derive(Default)]
pub struct Key {
    terms: Fingerprint,
    any: bool,
}

impl Key {
    /// Adds the next term.
    pub fn add(&mut self, term: &str) {
        self.terms.add(term.as_bytes());
        self.any = true;
    }

    /// The key; `None` if the title has no words.
    pub fn finish(self) -> Option<u64> {
        self.any.then(|| self.terms.finish())
    }
}

/// Whether the term of a piece is part of the key: it is a word, not another form of one.
pub fn is_in_key(piece: &Piece<'_>) -> bool {
    match piece.kind {
        Kind::Word | Kind::Elided | Kind::Letter => true,
        // The only character of its run.
        Kind::Gram => piece.width == 1,
        Kind::Accented | Kind::Whole => false,
    }
}

/// Whether a text is short enough for a title.
pub fn is_short(text: &str) -> bool {
    text.len() <= MAX_TITLE_BYTES
}

/// The key of a title: its terms in order, including stop words, whatever is between them.
/// `None` if it has no words or is too long.
pub fn key(analyzer: &Analyzer, title: &str) -> Option<u64> {
    if !is_short(title) {
        return None;
    }
    let mut key = Key::default();
    analyzer.each(title, |piece| {
        if is_in_key(piece) {
            key.add(&analyzer.term(piece.word));
        }
    });
    key.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_texts_with_words_are_titles() {
        let analyzer = Analyzer::default();
        assert_eq!(key(&analyzer, " - "), None);
        assert_eq!(key(&analyzer, &"word ".repeat(100)), None);
        assert_eq!(key(&analyzer, "Cafés"), key(&analyzer, "cafe"));
        assert_ne!(key(&analyzer, "東京"), key(&analyzer, "京東"));
    }
}
