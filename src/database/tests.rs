//! A file that fails: in every step of a write, once in each, and for as long as is wanted.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::backends::InMemoryBackend;
use redb::{ReadableTable, StorageBackend, TableDefinition};

use super::Durable;

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("table");

/// A file with room for so many more changes; the next one fails, or all from then on.
#[derive(Debug)]
struct Failing {
    file: InMemoryBackend,
    left: AtomicU64,
    once: bool,
}

impl Failing {
    fn new(once: bool) -> Arc<Self> {
        Arc::new(Self {
            file: InMemoryBackend::new(),
            left: AtomicU64::new(u64::MAX),
            once,
        })
    }

    fn let_through(&self, changes: u64) {
        self.left.store(changes, Ordering::SeqCst);
    }

    fn change(&self) -> io::Result<()> {
        let one_less = |left: u64| left.checked_sub(1);
        match self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
        {
            Ok(_) => Ok(()),
            Err(_) => {
                self.let_through(if self.once { u64::MAX } else { 0 });
                Err(io::ErrorKind::StorageFull.into())
            }
        }
    }
}

impl StorageBackend for Failing {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change()?;
        self.file.write(offset, data)
    }
}

/// Sets every value to one text, long enough for a page of its own.
fn set_all(database: &Durable, text: &str) -> Result<(), redb::Error> {
    database.write(|write| {
        let mut table = write.open_table(TABLE)?;
        for key in 0..20 {
            table.insert(key, text.repeat(3_000).as_bytes())?;
        }
        Ok(())
    })
}

/// The one text that all values are of.
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
        let file = Failing::new(false);
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
        // All or nothing; and all only where no more than the last sync was missing.
        assert!(read == "a" || read == "b");
        assert!(before.broke_off());
        // While there is no room, nothing is written and everything is read.
        assert!(set_all(&database, "c").is_err());
        assert_eq!(the_text(&database), read, "after {steps} steps");
        let view = database.read().unwrap();
        assert!(!view.broke_off());

        file.let_through(u64::MAX);
        assert_eq!(the_text(&database), read);
        set_all(&database, "d").unwrap();
        assert_eq!(the_text(&database), "d", "after {steps} steps");
        // The earlier view does not read what the write made of its pages.
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
        let file = Failing::new(true);
        let database = Durable::over(file.clone(), 0).unwrap();
        set_all(&database, "a").unwrap();
        file.let_through(steps);
        let written = set_all(&database, "b");
        let past_the_end = file.left.load(Ordering::SeqCst) < u64::MAX / 2;
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
    let file = Failing::new(false);
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
