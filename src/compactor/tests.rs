//! Jobs against a real store: what is published when, what a failing graph costs, and that no
//! request is lost. Neither model nor network is needed.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::json;

use super::list::List;
use super::{Compactor, GraphState, Tuning, graph, merge};
use crate::collection::write::{Work, Writer};
use crate::record::Schema;
use crate::segment::Segment;
use crate::segment::files::graph_built_from;
use crate::segment::generation::Part;
use crate::segment::pieces::Tokenize;
use crate::storage::layout::{About, Encoded};
use crate::storage::store::Store;
use crate::storage::{COLUMNS_FILE, GRAPH_FILE, STORE_FILE};
use crate::vector::{Distance, Graph};

const TUNING: Tuning = Tuning {
    graph_min_records: 20,
    merge_min_records: 10,
};

/// The components of a vector.
const WIDTH: usize = 384;

/// A store with its compactor and a writer.
struct Made {
    store: Arc<Store>,
    compactor: Arc<Compactor>,
    writer: Writer,
}

/// Each byte is a piece.
struct Bytes;

impl Tokenize for Bytes {
    fn pieces(&self, text: &str) -> Vec<u32> {
        text.bytes().map(u32::from).collect()
    }
}

fn schema() -> Schema {
    Schema {
        id: Some("id".into()),
        texts: vec!["text".into()],
        ..Schema::default()
    }
}

fn create(folder: &Path) {
    let about = About {
        schema: schema(),
        model: "model".into(),
        dimension: WIDTH,
        distance: Distance::default(),
        model_dir: PathBuf::new(),
        source: String::new(),
        passages: false,
    };
    drop(Store::create(&folder.join(STORE_FILE), about).unwrap());
}

fn open(folder: &Path, tuning: Tuning, build: fn(&Segment) -> Graph) -> Made {
    let store = Arc::new(Store::open(&folder.join(STORE_FILE)).unwrap());
    let compactor =
        Compactor::open_with(Arc::clone(&store), folder, tuning, Arc::new(Bytes), build).unwrap();
    let compactor = Arc::new(compactor);
    compactor.request();
    Made {
        writer: Writer::new(Arc::clone(&store), Arc::clone(&compactor)),
        store,
        compactor,
    }
}

fn build(base: &Segment) -> Graph {
    Graph::build(base.scan.codes())
}

impl Made {
    /// Writes records with these ids.
    fn put(&self, ids: impl Iterator<Item = u32>) {
        let records = ids.map(|id| {
            let mut vector = vec![0.01; WIDTH];
            vector[id as usize % WIDTH] = 1.0;
            let payload = json!({"id": id.to_string(), "text": format!("record {id}")});
            Encoded {
                payload: payload.as_object().unwrap().clone(),
                vectors: vec![vector.into()],
                ranges: Vec::new(),
                read_in_part: false,
            }
        });
        let work = Work::Put(records.collect(), None);
        self.writer.submit("c", work).unwrap();
    }

    fn list(&self) -> &List {
        &self.compactor.0
    }

    /// The sizes of the segments, without deleted records.
    fn sizes(&self) -> Vec<u32> {
        let current = self.compactor.current();
        current.parts.iter().map(Part::records).collect()
    }

    /// Checks that nothing is left to do, and that the segments contain these records.
    fn is_at_rest(&self, records: u32) {
        self.compactor.settle();
        let change = self.list().change();
        assert_eq!(merge::next(&change), None);
        assert!(graph::next(&change).is_none());
        let current = self.compactor.current();
        assert_eq!(current.records(), records);
        assert_eq!(self.store.read().unwrap().state().unwrap(), current.state);
        let numbers: Vec<_> = current
            .positions()
            .filter_map(|at| current.number(at))
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
    }

    fn log(&self) -> usize {
        let mut entries = 0;
        let view = self.store.read().unwrap();
        let count = |_, _| {
            entries += 1;
            Ok(())
        };
        view.for_each_deletion(count).unwrap();
        entries
    }
}

/// Lets a builder wait until a test has looked at what is published meanwhile.
#[derive(Default)]
struct Gate {
    state: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Gate {
    const fn new() -> Self {
        Self {
            state: Mutex::new((false, false)),
            changed: Condvar::new(),
        }
    }

    /// Called by the builder.
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        self.changed.notify_all();
        while !state.1 {
            state = self.changed.wait(state).unwrap();
        }
    }

    fn wait_for_builder(&self) {
        let mut state = self.state.lock().unwrap();
        while !state.0 {
            state = self.changed.wait(state).unwrap();
        }
    }

    fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }
}

#[test]
fn a_base_is_in_use_and_on_disk_before_its_graph_is_built() {
    static GATE: Gate = Gate::new();
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let made = open(folder.path(), TUNING, |base| {
        GATE.pass();
        build(base)
    });
    made.put(0..40);
    GATE.wait_for_builder();
    assert_eq!(made.sizes(), [40]);
    assert_eq!(made.compactor.graph_state(), GraphState::Building);
    assert!(folder.path().join(COLUMNS_FILE).exists());
    assert!(!folder.path().join(GRAPH_FILE).exists());
    GATE.open();
    made.is_at_rest(40);
    assert_eq!(made.compactor.graph_state(), GraphState::Ready);
    assert!(folder.path().join(GRAPH_FILE).exists());
}

#[test]
fn what_becomes_due_while_a_graph_is_built_is_done_after_it() {
    static GATE: Gate = Gate::new();
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let made = open(folder.path(), TUNING, |base| {
        GATE.pass();
        build(base)
    });
    made.put(0..40);
    GATE.wait_for_builder();
    // More than enough for another base, with deletions among the records of the first.
    for first in (30..130).step_by(10) {
        made.put(first..first + 10);
    }
    let sizes = made.sizes();
    assert_eq!(sizes[0], 30, "no new base while the graph is built");
    assert!(sizes.len() < 6, "the delta is merged meanwhile: {sizes:?}");
    GATE.open();
    made.is_at_rest(130);
    assert_eq!(made.sizes(), [130]);
    assert_eq!(made.compactor.graph_state(), GraphState::Ready);
}

#[test]
fn a_graph_that_cannot_be_built_costs_the_graph_alone() {
    static TRIES: AtomicU32 = AtomicU32::new(0);
    static FAILS: AtomicBool = AtomicBool::new(true);
    let build: fn(&Segment) -> Graph = |base| {
        TRIES.fetch_add(1, Ordering::SeqCst);
        assert!(!FAILS.load(Ordering::SeqCst), "this test wants it to fail");
        build(base)
    };
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let made = open(folder.path(), TUNING, build);
    made.put(0..40);
    made.is_at_rest(40);
    assert_eq!(made.compactor.graph_state(), GraphState::Failed);
    assert_eq!(made.sizes(), [40]);
    assert!(folder.path().join(COLUMNS_FILE).exists());
    assert!(!folder.path().join(GRAPH_FILE).exists());
    // It is not tried again and again.
    made.put(40..41);
    made.is_at_rest(41);
    assert_eq!(TRIES.load(Ordering::SeqCst), 1);
    // The next merge tries it again.
    made.put(41..60);
    made.is_at_rest(60);
    assert_eq!(TRIES.load(Ordering::SeqCst), 2);
    assert_eq!(made.compactor.graph_state(), GraphState::Failed);
    // So does the next start.
    drop(made);
    FAILS.store(false, Ordering::SeqCst);
    let made = open(folder.path(), TUNING, build);
    made.is_at_rest(60);
    assert_eq!(made.compactor.graph_state(), GraphState::Ready);
    assert_eq!(TRIES.load(Ordering::SeqCst), 3);
}

#[test]
fn an_import_makes_one_base_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let made = open(folder.path(), TUNING, build);
    {
        let _held = made.compactor.hold();
        for first in (0..200).step_by(5) {
            made.put(first..first + 5);
        }
        made.compactor.settle();
        assert!(!folder.path().join(COLUMNS_FILE).exists());
    }
    made.is_at_rest(200);
    assert_eq!(made.sizes(), [200]);
    assert_eq!(made.compactor.graph_state(), GraphState::Ready);
}

#[test]
fn updates_of_few_records_grow_neither_the_list_nor_the_log() {
    const RECORDS: u32 = 60;
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let tuning = Tuning {
        graph_min_records: u32::MAX,
        merge_min_records: 200,
    };
    let made = open(folder.path(), tuning, build);
    let mut random = crate::evaluation::SplitMix64::new(7);
    let (mut written, mut longest) = (0, 0);
    for _ in 0..500 {
        let first = random.below(u64::from(RECORDS)) as u32;
        let batch = 1 + random.below(20) as u32;
        made.put((first..first + batch).map(|id| id % RECORDS));
        written += batch;
        longest = longest.max(made.sizes().len());
    }
    let records = made.compactor.current().records();
    made.is_at_rest(records);
    assert_eq!(
        made.compactor.current().state.next,
        u64::from(written),
        "every write has its own number"
    );
    assert!(longest < 20, "{longest} segments");
    // Two changes an update: no more than merge_min_records of them since the last base, half of
    // which are deletions.
    assert!(made.log() <= 200, "{} deletions in the log", made.log());
}

#[test]
fn files_that_are_refused_are_gone_before_the_first_write() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let older = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = open(folder.path(), TUNING, build);
    made.put(0..40);
    made.is_at_rest(40);
    drop(made);
    std::fs::copy(file(STORE_FILE), older.path().join(STORE_FILE)).unwrap();
    let made = open(folder.path(), TUNING, build);
    made.put(40..100);
    made.is_at_rest(100);
    drop(made);
    // The store is put back from a backup; its index files are of a later state.
    std::fs::copy(older.path().join(STORE_FILE), file(STORE_FILE)).unwrap();
    let store = Arc::new(Store::open(&file(STORE_FILE)).unwrap());
    let compactor =
        Compactor::open_with(store, folder.path(), TUNING, Arc::new(Bytes), build).unwrap();
    assert_eq!(compactor.current().records(), 40);
    assert!(!file(COLUMNS_FILE).exists() && !file(GRAPH_FILE).exists());
    compactor.request();
    compactor.settle();
    let from = graph_built_from(&file(GRAPH_FILE)).unwrap();
    assert_eq!(from.state, compactor.current().state);
}

#[test]
fn a_base_that_cannot_be_saved_is_in_use_and_the_log_stays_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let made = open(folder.path(), TUNING, build);
    made.put(0..40);
    made.is_at_rest(40);
    // A folder is in the way of the file.
    let file = folder.path().join(COLUMNS_FILE);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir_all(file.join("in the way")).unwrap();
    made.put(0..40);
    made.is_at_rest(40);
    assert_eq!(made.sizes(), [40]);
    assert_eq!(made.log(), 40);
    std::fs::remove_dir_all(&file).unwrap();
    made.put(0..10);
    made.is_at_rest(40);
    assert_eq!(made.log(), 0);
    assert!(file.exists());
    drop(made);
    let made = open(folder.path(), TUNING, build);
    made.is_at_rest(40);
}
