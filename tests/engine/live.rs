//! Live collections: after any sequence of writes, deletions, merges and reopening, a collection
//! answers like one built in one go from the same records.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::common::query_encoder;
use parallax::collection::{About, Change, Encoded, Incoming, Store, Tuning};
use parallax::query::{Answer, Route};
use parallax::record::{FacetField, FacetKind, Payload, Schema};
use parallax::vector::cosine;
use parallax::{Collection, Filter, Mode, Query, Vector};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value, json};

/// Low thresholds, so that graphs are built and merges happen early.
const TUNING: Tuning = Tuning {
    graph_min_records: 24,
    merge_min_records: 12,
};

const CITIES: [&str; 3] = ["Berlin", "Oslo", "Rome"];

/// Two are the same, composed and decomposed; others differ only in case.
const TAGS: [&str; 6] = ["red", "Red", "RED", "Café", "Cafe\u{301}", "café"];

/// Two of them are the same number as f64.
const SIZES: [i64; 4] = [-3, 12, 9_007_199_254_740_992, 9_007_199_254_740_993];

const DAYS: [&str; 4] = [
    "2023-12-31T23:59:59Z",
    "2024-05-01",
    "2024-05-01 10:00:00",
    "2024",
];

/// Plain words, and words that are tokenized in several ways.
const WORDS: [&str; 16] = [
    "milk",
    "wood",
    "goat",
    "solar",
    "panel",
    "tax",
    "night",
    "train",
    "Wi-Fi",
    "wifi",
    "getUserById",
    "3.5mm",
    "bán",
    "bạn",
    "東京タワー",
    "C++",
];

fn schema() -> Schema {
    Schema {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        encoded: vec!["title".into(), "text".into()],
        separator: ". ".into(),
        facets: [
            ("city", FacetKind::Text),
            ("tag", FacetKind::Text),
            ("size", FacetKind::Number),
            ("day", FacetKind::Date),
        ]
        .map(|(field, kind)| FacetField {
            field: field.into(),
            kind,
        })
        .into(),
        ..Schema::default()
    }
}

/// A compact description of a record: its content, and the direction of its vector.
#[derive(Debug, Clone, PartialEq)]
struct Note {
    words: Vec<usize>,
    city: usize,
    /// None, one or two.
    tags: Vec<usize>,
    size: Option<usize>,
    day: Option<usize>,
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
            "tag": self.tags.iter().map(|&at| TAGS[at]).collect::<Vec<_>>(),
            "size": self.size.map(|at| SIZES[at]),
            "day": self.day.map(|at| DAYS[at]),
        });
        record.as_object().unwrap().clone()
    }

    /// One of 256 vectors in a few clusters, so that many are close to each other.
    fn vector(&self) -> Vector {
        let mut state = u64::from(self.direction / 16) * 77 + 1;
        let random = |state: &mut u64| {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            ((*state >> 40) as f32) / (1u64 << 24) as f32 - 0.5
        };
        let mut vector: Vector = (0..384).map(|_| random(&mut state)).collect();
        let mut state = u64::from(self.direction) + 1_000;
        for x in &mut vector {
            *x += random(&mut state) * 0.3;
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter().map(|x| x / length).collect()
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
    let tags = prop::collection::vec(0..TAGS.len(), 0..3);
    let size = prop::option::of(0..SIZES.len());
    let day = prop::option::of(0..DAYS.len());
    let note = (words, 0..3usize, tags, size, day, any::<u8>());
    note.prop_map(|(words, city, tags, size, day, direction)| Note {
        words,
        city,
        tags,
        size,
        day,
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

/// The expected state of a collection: its records, in the order they were last written.
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
    let about = About::new(schema(), query_encoder().encoder(), false);
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

/// The collection built in one go from the records in the model.
fn built_at_once(model: &Model, folder: &Path) -> Arc<Collection> {
    let about = About::new(schema(), query_encoder().encoder(), false);
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

/// Ids and the exact bits of the scores.
fn ranking(answer: &Answer) -> Vec<(String, u32)> {
    let hits = answer.hits.iter();
    hits.map(|hit| (hit.record.id.clone(), hit.score.to_bits()))
        .collect()
}

fn queries() -> Vec<Query> {
    let mut queries = Vec::new();
    for text in [
        "milk",
        "solar panel night",
        "goat wood train",
        "wifi user",
        "bán 東京",
        "\"wi fi\" C++ 3.5 mm",
    ] {
        for mode in Mode::ALL {
            for filter in [
                None,
                Some("city:berlin"),
                Some("-city:Oslo|Rome"),
                Some("tag:RED"),
            ] {
                queries.push(Query {
                    mode,
                    route: Route::Exact,
                    limit: 20,
                    filters: filter.iter().map(|f| f.parse().unwrap()).collect(),
                    facets: ["city", "tag", "size", "day"].map(str::to_owned).into(),
                    ..Query::new(text)
                });
            }
        }
    }
    queries
}

/// Evaluates a condition directly on a note; the second argument is the tags of all notes.
type Truth = fn(&Note, &BTreeSet<String>) -> bool;

/// A tag as it is stored: the last but one is composed, like the one before it.
fn tag(at: usize) -> &'static str {
    if at == 4 { TAGS[3] } else { TAGS[at] }
}

fn has_tag(note: &Note, spelled: &BTreeSet<String>, asked: &str) -> bool {
    let mut tags = note.tags.iter().map(|&at| tag(at));
    if spelled.contains(asked) {
        tags.any(|tag| tag == asked)
    } else {
        tags.any(|tag| tag.to_lowercase() == asked.to_lowercase())
    }
}

fn size(note: &Note) -> Option<i64> {
    note.size.map(|at| SIZES[at])
}

fn conditions() -> [(Value, Truth); 12] {
    [
        (json!("tag:red"), |note, all| has_tag(note, all, "red")),
        (json!("tag:RED"), |note, all| has_tag(note, all, "RED")),
        (json!("tag:rEd"), |note, all| has_tag(note, all, "rEd")),
        (json!("tag:CAFE\u{301}"), |note, all| {
            has_tag(note, all, "CAFÉ")
        }),
        (json!("-tag:*"), |note, _| note.tags.is_empty()),
        (json!("size:9007199254740993"), |note, _| {
            size(note) == Some(SIZES[3])
        }),
        (json!("size:>-3"), |note, _| {
            size(note).is_some_and(|size| size > -3)
        }),
        (json!("size:..12.5"), |note, _| {
            size(note).is_some_and(|size| size <= 12)
        }),
        (json!("day:2024-05"), |note, _| {
            matches!(note.day, Some(1 | 2))
        }),
        (json!("day:<2024"), |note, _| note.day == Some(0)),
        (
            json!({"or": ["tag:café", {"not": "size:*"}]}),
            |note, all| has_tag(note, all, "café") || note.size.is_none(),
        ),
        (
            json!({"not": {"and": ["day:2024", {"or": ["city:oslo", "size:<0"]}]}}),
            |note, _| {
                let day = matches!(note.day, Some(1..));
                !(day && (note.city == 1 || size(note).is_some_and(|size| size < 0)))
            },
        ),
    ]
}

/// The ids of everything a query lists, over all pages.
fn listed(live: &Collection, filter: &Value, sort: Option<&str>) -> Vec<String> {
    let query = Query {
        limit: 100,
        filters: Filter::from_json(filter).unwrap(),
        sort: sort.map(|sort| sort.parse().unwrap()),
        ..Query::new("")
    };
    let mut ids = Vec::new();
    loop {
        let answer = live
            .search(&Query {
                offset: ids.len(),
                ..query.clone()
            })
            .unwrap();
        ids.extend(answer.hits.into_iter().map(|hit| hit.record.id));
        if ids.len() == answer.total as usize {
            return ids;
        }
    }
}

/// Filters, counts and sort orders match those computed directly from the notes.
fn facets_hold(live: &Collection, model: &Model) {
    let notes: Vec<&(u8, Note)> = model.written.values().collect();
    let tags = |note: &Note| -> BTreeSet<String> {
        note.tags.iter().map(|&at| tag(at).to_owned()).collect()
    };
    let spelled: BTreeSet<String> = notes.iter().flat_map(|(_, note)| tags(note)).collect();
    for (filter, holds) in conditions() {
        let passing = notes.iter().filter(|(_, note)| holds(note, &spelled));
        let expected: Vec<String> = passing.map(|(id, _)| id.to_string()).collect();
        assert_eq!(listed(live, &filter, None), expected, "{filter}");
    }

    // Stable: equal notes stay in the order they were written.
    let in_order = |key: &dyn Fn(&Note) -> (bool, i64)| -> Vec<String> {
        let mut sorted = notes.clone();
        sorted.sort_by_key(|(_, note)| key(note));
        sorted.iter().map(|(id, _)| id.to_string()).collect()
    };
    let rising = in_order(&|note| (note.size.is_none(), size(note).unwrap_or(0)));
    assert_eq!(listed(live, &Value::Null, Some("size")), rising);
    let falling = in_order(&|note| (note.size.is_none(), -size(note).unwrap_or(0)));
    assert_eq!(listed(live, &Value::Null, Some("-size")), falling);
    // The sort order of the tags: by letters first, then by case.
    let place = |tag: usize| [5, 4, 3, 0, 0, 1][tag];
    let by_tag = in_order(&|note| {
        let first = note.tags.iter().map(|&at| place(at)).min();
        (first.is_none(), first.unwrap_or(0))
    });
    assert_eq!(listed(live, &Value::Null, Some("tag")), by_tag);

    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for tag in notes.iter().flat_map(|(_, note)| tags(note)) {
        *counts.entry(tag).or_default() += 1;
    }
    let counted = live.facet_counts().unwrap();
    let told = counted[1].values.iter();
    let told: BTreeMap<String, u32> = told.map(|tag| (tag.value.clone(), tag.count)).collect();
    assert_eq!((told, counted[1].more), (counts, 0));
}

/// Reads the collection page by page and exports it; both must be in the order written.
fn reads_through(live: &Collection, model: &Model) {
    let expected: Vec<String> = model
        .written
        .values()
        .map(|(id, _)| id.to_string())
        .collect();
    let (mut read, mut cursor) = (Vec::new(), None);
    loop {
        let page = live.page(cursor, 7).unwrap();
        assert!(page.records.len() <= 7);
        read.extend(page.records.into_iter().map(|record| record.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(read, expected);
    let mut exported = Vec::new();
    live.export(|line| {
        let record: Value = serde_json::from_slice(line).unwrap();
        exported.push(record["id"].as_str().unwrap().to_owned());
        Ok(())
    })
    .unwrap();
    assert_eq!(exported, expected);
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
    facets_hold(live, model);
    reads_through(live, model);
}

/// Checks the graph: exact scores, no deleted records, and as many hits as possible.
fn graph_holds(live: &Collection, model: &Model, found: &mut (usize, usize)) {
    let query = Query {
        mode: Mode::Neural,
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
        assert!((hit.neural.unwrap().score - truth).abs() < 1e-6);
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
        // A failing case is reported with its steps.
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
