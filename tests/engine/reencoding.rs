//! What becomes of records and imports while their collection is encoded again by another model.

use std::fmt::Write;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::tiny::{Tiny, incoming, query_encoder};
use parallax::collection::{Build, Cores, Progress, Reencode, SourceFile, Tuning};
use parallax::record::FieldRoles;
use parallax::{Catalogue, Collection, Schema};
use serde_json::json;

fn create(catalogue: &Catalogue, id: Option<&str>) -> Arc<Collection> {
    let roles = FieldRoles {
        id: id.map(str::to_owned),
        texts: vec!["text".into()],
        ..FieldRoles::default()
    };
    let schema = Schema::named(&roles).unwrap();
    catalogue.create("notes", schema, true).unwrap();
    catalogue.collection("notes").unwrap()
}

/// The ids of all records, sorted. One that is there twice occurs twice.
fn ids(collection: &Collection) -> Vec<String> {
    let generation = collection.generation();
    let positions = generation.positions();
    let ids = positions.map(|position| {
        let number = generation.number(position).unwrap();
        collection.numbered(number).unwrap().id
    });
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids
}

#[test]
fn records_deleted_or_replaced_meanwhile_do_not_come_back() {
    const RECORDS: usize = 2_000;
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let one = tiny.write("bert-cls-96", folder.path());
    let other = tiny.write("xlm-roberta-mean-128", folder.path());
    // A new base is made after a quarter as many changes as it has records.
    let tuning = Tuning {
        merge_min_records: 16,
        ..Tuning::default()
    };
    let data = folder.path().join("data");
    let catalogue = Catalogue::open_with(&data, query_encoder(&one), tuning).unwrap();
    let collection = create(&catalogue, Some("id"));
    for first in [0, RECORDS / 2] {
        let half = (first..first + RECORDS / 2).map(|id| incoming(id, "milk bread"));
        collection.put(half.collect()).unwrap();
    }
    collection.settle();

    // These are changes to records that are in the copy already.
    let begun = AtomicBool::new(false);
    let meanwhile = |progress: Progress| {
        let Progress::Records { done, .. } = progress else {
            return;
        };
        if done < 1_500 || begun.swap(true, Ordering::Relaxed) {
            return;
        }
        let gone = (0..500).map(|id| format!("r{id}"));
        collection.delete(gone.collect()).unwrap();
        let replaced = (500..1_000).map(|id| incoming(id, "night"));
        collection.put(replaced.collect()).unwrap();
        collection.settle();
    };
    let cancelled = AtomicBool::new(false);
    let how = Reencode {
        cores: Cores::Half,
        progress: &meanwhile,
        cancelled: &cancelled,
    };
    assert!(catalogue.reencode("notes", &other, how).unwrap());

    assert!(begun.load(Ordering::Relaxed));
    let mut expected: Vec<String> = (500..RECORDS).map(|id| format!("r{id}")).collect();
    expected.sort();
    let renewed = catalogue.collection("notes").unwrap();
    assert_eq!(renewed.about().dimension, 128);
    assert_eq!(ids(&renewed), expected);
    assert_eq!(renewed.record("r700").unwrap().payload["text"], "night");
}

#[test]
fn an_import_that_is_resumed_afterwards_adds_nothing_twice() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let one = tiny.write("bert-cls-96", folder.path());
    let other = tiny.write("xlm-roberta-mean-128", folder.path());
    let data = folder.path().join("data");
    let catalogue = Catalogue::open(&data, query_encoder(&one)).unwrap();
    let collection = create(&catalogue, None);
    let file = folder.path().join("notes.jsonl");
    let mut lines = String::new();
    for at in 0..30 {
        writeln!(lines, "{}", json!({"text": format!("milk {at}")})).unwrap();
    }
    fs::write(&file, lines).unwrap();
    let cancelled = AtomicBool::new(false);
    let roles = FieldRoles {
        texts: vec!["text".into()],
        ..FieldRoles::default()
    };
    let import = |collection: &Collection| {
        let source = SourceFile::look(&file, &roles).unwrap();
        let source = source.for_schema(collection.schema().clone());
        let build = Build {
            source: &source,
            vectors: None,
            encoder: collection.encoder().encoder(),
            passages: true,
            cores: Cores::Half,
            progress: &|_| {},
            cancelled: &cancelled,
        };
        build.add_to(collection, Some("import-1")).unwrap();
    };
    import(&collection);
    let how = Reencode {
        cores: Cores::Half,
        progress: &|_| {},
        cancelled: &cancelled,
    };
    assert!(catalogue.reencode("notes", &other, how).unwrap());

    let renewed = catalogue.collection("notes").unwrap();
    assert_eq!(renewed.reached("import-1").unwrap(), Some(30));
    import(&renewed);
    assert_eq!(ids(&renewed).len(), 30);
}
