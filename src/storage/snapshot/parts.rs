//! Reads a snapshot part by part.

use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::GzDecoder;

use crate::error::{Error, Result};
use crate::storage::layout::Row;
use crate::storage::snapshot::frames::{Head, Kind, MAGIC, copy_to, next, read};
use crate::storage::{COLUMNS_FILE, GRAPH_FILE};

pub type Unpacked<R> = BufReader<GzDecoder<BufReader<R>>>;

/// What follows the head of a snapshot.
pub struct Parts<'a, R: Read> {
    input: Unpacked<R>,
    path: &'a Path,
    /// Whether the end was read.
    ended: bool,
}

/// A part of a snapshot after its head.
pub enum Part<'a, R: Read> {
    /// A record.
    Row(Row),
    /// A deletion: its sequence number and the number of the record.
    Deletion((u64, u64)),
    /// An index file, with its name. It must be read to its end.
    File(&'static str, io::Take<&'a mut Unpacked<R>>),
}

impl<'a, R: Read> Parts<'a, R> {
    /// Reads the head.
    pub fn open(input: R, path: &'a Path) -> Result<(Head, Self)> {
        let failed = |error| unreadable(path, error);
        let mut input = BufReader::new(GzDecoder::new(BufReader::new(input)));
        let mut magic = [0; 8];
        let begun = input.read_exact(&mut magic);
        match begun {
            // It is compressed as a snapshot is, but its beginning cannot be unpacked.
            Err(error) if input.get_ref().header().is_some() => return Err(failed(error)),
            Ok(()) if magic == *MAGIC => {}
            _ => {
                let what = "is no snapshot of this version of Parallax";
                return Err(Error::import(path, what));
            }
        }
        let (kind, mut frame) = next(&mut input).map_err(failed)?;
        let head = match kind {
            Kind::About => serde_json::from_slice(&read(&mut frame).map_err(failed)?)
                .map_err(|_| Error::import(path, "does not say what collection it holds"))?,
            _ => return Err(Error::import(path, "does not begin as a snapshot does")),
        };
        let parts = Self {
            input,
            path,
            ended: false,
        };
        Ok((head, parts))
    }

    /// The next part; `None` at the end. Reading to the end verifies the checksum.
    pub fn next(&mut self) -> Result<Option<Part<'_, R>>> {
        let path = self.path;
        let bad = |what: &str| Error::import(path, what);
        let failed = |error| unreadable(path, error);
        let (kind, mut frame) = next(&mut self.input).map_err(failed)?;
        Ok(Some(match kind {
            Kind::Record => {
                let bytes = read(&mut frame).map_err(failed)?;
                let row = postcard::from_bytes(&bytes);
                Part::Row(row.map_err(|_| bad("holds a record that cannot be read"))?)
            }
            Kind::Deletion => {
                let bytes = read(&mut frame).map_err(failed)?;
                let deletion = deletion(&bytes);
                Part::Deletion(deletion.ok_or_else(|| bad("holds a deletion that cannot be read"))?)
            }
            Kind::Columns => Part::File(COLUMNS_FILE, frame),
            Kind::Graph => Part::File(GRAPH_FILE, frame),
            Kind::About => return Err(bad("says twice what collection it holds")),
            Kind::End => {
                return match frame.into_inner().read(&mut [0]).map_err(failed)? {
                    0 => Ok(None),
                    _ => Err(bad("goes on after its end")),
                };
            }
        }))
    }
}

impl<R: Read> Parts<'_, R> {
    /// The next record, without what comes before it; `None` at the end, also if called again.
    pub fn next_row(&mut self) -> Result<Option<Row>> {
        while !self.ended {
            let path = self.path;
            match self.next()? {
                Some(Part::Row(row)) => return Ok(Some(row)),
                Some(Part::Deletion(_)) => {}
                Some(Part::File(_, mut frame)) => {
                    let read = copy_to(&mut frame, &mut io::sink());
                    read.map_err(|error| unreadable(path, error))?;
                }
                None => self.ended = true,
            }
        }
        Ok(None)
    }
}

/// The error of reading a snapshot.
pub fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::import(
        path,
        format!("the snapshot is cut or damaged ({error}); take another copy of it"),
    )
}

/// A sequence number and the number of the record deleted. Record numbers have 64 bits, and 32 in
/// older snapshots.
fn deletion(bytes: &[u8]) -> Option<(u64, u64)> {
    let (sequence, number) = bytes.split_first_chunk::<8>()?;
    let number = match number.try_into() {
        Ok(wide) => u64::from_le_bytes(wide),
        Err(_) => u32::from_le_bytes(number.try_into().ok()?).into(),
    };
    Some((u64::from_le_bytes(*sequence), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletions_of_older_snapshots_are_read_too() {
        let number = u64::from(u32::MAX) + 5;
        let wide = [7u64.to_le_bytes(), number.to_le_bytes()].concat();
        assert_eq!(deletion(&wide), Some((7, number)));
        let narrow = [&7u64.to_le_bytes()[..], &9u32.to_le_bytes()].concat();
        assert_eq!(deletion(&narrow), Some((7, 9)));
        assert_eq!(deletion(&wide[..15]), None);
        assert_eq!(deletion(&wide[..7]), None);
    }
}
