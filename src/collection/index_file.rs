//! An index on disk: a cache that is believed only when it is whole and of the same state
//! as the store.
//!
//! Layout: magic, format version, sequence number, model hash, the index in postcard, and a
//! CRC-32 of all before it. Written beside its place and renamed, so that a reader sees the
//! old file or the new one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"PLXINDEX";

/// Changes whenever what is inside changes shape.
const FORMAT: u32 = 1;

/// What an index must have been built from to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltFrom {
    /// The store's sequence number.
    pub sequence: u64,
    /// The model's hash.
    pub model: String,
}

impl BuiltFrom {
    fn header(&self) -> Vec<u8> {
        let mut header = MAGIC.to_vec();
        header.extend(FORMAT.to_le_bytes());
        header.extend(self.sequence.to_le_bytes());
        header.extend((self.model.len() as u32).to_le_bytes());
        header.extend(self.model.as_bytes());
        header
    }
}

/// Writes an index to its place.
pub fn write(path: &Path, from: &BuiltFrom, index: &impl Serialize) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let fail = || Error::io(path);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail())?;
    {
        let mut writer = Checked::new(BufWriter::new(file.as_file_mut()));
        writer.write_all(&from.header()).map_err(fail())?;
        postcard::to_io(index, &mut writer)
            .map_err(|error| fail()(std::io::Error::other(error)))?;
        let sum = writer.hasher.clone().finalize();
        writer.inner.write_all(&sum.to_le_bytes()).map_err(fail())?;
        writer.inner.flush().map_err(fail())?;
    }
    file.as_file().sync_all().map_err(fail())?;
    file.persist(path).map_err(|error| fail()(error.error))?;
    // The rename itself is durable once the folder is.
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(fail())
}

/// Reads an index back.
///
/// # Errors
/// Why the file cannot be believed, for the log; the caller builds the index anew.
pub fn read<T: DeserializeOwned>(path: &Path, from: &BuiltFrom) -> Result<T, String> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        _ => error.to_string(),
    })?;
    let header = from.header();
    let (body, sum) = bytes
        .split_last_chunk::<4>()
        .filter(|(body, _)| body.len() >= header.len())
        .ok_or("it is cut short")?;
    if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return Err("its checksum does not match: it is damaged or cut".into());
    }
    let payload = body
        .strip_prefix(header.as_slice())
        .ok_or("it was built by another version, from another state or for another model")?;
    postcard::from_bytes(payload).map_err(|error| format!("it cannot be read: {error}"))
}

/// Sums what passes through.
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

    fn from(sequence: u64) -> BuiltFrom {
        BuiltFrom {
            sequence,
            model: "abc".into(),
        }
    }

    #[test]
    fn every_single_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.idx");
        let index: Vec<u32> = (0..50).collect();
        write(&path, &from(7), &index).unwrap();
        assert_eq!(read::<Vec<u32>>(&path, &from(7)).unwrap(), index);

        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x40;
            std::fs::write(&path, flipped).unwrap();
            assert!(
                read::<Vec<u32>>(&path, &from(7)).is_err(),
                "byte {at} flipped"
            );
            std::fs::write(&path, &whole[..at]).unwrap();
            assert!(
                read::<Vec<u32>>(&path, &from(7)).is_err(),
                "cut to {at} bytes"
            );
        }
    }

    #[test]
    fn another_state_or_model_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.idx");
        write(&path, &from(7), &1u8).unwrap();
        assert!(read::<u8>(&path, &from(8)).is_err());
        let other = BuiltFrom {
            sequence: 7,
            model: "abd".into(),
        };
        assert!(read::<u8>(&path, &other).is_err());
    }
}
