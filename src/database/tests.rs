//! A file that fails at every step of a write, once or until repaired.

#[path = "../../tests/common/failing.rs"]
mod failing;

use failing::Failing;
use redb::backends::InMemoryBackend;
use redb::{ReadableTable, StorageBackend, TableDefinition};

use super::Durable;

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("table");

/// Sets every value to the same text, long enough for a page of its own.
fn set_all(database: &Durable, text: &str) -> Result<(), redb::Error> {
    database.write(|write| {
        let mut table = write.open_table(TABLE)?;
        for key in 0..20 {
            table.insert(key, text.repeat(3_000).as_bytes())?;
        }
        Ok(())
    })
}

/// The text that all values have.
fn the_text(database: &Durable) -> String {
    let all = database.reading(|read| {
        let table = read.open_table(TABLE)?;
        let values = table.iter()?.map(|row| {
            let (_, value) = row?;
            assert_eq!(value.value().len(), 3_000);
            Ok(String::from_utf8_lossy(&value.value()[..1]).into_owned())
        });
        values.collect::<Result<Vec<String>, redb::Error>>()
    });
    let all = all.unwrap();
    assert_eq!(all.len(), 20);
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    all[0].clone()
}

#[test]
fn whatever_step_of_a_write_fails_reading_goes_on_and_so_does_the_next_write() {
    let mut steps = 0;
    loop {
        let file = Failing::new(InMemoryBackend::new(), false);
        // Without a cache, every page is read from the file.
        let database = Durable::over(file.clone(), 0).unwrap();
        set_all(&database, "a").unwrap();
        let before = database.read().unwrap();

        file.let_through(steps);
        let written = set_all(&database, "b");
        let read = the_text(&database);
        if written.is_ok() {
            assert_eq!(read, "b");
            break;
        }
        // All or nothing, and all only if nothing but the last sync failed.
        assert!(read == "a" || read == "b");
        assert!(before.broke_off());
        // While the disk is full, nothing is written and everything can be read.
        assert!(set_all(&database, "c").is_err());
        assert_eq!(the_text(&database), read, "after {steps} steps");
        let view = database.read().unwrap();
        assert!(!view.broke_off());

        file.let_through(u64::MAX);
        assert_eq!(the_text(&database), read);
        set_all(&database, "d").unwrap();
        assert_eq!(the_text(&database), "d", "after {steps} steps");
        // The earlier view does not see what the write did to its pages.
        assert!(view.broke_off() && view.open_table(TABLE).is_err());
        drop((view, database));
        let again = Durable::over(file, 0).unwrap();
        assert_eq!(the_text(&again), "d");
        steps += 1;
    }
    assert!(steps > 20, "{steps}");
}

#[test]
fn a_single_failure_costs_one_write_at_most() {
    let mut steps = 0;
    loop {
        let file = Failing::new(InMemoryBackend::new(), true);
        let database = Durable::over(file.clone(), 0).unwrap();
        set_all(&database, "a").unwrap();
        file.let_through(steps);
        let written = set_all(&database, "b");
        let past_the_end = !file.has_failed();
        let read = the_text(&database);
        assert!(if written.is_ok() {
            read == "b"
        } else {
            read == "a" || read == "b"
        });
        file.let_through(u64::MAX);
        set_all(&database, "c").unwrap();
        assert_eq!(the_text(&database), "c", "after {steps} steps");
        drop(database);
        assert_eq!(the_text(&Durable::over(file, 0).unwrap()), "c");
        if past_the_end {
            break;
        }
        steps += 1;
    }
    assert!(steps > 20, "{steps}");
}

#[test]
fn an_emptied_file_is_not_taken_for_a_new_database() {
    let file = Failing::new(InMemoryBackend::new(), false);
    let database = Durable::over(file.clone(), 0).unwrap();
    set_all(&database, "a").unwrap();
    file.let_through(0);
    assert!(set_all(&database, "b").is_err());
    file.let_through(u64::MAX);
    file.file.set_len(0).unwrap();
    assert!(set_all(&database, "c").is_err());
    assert!(database.read().is_err());
    assert_eq!(file.file.len().unwrap(), 0);
}
