//! An index on disk. It is a cache that is used only if it is intact, and it records the state of
//! the store it belongs to.
//!
//! Layout: magic, format version, state of the store, model hash, the index in postcard, and a
//! CRC-32 of everything before it. Vectors and graph have files of another kind, which are read in
//! place (`segment/files.rs`), and formats of their own: a graph depends only on vectors, takes long
//! to build, and need not be rebuilt when text is indexed differently.

use std::io::{BufWriter, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::storage::layout::State;

const MAGIC: &[u8; 8] = b"PLXINDEX";

/// The contents of an index file.
pub trait Indexed {
    /// Changes whenever the layout of the contents changes, or how they are derived from a record.
    const FORMAT: u32;
}

/// What an index was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltFrom {
    /// The state of the store.
    pub state: State,
    /// The model's hash.
    pub model: String,
}

/// Writes an index to its file.
pub fn write<T: Indexed + Serialize>(path: &Path, from: &BuiltFrom, index: &T) -> Result<()> {
    let fail = || Error::io(path);
    let encoded = |error| fail()(std::io::Error::other(error));
    atomic_file::write(path, |file| {
        let mut writer = Checked::new(BufWriter::new(file));
        writer.write_all(&head::<T>()).map_err(fail())?;
        postcard::to_io(from, &mut writer).map_err(encoded)?;
        postcard::to_io(index, &mut writer).map_err(encoded)?;
        let sum = writer.hasher.clone().finalize();
        writer.inner.write_all(&sum.to_le_bytes()).map_err(fail())?;
        writer.inner.flush().map_err(fail())
    })
}

/// Reads an index back, with what it was built from.
///
/// # Errors
/// Why the file cannot be used, for the log; the caller rebuilds the index.
pub fn read<T: Indexed + DeserializeOwned>(path: &Path) -> Result<(BuiltFrom, T), String> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        _ => error.to_string(),
    })?;
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or("it is cut short")?;
    if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return Err("its checksum does not match: it is damaged or cut".into());
    }
    let body = body
        .strip_prefix(head::<T>().as_slice())
        .ok_or("it was written by another version")?;
    let unreadable = |error: postcard::Error| format!("it cannot be read: {error}");
    let (from, body) = postcard::take_from_bytes(body).map_err(unreadable)?;
    Ok((from, postcard::from_bytes(body).map_err(unreadable)?))
}

fn head<T: Indexed>() -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.extend(T::FORMAT.to_le_bytes());
    head
}

/// Computes a checksum of the data that passes through.
struct Checked<W> {
    inner: W,
    hasher: crc32fast::Hasher,
}

impl<W> Checked<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            hasher: crc32fast::Hasher::new(),
        }
    }
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Indexed for Vec<u32> {
        const FORMAT: u32 = 1;
    }

    #[test]
    fn every_single_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("columns.idx");
        let index: Vec<u32> = (0..50).collect();
        let from = BuiltFrom {
            state: State {
                sequence: 7,
                next: 5,
            },
            model: "abc".into(),
        };
        write(&path, &from, &index).unwrap();
        assert_eq!(read::<Vec<u32>>(&path).unwrap(), (from, index));

        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x40;
            std::fs::write(&path, flipped).unwrap();
            assert!(read::<Vec<u32>>(&path).is_err(), "byte {at} flipped");
            std::fs::write(&path, &whole[..at]).unwrap();
            assert!(read::<Vec<u32>>(&path).is_err(), "cut to {at} bytes");
        }
    }
}
