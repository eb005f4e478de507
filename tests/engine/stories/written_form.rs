//! People write the same name in several ways. It is found in each of them.

use std::sync::{Arc, OnceLock};

use parallax::query::Lookup;
use parallax::record::FieldRoles;
use parallax::{Catalogue, Collection, Mode, Query};
use serde_json::json;
use tempfile::TempDir;

use super::titles;
use crate::common::sample::collection_of;

const NAMES: [&str; 11] = [
    "B&B rooms",
    "AT&T store",
    "2x4 lumber",
    "4x2 beam",
    "10×15 photo",
    "日本銀行券の歴史について",
    "銀行は日本",
    "привет мир",
    "зелёный мир #привет из сада",
    "Երևան քաղաք",
    "A room for rent",
];

fn names() -> Arc<Collection> {
    static NAMED: OnceLock<(TempDir, Catalogue)> = OnceLock::new();
    let (_, catalogue) = NAMED.get_or_init(|| {
        let records = NAMES.map(|title| json!({"title": title}));
        let options = FieldRoles {
            title: Some("title".into()),
            ..FieldRoles::default()
        };
        collection_of("names", &records, &options)
    });
    catalogue.collection("names").unwrap()
}

fn found(text: &str, prefix: bool) -> Vec<String> {
    let query = Query {
        mode: Mode::Text,
        lookup: Lookup {
            prefix,
            correct: true,
        },
        ..Query::new(text)
    };
    titles(names().search(&query).unwrap())
}

#[test]
fn a_letter_that_is_joined_to_itself_is_found_written_apart() {
    assert_eq!(found("b & b", false)[0], "B&B rooms");
    assert_eq!(found("B & B rooms", false)[0], "B&B rooms");
}

#[test]
fn a_size_is_found_written_apart() {
    for (query, name) in [
        ("2 x 4", "2x4 lumber"),
        ("4 x 2", "4x2 beam"),
        ("4 × 2", "4x2 beam"),
        ("10 x 15", "10×15 photo"),
    ] {
        assert_eq!(found(query, false)[0], name, "{query}");
    }
}

#[test]
fn words_without_spaces_rank_highest_where_they_are_together() {
    assert_eq!(
        found("日本銀行", false),
        ["日本銀行券の歴史について", "銀行は日本"]
    );
}

#[test]
fn a_tag_ranks_highest_where_it_is_one_in_any_script() {
    assert_eq!(found("#привет", false)[0], "зелёный мир #привет из сада");
}

#[test]
fn a_ligature_is_found_in_capitals() {
    assert_eq!(found("ԵՐԵՎԱՆ", false), ["Երևան քաղաք"]);
}

#[test]
fn a_name_with_an_ampersand_is_found_while_it_is_typed() {
    for typed in ["at&", "at&t", "at&t st"] {
        assert_eq!(found(typed, true)[0], "AT&T store", "{typed}");
    }
}
