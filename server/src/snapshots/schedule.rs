//! Makes snapshots again and again.
//!
//! Whether one is due depends on when the last one was made, so that restarts neither repeat nor
//! delay it, and on how long the process has waited by a clock that never jumps, so that a wall
//! clock set back does not stop them.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use parallax::{Catalogue, Collection, Result};

use super::{Kept, Snapshots};

/// How often the schedule looks whether something is due.
const LOOK: Duration = Duration::from_secs(60);
/// How long it waits after a failure, so that a full disk is not written to all the time.
const PAUSE: Duration = Duration::from_secs(15 * 60);

/// How often snapshots are made, as the setting has it: a number and `s`, `m`, `h` or `d`.
///
/// # Errors
/// What such a text looks like.
pub fn interval(text: &str) -> Result<Duration, String> {
    let bad = || format!("snapshots.every is '{text}'; it must be like 24h, 30m or 7d");
    let unit = text.chars().last().ok_or_else(bad)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(bad()),
    };
    let number = text.strip_suffix(unit).unwrap_or_default();
    let number: u32 = number.parse().map_err(|_| bad())?;
    if number == 0 {
        return Err(bad());
    }
    Ok(Duration::from_secs(u64::from(number) * seconds))
}

/// Makes snapshots in the background as long as the data folder is open.
///
/// # Errors
/// If no thread can be started.
pub fn start(
    snapshots: Arc<Snapshots>,
    catalogue: &Arc<Catalogue>,
    every: Duration,
) -> std::io::Result<()> {
    let catalogue = Arc::downgrade(catalogue);
    let run = move || run(&snapshots, &catalogue, every);
    let thread = std::thread::Builder::new().name("snapshots".into());
    thread.spawn(run).map(drop)
}

fn run(snapshots: &Snapshots, catalogue: &Weak<Catalogue>, every: Duration) {
    let mut since = Instant::now();
    loop {
        let Some(catalogue) = catalogue.upgrade() else {
            return;
        };
        let now = Timestamp::now();
        let pause = match make_due(snapshots, &catalogue, now, since.elapsed(), every) {
            Ok(0) => LOOK,
            Ok(_) => {
                since = Instant::now();
                LOOK
            }
            // It is logged and kept where it happens.
            Err(_) => PAUSE,
        };
        drop(catalogue);
        std::thread::sleep(pause.min(every));
    }
}

/// Makes the snapshots that are due at a time, and returns how many. `waited` is how long ago the
/// last one was made by this process, or how long it runs.
///
/// # Errors
/// The first one that cannot be made; the others are made all the same.
pub fn make_due(
    snapshots: &Snapshots,
    catalogue: &Catalogue,
    now: Timestamp,
    waited: Duration,
    every: Duration,
) -> Result<usize> {
    let names = catalogue.names()?;
    let kept = snapshots.list().inspect_err(|error| {
        tracing::warn!(%error, "no scheduled snapshot was made");
    })?;
    let (mut made, mut failure) = (0, None);
    for name in names {
        let opened = catalogue.collection(&name).inspect_err(|error| {
            tracing::warn!(collection = name, %error, "a scheduled snapshot was not made");
        });
        let result = opened.and_then(|collection| {
            let last = last_of(&kept, &collection);
            let due =
                last.is_none_or(|(last, changed)| changed && is_due(now, last, waited, every));
            if due {
                snapshots.make(&collection, now)?;
            }
            Ok(usize::from(due))
        });
        match result {
            Ok(count) => made += count,
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    failure.map_or(Ok(made), Err)
}

/// When the last snapshot of a collection was made, and whether the collection has changed since.
fn last_of(kept: &[Kept], collection: &Collection) -> Option<(Timestamp, bool)> {
    let (name, id) = (collection.name(), collection.id());
    let sequence = collection.generation().state.sequence;
    let last = kept.iter().rev().find(|kept| kept.collection == **name);
    last.map(|last| (last.made, last.id != id || last.sequence != sequence))
}

fn is_due(now: Timestamp, last: Timestamp, waited: Duration, every: Duration) -> bool {
    if waited >= every {
        return true;
    }
    // Negative if the clock was set back, when only waiting counts.
    let ago = now.duration_since(last);
    Duration::try_from(ago).is_ok_and(|ago| ago >= every)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::encoder;
    use crate::snapshots::{Settings, failure_in};
    use parallax::Schema;
    use parallax::collection::Incoming;
    use parallax::record::FieldRoles;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shop(folder: &std::path::Path) -> Arc<Catalogue> {
        let catalogue = Catalogue::open(folder, encoder()).unwrap();
        let roles = FieldRoles {
            id: Some("id".into()),
            texts: vec!["text".into()],
            ..FieldRoles::default()
        };
        let schema = Schema::named(&roles).unwrap();
        catalogue.create("shop", schema, true).unwrap();
        Arc::new(catalogue)
    }

    fn sell(catalogue: &Catalogue, what: &str) {
        let record = serde_json::json!({"id": what, "text": what});
        let record = Incoming {
            payload: record.as_object().unwrap().clone(),
            vector: None,
        };
        let collection = catalogue.collection("shop").unwrap();
        collection.put(vec![record]).unwrap();
    }

    #[test]
    fn intervals_are_a_number_and_a_unit() {
        assert_eq!(interval("30m").unwrap(), Duration::from_secs(1_800));
        assert_eq!(interval("24h").unwrap(), HOUR * 24);
        assert_eq!(interval("7d").unwrap(), HOUR * 24 * 7);
        for bad in ["", "h", "0h", "-1h", "1.5h", "24", "1 week", "1é"] {
            let error = interval(bad).unwrap_err();
            assert!(error.contains("24h, 30m or 7d"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_clock_that_jumps_neither_stops_snapshots_nor_makes_more_than_one() {
        let last = at("2026-05-01T12:00:00Z");
        let soon = Duration::from_secs(60);
        assert!(!is_due(at("2026-05-01T12:59:59Z"), last, soon, HOUR));
        assert!(is_due(at("2026-05-01T13:00:00Z"), last, soon, HOUR));
        let set_back = at("2020-01-01T00:00:00Z");
        assert!(!is_due(set_back, last, soon, HOUR));
        assert!(is_due(set_back, last, HOUR, HOUR));
    }

    #[test]
    fn only_what_changed_is_kept_again_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = shop(folder.path());
        let settings = Settings {
            keep: 2,
            ..Settings::default()
        };
        let snapshots = Snapshots::open(folder.path(), &settings).unwrap();
        let make =
            |now: &str| make_due(&snapshots, &catalogue, at(now), Duration::ZERO, HOUR).unwrap();
        let kept = || -> Vec<(String, u64)> {
            let kept = snapshots.list().unwrap().into_iter();
            kept.map(|kept| (kept.name, kept.records)).collect()
        };
        sell(&catalogue, "milk");
        assert_eq!(make("2026-05-01T12:00:00Z"), 1);
        assert_eq!(make("2026-05-01T14:00:00Z"), 0, "nothing has changed");
        sell(&catalogue, "rye");
        assert_eq!(make("2026-05-01T12:30:00Z"), 0, "it is too early");
        assert_eq!(make("2026-05-01T14:00:00Z"), 1);
        sell(&catalogue, "oats");
        assert_eq!(make("2026-05-01T16:00:00Z"), 1);
        let expected = [
            ("shop-20260501T140000Z.parallax".to_owned(), 2),
            ("shop-20260501T160000Z.parallax".to_owned(), 3),
        ];
        assert_eq!(kept(), expected);
        // Nothing else stays behind: each has a file beside it.
        let files = std::fs::read_dir(folder.path().join("snapshots")).unwrap();
        assert_eq!(files.count(), 4 + 1);
        let again = Snapshots::open(folder.path(), &settings).unwrap();
        assert_eq!(again.status().last, Some(at("2026-05-01T16:00:00Z")));
    }

    #[test]
    fn the_newest_snapshot_is_kept_even_if_the_clock_was_set_back() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = shop(folder.path());
        let settings = Settings {
            keep: 1,
            ..Settings::default()
        };
        let snapshots = Snapshots::open(folder.path(), &settings).unwrap();
        let collection = catalogue.collection("shop").unwrap();
        let wrong = at("2036-05-01T12:00:00Z");
        for now in [wrong, at("2026-05-01T12:00:00Z"), wrong] {
            sell(&catalogue, "milk");
            let made = snapshots.make(&collection, now).unwrap();
            assert_eq!(snapshots.list().unwrap(), [made]);
        }
        // Nothing has changed since, so none is due.
        let later = at("2026-05-02T12:00:00Z");
        assert_eq!(
            make_due(&snapshots, &catalogue, later, HOUR, HOUR).unwrap(),
            0
        );
    }

    #[test]
    fn a_damaged_snapshot_is_not_restored_and_no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = shop(folder.path());
        sell(&catalogue, "milk");
        let snapshots = Snapshots::open(folder.path(), &Settings::default()).unwrap();
        let collection = catalogue.collection("shop").unwrap();
        let kept = snapshots
            .make(&collection, at("2026-05-01T12:00:00Z"))
            .unwrap();
        snapshots.open_intact(&kept.name).unwrap();
        for name in ["../catalogue.redb", "/etc/passwd", "failure.json", "", "."] {
            let refused = snapshots.open_intact(name).unwrap_err().to_string();
            assert!(refused.contains("no such snapshot"), "{name}: {refused}");
        }
        let path = folder.path().join("snapshots").join(&kept.name);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let refused = snapshots.open_intact(&kept.name).unwrap_err().to_string();
        assert!(refused.contains(&kept.sha256), "{refused}");
    }

    #[test]
    fn a_failure_is_counted_and_kept_until_it_goes_well() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = shop(folder.path());
        sell(&catalogue, "milk");
        let snapshots = Snapshots::open(folder.path(), &Settings::default()).unwrap();
        let collection = catalogue.collection("shop").unwrap();
        let unfinished = folder.path().join("snapshots/tmp");
        std::fs::remove_dir(&unfinished).unwrap();
        snapshots
            .make(&collection, at("2026-05-01T12:00:00Z"))
            .unwrap_err();
        let failed = failure_in(&folder.path().join("snapshots")).unwrap();
        assert_eq!(failed.collection, "shop");
        assert_eq!((snapshots.status().made, snapshots.status().failed), (0, 1));
        std::fs::create_dir(&unfinished).unwrap();
        snapshots
            .make(&collection, at("2026-05-01T13:00:00Z"))
            .unwrap();
        assert_eq!(snapshots.failure(), None);
        assert_eq!((snapshots.status().made, snapshots.status().failed), (1, 1));
    }
}
