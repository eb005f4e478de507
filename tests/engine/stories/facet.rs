//! A condition means the same within the query as in a separate filter, whatever the name of the
//! field.

use std::sync::{Arc, OnceLock};

use parallax::record::FieldRoles;
use parallax::{Catalogue, Collection, Mode, Query};
use serde_json::json;
use tempfile::TempDir;

use super::titles;
use crate::common::sample::collection_of;

/// A few pages, built once for all tests.
fn pages() -> Arc<Collection> {
    static PAGES: OnceLock<(TempDir, Catalogue)> = OnceLock::new();
    let (_, catalogue) = PAGES.get_or_init(|| {
        let records = [
            json!({"title": "One", "text": "web", "_kind": "a", "dc:type": "Z", "tag": "*", "year": 1990}),
            json!({"title": "Two", "text": "web", "_kind": "b", "dc:type": "Z|Y", "tag": "New York", "year": 2000}),
            json!({"title": "Three", "text": "web", "_kind": "c", "dc:type": "X", "year": 2010}),
        ];
        let facets = ["_kind:text", "dc:type:text", "tag:text", "year:number"];
        let options = FieldRoles {
            title: Some("title".into()),
            texts: vec!["text".into()],
            facets: facets.map(str::to_owned).to_vec(),
            ..FieldRoles::default()
        };
        collection_of("pages", &records, &options)
    });
    catalogue.collection("pages").unwrap()
}

fn found(text: &str, filters: &[&str]) -> Vec<String> {
    let query = Query {
        mode: Mode::Text,
        filters: filters.iter().map(|text| text.parse().unwrap()).collect(),
        ..Query::new(text)
    };
    // The words of facets make a page longer and so affect its rank, which is not tested here.
    let mut found = titles(pages().search(&query).unwrap());
    found.sort_by_key(|title| {
        ["One", "Two", "Three"]
            .iter()
            .position(|known| known == title)
    });
    found
}

#[test]
fn a_condition_among_the_words_means_what_it_means_as_a_filter() {
    for (condition, pages) in [
        ("-_kind:a", &["Two", "Three"][..]),
        ("_kind:a|c", &["One", "Three"]),
        ("tag:*", &["One", "Two"]),
        ("-tag:*", &["Three"]),
        (r"tag:\*", &["One"]),
        (r"dc\:type:Z", &["One"]),
        (r"dc\:type:Z\|Y", &["Two"]),
        ("year:1995..", &["Two", "Three"]),
        ("-year:>=2000", &["One"]),
    ] {
        assert_eq!(found("web", &[condition]), pages, "{condition}");
        assert_eq!(
            found(&format!("web {condition}"), &[]),
            pages,
            "{condition}"
        );
        assert_eq!(
            found(&format!("{condition} web"), &[]),
            pages,
            "{condition}"
        );
    }
}

#[test]
fn a_colon_in_a_name_needs_no_backslash_where_the_name_is_known() {
    assert_eq!(found("web dc:type:Z", &[]), ["One"]);
    assert_eq!(found("web -dc:type:Z", &[]), ["Two", "Three"]);
}

#[test]
fn quotes_take_a_value_to_the_letter() {
    assert_eq!(found("web tag:\"New York\"", &[]), ["Two"]);
    assert_eq!(found("web tag:\u{201c}New York\u{201d}", &[]), ["Two"]);
    assert_eq!(found("web tag:\"*\"", &[]), ["One"]);
    assert_eq!(found("web dc:type:\"Z|Y\"", &[]), ["Two"]);
}

#[test]
fn a_value_is_found_in_any_case_where_no_page_is_spelled_so() {
    assert_eq!(found("web tag:\"new york\"", &[]), ["Two"]);
    assert_eq!(found("web -tag:\"NEW YORK\"", &[]), ["One", "Three"]);
    assert_eq!(found("web", &["dc\\:type:z"]), ["One"]);
}

#[test]
fn a_condition_half_written_is_told_how_to_be_written() {
    let error = pages().search(&Query::new("web tag:a|")).unwrap_err();
    assert!(error.to_string().contains("field:value"), "{error}");
}
