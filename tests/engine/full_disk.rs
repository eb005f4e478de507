//! A disk that is full or fails: reads continue, writes work again once there is space, and
//! nothing acknowledged is lost. Real model, real store.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::common::failing::Failing;
use crate::common::query_encoder;
use crate::common::sample::{ask, build, sample, sample_file, titles};
use parallax::collection::{About, Incoming, Store, Tuning};
use parallax::{Catalogue, Collection, Error, Mode, Schema};
use redb::backends::FileBackend;
use serde_json::json;

/// The file of a store, which at first allows any number of changes.
fn failing(path: &Path) -> Arc<Failing<FileBackend>> {
    let file = OpenOptions::new().read(true).write(true).open(path);
    Failing::new(FileBackend::new(file.unwrap()).unwrap(), false)
}

fn about() -> About {
    let schema = Schema {
        id: Some("id".into()),
        ..Schema::documents()
    };
    About::new(schema, query_encoder().encoder(), true)
}

/// A record with its own vector, and a text that takes up space.
fn record(id: u64, word: &str) -> Incoming {
    let mut vector = vec![0.01; 384];
    vector[id as usize % 384] = 1.0;
    let text = format!("{word} {}", "filler ".repeat(400));
    let payload = json!({"id": format!("r{id}"), "title": format!("record {id}"), "text": text});
    Incoming {
        payload: payload.as_object().unwrap().clone(),
        vector: Some(vector),
    }
}

/// The ids that a word finds; also checks that every mode answers.
fn found(collection: &Collection, word: &str) -> BTreeSet<String> {
    for mode in Mode::ALL {
        collection.search(&ask(word, mode)).unwrap();
    }
    let query = parallax::Query {
        limit: 100,
        ..ask(word, Mode::Text)
    };
    let hits = collection.search(&query).unwrap().hits;
    hits.into_iter().map(|hit| hit.record.id).collect()
}

#[test]
fn whatever_step_of_a_write_fails_store_and_indexes_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    drop(Store::create(&path, about()).unwrap());
    let mut kept: BTreeSet<String> = BTreeSet::new();
    let mut steps = 0;
    let mut failed = 0;
    // Each round fails one step later than the one before.
    while failed == steps {
        let file = failing(&path);
        let store = Store::open_over(file.clone(), &path).unwrap();
        let open = Collection::over(
            "c",
            store,
            folder.path(),
            query_encoder(),
            Tuning::default(),
        );
        let collection = open.unwrap();
        assert_eq!(found(&collection, "kept"), kept);

        file.let_through(steps);
        let (first, second) = (1_000 + steps, 2_000 + steps);
        let written = collection.put(vec![record(first, "kept")]);
        // Reads still work. They see everything acknowledged, and perhaps the failed write.
        let seen = found(&collection, "kept");
        assert!(seen.is_superset(&kept), "{steps}: {seen:?}");
        if let Err(error) = &written {
            failed += 1;
            let kept_after_all = seen.contains(&format!("r{first}"));
            assert_eq!(
                kept_after_all,
                matches!(error, Error::Doubtful(_)),
                "{error}"
            );
            assert!(kept_after_all || error.is_full(), "{error}");
            let again = collection.put(vec![record(second, "kept")]).unwrap_err();
            assert!(again.is_full(), "{again}");
            assert_eq!(found(&collection, "kept"), seen, "{steps}");
        }
        assert_eq!(collection.record("r1000").is_ok(), seen.contains("r1000"));

        // There is space again.
        file.let_through(u64::MAX);
        collection.put(vec![record(second, "kept")]).unwrap();
        kept = seen;
        kept.insert(format!("r{second}"));
        assert_eq!(found(&collection, "kept"), kept, "{steps}");
        collection.settle();
        steps += 1;
    }
    assert!(steps > 5, "{steps}");
}

/// A small separate disk, unmounted on drop.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` if this user may not mount one.
    fn of(megabytes: u32) -> Option<Self> {
        let path = tempfile::tempdir().unwrap().keep();
        let size = format!("size={megabytes}m");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "none"])
            .arg(&path)
            .output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Self(path));
        }
        println!("skipped: a small disk cannot be mounted here");
        fs::remove_dir(&path).unwrap();
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_disk_runs_full_and_has_room_again() {
    let Some(disk) = SmallDisk::of(24) else {
        return;
    };
    let data = disk.0.join("data");
    let filler = disk.0.join("filler");
    let catalogue = Catalogue::open(&data, query_encoder()).unwrap();
    build(&catalogue, "sample", &sample_file(), false).unwrap();
    let of_sample = |catalogue: &Catalogue| {
        let sample = catalogue.collection("sample").unwrap();
        titles(&sample, &ask("password manager", Mode::Hybrid))
    };
    let before = of_sample(&catalogue);
    catalogue.create("c", about().schema, true).unwrap();
    let collection = catalogue.collection("c").unwrap();
    let mut kept = BTreeSet::new();
    let put = |id: u64, kept: &mut BTreeSet<String>| {
        let written = collection.put(vec![record(id, "kept")]);
        if written.is_ok() {
            kept.insert(format!("r{id}"));
        }
        written
    };
    put(0, &mut kept).unwrap();

    fs::write(&filler, vec![1; 12 << 20]).unwrap();
    let full = (1..10_000).find_map(|id| put(id, &mut kept).err()).unwrap();
    assert!(full.is_full(), "{full}");
    // Fill the remaining space too: a catalogue that cannot be written can still be read.
    let rest = fs::File::create(disk.0.join("rest")).unwrap();
    let mut rest = io::BufWriter::new(rest);
    while io::Write::write_all(&mut rest, &[1; 4_096]).is_ok() {}
    drop(rest.into_parts());
    assert!(
        catalogue
            .create("d", about().schema, true)
            .unwrap_err()
            .is_full()
    );
    assert_eq!(catalogue.names().unwrap(), ["c", "sample"]);
    let all = |collection: &Collection| -> BTreeSet<String> {
        let kept = kept.iter().filter(|id| collection.record(id).is_ok());
        kept.cloned().collect()
    };
    for _ in 0..3 {
        assert!(put(20_000, &mut BTreeSet::new()).unwrap_err().is_full());
        assert_eq!(all(&collection), kept);
        found(&collection, "kept");
        assert_eq!(of_sample(&catalogue), before);
    }

    fs::remove_file(filler).unwrap();
    collection.put(vec![record(30_000, "late")]).unwrap();
    assert!(found(&collection, "late").contains("r30000"));
    catalogue.create("d", about().schema, true).unwrap();
    assert_eq!(all(&collection), kept);
    drop((collection, catalogue));
    let catalogue = Catalogue::open(&data, query_encoder()).unwrap();
    let collection = catalogue.collection("c").unwrap();
    assert_eq!(all(&collection), kept);
    assert_eq!(catalogue.names().unwrap(), ["c", "d", "sample"]);
}

/// A disk without room.
struct NoRoom;

impl io::Write for NoRoom {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_snapshot_without_room_says_that_the_disk_is_full() {
    let refused = sample().snapshot(&mut NoRoom).unwrap_err();
    assert!(refused.is_full(), "{refused}");
}
