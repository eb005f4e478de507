//! Queries on which the engines disagree: what is said of each is what a comparison says, and what was
//! found is kept.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::common::json_lines;
use crate::common::query_encoder;
use crate::common::sample::{build, collection_of, sample, sample_file};
use parallax::collection::Incoming;
use parallax::record::{FieldRoles, Schema};
use parallax::vocabulary::{Example, Exploration, Mined};
use parallax::{Catalogue, Collection, Query};
use serde_json::json;

static NOT_CANCELLED: AtomicBool = AtomicBool::new(false);

fn found(collection: &Arc<Collection>) -> Mined {
    let mined = collection.explore_now(&NOT_CANCELLED);
    mined.expect("a collection of enough records")
}

fn groups(mined: &Mined) -> [&Vec<Example>; 3] {
    [
        &mined.meaning_finds,
        &mined.words_find,
        &mined.both_struggle,
    ]
}

/// What does not depend on how fast the machine is.
fn examples(mined: &Mined) -> Vec<Example> {
    groups(mined).into_iter().flatten().cloned().collect()
}

#[test]
fn each_example_is_what_a_comparison_says() {
    let collection = sample();
    let mined = found(&collection);
    assert_eq!(mined.records, 340);
    assert!(mined.tried > 0 && mined.tried <= mined.drawn && mined.drawn <= 800);
    let near_from = mined.near_from.unwrap();
    for example in groups(&mined).into_iter().flatten() {
        let name = &example.query;
        let compared = collection.compare(&Query::new(name.clone())).unwrap();
        assert_eq!(example.overlap, compared.overlap, "{name}");
        assert_eq!(example.matching, compared.matching, "{name}");
        assert_eq!(example.words, compared.words, "{name}");
        assert_eq!(example.fits, compared.fits, "{name}");
        for witness in std::iter::once(&example.record).chain(&example.instead) {
            let mut records = compared.records.iter();
            let same = records.find(|record| record.hit.record.id == witness.hit.id);
            let same = same.unwrap_or_else(|| panic!("{name}: {witness:?}"));
            assert_eq!(witness.by_meaning, same.by_meaning, "{name}");
            assert_eq!(witness.by_words, same.by_words, "{name}");
            assert_eq!(witness.by_both, same.by_both, "{name}");
            assert_eq!(witness.contains, same.contains, "{name}");
            assert_eq!(witness.hit.title, same.hit.record.title, "{name}");
            let cosine = same.hit.neural.map(|signal| signal.score);
            assert_eq!(witness.hit.similarity, cosine, "{name}");
        }
    }
    for example in &mined.meaning_finds {
        let record = &example.record;
        assert!(record.by_meaning.unwrap() <= 3, "{example:?}");
        assert!(
            record.by_words.is_none_or(|place| place > 10),
            "{example:?}"
        );
        assert!(record.hit.similarity.unwrap() > near_from, "{example:?}");
    }
    for example in &mined.words_find {
        let record = &example.record;
        assert_eq!(record.by_words, Some(1), "{example:?}");
        assert_eq!(record.contains.len(), example.words.len(), "{example:?}");
        assert!(record.by_meaning.unwrap() > 10, "{example:?}");
    }
    for example in &mined.both_struggle {
        assert_eq!(example.fits, Some(false), "{example:?}");
        assert_eq!(example.record.by_meaning, Some(1), "{example:?}");
        assert!(
            example.record.hit.similarity.unwrap() < near_from,
            "{example:?}"
        );
    }
}

#[test]
fn the_sample_has_several_examples_of_each_kind_and_they_differ() {
    let collection = sample();
    let mined = found(&collection);
    // Pairs of words that nothing in the sample is near to are few.
    for (examples, least) in groups(&mined).into_iter().zip([4, 4, 2]) {
        assert!(examples.len() >= least, "{examples:?}");
        assert!(examples.is_sorted_by(|a, b| a.clarity >= b.clarity));
        assert!(examples.iter().all(|e| e.clarity > 0.0 && e.clarity <= 1.0));
        let (mut terms, mut records) = (HashSet::new(), HashSet::new());
        for example in examples {
            for token in collection.analyzer().tokens(&example.query) {
                assert!(terms.insert(token.term), "{}", example.query);
            }
            assert!(records.insert(&example.record.hit.id), "{}", example.query);
        }
    }
}

#[test]
fn what_was_found_is_kept_and_says_what_has_changed_since() {
    let folder = tempfile::tempdir().unwrap();
    let opened = || Catalogue::open(folder.path(), query_encoder()).unwrap();
    let catalogue = opened();
    build(&catalogue, "sample", &sample_file(), false).unwrap();
    let first = found(&catalogue.collection("sample").unwrap());
    drop(catalogue);

    let catalogue = opened();
    let collection = catalogue.collection("sample").unwrap();
    let kept = collection.explore();
    assert_eq!(kept.mined.as_ref(), Some(&first));
    assert_eq!((kept.mining, kept.changes_since), (false, 0));
    // The same queries are drawn again, wherever the collection is. On a slow machine, not all of them
    // are tried in time, and those of the second round depend on the results of the first.
    let other = found(&sample());
    if (first.tried, other.tried) == (first.drawn, other.drawn) {
        assert_eq!(first.drawn, other.drawn);
        assert_eq!(examples(&first), examples(&other));
    }

    let record =
        json!({"name": "Quietkiln", "alt": "Quietkiln - pottery", "description": "A kiln"});
    let payload = record.as_object().unwrap().clone();
    let incoming = Incoming {
        payload,
        vector: None,
    };
    collection.put(vec![incoming]).unwrap();
    let outdated = collection.explore();
    assert_eq!(outdated.mined.as_ref(), Some(&first));
    assert_eq!((outdated.mining, outdated.changes_since), (false, 1));
    assert_eq!(outdated.records, 341);
    drop((collection, catalogue));

    // A damaged file is not used, and what it said is found again.
    let file = explore_file(folder.path());
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let catalogue = opened();
    let collection = catalogue.collection("sample").unwrap();
    assert!(!file.exists());
    let Exploration { mined, mining, .. } = collection.explore();
    assert!(mined.is_none() && mining);
    let again = found(&collection);
    assert_eq!(again.records, 341);
    assert!(file.exists());
}

fn explore_file(data: &Path) -> std::path::PathBuf {
    data.join("collections/1/explore.idx")
}

#[test]
fn a_collection_that_grew_by_writes_has_queries_too() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    catalogue.create("grown", Schema::startups(), true).unwrap();
    let collection = catalogue.collection("grown").unwrap();
    let records = json_lines(&sample_file()).into_iter().take(60);
    let records = records.map(|record| Incoming {
        payload: record.as_object().unwrap().clone(),
        vector: None,
    });
    let records: Vec<Incoming> = records.collect();
    let (few, rest) = (records[..10].to_vec(), records[10..].to_vec());
    collection.put(few).unwrap();
    let too_few = collection.explore();
    assert!(!too_few.mining && too_few.mined.is_none());
    assert_eq!(collection.explore_now(&NOT_CANCELLED), None);
    collection.put(rest).unwrap();
    assert!(collection.explore().mining);
    let mined = found(&collection);
    assert_eq!(mined.records, 60);
    assert!(mined.tried > 0);
    let kept = collection.explore();
    assert_eq!(kept.mined, Some(mined));
}

#[test]
fn nothing_is_kept_of_what_was_cancelled() {
    let records = json_lines(&sample_file());
    let roles = FieldRoles::default();
    let (_folder, catalogue) = collection_of("some", &records[..80], &roles);
    let collection = catalogue.collection("some").unwrap();
    assert_eq!(collection.explore_now(&AtomicBool::new(true)), None);
    assert!(collection.explore().mined.is_none());
    assert!(found(&collection).tried > 0);
}
