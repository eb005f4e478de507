//! Imports that the test holds where it likes, cancels and restarts.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parallax::Catalogue;
use parallax::collection::Progress;
use parallax::locks::lock;
use parallax::vocabulary::{Task, TaskState};

use super::idle::wall_clock;
use super::spool::Spool;
use super::*;
use crate::http::tests::encoder;

/// Much longer than anything here should take.
const LONG: Duration = Duration::from_secs(120);

/// Where a test holds an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// After the first batch of records was stored.
    FirstBatch,
    /// Before the indexes are built.
    Indexing,
}

/// Holds imports at one place, until the test lets them go.
pub struct Gate {
    at: Hold,
    arrived: Sender<()>,
    go: Mutex<Receiver<()>>,
}

impl Gate {
    pub(super) fn pass(&self, progress: &Progress) {
        let here = match (self.at, progress) {
            // The encoder's threads report progress as well, before the records are stored.
            (Hold::FirstBatch, Progress::Records { .. }) => {
                std::thread::current().name() == Some("imports")
            }
            (Hold::Indexing, Progress::Words) => true,
            _ => false,
        };
        if here && self.arrived.send(()).is_ok() {
            // An error means that the test is over.
            let _ = lock(&self.go).recv();
        }
    }
}

/// The test's side of a gate. Dropping it opens the gate for good.
pub struct Held {
    arrived: Receiver<()>,
    _go: Sender<()>,
}

impl Held {
    /// Waits until an import is at the gate.
    pub fn wait(&self) {
        self.arrived
            .recv_timeout(LONG)
            .expect("an import must get there");
    }
}

/// Holds the imports of a folder at a place.
pub fn hold(tasks: &Tasks, at: Hold) -> Held {
    let (arrived, arrivals) = channel();
    let (go, goes) = channel();
    let gate = Gate {
        at,
        arrived,
        go: Mutex::new(goes),
    };
    assert!(tasks.gate.set(gate).is_ok(), "one gate at a time");
    Held {
        arrived: arrivals,
        _go: go,
    }
}

const LINE: &[u8] = b"{\"title\": \"milk\"}\n";

fn plan(collection: &str) -> Plan {
    Plan {
        collection: collection.into(),
        file: "../a.jsonl".into(),
        passages: true,
        bytes: Some(LINE.len() as u64),
        upload: Some(collection.into()),
        ..Plan::default()
    }
}

/// A task whose file has arrived, as an earlier process left it in some state.
fn left(spool: &Spool, plan: &Plan, state: TaskState) -> u64 {
    let mut kept = spool.create(plan, u64::MAX / 2).unwrap();
    let path = spool.upload(kept.task.id, &plan.file);
    std::fs::write(path, LINE).unwrap();
    kept.task.received = LINE.len() as u64;
    kept.task.state = state;
    spool.write(&kept).unwrap();
    kept.task.id
}

fn wait(tasks: &Tasks, id: u64) -> Task {
    let mut watch = tasks.watch(id).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let over = async {
        let over = watch.wait_for(|task| task.state.is_over());
        let over = tokio::time::timeout(LONG, over).await;
        over.expect("the task must end").unwrap().clone()
    };
    runtime.block_on(over)
}

fn opened(folder: &tempfile::TempDir, catalogue: &Arc<Catalogue>) -> Arc<Tasks> {
    Tasks::open(folder.path(), Arc::clone(catalogue), Settings::default()).unwrap()
}

fn catalogue(folder: &tempfile::TempDir) -> Arc<Catalogue> {
    Arc::new(Catalogue::open(folder.path(), encoder()).unwrap())
}

/// Uploads a file in one part.
fn send(tasks: &Arc<Tasks>, plan: &Plan, bytes: &[u8]) -> Task {
    let plan = Plan {
        bytes: Some(bytes.len() as u64),
        ..plan.clone()
    };
    let (entry, _) = tasks.create(&plan, &Holder::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let part = runtime.block_on(async {
        let begun = tasks.begin(&entry, Start::At(0), None).await;
        let mut part = begun.unwrap().expect("nothing has arrived yet");
        part.write(bytes).await.unwrap();
        part.close(true).await.unwrap();
        part
    });
    tasks.received(&part, false).unwrap()
}

#[test]
fn a_restart_goes_on_with_what_was_not_over_and_forgets_cut_uploads() {
    let folder = tempfile::tempdir().unwrap();
    let imports = folder.path().join("imports");
    let ids: Vec<u64> = {
        let spool = Spool::open(folder.path()).unwrap();
        let names = ["first", "second", "third"];
        let ids = names.map(|name| left(&spool, &plan(name), TaskState::Queued));
        std::fs::remove_dir_all(imports.join(ids[1].to_string())).unwrap();
        std::fs::create_dir(imports.join(".upload-cut")).unwrap();
        let cut = Plan {
            at_once: true,
            ..plan("fourth")
        };
        spool.create(&cut, 0).unwrap();
        // The process ended between the last byte and the queue.
        let whole = left(&spool, &plan("whole"), TaskState::Receiving);
        ids.into_iter().chain([whole]).collect()
    };
    let catalogue = catalogue(&folder);
    let tasks = opened(&folder, &catalogue);
    assert_eq!(wait(&tasks, ids[0]).state, TaskState::Done);
    let lost = wait(&tasks, ids[1]);
    assert_eq!(lost.state, TaskState::Failed);
    assert!(lost.message.unwrap().contains("import it again"));
    for id in &ids[2..] {
        assert_eq!(wait(&tasks, *id).state, TaskState::Done);
    }
    assert_eq!(tasks.all().len(), 4, "{:?}", tasks.all());
    assert_eq!(catalogue.names().unwrap(), ["first", "third", "whole"]);
    assert!(!imports.join(".upload-cut").exists());

    // A task that finished but could not record it is not run twice.
    tasks.stop(LONG);
    let spool = Spool::open(folder.path()).unwrap();
    let again = Plan {
        upload: Some("again".into()),
        ..plan("first")
    };
    let id = left(&spool, &again, TaskState::Running);
    let tasks = opened(&folder, &catalogue);
    assert_eq!(wait(&tasks, id).state, TaskState::Done);
    let first = catalogue.collection("first").unwrap();
    assert_eq!(first.generation().records(), 1);
}

#[test]
fn only_what_ran_counts_as_interrupted_and_is_given_up_after_some_times() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path()).unwrap();
    let running = left(&spool, &plan("running"), TaskState::Running);
    let waiting = left(&spool, &plan("waiting"), TaskState::Queued);
    let catalogue = catalogue(&folder);
    let mut starts = 0;
    let given_up = loop {
        let kept = spool.stored().unwrap();
        let after: Vec<Task> = kept
            .into_iter()
            .map(|kept| recover::recover(kept, &spool, &catalogue).unwrap().task)
            .collect();
        assert_eq!((after[1].id, after[1].state), (waiting, TaskState::Queued));
        if after[0].state.is_over() {
            break after[0].clone();
        }
        assert_eq!(after[0].state, TaskState::Queued);
        starts += 1;
        assert!(starts < 10, "it is resumed forever");
        // It runs, and the process is killed.
        let mut kept = spool.stored().unwrap().remove(0);
        kept.task.state = TaskState::Indexing;
        spool.write(&kept).unwrap();
    };
    assert!(starts >= 2, "it is abandoned at the first interruption");
    assert_eq!((given_up.id, given_up.state), (running, TaskState::Failed));
    let message = given_up.message.unwrap();
    assert!(message.contains("repeatedly"), "{message}");
    // The one that only waited is not given up.
    let facts = spool.stored().unwrap().remove(1).facts;
    assert_eq!(facts.interrupted, 0);

    // The next start runs what comes after it.
    let tasks = opened(&folder, &catalogue);
    assert_eq!(wait(&tasks, running).state, TaskState::Failed);
    assert_eq!(wait(&tasks, waiting).state, TaskState::Done);
    assert_eq!(catalogue.names().unwrap(), ["waiting"]);
}

fn is_stopped(tasks: &Tasks, id: u64) -> bool {
    let entry = tasks.entry(id).unwrap();
    entry.stop.load(std::sync::atomic::Ordering::SeqCst)
}

fn lines(count: usize) -> Vec<u8> {
    let mut lines = Vec::new();
    for at in 0..count {
        writeln!(lines, "{{\"id\": \"n{at}\", \"title\": \"note {at}\"}}").unwrap();
    }
    lines
}

#[test]
fn a_clean_stop_is_not_an_interruption_and_the_import_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = catalogue(&folder);
    let tasks = opened(&folder, &catalogue);
    let running = {
        let held = hold(&tasks, Hold::FirstBatch);
        let running = send(&tasks, &plan("notes"), &lines(1_500));
        held.wait();
        // It is told to stop while it is held.
        let stopping = std::thread::spawn({
            let tasks = Arc::clone(&tasks);
            move || tasks.stop(LONG)
        });
        while !tasks.spool.is_ending() || !is_stopped(&tasks, running.id) {
            std::thread::yield_now();
        }
        drop(held);
        stopping.join().unwrap();
        running
    };
    let spool = Spool::open(folder.path()).unwrap();
    let kept = spool.stored().unwrap().remove(0);
    assert_eq!(kept.task.state, TaskState::Queued);
    assert_eq!(kept.facts.interrupted, 0);
    assert!(catalogue.names().unwrap().is_empty());

    let tasks = opened(&folder, &catalogue);
    let done = wait(&tasks, running.id);
    assert_eq!((done.state, done.records), (TaskState::Done, 1_500));
    let notes = catalogue.collection("notes").unwrap();
    assert_eq!(notes.generation().records(), 1_500);
}

#[test]
fn a_cancelled_task_stays_cancelled_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = catalogue(&folder);
    let tasks = opened(&folder, &catalogue);
    let held = hold(&tasks, Hold::Indexing);
    let running = send(&tasks, &plan("running"), &lines(3));
    held.wait();
    let waiting = send(&tasks, &plan("waiting"), &lines(3));
    for id in [running.id, waiting.id] {
        tasks.cancel(id).unwrap();
    }
    // As if the process was killed at this moment.
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("imports")).unwrap();
    for id in [running.id, waiting.id] {
        let name = format!("imports/{id}.json");
        std::fs::copy(folder.path().join(&name), copy.path().join(&name)).unwrap();
        let file = Spool::open(folder.path()).unwrap().upload(id, "a.jsonl");
        let to = copy.path().join(file.strip_prefix(folder.path()).unwrap());
        std::fs::create_dir(to.parent().unwrap()).unwrap();
        if file.exists() {
            std::fs::copy(file, to).unwrap();
        }
    }
    drop(held);
    assert_eq!(wait(&tasks, running.id).state, TaskState::Cancelled);

    let others = self::catalogue(&copy);
    let after = opened(&copy, &others);
    for id in [running.id, waiting.id] {
        let task = wait(&after, id);
        assert_eq!((task.state, task.message), (TaskState::Cancelled, None));
    }
    assert!(others.names().unwrap().is_empty());
}

#[test]
fn an_upload_that_gets_no_bytes_for_long_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = catalogue(&folder);
    let id = {
        let spool = Spool::open(folder.path()).unwrap();
        // It was touched in 1970.
        spool.create(&plan("old"), 0).unwrap().task.id
    };
    let tasks = opened(&folder, &catalogue);
    let holder = Holder::default();
    let fresh = tasks.create(&plan("fresh"), &holder).unwrap().0;
    let old = wait(&tasks, id);
    assert_eq!(old.state, TaskState::Failed);
    assert!(old.message.unwrap().contains("given up"));
    assert_eq!(fresh.state(), TaskState::Receiving);

    // One that is sent in one request takes up room only as long as that request lasts.
    let at_once = Plan {
        at_once: true,
        ..plan("at-once")
    };
    let left = tasks.create(&at_once, &holder).unwrap().0;
    for entry in [&left, &fresh] {
        entry.touch(wall_clock() - 2 * LOOK.as_secs());
    }
    tasks.give_up_abandoned();
    assert_eq!(left.state(), TaskState::Failed);
    assert_eq!(fresh.state(), TaskState::Receiving);
}

#[test]
fn more_uploads_than_there_is_room_for_are_refused_before_they_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        max_waiting: 2,
        max_spooled_bytes: 100,
        max_upload_bytes: 90,
        ..Settings::default()
    };
    let tasks = Tasks::open(folder.path(), catalogue(&folder), settings).unwrap();
    let create = |name: &str, bytes| {
        let plan = Plan {
            bytes: Some(bytes),
            ..plan(name)
        };
        let refused = tasks.create(&plan, &Holder::default()).err();
        refused.map(|problem| (problem.status(), problem.message))
    };
    let (status, why) = create("large", 91).unwrap();
    assert_eq!(status, 413, "{why}");
    assert!(why.contains("90 bytes"), "{why}");
    assert_eq!(create("first", 60), None);
    let (status, why) = create("full", 41).unwrap();
    assert_eq!(status, 507, "{why}");
    assert!(why.contains("max_spooled_bytes"), "{why}");
    assert_eq!(create("second", 40), None);
    let (status, why) = create("third", 1).unwrap();
    assert_eq!(status, 503, "{why}");
    assert!(why.contains("max_waiting"), "{why}");
    // There is room again once one is withdrawn.
    tasks.withdraw("first", &Holder::default()).unwrap();
    assert_eq!(create("third", 1), None);
    let none = tempfile::tempdir().unwrap();
    let unlimited = Settings {
        max_upload_bytes: u64::MAX,
        max_spooled_bytes: u64::MAX,
        ..Settings::default()
    };
    let tasks = Tasks::open(none.path(), self::catalogue(&none), unlimited).unwrap();
    let plan = Plan {
        bytes: Some(u64::MAX / 2),
        ..plan("endless")
    };
    let refused = tasks.create(&plan, &Holder::default()).err().unwrap();
    assert_eq!(refused.status(), 507);
    assert!(refused.message.contains("disk"), "{}", refused.message);
}
