//! Converts a store of format 2. In this format, record numbers had 32 bits, which a collection
//! could use up if its records were updated again and again. The vectors of each record were a
//! separate value, which left a quarter of the file or more empty.

use redb::{ReadableTable, TableDefinition, TableError, TableHandle, WriteTransaction};

use crate::storage::layout::{Bytes, DELETED, IDS, META, PASSAGES, RECORDS, VECTORS, json};
use crate::storage::vector_table::VectorTable;

/// The earlier format.
pub(crate) const FORMAT: u32 = 2;

type Result<T> = std::result::Result<T, redb::Error>;

/// Tables of the earlier format, under another name while they are copied.
const OLD_ROWS: TableDefinition<'_, u32, Bytes> = TableDefinition::new("old rows");
const OLD_IDS: TableDefinition<'_, &str, u32> = TableDefinition::new("old ids");
const OLD_DELETED: TableDefinition<'_, u64, u32> = TableDefinition::new("old deleted");

/// Copies all tables and records the new format, in a single transaction, so that a store always
/// has one format or the other.
pub(super) fn convert(write: &WriteTransaction, format: u32) -> Result<()> {
    for rows in [RECORDS, PASSAGES] {
        if put_aside(write, rows, OLD_ROWS)? {
            let mut new = write.open_table(rows)?;
            each_row(write, |number, bytes| {
                new.insert(number, bytes)?;
                Ok(())
            })?;
        }
    }
    if put_aside(write, VECTORS, OLD_ROWS)? {
        let mut new = VectorTable::open(write)?;
        each_row(write, |number, bytes| new.push(number, bytes))?;
        new.flush()?;
    }
    if put_aside(write, IDS, OLD_IDS)? {
        let (old, mut new) = (write.open_table(OLD_IDS)?, write.open_table(IDS)?);
        for row in old.iter()? {
            let (id, number) = row?;
            new.insert(id.value(), u64::from(number.value()))?;
        }
        drop(old);
        write.delete_table(OLD_IDS)?;
    }
    if put_aside(write, DELETED, OLD_DELETED)? {
        let (old, mut new) = (write.open_table(OLD_DELETED)?, write.open_table(DELETED)?);
        for row in old.iter()? {
            let (sequence, number) = row?;
            new.insert(sequence.value(), u64::from(number.value()))?;
        }
        drop(old);
        write.delete_table(OLD_DELETED)?;
    }
    let mut meta = write.open_table(META)?;
    meta.insert("format", json(&format).as_slice())?;
    Ok(())
}

/// Calls `copy` with every row of the table that was put aside, then deletes that table.
fn each_row(
    write: &WriteTransaction,
    mut copy: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    let old = write.open_table(OLD_ROWS)?;
    for row in old.iter()? {
        let (number, bytes) = row?;
        copy(number.value().into(), bytes.value())?;
    }
    drop(old);
    write.delete_table(OLD_ROWS)?;
    Ok(())
}

/// Renames a table, if it exists.
fn put_aside(
    write: &WriteTransaction,
    table: impl TableHandle,
    aside: impl TableHandle,
) -> Result<bool> {
    match write.rename_table(table, aside) {
        Ok(()) => Ok(true),
        Err(TableError::TableDoesNotExist(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use redb::{Database, ReadableDatabase};

    use super::*;
    use crate::record::{RecordNumber, Schema};
    use crate::storage::layout::{About, Change, Encoded, State};
    use crate::storage::store::{Store, View};

    const RECORDS_2: TableDefinition<'_, u32, Bytes> = TableDefinition::new("records");
    const VECTORS_2: TableDefinition<'_, u32, Bytes> = TableDefinition::new("vectors");
    const PASSAGES_2: TableDefinition<'_, u32, Bytes> = TableDefinition::new("passages");
    const IDS_2: TableDefinition<'_, &str, u32> = TableDefinition::new("ids");
    const DELETED_2: TableDefinition<'_, u64, u32> = TableDefinition::new("deleted");

    const DIMENSION: usize = 384;

    /// The components of a record's vectors. It has two passages if its number is odd.
    fn components(number: u32) -> Vec<f32> {
        let passages = 1 + number as usize % 2;
        let all = (0..passages * DIMENSION).map(|at| (number as f32 + at as f32).sin());
        all.collect()
    }

    /// Writes a store in the earlier format, with records of these numbers.
    fn written(path: &std::path::Path, about: &About, numbers: std::ops::Range<u32>) {
        let database = Database::create(path).unwrap();
        let write = database.begin_write().unwrap();
        {
            let mut meta = write.open_table(META).unwrap();
            let state = json(&State {
                sequence: 99,
                next: numbers.end.into(),
            });
            for (name, value) in [
                ("format", json(&FORMAT)),
                ("about", json(about)),
                ("state", state),
            ] {
                meta.insert(name, value.as_slice()).unwrap();
            }
            let mut records = write.open_table(RECORDS_2).unwrap();
            let mut vectors = write.open_table(VECTORS_2).unwrap();
            let mut passages = write.open_table(PASSAGES_2).unwrap();
            let mut ids = write.open_table(IDS_2).unwrap();
            for number in numbers {
                let payload = format!("{{\"id\":\"n{number}\",\"text\":\"kept\"}}");
                records.insert(number, payload.as_bytes()).unwrap();
                let components = components(number).into_iter();
                let bytes: Vec<u8> = components.flat_map(f32::to_le_bytes).collect();
                vectors.insert(number, bytes.as_slice()).unwrap();
                if number % 2 == 1 {
                    let ranges: &[u8] = br#"[{"start":0,"end":2},{"start":2,"end":4}]"#;
                    passages.insert(number, ranges).unwrap();
                }
                ids.insert(format!("n{number}").as_str(), number).unwrap();
            }
            let mut deleted = write.open_table(DELETED_2).unwrap();
            deleted.insert(8, 7).unwrap();
        }
        write.commit().unwrap();
    }

    fn vectors(view: &View<'_>) -> Vec<(u64, Vec<f32>)> {
        let mut all = Vec::new();
        view.for_each_vectors(0..u64::MAX, |number, vectors| {
            all.push((number.0, vectors.to_vec()));
        })
        .unwrap();
        all
    }

    /// The facts about a collection whose records have an id and a text.
    fn about() -> About {
        About {
            schema: Schema {
                id: Some("id".into()),
                texts: vec!["text".into()],
                ..Schema::default()
            },
            model: "model".into(),
            dimension: DIMENSION,
            distance: crate::vector::Distance::default(),
            model_dir: std::path::PathBuf::new(),
            source: String::new(),
            passages: true,
        }
    }

    #[test]
    fn a_store_of_any_other_format_is_refused_with_what_to_do() {
        for format in [0, 1, 4, 100] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("store.redb");
            written(&path, &about(), 0..3);
            let database = Database::open(&path).unwrap();
            let write = database.begin_write().unwrap();
            let mut meta = write.open_table(META).unwrap();
            meta.insert("format", json(&format).as_slice()).unwrap();
            drop(meta);
            write.commit().unwrap();
            drop(database);
            let error = Store::open(&path).err().unwrap().to_string();
            assert!(error.contains(&format!("has format {format},")), "{error}");
            assert!(error.contains("parallax index --replace"), "{error}");
        }
    }

    #[test]
    fn a_store_that_has_used_up_narrow_numbers_is_read_whole_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.redb");
        let about = about();
        let numbers = u32::MAX - 40..u32::MAX;
        written(&path, &about, numbers.clone());

        let store = Store::open(&path).unwrap();
        let view = store.read().unwrap();
        let expected = numbers.clone().map(|at| (u64::from(at), components(at)));
        assert_eq!(vectors(&view), expected.collect::<Vec<_>>());
        for number in numbers.clone() {
            let found = view.find(&format!("n{number}")).unwrap();
            assert_eq!(found, Some(RecordNumber(number.into())));
            let number = RecordNumber(number.into());
            assert_eq!(view.record(number).unwrap().unwrap()["text"], "kept");
            let passages = view.ranges(number).unwrap().len();
            assert_eq!(passages, if number.0 % 2 == 1 { 2 } else { 0 });
        }
        assert_eq!(view.deleted_since(0).unwrap(), [RecordNumber(7)]);

        // One record is written again and again.
        let number = view.find("n4294967290").unwrap().unwrap();
        let encoded = Encoded {
            payload: view.record(number).unwrap().unwrap(),
            vectors: vec![vec![0.5; DIMENSION].into()],
            ranges: Vec::new(),
            read_in_part: false,
        };
        drop(view);
        for more in 0..3 {
            let batch = std::slice::from_ref(&encoded);
            let (applied, _) = store.apply(&[Change::Put(batch)]).unwrap();
            let number = u64::from(u32::MAX) + more;
            assert_eq!(applied[0].added, number..number + 1);
        }
        drop(store);
        // The store was converted once, and now has the new format.
        let store = Store::open(&path).unwrap();
        let view = store.read().unwrap();
        let last = u64::from(u32::MAX) + 2;
        assert_eq!(view.find("n4294967290").unwrap(), Some(RecordNumber(last)));
        let there = vectors(&view);
        assert_eq!(there.len(), 40);
        assert_eq!(there[39], (last, vec![0.5; DIMENSION]));
        drop(view);
        drop(store);
        let database = Database::open(&path).unwrap();
        let read = database.begin_read().unwrap();
        let mut tables = read.list_tables().unwrap();
        assert!(tables.all(|table| !table.name().starts_with("old")));
    }
}
