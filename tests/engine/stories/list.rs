//! People who do not know what to search for can browse: all records, or those that match a
//! condition, in an order they choose.

use std::sync::{Arc, OnceLock};

use parallax::record::FieldRoles;
use parallax::{Catalogue, Collection, Mode, Query};
use serde_json::json;
use tempfile::TempDir;

use super::titles;
use crate::common::sample::collection_of;

/// A few books, built once for all tests.
fn books() -> Arc<Collection> {
    static BOOKS: OnceLock<(TempDir, Catalogue)> = OnceLock::new();
    let (_, catalogue) = BOOKS.get_or_init(|| {
        let records = [
            json!({"title": "Bread", "text": "a book on baking", "year": 2004, "tag": ["oven", "Flour"]}),
            json!({"title": "Knots", "text": "a book on rope", "year": 1998, "tag": "sea"}),
            json!({"title": "Stars", "text": "an atlas of the night", "tag": "flour"}),
            json!({"title": "Soup", "text": "a book on soup", "year": 2004}),
            json!({"title": "Ships", "text": "a book on ships", "year": 1975, "tag": "Sea"}),
        ];
        let options = FieldRoles {
            title: Some("title".into()),
            texts: vec!["text".into()],
            facets: vec!["year:number".into(), "tag:text".into()],
            ..FieldRoles::default()
        };
        collection_of("books", &records, &options)
    });
    catalogue.collection("books").unwrap()
}

fn listed(query: Query) -> (u32, Vec<String>) {
    let answer = books().search(&query).unwrap();
    (answer.total, titles(answer))
}

fn sorted(text: &str, sort: &str) -> Vec<String> {
    let query = Query {
        mode: Mode::Text,
        sort: Some(sort.parse().unwrap()),
        ..Query::new(text)
    };
    listed(query).1
}

#[test]
fn an_open_query_lists_everything_as_it_was_written_in_every_mode() {
    for mode in Mode::ALL {
        for text in ["", "  ", "*", "\u{200b}"] {
            let query = Query {
                mode,
                limit: 2,
                offset: 1,
                ..Query::new(text)
            };
            let expected = (5, vec!["Knots".to_owned(), "Stars".to_owned()]);
            assert_eq!(listed(query), expected, "{mode} {text:?}");
        }
    }
}

#[test]
fn a_condition_alone_lists_what_fulfils_it() {
    for (text, expected) in [
        ("year:2004", &["Bread", "Soup"][..]),
        ("year:..2000", &["Knots", "Ships"]),
        ("-year:*", &["Stars"]),
        ("tag:SEA", &["Knots", "Ships"]),
        ("tag:Sea", &["Ships"]),
        ("* tag:*", &["Bread", "Knots", "Stars", "Ships"]),
        ("year:2004 -soup", &["Bread"]),
    ] {
        for mode in Mode::ALL {
            let query = Query {
                mode,
                ..Query::new(text)
            };
            assert_eq!(listed(query).1, expected, "{mode} {text}");
        }
        let beside = Query {
            filters: vec!["year:>0|*".parse().unwrap()],
            ..Query::new("")
        };
        assert_eq!(listed(beside).0, 4);
    }
}

#[test]
fn an_order_is_by_value_and_leaves_those_without_one_to_the_end() {
    assert_eq!(
        sorted("", "year"),
        ["Ships", "Knots", "Bread", "Soup", "Stars"]
    );
    assert_eq!(
        sorted("", "-year"),
        ["Bread", "Soup", "Knots", "Ships", "Stars"]
    );
    // Letters are compared before case. Of several values, the first in the sort order counts.
    assert_eq!(
        sorted("*", "tag"),
        ["Bread", "Stars", "Ships", "Knots", "Soup"]
    );
    assert_eq!(
        sorted("*", "-tag"),
        ["Knots", "Ships", "Bread", "Stars", "Soup"]
    );
    assert_eq!(sorted("year:2000..", "-tag"), ["Bread", "Soup"]);
}

#[test]
fn all_that_matches_words_can_be_put_in_order() {
    assert_eq!(sorted("book", "year"), ["Ships", "Knots", "Bread", "Soup"]);
    assert_eq!(sorted("soup atlas", "-year"), ["Soup", "Stars"]);
    let query = Query {
        mode: Mode::Text,
        sort: Some("-year".parse().unwrap()),
        limit: 1,
        ..Query::new("book")
    };
    let answer = books().search(&query).unwrap();
    assert_eq!((answer.total, answer.hits.len()), (4, 1));
    let marked: Vec<&str> = answer.hits[0]
        .highlights
        .text
        .iter()
        .map(|range| &answer.hits[0].record.text[range.clone()])
        .collect();
    assert_eq!(marked, ["book"]);
    assert_eq!(answer.hits[0].score, 0.0);
}

#[test]
fn an_order_that_makes_no_sense_is_told() {
    let refused = |text: &str, mode: Mode, sort: &str| {
        let query = Query {
            mode,
            sort: Some(sort.parse().unwrap()),
            ..Query::new(text)
        };
        books().search(&query).unwrap_err().to_string()
    };
    assert!(refused("", Mode::Neural, "price").contains("its facets are year, tag"));
    for mode in [Mode::Neural, Mode::Hybrid] {
        let error = refused("book", mode, "year");
        assert!(error.contains("use mode text"), "{error}");
    }
    assert!("-".parse::<parallax::query::Sort>().is_err());
}

#[test]
fn what_is_listed_has_no_rank_to_explain() {
    for text in ["*", "tag:sea"] {
        let error = books().explain(&Query::new(text), "1").unwrap_err();
        assert!(error.to_string().contains("no rank"), "{error}");
    }
}

#[test]
fn the_values_of_a_facet_are_found_by_how_they_begin() {
    let values = |prefix: &str, limit: usize, filters: &[&str]| {
        let filters: Vec<_> = filters.iter().map(|f| f.parse().unwrap()).collect();
        let found = books()
            .facet_values("tag", prefix, limit, &filters)
            .unwrap();
        let values = found.values.iter();
        let values = values.map(|counted| format!("{} {}", counted.value, counted.count));
        (values.collect::<Vec<_>>(), found.more)
    };
    let four = ["Flour 1", "flour 1", "oven 1", "Sea 1"].map(str::to_owned);
    assert_eq!(values("", 4, &[]), (four.to_vec(), 1));
    let flour = ["Flour 1", "flour 1"].map(str::to_owned);
    assert_eq!(values("FLÓ", 10, &[]), (flour.to_vec(), 0));
    assert_eq!(values("fl", 10, &["year:2004", "tag:sea"]).0, ["Flour 1"]);
    assert_eq!(values("x", 10, &[]), (Vec::new(), 0));
    let years = books().facet_values("year", "20", 10, &[]).unwrap();
    assert_eq!(years.values.len(), 1);
    assert!(books().facet_values("year", "", 0, &[]).is_err());
    assert!(books().facet_values("title", "", 5, &[]).is_err());
}
