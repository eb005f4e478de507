//! Kills the service at random moments, and checks that everything it acknowledged is there
//! afterwards in every mode, and that everything it deleted is not.
//!
//! Killing a process is not a power failure: the system keeps the data that it was given. So
//! this shows that acknowledged writes reach the store, and that the store and the indexes are
//! consistent at every moment, but not that the disk is reliable.
//!
//! `PARALLAX_CRASH_ROUNDS=100 cargo test --release -p parallax-server --test program crash -- --nocapture`
//! runs more rounds than a normal test run; `PARALLAX_CRASH_SEED` repeats the random choices of a
//! run, but not its timing.

mod imports;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::binary::serve;
use crate::model::model;
use crate::running::Running;
use parallax::encoder::{Prefixes, QueryEncoder, install_with};
use parallax::evaluation::SplitMix64;
use parallax::vector::cosine;
use parallax::{Catalogue, Encoder};
use serde_json::{Value, json};

/// There are few ids, so that records are often replaced and deleted.
const IDS: u64 = 60;
/// Records written in each round with vectors of their own, to cause merges.
const BULK: u64 = 1_000;

fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// The ids of the hits of a query.
fn search(service: &Running, query: &str, mode: &str) -> Vec<String> {
    let query = query.replace(' ', "+");
    // Literally: a deleted word must not be corrected to a similar one.
    let path =
        format!("/api/v1/collections/live/search?q={query}&mode={mode}&correct=false&limit=5");
    let (status, answer) = service.get(&path).unwrap();
    assert_eq!(status, 200, "{answer}");
    let hits = answer["hits"].as_array().unwrap();
    hits.iter()
        .map(|hit| hit["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The possible states of a record: one acknowledged version, or several if a response never
/// arrived. `None` means deleted.
type Versions = Vec<Option<u64>>;

/// A word that no other version of any record contains.
fn word(id: u64, version: u64) -> String {
    let mut number = id * 1_000_003 + version * 7 + 11;
    let mut word = String::from("zq");
    while number > 0 {
        word.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    word
}

fn text(id: u64, version: u64) -> String {
    format!("note {id} says {}", word(id, version))
}

/// Writes and deletes until there is no response.
fn write(
    service: &Running,
    writer: u64,
    random: &mut SplitMix64,
    known: &Mutex<BTreeMap<u64, Versions>>,
) {
    for version in 1.. {
        let version = version * 1_000 + random.below(1_000);
        // Each writer has its own ids, so that the order of writes to a record is known.
        let mut ids: Vec<u64> = (0..=random.below(8))
            .map(|_| random.below(IDS) * 2 + writer)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let delete = random.below(4) == 0;
        let next = (!delete).then_some(version);
        for id in &ids {
            known
                .lock()
                .unwrap()
                .entry(*id)
                .or_insert_with(|| vec![None])
                .push(next);
        }
        let path = "/api/v1/collections/live/records";
        let sent = if delete {
            let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
            service.send("POST", &format!("{path}/delete"), &json!({ "ids": ids }))
        } else {
            let record = |id: &u64| json!({"id": id.to_string(), "text": text(*id, version)});
            let records: Vec<Value> = ids.iter().map(record).collect();
            service.send("PUT", path, &json!({ "records": records }))
        };
        match sent {
            None => return,
            Some((200, _)) => {
                for id in &ids {
                    known.lock().unwrap().insert(*id, vec![next]);
                }
            }
            Some((status, answer)) => panic!("{status}: {answer}"),
        }
    }
}

/// Checks that every record has a possible version, and is found by it in every mode.
fn check(service: &Running, known: &mut BTreeMap<u64, Versions>, random: &mut SplitMix64) {
    for (id, versions) in known.iter_mut() {
        let (status, record) = service
            .get(&format!("/api/v1/collections/live/records/{id}"))
            .unwrap();
        let there = match status {
            404 => None,
            200 => {
                let held = record["payload"]["text"].as_str().unwrap().to_owned();
                let version = versions.iter().flatten().find(|&&v| text(*id, v) == held);
                Some(
                    *version
                        .unwrap_or_else(|| panic!("record {id} holds '{held}', not {versions:?}")),
                )
            }
            _ => panic!("{status}: {record}"),
        };
        assert!(
            versions.contains(&there),
            "record {id}: {there:?}, not {versions:?}"
        );
        for gone in versions.iter().flatten().filter(|&&v| Some(v) != there) {
            assert!(
                search(service, &word(*id, *gone), "text").is_empty(),
                "record {id}"
            );
        }
        if let Some(version) = there {
            let (id, found) = (id.to_string(), search(service, &word(*id, version), "text"));
            assert_eq!(found, std::slice::from_ref(&id));
            if random.below(4) == 0 {
                let text = text(id.parse().unwrap(), version);
                for mode in ["neural", "hybrid"] {
                    let found = search(service, &text, mode);
                    assert_eq!(found.first(), Some(&id), "{mode}: {found:?}");
                }
            }
        }
        *versions = vec![there];
    }
}

#[test]
fn what_was_acknowledged_survives_being_killed() {
    let rounds: u64 = number("PARALLAX_CRASH_ROUNDS").unwrap_or(4);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("PARALLAX_CRASH_SEED").unwrap_or(clock.as_millis() as u64);
    println!("{rounds} rounds, PARALLAX_CRASH_SEED={seed}");
    let mut random = SplitMix64::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let known = Mutex::new(BTreeMap::new());
    let mut bulk = 0;

    let service = Running::start(serve(folder.path()));
    let fields = json!({"id": "id", "text": "text"});
    let made = service
        .send("PUT", "/api/v1/collections/live", &fields)
        .unwrap();
    assert_eq!(made.0, 201, "{}", made.1);
    drop(service);

    for round in 0..rounds {
        let service = Running::start(serve(folder.path()));
        check(&service, &mut known.lock().unwrap(), &mut random);
        let (_, about) = service.get("/api/v1/collections/live").unwrap();
        let held = known
            .lock()
            .unwrap()
            .values()
            .filter(|v| v[0].is_some())
            .count() as u64;
        let records = about["records"].as_u64().unwrap();
        assert!(
            records == held + bulk || records == held + bulk + BULK,
            "{records}"
        );
        // The last bulk write may have been stored without a response.
        bulk = records - held;

        let axis = |at: u64| -> Vec<f32> {
            (0..384)
                .map(|i| if i == at % 384 { 1.0 } else { 0.01 })
                .collect()
        };
        let records: Vec<Value> = (bulk..bulk + BULK)
            .map(|at| json!({"id": format!("bulk-{at}"), "text": format!("bulk {at}")}))
            .collect();
        let vectors: Vec<Vec<f32>> = (bulk..bulk + BULK).map(axis).collect();
        let body = json!({ "records": records, "vectors": vectors });
        let after = Duration::from_millis(20 + random.below(700));
        let seeds = [random.below(u64::MAX), random.below(u64::MAX)];
        std::thread::scope(|scope| {
            for (writer, seed) in (0..).zip(seeds) {
                let (service, known) = (&service, &known);
                scope.spawn(move || write(service, writer, &mut SplitMix64::new(seed), known));
            }
            scope.spawn(|| service.send("PUT", "/api/v1/collections/live/records", &body));
            std::thread::sleep(after);
            // This test is about the moment of the kill.
            kill(&service);
        });
        let acknowledged = known
            .lock()
            .unwrap()
            .values()
            .filter(|v| v.len() == 1)
            .count();
        println!("round {round}: killed after {after:?}; {acknowledged} ids known, {bulk} in bulk");
    }
    let service = Running::start(serve(folder.path()));
    check(&service, &mut known.lock().unwrap(), &mut random);
    assert!(
        !known.lock().unwrap().is_empty(),
        "no write was acknowledged"
    );
}

fn kill(service: &Running) {
    let status = Command::new("kill")
        .args(["-KILL", &service.child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// Encodes a collection anew and kills the process at several moments. Afterwards, all records have
/// vectors of the old model, or all of the new one.
#[test]
fn a_collection_that_is_encoded_anew_has_the_vectors_of_one_model_whenever_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    let parallax = |arguments: &[&str], model: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parallax"));
        command.args(arguments).arg("--model").arg(model);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let data_dir = data.to_str().unwrap();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/sample/startups.jsonl");
    let index = ["index", sample, "--collection", "s", "--data-dir", data_dir];
    assert!(parallax(&index, &model()).status().unwrap().success());
    let encoder = |dir: &Path| Arc::new(QueryEncoder::new(Encoder::load(dir).unwrap()));
    let open = |encoder| Catalogue::open(&data, encoder).unwrap();
    let first = encoder(&model());
    let prefixes = Prefixes {
        query: None,
        passage: Some("passage: ".into()),
    };
    install_with(first.encoder().folder(), &other, &prefixes).unwrap();
    let second = encoder(&other);

    let reencode = ["reencode", "s", "--data-dir", data_dir];
    let mut changed = false;
    for round in 0..6 {
        let mut child = parallax(&reencode, &other).spawn().unwrap();
        // This test is about the moment of the kill; the last one is not killed.
        if round < 5 {
            std::thread::sleep(Duration::from_millis(300 + 500 * round));
            let _ = child.kill();
        }
        child.wait().unwrap();
        let catalogue = open(Arc::clone(&first));
        let collection = catalogue.collection("s").unwrap();
        let is_new = collection.about().model == second.model_hash();
        assert!(is_new || !changed, "it went back to the old model");
        changed = is_new;
        let encoder = if is_new { &second } else { &first };
        let generation = collection.generation();
        assert_eq!(generation.records(), 340);
        for position in generation.positions().step_by(17) {
            let number = generation.number(position).unwrap();
            let record = collection.numbered(number).unwrap();
            let text = collection.schema().encoded_text(&record.payload);
            let vector = encoder.encoder().encode(&text).unwrap();
            let stored = generation.vector(position).unwrap();
            assert!(cosine(&vector, &stored) > 0.999, "record {}", record.id);
        }
        let folders = std::fs::read_dir(data.join("collections")).unwrap();
        assert_eq!(folders.count(), 1);
    }
    assert!(changed);
}
