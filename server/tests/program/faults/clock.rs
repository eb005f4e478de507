//! A wall clock that jumps by years, in both directions, while the service runs and between two runs.
//! `libfaketime` makes it jump for the service alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use super::{Duration, RECORDS, Running, batch, create, finds, serve};

/// The library that replaces the clock, if it is installed.
fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?;
    let paths = folders.filter_map(|folder| {
        let library = folder.ok()?.path().join("faketime/libfaketime.so.1");
        library.is_file().then_some(library)
    });
    paths.into_iter().next()
}

/// Starts the service with a clock that a file sets.
fn start(data: &Path, library: &Path, clock: &Path) -> Running {
    let mut command = serve(data);
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", clock)
        // The file is read again for each look at the clock.
        .env("FAKETIME_NO_CACHE", "1")
        // Setting a clock changes neither the one that only counts nor the times of files.
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("NO_FAKE_STAT", "1")
        .env("PARALLAX_SNAPSHOTS_KEEP", "1");
    Running::start(command)
}

/// An upload of two lines: its name, and its lines.
struct Upload {
    name: String,
    lines: [String; 2],
}

impl Upload {
    /// Creates it, and sends its first line.
    fn begin(service: &Running, about: &str) -> Self {
        let line = |at| {
            format!(
                "{}\n",
                json!({"id": format!("{about}-{at}"), "text": about})
            )
        };
        let lines = [line(0), line(1)];
        let order = json!({"file": "notes.jsonl", "bytes": lines.concat().len()});
        let (status, made) = service
            .send("POST", "/api/v1/collections/live/uploads", &order)
            .unwrap();
        assert_eq!(status, 201, "{made}");
        let name = made["id"].as_str().unwrap().to_owned();
        let upload = Self { name, lines };
        upload.send(service, 0, &upload.lines[0]);
        upload
    }

    fn send(&self, service: &Running, offset: usize, part: &str) {
        let url = service.url(&format!("/api/v1/uploads/{}?offset={offset}", self.name));
        let request = service.agent.patch(url);
        let request = request.header("content-type", "application/octet-stream");
        let mut response = request.send(part).unwrap();
        let answer = response.body_mut().read_to_string().unwrap();
        assert_eq!(response.status(), 200, "{answer}");
    }

    /// Sends the second line, and waits until both are imported. Returns the number of the task.
    fn end(&self, service: &Running) -> u64 {
        self.send(service, self.lines[0].len(), &self.lines[1]);
        let start = Instant::now();
        loop {
            let (_, upload) = service
                .get(&format!("/api/v1/uploads/{}", self.name))
                .unwrap();
            let task = &upload["task"];
            if task["state"] == "done" {
                assert_eq!(task["records"], 2, "{task}");
                return task["id"].as_u64().unwrap();
            }
            assert_ne!(task["state"], "failed", "{task}");
            assert!(start.elapsed() < Duration::from_secs(60), "{task}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_clock_that_jumps_loses_nothing_and_stops_nothing() {
    let Some(library) = faketime() else {
        println!("skipped: libfaketime is not installed (apt-get install faketime)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (data, clock) = (folder.path().join("data"), folder.path().join("clock"));
    fs::write(&clock, "+0d").unwrap();
    let mut service = start(&data, &library, &clock);
    create(&service);
    let this_year = jiff::Timestamp::now().strftime("%Y").to_string();
    let mut unfinished = Upload::begin(&service, "before");
    let (mut kept, mut last_task) = (0, 0);

    // A service that starts again years later gives up uploads, so the clock is only set back then.
    let jumps = ["+4000d", "+0d", "-4000d", "-8000d", "+0d"];
    for (at, jump) in jumps.into_iter().enumerate() {
        fs::write(&clock, jump).unwrap();
        // Every other jump happens while the service does not run.
        if at % 2 == 1 {
            drop(service);
            service = start(&data, &library, &clock);
        }

        let (status, answer) = service.send("PUT", RECORDS, &batch(kept, 50, 100)).unwrap();
        assert_eq!(status, 200, "{answer}");
        kept += 50;
        for record in [0, kept - 50, kept - 1] {
            assert!(finds(&service, record), "record {record} after {jump}");
        }
        // Creating an upload gives up those that nobody goes on with; this one goes on.
        let next = Upload::begin(&service, jump);
        let task = unfinished.end(&service);
        assert!(task > last_task, "the number {task} was given before");
        (unfinished, last_task) = (next, task);

        // The snapshot that was made last is kept, whatever its date.
        let (status, made) = service
            .send("POST", "/api/v1/snapshots", &json!({}))
            .unwrap();
        assert_eq!(status, 201, "{made}");
        let (_, listed) = service.get("/api/v1/snapshots").unwrap();
        assert_eq!(listed["snapshots"], made["snapshots"], "after {jump}");
        let made = &made["snapshots"][0];
        let date = made["made"].as_str().unwrap();
        assert_eq!(
            date.starts_with(&this_year),
            jump == "+0d",
            "{jump}: {made}"
        );
        let records = kept + 2 * (at as u64 + 1);
        assert_eq!(made["records"], records, "after {jump}");
    }
}
