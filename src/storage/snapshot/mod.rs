//! Snapshots: a whole collection in one compressed file, taken while writes continue.
//!
//! The file is gzip, whose checksum covers everything, and contains a series of frames: a kind, a
//! length, and that many bytes. First comes the store's metadata, then every record with its
//! vectors, the log of deletions, and the base's index files unchanged, so that a restored
//! collection gives the same answers as the original. The last frame marks the end.

mod frames;
mod parts;
pub(crate) mod stored;

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use self::frames::{Frames, Head, Kind, copy, failed};
use self::parts::{Part, Parts, unreadable};
use crate::error::Result;
use crate::storage::STORE_FILE;
use crate::storage::layout::About;
use crate::storage::store::{Store, View};

/// How many records are restored in one transaction.
const BATCH: usize = 2_048;

/// Writes a snapshot: a state of the store, and the files of a base made at that state or earlier.
///
/// # Errors
/// The store's read errors; [`crate::Error::Io`] if the output fails.
pub(crate) fn write(
    about: &About,
    view: &View<'_>,
    [columns, graph]: [Option<File>; 2],
    out: &mut impl Write,
) -> Result<()> {
    let head = Head {
        about: about.clone(),
        state: view.state()?,
        forgotten: view.forgotten()?,
    };
    let mut out = Frames::begin(out, &head).map_err(failed)?;
    view.for_each_row(0..u64::MAX, |row| out.row(&row).map_err(failed))?;
    view.for_each_deletion(|sequence, number| {
        let mut bytes = sequence.to_le_bytes().to_vec();
        bytes.extend(number.to_le_bytes());
        out.bytes(Kind::Deletion, &bytes).map_err(failed)
    })?;
    for (kind, file) in [(Kind::Columns, columns), (Kind::Graph, graph)] {
        if let Some(file) = file {
            out.file(kind, file).map_err(failed)?;
        }
    }
    out.end().map_err(failed)
}

/// Creates a collection's files in an empty folder from a snapshot. `path` is its name in errors.
///
/// # Errors
/// [`crate::Error::Import`], with advice on what to do, if the file is not a snapshot, or is truncated or
/// damaged. The folder's contents are then unusable.
pub fn restore(input: impl Read, path: &Path, folder: &Path) -> Result<()> {
    let (head, mut parts) = Parts::open(input, path)?;
    let Head {
        about,
        state,
        forgotten,
    } = head;
    let store = Store::create(&folder.join(STORE_FILE), about)?;
    let (mut rows, mut deletions) = (Vec::with_capacity(BATCH), Vec::new());
    while let Some(part) = parts.next()? {
        match part {
            Part::Row(row) => rows.push(row),
            Part::Deletion(deletion) => deletions.push(deletion),
            Part::File(name, mut frame) => {
                let copied = copy(&mut frame, &folder.join(name));
                copied.map_err(|error| unreadable(path, error))?;
            }
        }
        if rows.len() == BATCH {
            store.restore(&rows, &[], state, forgotten)?;
            rows.clear();
        }
    }
    store.restore(&rows, &deletions, state, forgotten)?;
    store.close_compactly();
    Ok(())
}

/// Reads a snapshot to its end, as restoring it would, and returns how many records it holds.
/// `path` is its name in errors.
///
/// # Errors
/// As for [`restore`].
pub fn verify(input: impl Read, path: &Path) -> Result<u64> {
    let (_, mut parts) = Parts::open(input, path)?;
    let mut records = 0;
    while parts.next_row()?.is_some() {
        records += 1;
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::frames::MAGIC;
    use super::*;

    #[test]
    fn a_snapshot_of_another_version_is_refused() {
        for magic in [b"PLXSNAP\x00", b"PLXSNAP\x02", b"another."] {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(magic).unwrap();
            let packed = packed.finish().unwrap();
            let folder = tempfile::tempdir().unwrap();
            let restored = restore(&packed[..], Path::new("shop.snapshot"), folder.path());
            let error = restored.unwrap_err().to_string();
            assert!(error.contains("no snapshot of this version"), "{error}");
            // Nothing is left behind.
            assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        }
    }

    #[test]
    fn a_damaged_beginning_is_no_other_version() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(MAGIC).unwrap();
        let mut packed = packed.finish().unwrap();
        // The first block after the header of gzip, of ten bytes, has a type that does not exist.
        packed[10] |= 0b110;
        let folder = tempfile::tempdir().unwrap();
        let restored = restore(&packed[..], Path::new("shop.snapshot"), folder.path());
        let error = restored.unwrap_err().to_string();
        assert!(error.contains("cut or damaged"), "{error}");
    }
}
