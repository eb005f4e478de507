//! Faults of the machine: a disk that is full and has room again, a clock that jumps, and a kill while
//! segments are merged. The service must answer, or say why not, and lose nothing that it acknowledged.

mod clock;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::binary::serve;
use crate::running::Running;
use parallax::evaluation::SplitMix64;
use serde_json::{Value, json};

const RECORDS: &str = "/api/v1/collections/live/records";

fn start(data: &Path) -> Running {
    Running::start(serve(data))
}

/// Creates the collection that is written to.
fn create(service: &Running) {
    let fields = json!({"id": "id", "text": "text"});
    let (status, answer) = service
        .send("PUT", "/api/v1/collections/live", &fields)
        .unwrap();
    assert_eq!(status, 201, "{answer}");
}

/// A word that only one record contains.
fn word(at: u64) -> String {
    let letters = at.to_string();
    let letters = letters.bytes().map(|digit| char::from(digit - b'0' + b'a'));
    format!("zq{}", letters.collect::<String>())
}

/// Records with vectors of their own, so that nothing is encoded, and so much text each.
fn batch(from: u64, count: u64, filler: usize) -> Value {
    let filler = "lorem ipsum ".repeat(filler / 12);
    let records: Vec<Value> = (from..from + count)
        .map(|at| json!({"id": at.to_string(), "text": format!("{} {filler}", word(at))}))
        .collect();
    let axis = |at: u64| -> Vec<f32> {
        (0..384)
            .map(|i| if i == at % 384 { 1.0 } else { 0.01 })
            .collect()
    };
    let vectors: Vec<Vec<f32>> = (from..from + count).map(axis).collect();
    json!({ "records": records, "vectors": vectors })
}

/// Whether a record is found by its own word.
fn finds(service: &Running, at: u64) -> bool {
    let path = format!(
        "/api/v1/collections/live/search?q={}&mode=text&correct=false",
        word(at)
    );
    let (status, answer) = service.get(&path).unwrap();
    assert_eq!(status, 200, "{answer}");
    let hits = answer["hits"].as_array().unwrap();
    let id = at.to_string();
    hits.iter()
        .any(|hit| hit["id"].as_str() == Some(id.as_str()))
}

/// A small file system in memory, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` if this user may not mount one.
    fn mount(at: &Path, size: &str) -> Option<Self> {
        let options = format!("size={size}");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &options, "tmpfs"]);
        let mounted = command.arg(at).output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_refuses_writes_and_takes_them_again_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path(), "96m") else {
        println!("skipped: mounting a small file system is not allowed here");
        return;
    };
    let service = start(&disk.0.join("data"));
    create(&service);
    let (status, answer) = service.send("PUT", RECORDS, &batch(0, 100, 2_000)).unwrap();
    assert_eq!(status, 200, "{answer}");

    // Something else takes all that is left.
    let filler = disk.0.join("filler");
    let mut file = File::create(&filler).unwrap();
    let chunk = vec![1; 64 << 10];
    while file.write_all(&chunk).is_ok() {}
    drop(file);
    // The store may have some room left in its own file.
    let mut kept = 100;
    let refused = loop {
        assert!(kept < 20_000, "the disk is full, and yet it writes");
        match service
            .send("PUT", RECORDS, &batch(kept, 100, 2_000))
            .unwrap()
        {
            (200, _) => kept += 100,
            refused => break refused,
        }
    };
    assert_eq!(refused.0, 507, "{}", refused.1);
    assert_eq!(refused.1["error"]["code"], "no_space");
    // It answers all the same, and what was refused was not written in part.
    for at in [0, kept / 2, kept - 1] {
        assert!(finds(&service, at), "record {at} of {kept}");
    }
    assert!(!finds(&service, kept) && !finds(&service, kept + 99));
    let (status, _) = service
        .get("/api/v1/collections/live/search?q=lorem&limit=3")
        .unwrap();
    assert_eq!(status, 200);
    // A snapshot finds no room either, and a service starts all the same.
    let url = service.url("/api/v1/snapshots");
    let mut response = service.agent.post(url).send_empty().unwrap();
    let answer = response.body_mut().read_to_string().unwrap();
    assert_eq!(response.status(), 507, "{answer}");
    drop(service);
    let service = start(&disk.0.join("data"));
    assert!(finds(&service, kept - 1));

    fs::remove_file(&filler).unwrap();
    let start_of_wait = Instant::now();
    loop {
        let (status, answer) = service
            .send("PUT", RECORDS, &batch(kept, 100, 2_000))
            .unwrap();
        if status == 200 {
            break;
        }
        assert!(
            start_of_wait.elapsed() < Duration::from_secs(30),
            "there is room again: {status} {answer}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    kept += 100;
    for at in [0, kept - 100, kept - 1] {
        assert!(finds(&service, at), "record {at} of {kept}");
    }
    drop(service);

    // Nor did it leave anything that a start stumbles over.
    let service = start(&disk.0.join("data"));
    let (_, about) = service.get("/api/v1/collections/live").unwrap();
    assert_eq!(about["records"], kept);
    assert!(finds(&service, kept - 1));
}

#[test]
fn a_kill_while_segments_are_merged_loses_nothing() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let rounds = number("PARALLAX_CRASH_ROUNDS").unwrap_or(4);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("PARALLAX_CRASH_SEED").unwrap_or(clock.as_millis() as u64);
    println!("{rounds} rounds, PARALLAX_CRASH_SEED={seed}");
    let mut random = SplitMix64::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut kept = 0;
    for round in 0..=rounds {
        let service = start(folder.path());
        if round == 0 {
            create(&service);
        }
        let (_, about) = service.get("/api/v1/collections/live").unwrap();
        assert_eq!(about["records"], kept, "after {round} rounds");
        for _ in 0..20.min(kept) {
            let at = random.below(kept);
            assert!(finds(&service, at), "record {at} of {kept}, round {round}");
        }
        if round == rounds {
            break;
        }
        // Many small segments, which are merged in the background from now on.
        for _ in 0..24 {
            let (status, answer) = service.send("PUT", RECORDS, &batch(kept, 50, 100)).unwrap();
            assert_eq!(status, 200, "{answer}");
            kept += 50;
        }
        // This test is about the moment of the kill.
        std::thread::sleep(Duration::from_millis(random.below(150)));
        drop(service);
    }
}
