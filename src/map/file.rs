//! The file of a map, a cache beside the other index files.

use std::io::BufWriter;
use std::path::Path;

use super::{Facts, Map};
use crate::atomic_file;
use crate::error::{Error, Result};
use crate::mapped::{self, MappedFile, SectionWriter};
use crate::storage::layout::{BuiltFrom, State};

/// Changes with the sections of the file, and with how a map is made.
const FORMAT: u32 = 1;

/// Saves a map.
///
/// # Errors
/// [`Error::Io`].
pub fn save(path: &Path, map: &Map) -> Result<()> {
    let fail = || Error::io(path);
    let encoded = |value: Result<Vec<u8>, postcard::Error>| {
        value.map_err(|error| fail()(std::io::Error::other(error)))
    };
    let about = encoded(postcard::to_stdvec(&map.from))?;
    let facts = encoded(postcard::to_stdvec(&map.facts))?;
    atomic_file::write(path, |file| {
        let mut writer = SectionWriter::new(BufWriter::new(file), FORMAT, about).map_err(fail())?;
        let sections = [
            ("facts", facts.as_slice()),
            ("numbers", map.numbers.as_bytes()),
            ("x", map.x.as_bytes()),
            ("y", map.y.as_bytes()),
        ];
        for (name, bytes) in sections {
            writer.section(name, bytes).map_err(fail())?;
        }
        writer.finish().map_err(fail())?;
        Ok(())
    })
}

/// The map in a file, if it is intact and of this state or an earlier one of a collection with this
/// model.
///
/// # Errors
/// Why it cannot be used, for the log.
pub fn load(path: &Path, model: &str, now: State) -> Result<Map, String> {
    let file = MappedFile::open(path, FORMAT)?;
    file.verify()?;
    let unreadable = |error: postcard::Error| format!("it cannot be read: {error}");
    let from: BuiltFrom = postcard::from_bytes(file.about()).map_err(unreadable)?;
    if from.model != model {
        return Err("it is of another model".into());
    }
    if from.state.sequence > now.sequence || from.state.next > now.next {
        return Err("it is of a later state".into());
    }
    let facts: Facts = postcard::from_bytes(&file.section("facts")?).map_err(unreadable)?;
    let places = [file.values("x")?, file.values("y")?];
    let map = Map::new(from, facts, file.values("numbers")?, places);
    map.ok_or_else(|| "its parts contradict each other".into())
}

/// Compares a map's file with its checksums.
///
/// # Errors
/// What is damaged.
pub fn verify(path: &Path) -> Result<(), String> {
    mapped::verify(path, FORMAT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordNumber;
    use crate::vocabulary::MapRegion;

    fn map() -> Map {
        let from = BuiltFrom {
            state: State {
                sequence: 7,
                next: 9,
            },
            model: "model".into(),
        };
        let region = MapRegion {
            x: 3,
            y: 4,
            records: 5,
            words: vec!["milk".into()],
            level: 0,
        };
        let facts = Facts {
            took_s: 1.5,
            trustworthiness: Some(0.9),
            regions: vec![region],
        };
        let numbers = vec![1, 4, 8].into_iter().map(RecordNumber);
        let places = [vec![10u16, 20, 30].into(), vec![40, 50, 60].into()];
        Map::new(from, facts, numbers.collect::<Vec<_>>().into(), places).unwrap()
    }

    #[test]
    fn a_saved_map_is_read_back_and_a_damaged_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map");
        let (map, now) = (map(), map().from.state);
        save(&path, &map).unwrap();
        let loaded = load(&path, "model", now).unwrap();
        assert_eq!((&loaded.from, &loaded.facts), (&map.from, &map.facts));
        assert_eq!(
            (loaded.numbers(), loaded.digest()),
            (map.numbers(), map.digest())
        );
        assert_eq!(loaded.places(), map.places());
        assert_eq!(loaded.index(RecordNumber(4)), Some(1));
        assert_eq!(loaded.place(1), Some([20, 50]));
        assert_eq!(
            (loaded.index(RecordNumber(5)), loaded.place(3)),
            (None, None)
        );

        let later = State {
            sequence: 8,
            next: 9,
        };
        assert!(load(&path, "model", later).is_ok());
        let earlier = State {
            sequence: 6,
            next: 9,
        };
        assert!(load(&path, "model", earlier).is_err());
        assert!(load(&path, "other", now).is_err());
        drop(loaded);
        let whole = std::fs::read(&path).unwrap();
        for part in 0..20 {
            let mut damaged = whole.clone();
            let length = whole.len() / 20;
            damaged[part * length..(part + 1) * length].fill(0xf5);
            std::fs::write(&path, damaged).unwrap();
            if let Ok(read) = load(&path, "model", now) {
                // Only what lies between the sections was changed.
                assert_eq!((read.places(), &read.facts), (map.places(), &map.facts));
            }
            std::fs::write(&path, &whole[..part * length]).unwrap();
            assert!(
                load(&path, "model", now).is_err(),
                "cut to {} bytes",
                part * length
            );
        }
    }
}
