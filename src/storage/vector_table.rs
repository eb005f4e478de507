//! The table of vectors. The size of redb's pages is a power of two, so two vectors of 1,536 bytes
//! would leave a quarter of a page empty, and one of 4,096 bytes half of it. Therefore the vectors
//! of consecutive records are stored together, in values that nearly fill their pages.
//!
//! The key of a value is the number of the first record that was put into it. The value contains
//! for each record, in order of number: the number, how many bytes follow, and the vectors as
//! little-endian f32, one after another. New records are added to the last value while there is
//! room, and deleted ones are cut out.

use redb::{ReadOnlyTable, ReadableTable, Table, WriteTransaction};

use crate::storage::layout::{Bytes, VECTORS};

type Result<T> = std::result::Result<T, redb::Error>;

/// The size of a record's number and of the length of its vectors.
const HEAD: usize = 8 + 4;

/// How many bytes redb needs in a page besides the value: a header, the key, and the value's end.
const OVERHEAD: usize = 32;

/// The sizes of pages for values: 8 to 64 KiB. Changing one record writes one page.
const PAGES: [usize; 4] = [8 << 10, 16 << 10, 32 << 10, 64 << 10];

/// How much of a page may stay empty: a twelfth.
const EMPTY: usize = 12;

/// The table, opened for writing. Added vectors are written to it by [`VectorTable::flush`].
pub(crate) struct VectorTable<'a> {
    table: Table<'a, u64, Bytes>,
    /// The last value, while records are added to it.
    open: Option<Group>,
}

/// The vectors of consecutive records.
struct Group {
    key: u64,
    bytes: Vec<u8>,
    /// How many bytes it may have.
    room: usize,
}

impl<'a> VectorTable<'a> {
    /// Opens the table, creating it if it is missing.
    pub fn open(write: &'a WriteTransaction) -> Result<Self> {
        Ok(Self {
            table: write.open_table(VECTORS)?,
            open: None,
        })
    }

    /// Adds the vectors of a record whose number is greater than all others.
    pub fn push(&mut self, number: u64, vectors: &[u8]) -> Result<()> {
        let length = HEAD + vectors.len();
        let fits = |group: &Group| group.bytes.len() + length <= group.room;
        if self.open.is_none() {
            self.open = self.last()?.filter(fits);
        }
        if !self.open.as_ref().is_some_and(fits) {
            self.flush()?;
            self.open = Some(Group {
                key: number,
                bytes: Vec::new(),
                room: room(length),
            });
        }
        if let Some(open) = &mut self.open {
            push(&mut open.bytes, number, vectors);
        }
        Ok(())
    }

    /// Removes the vectors of a record, if there are any.
    pub fn remove(&mut self, number: u64) -> Result<()> {
        if let Some(open) = &mut self.open
            && open.key <= number
        {
            open.bytes = without(&open.bytes, number);
            return Ok(());
        }
        let group = self.table.range(..=number)?.next_back().transpose()?;
        let group = group.and_then(|(key, value)| {
            let there = entries(value.value()).any(|(of, _)| of == number);
            there.then(|| (key.value(), without(value.value(), number)))
        });
        match group {
            Some((key, rest)) => self.put(key, &rest),
            None => Ok(()),
        }
    }

    /// Writes the added vectors to the table.
    pub fn flush(&mut self) -> Result<()> {
        match self.open.take() {
            Some(open) => self.put(open.key, &open.bytes),
            None => Ok(()),
        }
    }

    fn put(&mut self, key: u64, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            self.table.remove(key)?;
        } else {
            self.table.insert(key, bytes)?;
        }
        Ok(())
    }

    fn last(&self) -> Result<Option<Group>> {
        let last = self.table.last()?;
        Ok(last.and_then(|(key, value)| {
            let bytes = value.value().to_vec();
            let lengths: Vec<usize> = entries(&bytes)
                .map(|(_, vectors)| HEAD + vectors.len())
                .collect();
            // If a value is damaged, records after the damage could not be read, so none are added.
            let whole = lengths.iter().sum::<usize>() == bytes.len();
            whole.then(|| Group {
                key: key.value(),
                room: room(lengths.first().copied().unwrap_or(0)),
                bytes,
            })
        }))
    }
}

/// The table, opened for reading the vectors of single records. Reading in order of number is fast.
pub(super) struct VectorReader {
    table: ReadOnlyTable<u64, Bytes>,
    /// The value that was read last.
    bytes: Vec<u8>,
}

impl VectorReader {
    pub fn new(table: ReadOnlyTable<u64, Bytes>) -> Self {
        Self {
            table,
            bytes: Vec::new(),
        }
    }

    /// The vectors of a record.
    pub fn of(&mut self, number: u64) -> Result<Option<&[u8]>> {
        let has = |bytes: &[u8]| entries(bytes).any(|(of, _)| of == number);
        if !has(&self.bytes) {
            let group = self.table.range(..=number)?.next_back().transpose()?;
            self.bytes.clear();
            if let Some((_, value)) = group {
                self.bytes.extend_from_slice(value.value());
            }
        }
        let mut entries = entries(&self.bytes);
        let found = entries.find(|(of, _)| *of == number);
        Ok(found.map(|(_, vectors)| vectors))
    }
}

/// The key of the value that contains a record, or would contain it. Neither this record nor any
/// later one is in an earlier value.
pub(super) fn key_of(table: &ReadOnlyTable<u64, Bytes>, number: u64) -> Result<u64> {
    let group = table.range(..=number)?.next_back().transpose()?;
    Ok(group.map_or(number, |(key, _)| key.value()))
}

/// The records of a value, each with its vectors. If the value is damaged, there are fewer.
pub(super) fn entries(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (number, after) = rest.split_first_chunk::<8>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let (vectors, after) = after.split_at_checked(length)?;
        rest = after;
        Some((u64::from_le_bytes(*number), vectors))
    })
}

fn push(bytes: &mut Vec<u8>, number: u64, vectors: &[u8]) {
    bytes.extend(number.to_le_bytes());
    bytes.extend((vectors.len() as u32).to_le_bytes());
    bytes.extend(vectors);
}

fn without(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut rest = Vec::with_capacity(bytes.len());
    for (of, vectors) in entries(bytes).filter(|(of, _)| *of != number) {
        push(&mut rest, of, vectors);
    }
    rest
}

/// How many bytes a value may have if its records have this length: as many as fit into the
/// smallest page that the records nearly fill or, if there is none, into the one that they fill
/// best.
fn room(length: usize) -> usize {
    let rooms = PAGES.map(|page| page - OVERHEAD);
    let empty = |room: usize| room.checked_rem(length).unwrap_or(room);
    let nearly_full = rooms.into_iter().find(|&room| empty(room) * EMPTY <= room);
    let best = || {
        rooms
            .into_iter()
            .min_by_key(|&room| empty(room) * 1_000 / room)
    };
    nearly_full.or_else(best).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use redb::backends::InMemoryBackend;
    use redb::{Database, ReadableDatabase, ReadableTableMetadata};

    use super::*;

    fn database() -> Database {
        let builder = Database::builder();
        builder.create_with_backend(InMemoryBackend::new()).unwrap()
    }

    fn read(database: &Database) -> BTreeMap<u64, Vec<u8>> {
        let read = database.begin_read().unwrap();
        let table = read.open_table(VECTORS).unwrap();
        let mut all = BTreeMap::new();
        for group in table.iter().unwrap() {
            let (key, value) = group.unwrap();
            for (number, vectors) in entries(value.value()) {
                assert!(key.value() <= number);
                assert!(all.insert(number, vectors.to_vec()).is_none());
            }
        }
        // Every record is also found by its number.
        let mut reader = VectorReader::new(table);
        for (number, vectors) in &all {
            assert_eq!(reader.of(*number).unwrap(), Some(vectors.as_slice()));
        }
        all
    }

    #[test]
    fn pages_are_nearly_full_whatever_the_width() {
        for dimension in [4, 50, 100, 256, 312, 384, 512, 768, 1_024] {
            let database = database();
            let write = database.begin_write().unwrap();
            let mut table = VectorTable::open(&write).unwrap();
            let vectors = vec![7; 4 * dimension];
            let records = 20_000_000 / vectors.len() as u64;
            for number in 0..records {
                table.push(number, &vectors).unwrap();
            }
            table.flush().unwrap();
            let stats = table.table.stats().unwrap();
            let stored = records * vectors.len() as u64;
            let all = stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes();
            let share = stored as f64 / all as f64;
            // The narrower the vectors, the larger the share of numbers and lengths.
            let expected = if dimension < 50 { 0.5 } else { 0.88 };
            assert!(share > expected, "{dimension}: {share}");
        }
    }

    #[test]
    fn what_is_added_after_damage_can_be_read() {
        let database = database();
        let push = |number: u64| {
            let write = database.begin_write().unwrap();
            let mut table = VectorTable::open(&write).unwrap();
            table.push(number, &[number as u8; 400]).unwrap();
            table.flush().unwrap();
            drop(table);
            write.commit().unwrap();
        };
        push(0);
        push(1);
        let write = database.begin_write().unwrap();
        let mut table = write.open_table(VECTORS).unwrap();
        let mut group = table.get(0u64).unwrap().unwrap().value().to_vec();
        group.truncate(group.len() - 1);
        table.insert(0u64, group.as_slice()).unwrap();
        drop(table);
        write.commit().unwrap();

        push(2);
        push(3);
        let expected = [0, 2, 3].map(|number| (number, vec![number as u8; 400]));
        assert_eq!(read(&database), BTreeMap::from(expected));
    }

    #[derive(Debug, Clone)]
    enum Step {
        /// Adds records, each with this many vectors.
        Push(Vec<usize>),
        /// Removes the record whose number is this share of the next number.
        Remove(f64),
        /// Ends the transaction.
        Commit,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            prop::collection::vec(1usize..9, 1..12).prop_map(Step::Push),
            (0.0..1.0).prop_map(Step::Remove),
            Just(Step::Commit),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn what_is_added_and_not_removed_is_there(
            steps in prop::collection::vec(step(), 1..40), dimension in 1usize..700
        ) {
            let database = database();
            let mut expected = BTreeMap::new();
            let mut next = 0u64;
            for steps in steps.split(|step| matches!(step, Step::Commit)) {
                let write = database.begin_write().unwrap();
                let mut table = VectorTable::open(&write).unwrap();
                for step in steps {
                    match step {
                        Step::Push(counts) => {
                            for count in counts {
                                let byte = (next % 251) as u8;
                                let vectors = vec![byte; count * 4 * dimension];
                                table.push(next, &vectors).unwrap();
                                expected.insert(next, vectors);
                                next += 1;
                            }
                        }
                        Step::Remove(share) => {
                            let number = (*share * next as f64) as u64;
                            table.remove(number).unwrap();
                            expected.remove(&number);
                        }
                        Step::Commit => {}
                    }
                }
                table.flush().unwrap();
                drop(table);
                write.commit().unwrap();
                prop_assert_eq!(&read(&database), &expected);
            }
        }
    }
}
