//! A data folder of an earlier version can be read completely: its records, search by words and
//! by meaning, facets and filters, and what was written to it through the API.
//!
//! `fixtures/data-folder.zip` was written by the version of 2026-11-21 (commit d6ece3e). It has
//! ten invented shops, imported with `parallax index`, two of which have texts of several
//! passages. Then f06 was deleted and f11 added through the API.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use parallax::collection::Tuning;
use parallax::encoder::{Encoder, QueryEncoder};
use parallax::mapped::{SectionWriter, about};
use parallax::{Catalogue, Collection, Mode, Query};

use crate::model::model;

fn encoder() -> Arc<QueryEncoder> {
    let encoder = Encoder::load(&model()).expect("these tests need the model: `parallax model`");
    Arc::new(QueryEncoder::new(encoder))
}

fn unpack(to: &Path) {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/data-folder.zip");
    let mut packed = zip::ZipArchive::new(fs::File::open(packed).unwrap()).unwrap();
    for at in 0..packed.len() {
        let mut file = packed.by_index(at).unwrap();
        let path = to.join(file.enclosed_name().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::io::copy(&mut file, &mut fs::File::create(path).unwrap()).unwrap();
    }
}

fn found(collection: &Collection, query: &str, mode: Mode, filters: &[&str]) -> Vec<String> {
    let filters = filters.iter().map(|filter| filter.parse().unwrap());
    let query = Query {
        mode,
        filters: filters.collect(),
        ..Query::new(query)
    };
    let hits = collection.search(&query).unwrap().hits;
    hits.into_iter().map(|hit| hit.record.id).collect()
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

fn check(collection: &Collection) {
    assert_eq!(collection.generation().records(), 10);
    let bakery = collection.record("f01").unwrap();
    assert_eq!(bakery.title, "Hollow Bakery");
    assert!(bakery.text.starts_with("Sourdough and rye"));
    assert_eq!(bakery.payload["founded"], "1998-03-14");
    assert_eq!(bakery.payload["price"], 4.5);
    assert_eq!(collection.record("f11").unwrap().title, "Saltworks Pottery");
    assert!(collection.record("f06").is_err());

    let by_words = |query| found(collection, query, Mode::Text, &[]);
    assert_eq!(by_words("bicycle"), ["f02"]);
    assert_eq!(by_words("glazed bowls"), ["f11"]);
    assert!(by_words("kettle").is_empty());
    // These words are at the end of the long texts.
    assert_eq!(by_words("lighthouse"), ["f09"]);
    let by_meaning = |query| found(collection, query, Mode::Neural, &[]).remove(0);
    assert_eq!(by_meaning("a lesson about flying kites"), "f09");
    assert_eq!(by_meaning("insects that live in a chimney"), "f10");
    assert_eq!(by_meaning("ceramics"), "f11");
    assert_eq!(
        found(collection, "nightly birdsong", Mode::Hybrid, &[])[0],
        "f08"
    );

    let passing = |filters: &[&str]| sorted(found(collection, "shop", Mode::Neural, filters));
    assert_eq!(passing(&["city:Lisbon"]), ["f01", "f03", "f11"]);
    assert_eq!(passing(&["year:..1955"]), ["f09", "f10"]);
    assert_eq!(passing(&["founded:2015-01-01..2019-12-31"]), ["f05", "f08"]);
    assert_eq!(passing(&["price:2.5..4"]), ["f05", "f10"]);
    assert_eq!(passing(&["open:false", "tags:books"]), ["f03", "f09"]);
    let counts = collection.facet_counts().unwrap().into_iter().map(|facet| {
        let values = facet.values.into_iter();
        let values = values.map(|counted| (counted.value, counted.count));
        (facet.field, values.collect())
    });
    let counts: BTreeMap<String, BTreeMap<String, _>> = counts.collect();
    assert_eq!(counts["tags"]["morning"], 3);
    assert_eq!(counts["tags"]["quiet"], 3);
    assert_eq!(counts["open"]["true"], 8);
    assert_eq!(counts["city"]["Lisbon"], 3);
}

#[test]
fn a_data_folder_of_an_earlier_version_is_answered_whole() {
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path());
    let encoder = encoder();
    // Twice: the second start reads what the first one rebuilt.
    for _ in 0..2 {
        let catalogue = Catalogue::open(folder.path(), Arc::clone(&encoder)).unwrap();
        assert_eq!(catalogue.names().unwrap(), ["shops"]);
        let collection = catalogue.collection("shops").unwrap();
        check(&collection);
        collection.settle();
        check(&collection);
    }
}

#[test]
fn index_files_of_every_earlier_format_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path());
    let encoder = encoder();
    // So that few records have a graph too.
    let tuning = Tuning {
        graph_min_records: 1,
        ..Tuning::default()
    };
    let start = || {
        let catalogue = Catalogue::open_with(folder.path(), Arc::clone(&encoder), tuning).unwrap();
        let collection = catalogue.collection("shops").unwrap();
        check(&collection);
        collection.settle();
        check(&collection);
    };
    start();
    for name in ["columns.idx", "vectors.idx", "graph.idx"] {
        let file = folder.path().join("collections/1").join(name);
        let format = || (0..100).find(|&format| about(&file, format).is_some());
        let now = format().expect("each start must leave an index file");
        for earlier in 0..now {
            // An intact file of the same state, whose sections this version does not know.
            let of_state = about(&file, now).unwrap();
            let writer = SectionWriter::new(Vec::new(), earlier, of_state).unwrap();
            fs::write(&file, writer.finish().unwrap()).unwrap();
            start();
            assert_eq!(format(), Some(now), "{name} of format {earlier}");
        }
    }
}
