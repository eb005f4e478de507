//! Concurrency: several threads create and drop the same name, and a collection is read while it
//! is being written.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::common::query_encoder;
use parallax::collection::{GraphState, Incoming, Tuning};
use parallax::record::FieldRoles;
use parallax::{Catalogue, Error, Mode, Query, Schema};
use serde_json::json;

/// Sets the flag when dropped, so that the other threads stop even if this one panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A low threshold, so that merges happen while other threads read.
const TUNING: Tuning = Tuning {
    graph_min_records: 1_000_000,
    merge_min_records: 20,
};

fn schema() -> Schema {
    let options = FieldRoles {
        id: Some("id".into()),
        texts: vec!["text".into()],
        facets: vec!["round:number".into()],
        ..FieldRoles::default()
    };
    Schema::named(&options).unwrap()
}

/// A record with its own vector, so that nothing waits for the encoder.
fn note(id: usize, round: usize) -> Incoming {
    let record = json!({"id": id.to_string(), "text": format!("milk {round}"), "round": round});
    let mut vector = vec![0.01; 384];
    vector[id % 384] = 1.0;
    Incoming {
        payload: record.as_object().unwrap().clone(),
        vector: Some(vector),
    }
}

#[test]
fn a_name_made_and_dropped_by_several_at_once_is_there_or_not_there() {
    const ROUNDS: usize = 25;
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    let made = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for name in ["same", "same", "same", "other"] {
            let (catalogue, made) = (&catalogue, &made);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    match catalogue.create(name, schema(), false) {
                        Ok(()) => made.fetch_add(1, Ordering::Relaxed),
                        Err(Error::CollectionExists(_)) => 0,
                        Err(error) => panic!("made: {error}"),
                    };
                    // Another thread may drop and recreate it at any moment.
                    let put = catalogue
                        .collection(name)
                        .and_then(|collection| collection.put(vec![note(1, round)]));
                    assert!(
                        matches!(put, Ok(_) | Err(Error::NoCollection { .. })),
                        "written: {put:?}"
                    );
                    let dropped = catalogue.drop_collection(name);
                    assert!(
                        matches!(dropped, Ok(()) | Err(Error::NoCollection { .. })),
                        "dropped: {dropped:?}"
                    );
                }
            });
        }
    });
    assert!(made.into_inner() >= 2 * ROUNDS);

    catalogue.create("same", schema(), false).unwrap();
    let collection = catalogue.collection("same").unwrap();
    collection.put(vec![note(1, 0), note(2, 0)]).unwrap();
    collection.settle();
    drop((collection, catalogue));
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    assert_eq!(catalogue.names().unwrap(), ["same"]);
    let collection = catalogue.collection("same").unwrap();
    assert_eq!(collection.generation().records(), 2);
    let folders = fs::read_dir(folder.path().join("collections")).unwrap();
    assert_eq!(folders.count(), 1, "what was dropped leaves no folder");
}

#[test]
fn a_write_to_what_was_replaced_or_dropped_is_refused_not_lost_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    catalogue.create("notes", schema(), false).unwrap();
    let earlier = catalogue.collection("notes").unwrap();
    let mut snapshot = Vec::new();
    earlier.snapshot(&mut snapshot).unwrap();
    earlier.put(vec![note(1, 0)]).unwrap();

    let path = folder.path().join("notes.parallax");
    let restored = catalogue.restore("notes", snapshot.as_slice(), &path, true);
    restored.unwrap();
    let put = earlier.put(vec![note(2, 0)]);
    assert!(matches!(put, Err(Error::Replaced(_))), "{put:?}");
    let notes = catalogue.collection("notes").unwrap();
    assert_eq!(notes.generation().records(), 0);
    notes.put(vec![note(3, 0)]).unwrap();
    catalogue.drop_collection("notes").unwrap();
    let put = notes.put(vec![note(4, 0)]);
    assert!(matches!(put, Err(Error::NoCollection { .. })), "{put:?}");
}

#[test]
fn a_collection_is_there_at_every_moment_while_others_replace_it() {
    const ROUNDS: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    catalogue.create("notes", schema(), false).unwrap();
    let mut snapshot = Vec::new();
    let notes = catalogue.collection("notes").unwrap();
    notes.put(vec![note(0, 0)]).unwrap();
    notes.snapshot(&mut snapshot).unwrap();
    drop(notes);
    let path = folder.path().join("notes.parallax");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _over = Over(&over);
            for _ in 0..ROUNDS {
                let restored = catalogue.restore("notes", snapshot.as_slice(), &path, true);
                restored.unwrap();
            }
        });
        for writer in 1..=2 {
            let (catalogue, over) = (&catalogue, &over);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let notes = catalogue.collection("notes").unwrap();
                    assert!(notes.record("0").is_ok());
                    let put = notes.put(vec![note(writer, 0)]);
                    assert!(matches!(put, Ok(_) | Err(Error::Replaced(_))), "{put:?}");
                }
            });
        }
    });
    let folders = fs::read_dir(folder.path().join("collections")).unwrap();
    assert_eq!(folders.count(), 1, "what was replaced leaves no folder");
}

/// A graph is built only for the base, not for records added since, so none must be announced.
#[test]
fn no_graph_is_announced_that_nobody_builds() {
    let folder = tempfile::tempdir().unwrap();
    let tuning = Tuning {
        graph_min_records: 30,
        merge_min_records: 1_000,
    };
    let catalogue = Catalogue::open_with(folder.path(), query_encoder(), tuning).unwrap();
    catalogue.create("notes", schema(), false).unwrap();
    let notes = catalogue.collection("notes").unwrap();
    let put = |ids: std::ops::Range<usize>| notes.put(ids.map(|id| note(id, 0)).collect());
    put(0..10).unwrap();
    put(10..100).unwrap();
    notes.settle();
    assert_eq!(notes.graph_state(), GraphState::NotNeeded);
}

#[test]
fn whoever_reads_while_others_write_sees_whole_states_without_a_hole() {
    const NOTES: usize = 30;
    const ROUNDS: usize = 120;
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open_with(folder.path(), query_encoder(), TUNING).unwrap();
    catalogue.create("notes", schema(), false).unwrap();
    let collection = catalogue.collection("notes").unwrap();
    let write = |round| {
        let notes = (0..NOTES).map(|id| note(id, round));
        collection.put(notes.collect()).unwrap();
    };
    write(0);

    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for mode in Mode::ALL {
            let (collection, over) = (&collection, &over);
            scope.spawn(move || {
                let query = Query {
                    mode,
                    limit: NOTES,
                    facets: vec!["round".into()],
                    collapse: false,
                    ..Query::new("milk")
                };
                let mut last = 0;
                while !over.load(Ordering::Relaxed) {
                    let answer = collection.search(&query).unwrap();
                    assert_eq!(answer.hits.len(), NOTES, "{mode}");
                    assert_eq!(answer.total as usize, NOTES, "{mode}");
                    // All records are replaced at once, so the records, facets and counts of
                    // an answer all belong to a single round.
                    let rounds = answer.hits.iter().map(|hit| &hit.record.payload["round"]);
                    let rounds: Vec<u64> = rounds.map(|round| round.as_u64().unwrap()).collect();
                    assert!(rounds.iter().all(|round| *round == rounds[0]), "{rounds:?}");
                    let counts = &answer.facets[0].values;
                    assert_eq!(counts.len(), 1, "{counts:?}");
                    assert_eq!(counts[0].value, rounds[0].to_string());
                    assert_eq!(counts[0].count as usize, NOTES);
                    assert!(rounds[0] >= last, "round {} after {last}", rounds[0]);
                    last = rounds[0];
                    // A record can be found by its id at any moment.
                    let record = collection.record("7").unwrap();
                    assert!(record.payload["round"].as_u64().unwrap() >= last);
                }
            });
        }
        let _over = Over(&over);
        for round in 1..=ROUNDS {
            write(round);
        }
    });
    collection.settle();
}
