//! Which records have the query as their exact title. Someone who types a title wants that
//! record first, even if others contain its words as often.

use std::sync::Arc;

use super::part::TextPart;
use super::phrase::Phrase;
use super::query::{Alternative, Word};
use super::syntax::{Clause, without_operators};
use super::titles::{Key, is_short, key};
use crate::analysis::{Analyzer, Asked};

/// The title that a whole query may be, while its clauses are read one after another.
pub struct Title {
    key: Key,
    /// Whether the words of the clauses are not those of the title.
    regrouped: bool,
}

impl Title {
    /// The title that these clauses may be; `None` if there are others than words, or no record has
    /// a title.
    pub fn of(parts: &[TextPart<'_>], clauses: &[Clause]) -> Option<Self> {
        let is_plain = |clause: &Clause| !clause.excluded && clause.field.is_none();
        let has_titles = |part: &TextPart<'_>| !part.index.titles().is_empty();
        let may_be = clauses.iter().all(is_plain) && parts.iter().any(has_titles);
        may_be.then(|| Self {
            key: Key::default(),
            regrouped: false,
        })
    }

    /// Adds the words of the next clause.
    pub fn add(&mut self, asked: &Asked) {
        self.regrouped |= asked.regrouped;
        if !self.regrouped {
            asked.units.iter().for_each(|unit| self.key.add(&unit.term));
        }
    }

    /// What the query asks for besides its words: the records with that title, as an extra word
    /// that is as rare as they are. `None` if no live record has it.
    pub fn find(
        self,
        analyzer: &Analyzer,
        parts: &[TextPart<'_>],
        clauses: &[Clause],
    ) -> Option<Word> {
        let text = without_operators(clauses);
        let phrase = Phrase::titled(parts, self.key_of(analyzer, &text)?)?;
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

    /// The key of the text of all clauses, which is only analysed again if it must be.
    fn key_of(self, analyzer: &Analyzer, text: &str) -> Option<u64> {
        if self.regrouped {
            return key(analyzer, text);
        }
        self.key.finish().filter(|_| is_short(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::part;
    use crate::text::{Lookup, TextIndex, TextIndexBuilder, TextQuery, parse, search};
    use proptest::prelude::*;

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
    fn a_long_query_is_no_title() {
        let index = index(&[["Dune", "A desert planet"]]);
        let parts = [part(&index)];
        let clauses = parse(&"word ".repeat(100), |_| false);
        let mut title = Title::of(&parts, &clauses).unwrap();
        for clause in &clauses {
            title.add(&Analyzer::default().query(&clause.text));
        }
        assert!(title.find(&Analyzer::default(), &parts, &clauses).is_none());
    }

    proptest! {
        /// The words of the clauses are those of the whole text.
        #[test]
        fn the_key_of_a_query_is_that_of_its_text(
            query in "([a-cX1 .,'#@_/&+\"-]|v1|1,000|the |AskAll|l'a|C\\+\\+|é|日|👍|\u{200b}|\u{301}){0,14}"
        ) {
            let analyzer = Analyzer::default();
            let index = index(&[["Dune", "A desert planet"]]);
            let clauses = parse(&query, |_| false);
            if let Some(mut title) = Title::of(&[part(&index)], &clauses) {
                for clause in &clauses {
                    title.add(&analyzer.query(&clause.text));
                }
                let text = without_operators(&clauses);
                prop_assert_eq!(title.key_of(&analyzer, &text), key(&analyzer, &text));
            }
        }
    }
}
