//! Which records have the query as their exact title. Someone who types a title wants that
//! record first, even if others contain its words as often.

use std::sync::Arc;

use super::part::TextPart;
use super::phrase::Phrase;
use super::query::{Alternative, Word};
use super::syntax::{Clause, without_operators};
use super::titles::key;
use crate::analysis::Analyzer;

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
}
