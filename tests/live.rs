//! Collections that live: whatever was written, deleted, merged and opened again, in
//! whatever order, a collection answers as one built at once from what is there.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use common::query_encoder;
use parallax::collection::{About, Change, Encoded, Incoming, Store, Tuning};
use parallax::query::{Answer, Route};
use parallax::record::{FacetField, FacetKind, Payload, Schema};
use parallax::vector::cosine;
use parallax::{Collection, Mode, Query, Vector};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::json;

/// Few records are many here: graphs and merges come soon.
const TUNING: Tuning = Tuning {
    graph_min_records: 24,
    merge_min_records: 12,
};

const CITIES: [&str; 3] = ["Berlin", "Oslo", "Rome"];

const WORDS: [&str; 8] = [
    "milk", "wood", "goat", "solar", "panel", "tax", "night", "train",
];

fn schema() -> Schema {
    Schema {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        encoded: vec!["title".into(), "text".into()],
        separator: ". ".into(),
        facets: vec![FacetField {
            field: "city".into(),
            kind: FacetKind::Text,
        }],
        ..Schema::default()
    }
}

/// A record in short: what it says, and where its vector points.
#[derive(Debug, Clone, PartialEq)]
struct Note {
    words: Vec<usize>,
    city: usize,
    direction: u8,
}

impl Note {
    fn payload(&self, id: u8) -> Payload {
        let words: Vec<&str> = self.words.iter().map(|&at| WORDS[at]).collect();
        let record = json!({
            "id": id.to_string(),
            "title": words.first(),
            "text": words.join(" "),
            "city": CITIES[self.city],
        });
        record.as_object().unwrap().clone()
    }

    /// One of 256 vectors in a few bundles, so that many are close.
    fn vector(&self) -> Vector {
        let mut state = u64::from(self.direction / 16) * 77 + 1;
        let random = |state: &mut u64| {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            ((*state >> 40) as f32) / (1u64 << 24) as f32 - 0.5
        };
        let mut vector: Vector = std::array::from_fn(|_| random(&mut state));
        let mut state = u64::from(self.direction) + 1_000;
        for x in &mut vector {
            *x += random(&mut state) * 0.3;
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.map(|x| x / length)
    }

    fn incoming(&self, id: u8) -> Incoming {
        Incoming {
            payload: self.payload(id),
            vector: Some(self.vector().to_vec()),
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<(u8, Note)>),
    Delete(Vec<u8>),
    DeleteCity(usize),
    Settle,
    Restart,
}

fn note() -> impl Strategy<Value = Note> {
    let words = prop::collection::vec(0..WORDS.len(), 1..6);
    (words, 0..3usize, any::<u8>()).prop_map(|(words, city, direction)| Note {
        words,
        city,
        direction,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::collection::btree_map(any::<u8>(), note(), 1..30)
            .prop_map(|batch| Step::Put(batch.into_iter().collect())),
        3 => prop::collection::vec(any::<u8>(), 1..40).prop_map(Step::Delete),
        1 => (0..3usize).prop_map(Step::DeleteCity),
        2 => Just(Step::Settle),
        1 => Just(Step::Restart),
    ]
}

/// What a collection must be: the records there are, in the order they were last written.
#[derive(Default)]
struct Model {
    written: BTreeMap<u64, (u8, Note)>,
    clock: u64,
}

impl Model {
    fn remove(&mut self, gone: impl Fn(u8, &Note) -> bool) {
        self.written.retain(|_, (id, note)| !gone(*id, note));
    }

    fn put(&mut self, id: u8, note: Note) {
        self.remove(|other, _| other == id);
        self.clock += 1;
        self.written.insert(self.clock, (id, note));
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Put(batch) => {
                for (id, note) in batch {
                    self.put(*id, note.clone());
                }
            }
            Step::Delete(ids) => self.remove(|id, _| ids.contains(&id)),
            Step::DeleteCity(city) => self.remove(|_, note| note.city == *city),
            Step::Settle | Step::Restart => {}
        }
    }
}

fn create(folder: &Path) -> Arc<Collection> {
    let about = About {
        schema: schema(),
        model: query_encoder().model_hash().to_owned(),
        source: String::new(),
        passages: false,
    };
    drop(Store::create(&folder.join("store.redb"), about).unwrap());
    open(folder)
}

fn open(folder: &Path) -> Arc<Collection> {
    Collection::open_with("live", folder, query_encoder(), TUNING).unwrap()
}

fn close(collection: Arc<Collection>) {
    collection.settle();
    assert_eq!(Arc::strong_count(&collection), 1);
}

/// The collection built at once from what the model holds.
fn built_at_once(model: &Model, folder: &Path) -> Arc<Collection> {
    let about = About {
        schema: schema(),
        model: query_encoder().model_hash().to_owned(),
        source: String::new(),
        passages: false,
    };
    let store = Store::create(&folder.join("store.redb"), about).unwrap();
    let records: Vec<Encoded> = model
        .written
        .values()
        .map(|(id, note)| Encoded {
            payload: note.payload(*id),
            vectors: vec![note.vector()],
            ranges: Vec::new(),
            read_in_part: false,
        })
        .collect();
    store.apply(&[Change::Put(&records)]).unwrap();
    drop(store);
    Collection::open("once", folder, query_encoder()).unwrap()
}

/// Ids and scores, to the bit.
fn ranking(answer: &Answer) -> Vec<(String, u32)> {
    let hits = answer.hits.iter();
    hits.map(|hit| (hit.record.id.clone(), hit.score.to_bits()))
        .collect()
}

fn queries() -> Vec<Query> {
    let mut queries = Vec::new();
    for text in ["milk", "solar panel night", "goat wood train"] {
        for mode in Mode::ALL {
            for filter in [None, Some("city:Berlin"), Some("-city:Oslo|Rome")] {
                queries.push(Query {
                    mode,
                    route: Route::Exact,
                    limit: 20,
                    filters: filter.iter().map(|f| f.parse().unwrap()).collect(),
                    facets: vec!["city".into()],
                    ..Query::new(text)
                });
            }
        }
    }
    queries
}

fn agree(live: &Collection, once: &Collection, model: &Model) {
    assert_eq!(live.generation().records() as usize, model.written.len());
    for query in queries() {
        let (ours, theirs) = (live.search(&query).unwrap(), once.search(&query).unwrap());
        assert_eq!(ranking(&ours), ranking(&theirs), "{query:?}");
        assert_eq!(ours.total, theirs.total, "{query:?}");
        assert_eq!(ours.facets, theirs.facets, "{query:?}");
        let copies = |answer: &Answer| -> Vec<u32> {
            answer.hits.iter().map(|hit| hit.copies.count).collect()
        };
        assert_eq!(copies(&ours), copies(&theirs), "{query:?}");
    }
}

/// Through the graph: true scores, nothing deleted, as many hits as there are.
fn graph_holds(live: &Collection, model: &Model, found: &mut (usize, usize)) {
    let query = Query {
        route: Route::Graph,
        collapse: false,
        ..Query::new("night train")
    };
    let vector = query_encoder().encode(&query.text).unwrap();
    let answer = live.search(&query).unwrap();
    assert_eq!(answer.hits.len(), model.written.len().min(10));
    let vectors: BTreeMap<String, Vector> = model
        .written
        .values()
        .map(|(id, note)| (id.to_string(), note.vector()))
        .collect();
    for hit in &answer.hits {
        let truth = cosine(&vector, &vectors[&hit.record.id]);
        assert!((hit.score - truth).abs() < 1e-6);
    }
    let exact = Query {
        route: Route::Exact,
        ..query
    };
    let exact = ranking(&live.search(&exact).unwrap());
    let ours = ranking(&answer);
    found.0 += exact.iter().filter(|hit| ours.contains(hit)).count();
    found.1 += exact.len();
}

#[test]
fn whatever_happened_it_answers_as_if_built_at_once() {
    let found = std::cell::Cell::new((0, 0));
    let config = Config {
        cases: 256,
        // A failing case is told by its steps.
        failure_persistence: None,
        ..Config::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..14))| {
        let folders = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut live = create(folders.0.path());
        let mut model = Model::default();
        for step in &steps {
            model.apply(step);
            match step {
                Step::Put(batch) => {
                    let batch = batch.iter().map(|(id, note)| note.incoming(*id)).collect();
                    live.put(batch).unwrap();
                }
                Step::Delete(ids) => {
                    live.delete(ids.iter().map(u8::to_string).collect()).unwrap();
                }
                Step::DeleteCity(city) => {
                    let city = CITIES[*city];
                    live.delete_matching(vec![format!("city:{city}").parse().unwrap()]).unwrap();
                }
                Step::Settle => live.settle(),
                Step::Restart => {
                    close(live);
                    live = open(folders.0.path());
                }
            }
        }
        let once = built_at_once(&model, folders.1.path());
        agree(&live, &once, &model);
        let mut counted = found.get();
        graph_holds(&live, &model, &mut counted);
        found.set(counted);
        close(live);
        let live = open(folders.0.path());
        agree(&live, &once, &model);
        close(live);
        close(once);
    });
    let (found, there) = found.get();
    assert!(
        found as f64 >= 0.98 * there as f64,
        "recall {found} of {there}"
    );
}
