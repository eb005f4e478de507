//! Hybrid search: the only record with a query's rare words is found, however long it is and
//! however near others are in meaning. A record that contains a part of the query by chance does
//! not win.

use crate::common::sample::{ask, collection_of};
use parallax::record::FieldRoles;
use parallax::{Mode, Query};
use serde_json::{Value, json};

/// Text that has nothing to do with the queries.
const ACCOUNTS: &str = "The treasurer read the accounts and the hall needs a new roof. ";

fn record(title: impl Into<String>, text: impl Into<String>) -> Value {
    json!({"title": title.into(), "text": text.into()})
}

/// Short notes, all near in meaning to the query.
fn notes(text: impl Fn(usize) -> String) -> Vec<Value> {
    (0..50)
        .map(|at| record(format!("Note {at}"), text(at)))
        .collect()
}

fn first(records: &[Value], text: &str, limit: usize) -> Vec<String> {
    let (_folder, catalogue) = collection_of("notes", records, &FieldRoles::default());
    let query = Query {
        limit,
        ..ask(text, Mode::Hybrid)
    };
    let answer = catalogue
        .collection("notes")
        .unwrap()
        .search(&query)
        .unwrap();
    answer
        .hits
        .into_iter()
        .map(|hit| hit.record.title)
        .collect()
}

#[test]
fn a_rare_word_is_found_among_what_is_near_in_meaning() {
    let mut records = notes(|at| format!("Deer and wild boar graze in clearing {at} at dusk."));
    records.push(record(
        "Minutes",
        format!("{ACCOUNTS}An otter was seen by the bridge."),
    ));
    let long = format!("{}One otter. {}", ACCOUNTS.repeat(60), ACCOUNTS.repeat(60));
    records.push(record("Yearbook", long));
    let mut found = first(&records, "otter", 2);
    found.sort_unstable();
    assert_eq!(found, ["Minutes", "Yearbook"]);
}

#[test]
fn a_long_record_that_holds_the_rare_word_stands_above_short_ones_with_the_common_word() {
    let mut records = notes(|at| match at % 2 {
        0 => format!("Stall {at} of the market sells bread and fish."),
        _ => format!("Ferry {at} crosses the lake by noon."),
    });
    let long = format!(
        "{}A gyroscope broke. {}",
        ACCOUNTS.repeat(60),
        ACCOUNTS.repeat(60)
    );
    records.push(record("Yearbook", long));
    assert_eq!(first(&records, "gyroscope market", 1), ["Yearbook"]);
}

#[test]
fn a_chance_word_does_not_outweigh_the_meaning_of_the_query() {
    let mut records = notes(|at| {
        format!("Site {at} keeps its visitors signed in safely with an encrypted session token.")
    });
    records.push(record(
        "Baking",
        "Mix butter, sugar and flour for a cookie.",
    ));
    let found = first(
        &records,
        "secure browser cookie for login authentication",
        5,
    );
    assert!(!found.contains(&"Baking".to_owned()), "{found:?}");
}
