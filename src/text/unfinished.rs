//! Conditions on a word that is still being typed.

use roaring::RoaringBitmap;

use super::fulfil;
use super::part::TextPart;
use super::query::TextQuery;

/// The live positions of each part that meet every condition of a query, with an unfinished one
/// going on in any way; `None` if it has no conditions.
pub fn fulfilling(parts: &[TextPart<'_>], query: &TextQuery) -> Option<Vec<RoaringBitmap>> {
    let every = fulfil::fulfilling(parts, query);
    if query.unfinished.is_empty() {
        return every;
    }
    let any = parts.iter().enumerate().map(|(at, part)| {
        let ways = query.unfinished.iter();
        let ways = ways.map(|way| fulfil::holding(part, way));
        let any = ways.fold(RoaringBitmap::new(), |any, way| any | way);
        match (&every, part.live) {
            (Some(every), _) => any & &every[at],
            (None, Some(live)) => any & &**live,
            (None, None) => any,
        }
    });
    Some(any.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyzer;
    use crate::text::{Lookup, TextIndexBuilder, parse, search};

    /// The records that meet a query's conditions, and how many its words find.
    fn typed(query: &str) -> (Vec<u32>, usize) {
        let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![1, 1]);
        builder.add(&["Goat milk", "raw"]);
        builder.add(&["A mill", "of wood"]);
        builder.add(&["Wood", "milk"]);
        builder.add(&["In the insurance", "paper"]);
        let index = builder.build();
        let parts = [TextPart {
            index: &index,
            live: None,
            terms: 10,
            passing: None,
            offset: 0,
            corpus: None,
        }];
        let fields = |name: &str| if name == "title" { vec![0] } else { Vec::new() };
        let clauses = parse(query, |name| name == "title");
        let lookup = Lookup {
            prefix: true,
            correct: true,
        };
        let query = TextQuery::new(
            &Analyzer::default(),
            &parts,
            &clauses,
            fields,
            lookup,
            &|_| false,
        );
        let fulfilling = fulfilling(&parts, &query).unwrap();
        let found = search(&parts, &query, 10).len();
        (fulfilling[0].iter().collect(), found)
    }

    #[test]
    fn a_field_s_last_word_may_be_unfinished() {
        assert_eq!(typed("title:mil"), (vec![0, 1], 3));
        assert_eq!(typed("title:ins").0, [3]);
        assert_eq!(typed("title:in").0, [3]);
        assert_eq!(typed("title:\"goat mi").0, [0]);
        assert_eq!(typed("title:mil -raw").0, [] as [u32; 0]);
        assert_eq!(typed("raw title:mil -title:mill").0, [] as [u32; 0]);
        assert_eq!(typed("-raw title:mil").0, [1]);
        assert_eq!(typed("title:xyz").0, [] as [u32; 0]);
    }

    #[test]
    fn a_closed_phrase_is_finished() {
        assert_eq!(typed("title:\"mil\"").0, [] as [u32; 0]);
    }
}
