//! Kills the service in the middle of imports: at random moments, and in each state that is observed
//! through the API. Afterwards the client goes on as if only its connection had broken, and every
//! record must be there exactly once.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use parallax::evaluation::SplitMix64;
use serde_json::{Value, json};

use super::{kill, number};
use crate::binary::serve;
use crate::running::Running;

/// The lines of a file that is added to a collection: more than are stored at once.
const ADDED: u64 = 1_100;
/// The lines of a file that becomes a collection.
const CREATED: u64 = 300;

/// Much longer than anything here should take.
const LONG: Duration = Duration::from_secs(240);

/// The collection that files are added to.
const ALL: &str = "all";

/// When the service is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// After so many milliseconds.
    After(u64),
    /// When the upload is created.
    Created,
    /// When a part has arrived.
    Part,
    /// When all has arrived.
    Whole,
    /// When the task is seen in a state, with so many lines done.
    Seen(&'static str, u64),
    /// When a cancellation was acknowledged.
    Cancelled,
}

const MOMENTS: [Moment; 9] = [
    Moment::Created,
    Moment::Part,
    Moment::Whole,
    Moment::Seen("queued", 0),
    Moment::Seen("running", 0),
    Moment::Seen("running", 1),
    Moment::Seen("indexing", 0),
    Moment::Cancelled,
    Moment::Seen("done", 0),
];

/// An upload, as its client sees it.
struct Upload {
    collection: String,
    key: String,
    file: String,
}

impl Upload {
    fn new(round: u64, adds: bool) -> Self {
        let lines = if adds { ADDED } else { CREATED };
        let line = |at| {
            let text = json!({ "text": format!("round {round} says note {at}") });
            format!("{text}\n")
        };
        Self {
            collection: if adds {
                ALL.to_owned()
            } else {
                format!("made-{round}")
            },
            key: format!("round-{round}"),
            file: (0..lines).map(line).collect(),
        }
    }

    /// Creates it, or finds it again; `None` if there was no answer.
    fn create(&self, service: &Running) -> Option<Value> {
        let order = json!({
            "file": "notes.jsonl",
            "bytes": self.file.len(),
            "fields": {"text": "text"},
        });
        let url = service.url(&format!("/api/v1/collections/{}/uploads", self.collection));
        let request = service.agent.post(url);
        let request = request.header("idempotency-key", &self.key);
        answer(request.send_json(&order).ok()?)
    }

    /// Sends the part between two offsets.
    fn send(&self, service: &Running, from: usize, to: usize) -> Option<Value> {
        let url = service.url(&format!("/api/v1/uploads/{}?offset={from}", self.key));
        let request = service.agent.patch(url);
        let request = request.header("content-type", "application/octet-stream");
        answer(request.send(&self.file[from..to]).ok()?)
    }

    /// Creates it and sends it up to a place in the file, whatever has been sent before.
    fn send_up_to(&self, service: &Running, end: usize) -> Option<Value> {
        let mut upload = self.create(service)?;
        let offset = usize::try_from(upload["offset"].as_u64()?).unwrap();
        if offset < end {
            upload = self.send(service, offset, end)?;
        }
        Some(upload)
    }

    /// Sends it and follows it until it is as wanted, or over.
    fn follow(&self, service: &Running, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let upload = self.send_up_to(service, self.file.len())?;
        let id = upload["task"]["id"].as_u64()?;
        let start = Instant::now();
        loop {
            let (status, task) = service.get(&format!("/api/v1/tasks/{id}"))?;
            assert_eq!(status, 200, "{task}");
            if wanted(&task) || is_over(&task) {
                return Some(task);
            }
            assert!(start.elapsed() < LONG, "{task}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn is_over(task: &Value) -> bool {
    ["done", "failed", "cancelled"].contains(&task["state"].as_str().unwrap())
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Option<Value> {
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().ok()?;
    assert!((200..300).contains(&status), "{status}: {text}");
    Some(serde_json::from_str(&text).unwrap())
}

fn records(service: &Running, collection: &str) -> Option<u64> {
    let (status, about) = service.get(&format!("/api/v1/collections/{collection}"))?;
    (status == 200).then(|| about["records"].as_u64().unwrap())
}

/// Imports until the moment has come, and kills the service. Returns the task as it was last seen.
fn import_until(service: &Running, upload: &Upload, moment: Moment) -> Option<Value> {
    let middle = upload.file.len() / 2;
    let seen = match moment {
        Moment::After(milliseconds) => {
            return std::thread::scope(|scope| {
                let client = scope.spawn(|| upload.follow(service, |_| false));
                // This test is about the moment of the kill.
                std::thread::sleep(Duration::from_millis(milliseconds));
                kill(service);
                client.join().unwrap()
            });
        }
        Moment::Created => upload.create(service).map(|made| made["task"].clone()),
        Moment::Part => upload
            .send_up_to(service, middle)
            .map(|made| made["task"].clone()),
        Moment::Whole => upload
            .send_up_to(service, upload.file.len())
            .map(|made| made["task"].clone()),
        Moment::Seen(state, done) => upload.follow(service, |task| {
            task["state"] == state && task["done"].as_u64() >= Some(done)
        }),
        Moment::Cancelled => {
            let task = upload.follow(service, |task| task["done"].as_u64() >= Some(1));
            let task = task.unwrap();
            let url = service.url(&format!("/api/v1/tasks/{}", task["id"]));
            answer(service.agent.delete(url).call().unwrap())
        }
    };
    kill(service);
    seen
}

/// Checks that no task has the id or the upload of another one.
fn check_ids(service: &Running) {
    let (_, all) = service.get("/api/v1/tasks").unwrap();
    let all = all["tasks"].as_array().unwrap();
    let ids: BTreeSet<u64> = all.iter().filter_map(|task| task["id"].as_u64()).collect();
    let names: BTreeSet<&str> = all
        .iter()
        .filter_map(|task| task["upload"].as_str())
        .collect();
    assert_eq!((ids.len(), names.len()), (all.len(), all.len()), "{all:?}");
}

#[test]
fn an_import_is_there_once_whenever_the_service_is_killed() {
    let rounds: u64 = number("PARALLAX_CRASH_ROUNDS").unwrap_or(5);
    let seed = number("PARALLAX_CRASH_SEED").unwrap_or_else(|| {
        let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        clock.unwrap().as_millis() as u64
    });
    println!("{rounds} rounds, PARALLAX_CRASH_SEED={seed}");
    let mut random = SplitMix64::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let service = Running::start(serve(folder.path()));
    let path = format!("/api/v1/collections/{ALL}");
    let made = service
        .send("PUT", &path, &json!({"text": "text"}))
        .unwrap();
    assert_eq!(made.0, 201, "{}", made.1);
    let mut service = service;
    let mut held = 0;

    for round in 0..rounds {
        let adds = random.below(2) == 0;
        let moment = match round % 3 {
            0 => Moment::After(random.below(4_000)),
            _ => MOMENTS[random.below(MOMENTS.len() as u64) as usize],
        };
        println!("round {round}: {moment:?}, adds: {adds}");
        let upload = Upload::new(round, adds);
        let seen = import_until(&service, &upload, moment);
        drop(service);

        service = Running::start(serve(folder.path()));
        check_ids(&service);
        // The client sends again what was not acknowledged.
        let task = upload.follow(&service, |_| false).unwrap();
        if let Some(seen) = seen {
            assert_eq!(seen["id"], task["id"], "{seen} became {task}");
            if is_over(&seen) {
                assert_eq!(seen["state"], task["state"], "{seen} became {task}");
            }
        }
        let lines = if adds { ADDED } else { CREATED };
        if moment == Moment::Cancelled && task["state"] == "cancelled" {
            let kept = task["records"].as_u64().unwrap();
            assert!(kept < lines, "{task}");
            match adds {
                true => held += kept,
                false => assert_eq!(records(&service, &upload.collection), None),
            }
        } else {
            assert_eq!(task["state"], "done", "{task}");
            assert_eq!(task["records"], lines, "{task}");
            match adds {
                true => held += lines,
                false => assert_eq!(records(&service, &upload.collection), Some(lines)),
            }
        }
        assert_eq!(records(&service, ALL), Some(held), "after round {round}");
        // Sending it once more imports nothing.
        let again = upload.follow(&service, |_| false).unwrap();
        assert_eq!(again, task);
        assert_eq!(records(&service, ALL), Some(held));
        check_ids(&service);
    }
}

/// Tells the service to stop, and waits until it has.
fn stop(mut service: Running) {
    let status = Command::new("kill")
        .args(["-TERM", &service.child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
    let start = Instant::now();
    while service.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < LONG, "it must stop");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// More often than a task may be interrupted.
#[test]
fn an_import_goes_on_however_often_the_service_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    for (at, adds) in [(0, false), (1, true)] {
        let mut service = Running::start(serve(folder.path()));
        if adds {
            let path = format!("/api/v1/collections/{ALL}");
            let made = service
                .send("PUT", &path, &json!({"text": "text"}))
                .unwrap();
            assert_eq!(made.0, 201, "{}", made.1);
        }
        let upload = Upload::new(at, adds);
        for _ in 0..5 {
            let running = |task: &Value| task["state"] == "running";
            let task = upload.follow(&service, running).unwrap();
            assert_ne!(task["state"], "failed", "{task}");
            stop(service);
            service = Running::start(serve(folder.path()));
        }
        let task = upload.follow(&service, |_| false).unwrap();
        assert_eq!(task["state"], "done", "{task}");
        let lines = if adds { ADDED } else { CREATED };
        assert_eq!(records(&service, &upload.collection), Some(lines));
    }
}
