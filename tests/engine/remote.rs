//! A collection on a cluster answers like the same collection in a folder. The cluster is an oracle here:
//! it scores every record exactly. `server/tests/program/qdrant.rs` has tests with Qdrant itself.

mod facets;
mod filters;
mod oracle;
mod records;

use parallax::query::Relation;
use parallax::record::FieldRoles;
use parallax::remote::Remote;
use parallax::{Collection, Mode, Query};
use serde_json::json;

use crate::common::query_encoder;
use crate::common::sample::{ask, collection_of, sample};
use oracle::Oracle;

fn on_cluster(collection: &Collection) -> Remote {
    let oracle = Box::new(Oracle::of(collection));
    Remote::new("sample", oracle, query_encoder()).unwrap()
}

/// Checks that a query has the same hits with the same scores, and the same total where one is exact.
fn check_same(here: &Collection, there: &Remote, query: &Query) {
    let (ours, theirs) = (here.search(query).unwrap(), there.search(query).unwrap());
    let hits = |answer: &parallax::Answer| -> Vec<(u64, String)> {
        let hits = answer.hits.iter();
        hits.map(|hit| (hit.record.number.0, format!("{:.4}", hit.score)))
            .collect()
    };
    assert_eq!(hits(&ours), hits(&theirs), "{query:?}");
    let highlights = |answer: &parallax::Answer| -> Vec<_> {
        let hits = answer.hits.iter();
        hits.map(|hit| hit.highlights.clone()).collect()
    };
    assert_eq!(highlights(&ours), highlights(&theirs), "{query:?}");
    if theirs.total_relation == Relation::Equal && ours.total_relation == Relation::Equal {
        assert_eq!(
            (ours.total, ours.counted),
            (theirs.total, theirs.counted),
            "{query:?}"
        );
    }
    assert_eq!(ours.corrections, theirs.corrections, "{query:?}");
    assert_eq!(ours.fits, theirs.fits, "{query:?}");
}

const QUERIES: [&str; 18] = [
    "online food delivery",
    "solar energy",
    "the",
    "payments for small shops in Berlin",
    "goat-cheese",
    "wi fi hotspots",
    "\"social network\"",
    "music -streaming",
    "name:labs",
    "machine learning \"health care\" -dentist",
    "xylophone zebra quux",
    "health helth",
    "couscous",
    "bakrey",
    "kintsugl",
    "deliverry of vegetabels",
    "solarpanels",
    "iPhone e-mail",
];

#[test]
fn a_query_has_the_same_answer_in_every_mode() {
    let here = sample();
    let there = on_cluster(&here);
    assert_eq!(there.records().unwrap(), here.generation().records());
    for text in QUERIES {
        for mode in [Mode::Text, Mode::Neural, Mode::Hybrid] {
            for (limit, offset) in [(10, 0), (7, 5)] {
                let query = Query {
                    limit,
                    offset,
                    ..ask(text, mode)
                };
                check_same(&here, &there, &query);
            }
        }
    }
}

#[test]
fn a_vector_finds_the_nearest_records() {
    let here = sample();
    let there = on_cluster(&here);
    let vector = query_encoder().encode("online food delivery").unwrap();
    for (limit, offset) in [(10, 0), (5, 20)] {
        let query = Query {
            vector: Some(vector.to_vec()),
            limit,
            offset,
            ..ask("", Mode::Neural)
        };
        check_same(&here, &there, &query);
    }
}

#[test]
fn pages_of_records_with_equal_scores_do_not_overlap() {
    let records: Vec<_> = (0..600)
        .map(|at| json!({"title": "Cat", "text": format!("black {at}")}))
        .collect();
    let (_folder, catalogue) = collection_of("cats", &records, &FieldRoles::default());
    let here = catalogue.collection("cats").unwrap();
    let there = on_cluster(&here);
    for mode in [Mode::Text, Mode::Hybrid] {
        let mut seen = std::collections::HashSet::new();
        for page in 0..5 {
            let query = Query {
                limit: 20,
                offset: page * 20,
                ..ask("cat", mode)
            };
            for hit in there.search(&query).unwrap().hits {
                assert!(seen.insert(hit.record.number), "{mode:?}, page {page}");
            }
        }
        assert_eq!(seen.len(), 100);
    }
}

#[test]
fn enough_is_gathered_where_most_candidates_are_no_hits() {
    let mut records: Vec<_> = (0..700)
        .map(|_| json!({"title": "Terms of service", "text": "The same text on every page."}))
        .collect();
    records.extend((0..300).map(|at| {
        let middle = if at < 200 { "social network" } else { "network of social clubs" };
        json!({"title": format!("Page {at}"), "text": format!("Service of a {middle} number {at}.")})
    }));
    let (_folder, catalogue) = collection_of("pages", &records, &FieldRoles::default());
    let here = catalogue.collection("pages").unwrap();
    let there = on_cluster(&here);
    for (text, mode) in [
        ("service", Mode::Text),
        ("terms of service", Mode::Neural),
        ("* -\"social network\"", Mode::Text),
        ("service \"social clubs\"", Mode::Text),
    ] {
        let (ours, theirs) = (
            here.search(&ask(text, mode)),
            there.search(&ask(text, mode)),
        );
        let titles = |answer: parallax::Answer| -> Vec<String> {
            answer
                .hits
                .into_iter()
                .map(|hit| hit.record.title)
                .collect()
        };
        assert_eq!(titles(ours.unwrap()), titles(theirs.unwrap()), "{text}");
    }
}

#[test]
fn a_word_that_stands_for_two_is_among_the_best() {
    let mut records: Vec<_> = (0..400)
        .map(|at| {
            let text = if at % 2 == 0 {
                "a house of many rooms"
            } else {
                "work for many hands"
            };
            json!({"title": format!("House work {}", at % 7), "text": text})
        })
        .collect();
    records.push(json!({"title": "Housework", "text": "garden"}));
    let (_folder, catalogue) = collection_of("houses", &records, &FieldRoles::default());
    let here = catalogue.collection("houses").unwrap();
    let there = on_cluster(&here);
    check_same(&here, &there, &ask("house work", Mode::Text));
    check_same(&here, &there, &ask("house work", Mode::Hybrid));
}

/// Enough records that not all are gathered.
fn fillers(count: usize) -> Vec<serde_json::Value> {
    let one = |at| json!({"title": format!("Page {at}"), "text": "A library of wooden boats, and peace."});
    (0..count).map(one).collect()
}

#[test]
fn a_misspelt_word_is_corrected_although_it_is_another_word_with_its_neighbour() {
    let mut records = fillers(300);
    records.extend((0..5).map(|_| json!({"title": "A dampfschiff", "text": "It is old."})));
    records.push(json!({"title": "Donaudampfschiff", "text": "It is older."}));
    let (_folder, catalogue) = collection_of("ships", &records, &FieldRoles::default());
    let here = catalogue.collection("ships").unwrap();
    let there = on_cluster(&here);
    for mode in [Mode::Text, Mode::Hybrid] {
        let query = ask("dona udampfschiff", mode);
        assert!(!here.search(&query).unwrap().corrections.is_empty());
        check_same(&here, &there, &query);
    }
}

#[test]
fn a_total_is_a_lower_bound_if_records_may_contain_a_word_as_two() {
    let mut records = fillers(300);
    records.extend((0..2).map(|_| json!({"title": "Peace library", "text": "Open on Mondays."})));
    let (_folder, catalogue) = collection_of("words", &records, &FieldRoles::default());
    let here = catalogue.collection("words").unwrap();
    let there = on_cluster(&here);
    for mode in [Mode::Neural, Mode::Text, Mode::Hybrid] {
        let query = ask("peacelibrary", mode);
        let (ours, theirs) = (here.search(&query).unwrap(), there.search(&query).unwrap());
        let is_bound = match theirs.total_relation {
            Relation::Equal => theirs.total == ours.total,
            Relation::AtLeast => theirs.total <= ours.total,
        };
        assert!(is_bound, "{mode:?}: {} of {}", theirs.total, ours.total);
    }
}
