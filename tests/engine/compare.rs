//! A comparison shows what the three modes answer, and every place in it is the true one.

use std::collections::HashMap;

use crate::common::json_lines;
use crate::common::sample::{ask, collection_of, sample, sample_file};
use parallax::query::{Comparison, Fusion};
use parallax::record::FieldRoles;
use parallax::{Collection, Filter, Mode, Query};
use serde_json::json;

/// The ids of a whole ranking, read page by page, each with its place.
fn places(collection: &Collection, query: &Query) -> HashMap<String, u32> {
    let mut ids = Vec::new();
    for offset in (0..1_000).step_by(100) {
        let page = Query {
            limit: 100,
            offset,
            ..query.clone()
        };
        let hits = collection.search(&page).unwrap().hits;
        let last = hits.len() < 100;
        ids.extend(hits.into_iter().map(|hit| hit.record.id));
        if last {
            break;
        }
    }
    ids.into_iter().zip(1..).collect()
}

/// The first of a ranking in a comparison, in order.
fn first(
    compared: &Comparison,
    place: fn(&parallax::vocabulary::Compared<parallax::Found>) -> Option<u32>,
) -> Vec<(u32, String)> {
    let records = compared.records.iter();
    let mut first: Vec<(u32, String)> = records
        .filter_map(|record| Some((place(record)?, record.hit.record.id.clone())))
        .filter(|(place, _)| *place <= compared.limit)
        .collect();
    first.sort();
    first
}

/// Id, title, text and city.
fn roles() -> FieldRoles {
    FieldRoles {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        facets: vec!["city".into()],
        ..FieldRoles::default()
    }
}

fn queries() -> Vec<String> {
    let records = json_lines(&sample_file());
    let mut queries: Vec<String> = records
        .iter()
        .step_by(9)
        .filter_map(|record| {
            // Some have none.
            let line = record["description"].as_str()?.lines().next()?;
            // Whole lines, and the few words that people type.
            let words: Vec<&str> = line.split_whitespace().take(3).collect();
            Some(words.join(" "))
        })
        .collect();
    queries.extend(
        [
            "milk",
            "goat cheese",
            "coffe roastng",
            "\"goat milk\"",
            "qzxqzx",
        ]
        .map(str::to_owned),
    );
    queries
}

#[test]
fn each_ranking_is_that_of_its_mode_and_each_place_is_true() {
    let collection = sample();
    let mut far = 0;
    for text in queries() {
        for balance in [0.5, 0.8] {
            let fusion = Fusion::Weighted { meaning: balance };
            let asked = |mode| Query {
                fusion,
                exact_total: true,
                ..ask(&text, mode)
            };
            let compared = collection.compare(&asked(Mode::Hybrid)).unwrap();
            let by_meaning = places(&collection, &asked(Mode::Neural));
            let by_words = places(&collection, &asked(Mode::Text));
            let mut by_both = places(&collection, &asked(Mode::Hybrid));
            by_both.retain(|_, place| *place <= 100);
            for record in &compared.records {
                let id = &record.hit.record.id;
                let name = format!("{text}: {}", record.hit.record.title);
                assert_eq!(record.by_meaning, by_meaning.get(id).copied(), "{name}");
                assert_eq!(record.by_words, by_words.get(id).copied(), "{name}");
                assert_eq!(record.by_both, by_both.get(id).copied(), "{name}");
                assert_eq!(
                    record.by_words.is_none(),
                    record.contains.is_empty(),
                    "{name}"
                );
                far += u32::from(record.by_words.is_some_and(|place| place > 100));
                far += u32::from(record.by_meaning.is_some_and(|place| place > 100));
            }
            let expected = [&by_meaning, &by_words, &by_both].map(|places| {
                let mut first: Vec<(u32, String)> = places
                    .iter()
                    .filter(|(_, place)| **place <= 10)
                    .map(|(id, place)| (*place, id.clone()))
                    .collect();
                first.sort();
                first
            });
            let [meaning, words, both] = expected;
            assert_eq!(
                first(&compared, |record| record.by_meaning),
                meaning,
                "{text}"
            );
            assert_eq!(first(&compared, |record| record.by_words), words, "{text}");
            assert_eq!(first(&compared, |record| record.by_both), both, "{text}");
            let shared = words
                .iter()
                .filter(|(_, id)| meaning.iter().any(|(_, other)| other == id));
            assert_eq!(compared.overlap as usize, shared.count(), "{text}");
            let matching = collection.search(&asked(Mode::Text)).unwrap().total;
            assert_eq!(compared.matching, matching, "{text}");
        }
    }
    assert!(far > 20, "{far}");
}

#[test]
fn a_filter_applies_to_every_ranking() {
    let collection = sample();
    let query = Query {
        filters: Filter::from_texts(&["city:Berlin".to_owned()]).unwrap(),
        ..ask("wooden furniture", Mode::Hybrid)
    };
    let compared = collection.compare(&query).unwrap();
    let all = collection
        .search(&Query {
            filters: query.filters.clone(),
            ..ask("*", Mode::Text)
        })
        .unwrap();
    assert_eq!(compared.searched, all.total);
    for record in &compared.records {
        let cities = record.hit.record.facets.iter();
        let mut cities = cities.filter(|facet| facet.field == "city");
        assert!(cities.any(|facet| facet.value == "Berlin"));
        assert!(record.by_meaning.unwrap() <= all.total);
    }
}

#[test]
fn words_are_counted_and_a_misspelt_one_is_read_as_typed_by_meaning() {
    let records = [
        json!({"id": "1", "title": "Solar panels", "text": "Panels for roofs", "city": "Oslo"}),
        json!({"id": "2", "title": "Solar cars", "text": "Cars with panels", "city": "Rome"}),
        json!({"id": "3", "title": "Cheese", "text": "Made of goat milk", "city": "Oslo"}),
    ];
    let (_folder, catalogue) = collection_of("small", &records, &roles());
    let collection = catalogue.collection("small").unwrap();
    let compared = collection.compare(&Query::new("panels cheese")).unwrap();
    let counts = compared.words.iter();
    let counts: Vec<(&str, u32)> = counts
        .map(|count| (count.word.as_str(), count.records))
        .collect();
    assert_eq!(counts, [("panels", 2), ("cheese", 1)]);
    assert_eq!((compared.searched, compared.matching), (3, 3));
    assert_eq!(compared.corrections, []);

    let misspelt = collection.compare(&Query::new("pannels")).unwrap();
    let [correction] = &misspelt.corrections[..] else {
        panic!("{:?}", misspelt.corrections);
    };
    assert_eq!(correction.word, "pannels");
    assert_eq!(misspelt.matching, 2);
    let typed = collection.search(&Query::new("pannels")).unwrap();
    let nearest = misspelt
        .records
        .iter()
        .find(|record| record.by_meaning == Some(1));
    assert_eq!(nearest.unwrap().hit.record.id, typed.hits[0].record.id);
}

#[test]
fn identical_records_are_one() {
    let records = [
        json!({"id": "1", "title": "Oak", "text": "A desk of oak", "city": "Oslo"}),
        json!({"id": "2", "title": "Oak", "text": "A desk of oak", "city": "Rome"}),
        json!({"id": "3", "title": "Oak", "text": "A chair of oak", "city": "Oslo"}),
    ];
    let (_folder, catalogue) = collection_of("oak", &records, &roles());
    let collection = catalogue.collection("oak").unwrap();
    let compared = collection.compare(&Query::new("desk of oak")).unwrap();
    assert_eq!(compared.records.len(), 2);
    assert_eq!(compared.overlap, 2);
    let each = Query {
        collapse: false,
        ..Query::new("desk of oak")
    };
    assert_eq!(collection.compare(&each).unwrap().records.len(), 3);
}

#[test]
fn what_has_no_ranks_cannot_be_compared() {
    let collection = sample();
    let refused = |query: Query, needle: &str| {
        let error = collection.compare(&query).unwrap_err().to_string();
        assert!(error.contains(needle), "{error}");
    };
    refused(Query::new("*"), "no ranks to compare");
    refused(Query::new(" "), "empty");
    let limit = Query {
        limit: 21,
        ..Query::new("milk")
    };
    refused(limit, "between 1 and 20");
    let offset = Query {
        offset: 10,
        ..Query::new("milk")
    };
    refused(offset, "leave offset out");
}

#[test]
fn a_query_that_the_model_cannot_read_has_no_ranking_by_meaning() {
    let mut records = json_lines(&sample_file())[..40].to_vec();
    records.push(json!({
        "name": "\u{1230}\u{120b}\u{121d}", "images": "", "alt": "\u{1230}\u{120b}\u{121d}",
        "description": "\u{1218}\u{133d}\u{1210}\u{134d}", "link": "", "city": "Addis"
    }));
    let (_folder, catalogue) = collection_of("scripts", &records, &FieldRoles::default());
    let collection = catalogue.collection("scripts").unwrap();
    let query = Query::new("\u{1218}\u{133d}\u{1210}\u{134d}");
    let compared = collection.compare(&query).unwrap();
    assert!(compared.unread);
    let [record] = &compared.records[..] else {
        panic!("{}", compared.records.len());
    };
    assert_eq!(
        (record.by_meaning, record.by_words, record.by_both),
        (None, Some(1), Some(1))
    );
    assert_eq!(compared.overlap, 0);
}
