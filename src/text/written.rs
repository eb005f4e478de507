//! Words that are written in several ways: each way finds the others, with equal results.

use proptest::prelude::*;

use super::tests::{CORRECT, found, index, part, plain};
use super::*;
use crate::analysis::Analyzer;

#[test]
fn what_is_written_together_and_apart_meets_from_both_sides() {
    let index = index(&[
        "an ice cream parlour",
        "Wi-Fi router",
        "jack plug 3.5mm",
        "R & D",
        "getUserById",
        "version v1.2.3 at 192.168.1.1",
        "lamp",
    ]);
    for (query, record) in [
        ("icecream", 0),
        ("ice-cream", 0),
        ("wifi", 1),
        ("wi fi", 1),
        ("wi-fi", 1),
        ("3.5 mm", 2),
        ("3.5mm", 2),
        ("R&D", 3),
        ("user by id", 4),
        ("getuserbyid", 4),
        ("v1.2.3", 5),
        ("1.2.3", 5),
        ("192.168", 5),
        ("\"wifi router\"", 1),
        ("\"wi fi router\"", 1),
        ("\"plug 3.5 mm\"", 2),
    ] {
        for lookup in [Lookup::default(), CORRECT] {
            assert_eq!(found(&index, query, lookup), [record], "{query}");
        }
    }
}

#[test]
fn the_form_that_was_typed_stands_first() {
    let index = index(&[
        "a node and some js",
        "node.js",
        "writes drivers in C",
        "C++ engines",
        "cafe noir",
        "café noir",
    ]);
    for (query, record) in [("node.js", 1), ("c++", 3), ("café", 5)] {
        assert_eq!(
            found(&index, query, Lookup::default())[0],
            record,
            "{query}"
        );
    }
    assert_eq!(found(&index, "C++", Lookup::default()), [3]);
    assert_eq!(found(&index, "cafe", Lookup::default()).len(), 2);
}

#[test]
fn a_phrase_is_marked_only_where_it_stands() {
    let text = "plug 3.5 mm, 3.5 inch or 7 mm";
    let index = index(&[text]);
    let query = plain(&[part(&index)], "3.5mm");
    let marked = Matches::of(&Analyzer::default(), &Marks::of(&query), text).ranges();
    let marked: Vec<&str> = marked.into_iter().map(|range| &text[range]).collect();
    assert_eq!(marked, ["3.5", "mm"]);
}

/// Words that are each written in several ways: as compounds, with accents, without spaces.
const GLUED: [&str; 20] = [
    "wi-fi",
    "wifi",
    "wi",
    "fi",
    "getUserById",
    "user",
    "by",
    "id",
    "3.5mm",
    "3.5",
    "mm",
    "bán",
    "ban",
    "bạn",
    "東京",
    "東京都",
    "京都と東北",
    "학교를",
    "학교에서",
    "c++",
];

fn glued() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(&GLUED[..]), 0..7);
    words.prop_map(|words| words.join(" "))
}

proptest! {
    /// Search stays consistent if words occur in several ways: pruned or not, counted or
    /// explained, in one part or several, with any records deleted.
    #[test]
    fn ways_of_writing_a_word_change_nothing(
        first in prop::collection::vec((glued(), prop::bool::weighted(0.8)), 1..40),
        second in prop::collection::vec((glued(), prop::bool::weighted(0.8)), 0..40),
        query in glued(), k in 1usize..12
    ) {
        let both = [&first, &second];
        let indexes: Vec<TextIndex> = both.iter()
            .map(|texts| index(&texts.iter().map(|text| &text.0).collect::<Vec<_>>()))
            .collect();
        let live: Vec<Live> = both.iter()
            .map(|texts| (0..).zip(texts.iter()).filter(|(_, t)| t.1).map(|(at, _)| at).collect())
            .collect();
        let mut offset = 0;
        let mut parts = Vec::new();
        for (index, live) in indexes.iter().zip(&live) {
            let lengths = index.lengths();
            let terms = live.iter().map(|at| u64::from(lengths[at as usize])).sum();
            parts.push(TextPart { live: Some(live), terms, offset, ..part(index) });
            offset += lengths.len() as u32;
        }
        for asked in [query.clone(), format!("\"{query}\"")] {
            let words = plain(&parts, &asked);
            let all = exhaustive(&parts, &words);
            prop_assert_eq!(&search(&parts, &words, k), &all[..k.min(all.len())]);
            prop_assert_eq!(count(&parts, &words, u32::MAX).records as usize, all.len());
            let word_search = WordSearch::new(&parts, &words);
            for found in all.iter().take(k) {
                let sum: f64 = word_search.explain(found.position).iter()
                    .map(|term| term.contribution).sum();
                prop_assert!((sum - f64::from(found.score)).abs() < 1e-5);
            }
            // An index built from what is left has the same scores in the same order.
            let kept: Vec<&String> = first.iter().chain(&second)
                .filter(|text| text.1).map(|text| &text.0).collect();
            let whole = index(&kept);
            let whole = [part(&whole)];
            let at_once = exhaustive(&whole, &plain(&whole, &asked));
            let scores = |matches: &[Match]| -> Vec<f32> {
                matches.iter().map(|found| found.score).collect()
            };
            prop_assert_eq!(scores(&all), scores(&at_once));
        }
    }

    /// A record is found by any sequence of its own words, also as a phrase, and its highlights
    /// lie on character boundaries.
    #[test]
    fn a_record_is_found_by_its_own_words(text in glued(), from in 0usize..6, count in 1usize..4) {
        let words: Vec<&str> = text.split(' ').collect();
        let asked = words.iter().skip(from).take(count).copied().collect::<Vec<_>>().join(" ");
        if !asked.is_empty() {
            let index = index(&[text.as_str()]);
            let parts = [part(&index)];
            for asked in [asked.clone(), format!("\"{asked}\"")] {
                let query = plain(&parts, &asked);
                let fulfilling = fulfilling(&parts, &query);
                prop_assert!(fulfilling.is_none_or(|found| found[0].contains(0)), "{}", asked);
                prop_assert_eq!(search(&parts, &query, 1).len(), 1, "{}", asked);
                let marked = Matches::of(&Analyzer::default(), &Marks::of(&query), &text).ranges();
                prop_assert!(!marked.is_empty());
                prop_assert!(marked.iter().all(|range| text.get(range.clone()).is_some()));
                prop_assert!(marked.windows(2).all(|pair| pair[0].end < pair[1].start));
            }
        }
    }
}
