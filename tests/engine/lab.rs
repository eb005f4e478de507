//! The query lab: the rankings of each changed query are those of a comparison, and how far they move is
//! computed from them.

use std::collections::HashSet;

use crate::common::sample::{ask, sample};
use parallax::vocabulary::{Change, Changed, Compared, Lists};
use parallax::{Collection, Error, Found, Mode, Query};

const QUERIES: [&str; 6] = [
    "goat milk delivered",
    "wooden furniture for children",
    "solar panels",
    "somewhere to leave my dog while I travel",
    "bakery",
    "ISO 22000",
];

/// The first twenty of each ranking, according to a comparison.
fn lists(collection: &Collection, query: &str) -> Lists {
    let compared = collection.compare(&Query {
        limit: 20,
        ..Query::new(query)
    });
    let compared = compared.unwrap();
    let list = |place: fn(&Compared<Found>) -> Option<u32>| {
        let records = compared.records.iter();
        let placed = records.filter_map(|record| Some((place(record)?, record)));
        let mut placed: Vec<_> = placed.filter(|(place, _)| *place <= 20).collect();
        placed.sort_by_key(|(place, _)| *place);
        let ids = placed.into_iter().map(|(_, r)| r.hit.record.id.clone());
        ids.collect()
    };
    Lists {
        meaning: list(|record| record.by_meaning),
        words: list(|record| record.by_words),
        both: list(|record| record.by_both),
    }
}

fn change(changes: &[Changed], wanted: Change) -> Option<&Changed> {
    changes.iter().find(|changed| changed.change == wanted)
}

#[test]
fn rankings_and_how_far_they_move_are_those_of_comparisons() {
    let collection = sample();
    for query in QUERIES {
        let lab = collection.lab(query).unwrap();
        assert_eq!(lab.lists, lists(&collection, query), "{query}");
        let known: HashSet<&str> = lab.records.iter().map(|of| of.id.as_str()).collect();
        assert_eq!(known.len(), lab.records.len(), "each record once");
        for changed in &lab.changes {
            let name = format!("{query}: {}", changed.query);
            assert_ne!(changed.query, lab.query, "{name}");
            assert_eq!(changed.lists, lists(&collection, &changed.query), "{name}");
            for (shift, before, after) in [
                (
                    changed.moved.meaning,
                    &lab.lists.meaning,
                    &changed.lists.meaning,
                ),
                (changed.moved.words, &lab.lists.words, &changed.lists.words),
                (changed.moved.both, &lab.lists.both, &changed.lists.both),
            ] {
                let first: Vec<&String> = after.iter().take(10).collect();
                let kept = before.iter().take(10).filter(|id| first.contains(id));
                assert_eq!(shift.overlap as usize, kept.count(), "{name}");
                assert!((0.0..=1.0).contains(&shift.rbo), "{name}");
                assert!((shift.moved + shift.rbo - 1.0).abs() < 1e-6, "{name}");
                assert_eq!(shift.rbo == 1.0, before == after, "{name}");
                assert!(after.iter().all(|id| known.contains(id.as_str())), "{name}");
            }
        }
        assert_eq!(lab, collection.lab(query).unwrap(), "the same every time");
    }
}

#[test]
fn each_change_is_made_once_where_it_can_be() {
    let collection = sample();
    let lab = collection.lab("goat milk delivered").unwrap();
    let made: Vec<Change> = lab.changes.iter().map(|changed| changed.change).collect();
    assert_eq!(made, Change::ALL);
    // A single word has no order, and nothing is left without it.
    let lab = collection.lab("bakery").unwrap();
    for missing in [Change::Exclusion, Change::Order, Change::Dropped] {
        assert!(change(&lab.changes, missing).is_none(), "{missing:?}");
    }
    assert!(change(&lab.changes, Change::Typo).is_some());
}

#[test]
fn a_synonym_is_another_word_of_the_collection() {
    let collection = sample();
    let mut found = 0;
    for query in QUERIES {
        let lab = collection.lab(query).unwrap();
        let Some(changed) = change(&lab.changes, Change::Synonym) else {
            continue;
        };
        found += 1;
        let word = changed.instead.as_deref().unwrap();
        let answer = collection.search(&ask(word, Mode::Text)).unwrap();
        assert!(answer.total > 0 && answer.corrections.is_empty(), "{word}");
        assert!(!query.contains(word), "{query}: {word}");
        assert_eq!(changed.query, query.replacen(&changed.word, word, 1));
    }
    assert!(found > 0);
}

#[test]
fn an_excluded_word_is_in_no_record_found() {
    let collection = sample();
    let lab = collection.lab("goat milk").unwrap();
    let changed = change(&lab.changes, Change::Exclusion).unwrap();
    assert_eq!(changed.query, "goat -milk");
    let with = collection.search(&Query {
        limit: 100,
        ..ask("milk", Mode::Text)
    });
    let with: HashSet<String> = with
        .unwrap()
        .hits
        .into_iter()
        .map(|hit| hit.record.id)
        .collect();
    assert!(!with.is_empty() && with.len() < 100);
    for list in [
        &changed.lists.meaning,
        &changed.lists.words,
        &changed.lists.both,
    ] {
        assert!(!list.is_empty());
        assert!(list.iter().all(|id| !with.contains(id)));
    }
}

#[test]
fn the_order_of_words_does_not_matter_to_words() {
    let collection = sample();
    let lab = collection.lab("milk of goats").unwrap();
    let changed = change(&lab.changes, Change::Order).unwrap();
    assert_eq!(changed.query, "goats milk of");
    assert_eq!(changed.moved.words.moved, 0.0);
}

#[test]
fn a_query_without_words_cannot_be_changed() {
    let collection = sample();
    for query in ["", "  ", "*", &"x".repeat(2_001)] {
        let refused = collection.lab(query).unwrap_err();
        assert!(matches!(refused, Error::BadQuery(_)), "{refused}");
    }
}
