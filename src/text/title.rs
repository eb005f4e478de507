//! Which records have the query as their exact title. Someone who types a title wants that
//! record first, even if others contain its words as often.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::phrase::Phrase;
use super::query::{Alternative, Word};
use super::search::TextPart;
use super::syntax::{Clause, without_operators};
use crate::analysis::{Analyzer, Kind};
use crate::digest::Fingerprint;

/// A longer title is a text, which its words identify well enough.
const MAX_TITLE_BYTES: usize = 256;

/// The titles of some records.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Titles {
    /// The key of each title with its record, in order.
    keys: Vec<(u64, u32)>,
}

impl Titles {
    /// Takes the keys of titles with their records.
    pub fn new(keys: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut keys: Vec<(u64, u32)> = keys.collect();
        keys.sort_unstable();
        Self { keys }
    }

    /// The records with a title, in order.
    pub fn of(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let start = self.keys.partition_point(|(known, _)| *known < key);
        let rest = self.keys.get(start..).unwrap_or_default().iter();
        let same = rest.take_while(move |(known, _)| *known == key);
        same.map(|(_, record)| *record)
    }

    /// Every key with its record.
    pub fn all(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.keys.iter().copied()
    }

    /// Whether these can be the titles of `records` records, as they are unless the file was
    /// tampered with.
    pub fn fits(&self, records: usize) -> bool {
        self.keys.is_sorted() && self.keys.iter().all(|(_, of)| (*of as usize) < records)
    }
}

/// The key of a title: its terms in order, including stop words, whatever is between them.
/// `None` if it has no words or is too long.
pub fn key(analyzer: &Analyzer, title: &str) -> Option<u64> {
    if title.len() > MAX_TITLE_BYTES {
        return None;
    }
    let (mut fingerprint, mut any) = (Fingerprint::default(), false);
    analyzer.each(title, |piece| {
        let is_word = match piece.kind {
            Kind::Word | Kind::Elided | Kind::Letter => true,
            // The only character of its run.
            Kind::Gram => piece.width == 1,
            Kind::Accented | Kind::Whole => false,
        };
        if is_word {
            fingerprint.add(analyzer.term(piece.word).as_bytes());
            any = true;
        }
    });
    any.then(|| fingerprint.finish())
}

/// What a whole query asks for besides its words: the records with that title, as an extra word
/// that is as rare as they are. `None` if no live record has it.
pub fn titled(analyzer: &Analyzer, parts: &[TextPart<'_>], clauses: &[Clause]) -> Option<Word> {
    let is_plain = |clause: &Clause| !clause.excluded && clause.field.is_none();
    if !clauses.iter().all(is_plain) {
        return None;
    }
    let text = without_operators(clauses);
    let key = key(analyzer, &text)?;
    let phrase = Phrase::titled(parts, key)?;
    Some(Word {
        text: text.clone(),
        repeats: 1,
        is_title: true,
        terms: vec![Alternative {
            phrase: Some(Arc::new(phrase)),
            ..Alternative::typed(text, 1.0)
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::part;
    use crate::text::{Lookup, TextIndex, TextIndexBuilder, TextQuery, parse, search};

    fn index(records: &[[&str; 2]]) -> TextIndex {
        let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![3, 1]).with_titles();
        for record in records {
            builder.add(record);
        }
        builder.build()
    }

    fn found(index: &TextIndex, query: &str) -> Vec<u32> {
        let parts = [part(index)];
        let query = TextQuery::new(
            &Analyzer::default(),
            &parts,
            &parse(query, |name| name == "text"),
            |_| vec![1],
            Lookup::default(),
            &|_| false,
        );
        let matches = search(&parts, &query, 10);
        matches.iter().map(|found| found.position).collect()
    }

    #[test]
    fn the_record_titled_as_the_query_reads_comes_first() {
        let index = index(&[
            ["Dune Messiah", "The second Dune book: Dune goes on"],
            [
                "Children of Dune",
                "The third of the Dune books, about Dune",
            ],
            ["Dune", "A desert planet"],
            ["The Dune", "Another one"],
            ["Case for iPhone 13", "Fits the iPhone 13"],
            ["iPhone 13", "A telephone"],
        ]);
        assert_eq!(found(&index, "dune")[0], 2);
        assert_eq!(found(&index, "\"Dune\"")[0], 2);
        assert_eq!(found(&index, "the dune")[0], 3);
        assert_eq!(found(&index, "children of dune")[0], 1);
        assert_eq!(found(&index, "IPhone-13!")[0], 5);
        let merged = TextIndex::merge(&[
            (&index, &[Some(0), None, Some(1), None, None, None]),
            (&index, &[None, Some(2), None, None, None, Some(3)]),
        ]);
        assert_eq!(found(&merged, "dune")[0], 1);
        assert_eq!(found(&merged, "iphone 13"), [3]);
    }

    #[test]
    fn only_short_texts_with_words_are_titles() {
        let analyzer = Analyzer::default();
        assert_eq!(key(&analyzer, " - "), None);
        assert_eq!(key(&analyzer, &"word ".repeat(100)), None);
        assert_eq!(key(&analyzer, "Cafés"), key(&analyzer, "cafe"));
        assert_ne!(key(&analyzer, "東京"), key(&analyzer, "京東"));
    }
}
