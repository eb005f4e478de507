//! A cosine split into word shares, compared with the cosine of the two vectors. Needs the real
//! model.

use std::path::Path;

use crate::common::{encoder, json_lines, startup_text};
use parallax::encoder::{Attribution, Piece};
use parallax::vector::cosine;
use proptest::prelude::*;

/// How far a sum of shares may differ from the cosine.
const EXACT: f32 = 1e-4;

const QUERIES: [&str; 5] = [
    "wooden furniture for small flats",
    "password manager",
    "a café in Zürich 🚀",
    "unaffordability",
    "",
];

fn sample() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("server/sample/startups.jsonl");
    json_lines(&path).iter().map(startup_text).collect()
}

/// Checks what must hold for the split of any two texts.
fn check(query: &str, record: &str) -> Attribution {
    let split = encoder().attribute(query, record).unwrap();
    let (a, b) = (
        encoder().encode(query).unwrap(),
        encoder().encode(record).unwrap(),
    );
    let expected = cosine(&a, &b);
    let close = |sum: f32| assert!((sum - expected).abs() < EXACT, "{sum} for {expected}");
    close(split.cosine);
    close(split.shares.iter().flatten().sum());
    close(split.special() + split.by_query_word().iter().sum::<f32>());
    close(split.special() + split.by_record_word().iter().sum::<f32>());
    assert_eq!(split.shares.len(), split.query.len());
    for row in &split.shares {
        assert_eq!(row.len(), split.record.len());
    }
    check_pieces(query, &split.query);
    check_pieces(record, &split.record);
    split
}

fn check_pieces(text: &str, pieces: &[Piece]) {
    let mut start = 0;
    for piece in pieces {
        assert_eq!(piece.range.is_none(), piece.special);
        if let Some(range) = &piece.range {
            assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
            assert!(range.start >= start, "{range:?} is out of order");
            start = range.start;
        }
    }
    assert!(pieces.first().unwrap().special && pieces.last().unwrap().special);
}

fn words<'a>(text: &'a str, pieces: &[Piece]) -> Vec<&'a str> {
    let ranges = pieces.iter().filter_map(|piece| piece.range.clone());
    ranges.map(|range| &text[range]).collect()
}

#[test]
fn shares_sum_to_the_cosine_of_every_pair() {
    for query in QUERIES {
        for record in sample().iter().take(50) {
            check(query, record);
        }
    }
}

#[test]
fn pieces_of_a_word_are_one_and_stand_where_it_stands() {
    let text = "Unaffordability 🚀 of cafés, İstanbul";
    let split = check(text, "x");
    assert_eq!(
        words(text, &split.query),
        ["Unaffordability", "🚀", "of", "cafés", ",", "İstanbul"]
    );
}

#[test]
fn the_strongest_pair_is_the_word_both_texts_hold() {
    let (query, record) = ("goat milk", "We sell milk from our farm.");
    let split = check(query, record);
    let pairs = split.strongest();
    assert!(pairs.is_sorted_by(|a, b| a.share >= b.share));
    let text = |text: &str, piece: &Piece| text[piece.range.clone().unwrap()].to_owned();
    let best = pairs[0];
    assert_eq!(text(query, &split.query[best.query]), "milk");
    assert_eq!(text(record, &split.record[best.record]), "milk");
    // Two words times seven: all pairs.
    assert_eq!(split.strongest().len(), 14);
}

#[test]
fn what_follows_the_last_token_read_has_no_share() {
    let text = format!("{}telescope", "market ".repeat(300));
    let split = check("telescope", &text);
    assert_eq!(split.record.len(), 256);
    assert!(!words(&text, &split.record).contains(&"telescope"));
}

#[test]
fn empty_texts_have_only_special_tokens() {
    let split = check("", " \n");
    assert_eq!((split.query.len(), split.record.len()), (2, 2));
    assert!((split.special() - split.cosine).abs() < EXACT);
    assert!(split.strongest().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn odd_texts_split_as_well(
        query in "\\PC{0,40}",
        record in "([a-z]{1,12}[ ,.]|\\[SEP\\]|\\[CLS\\]|[éİßﬁ\u{301}\u{200b}\u{0}🚀👩‍👧搜索]){0,80}",
    ) {
        check(&query, &record);
    }
}
