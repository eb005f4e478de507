//! Snapshots: a whole collection in one compressed file, taken while writes continue.
//!
//! The file is gzip, whose checksum covers everything, and contains a series of frames: a kind, a
//! length, and that many bytes. First comes the store's metadata, then every record with its
//! vectors, the log of deletions, and the base's index files unchanged, so that a restored
//! collection gives the same answers as the original. The last frame marks the end.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::storage::layout::{About, Row, State};
use crate::storage::store::{Store, View};
use crate::storage::{COLUMNS_FILE, GRAPH_FILE, STORE_FILE};

const MAGIC: &[u8; 8] = b"PLXSNAP\x01";

/// How many records are restored in one transaction.
const BATCH: usize = 2_048;

/// The longest frame of a record: its line and the vectors of its passages.
const MAX_FRAME: u64 = 16 << 20;

/// The kind of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    About = 1,
    Record = 2,
    Deletion = 3,
    Columns = 4,
    Graph = 5,
    End = 6,
}

/// Metadata of the whole snapshot.
#[derive(Serialize, Deserialize)]
struct Head {
    about: About,
    state: State,
    forgotten: u64,
}

/// Writes a snapshot: a state of the store, and the files of a base made at that state or earlier.
///
/// # Errors
/// The store's read errors; [`Error::Io`] if the output fails.
pub(crate) fn write(
    about: &About,
    view: &View<'_>,
    [columns, graph]: [Option<File>; 2],
    out: &mut impl Write,
) -> Result<()> {
    let failed = |error: io::Error| Error::io(Path::new("the snapshot"))(error);
    let mut out = Frames {
        inner: GzEncoder::new(BufWriter::new(out), Compression::fast()),
    };
    out.inner.write_all(MAGIC).map_err(failed)?;
    let head = Head {
        about: about.clone(),
        state: view.state()?,
        forgotten: view.forgotten()?,
    };
    let head = serde_json::to_vec(&head).map_err(|error| failed(error.into()))?;
    out.bytes(Kind::About, &head).map_err(failed)?;
    view.for_each_row(0..u64::MAX, |row| {
        let row = postcard::to_stdvec(&row).map_err(|e| failed(io::Error::other(e)))?;
        out.bytes(Kind::Record, &row).map_err(failed)
    })?;
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
    out.bytes(Kind::End, &[]).map_err(failed)?;
    let mut buffer = out.inner.finish().map_err(failed)?;
    buffer.flush().map_err(failed)
}

/// Creates a collection's files in an empty folder from a snapshot. `path` is its name in errors.
///
/// # Errors
/// [`Error::Import`], with advice on what to do, if the file is not a snapshot, or is truncated or
/// damaged. The folder's contents are then unusable.
pub fn restore(input: impl Read, path: &Path, folder: &Path) -> Result<()> {
    let (head, parts) = Parts::open(input, path)?;
    let Head {
        about,
        state,
        forgotten,
    } = head;
    let store = Store::create(&folder.join(STORE_FILE), about)?;
    let (mut rows, mut deletions) = (Vec::with_capacity(BATCH), Vec::new());
    parts.each(|part| {
        match part {
            Part::Row(row) => rows.push(row),
            Part::Deletion(deletion) => deletions.push(deletion),
            Part::File(name, frame) => {
                copy(frame, &folder.join(name)).map_err(|error| unreadable(path, error))?;
            }
        }
        if rows.len() == BATCH {
            store.restore(&rows, &[], state, forgotten)?;
            rows.clear();
        }
        Ok(())
    })?;
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
    let (_, parts) = Parts::open(input, path)?;
    let mut records = 0;
    parts.each(|part| {
        match part {
            Part::Row(_) => records += 1,
            Part::Deletion(_) => {}
            Part::File(_, frame) => {
                copy_to(frame, &mut io::sink()).map_err(|error| unreadable(path, error))?;
            }
        }
        Ok(())
    })?;
    Ok(records)
}

type Unpacked<R> = BufReader<GzDecoder<BufReader<R>>>;

/// What follows the head of a snapshot.
struct Parts<'a, R: Read> {
    input: Unpacked<R>,
    path: &'a Path,
}

/// A part of a snapshot after its head.
enum Part<'a, 'b, R: Read> {
    Row(Row),
    Deletion((u64, u64)),
    /// An index file, with its name. It must be read to its end.
    File(&'static str, &'a mut io::Take<&'b mut Unpacked<R>>),
}

impl<'a, R: Read> Parts<'a, R> {
    /// Reads the head.
    fn open(input: R, path: &'a Path) -> Result<(Head, Self)> {
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
        Ok((head, Self { input, path }))
    }

    /// Calls `each` with every part. Reading to the end verifies the checksum.
    fn each(mut self, mut each: impl FnMut(Part<'_, '_, R>) -> Result<()>) -> Result<()> {
        let path = self.path;
        let bad = |what: &str| Error::import(path, what);
        let failed = |error| unreadable(path, error);
        loop {
            let (kind, mut frame) = next(&mut self.input).map_err(failed)?;
            each(match kind {
                Kind::Record => {
                    let bytes = read(&mut frame).map_err(failed)?;
                    let row = postcard::from_bytes(&bytes);
                    Part::Row(row.map_err(|_| bad("holds a record that cannot be read"))?)
                }
                Kind::Deletion => {
                    let bytes = read(&mut frame).map_err(failed)?;
                    let deletion = deletion(&bytes);
                    Part::Deletion(
                        deletion.ok_or_else(|| bad("holds a deletion that cannot be read"))?,
                    )
                }
                Kind::Columns => Part::File(COLUMNS_FILE, &mut frame),
                Kind::Graph => Part::File(GRAPH_FILE, &mut frame),
                Kind::End => break,
                Kind::About => return Err(bad("says twice what collection it holds")),
            })?;
        }
        match self.input.read(&mut [0]).map_err(failed)? {
            0 => Ok(()),
            _ => Err(bad("goes on after its end")),
        }
    }
}

fn unreadable(path: &Path, error: io::Error) -> Error {
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

struct Frames<W: Write> {
    inner: W,
}

impl<W: Write> Frames<W> {
    fn bytes(&mut self, kind: Kind, bytes: &[u8]) -> io::Result<()> {
        self.head(kind, bytes.len() as u64)?;
        self.inner.write_all(bytes)
    }

    fn file(&mut self, kind: Kind, mut file: File) -> io::Result<()> {
        let length = file.metadata()?.len();
        self.head(kind, length)?;
        let copied = io::copy(&mut file, &mut self.inner)?;
        if copied == length {
            Ok(())
        } else {
            Err(io::Error::other("an index file changed its length"))
        }
    }

    fn head(&mut self, kind: Kind, length: u64) -> io::Result<()> {
        self.inner.write_all(&[kind as u8])?;
        self.inner.write_all(&length.to_le_bytes())
    }
}

/// The next frame: its kind, and a reader limited to its bytes.
fn next<R: Read>(input: &mut R) -> io::Result<(Kind, io::Take<&mut R>)> {
    let mut head = [0; 9];
    input.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let kinds = [
        Kind::About,
        Kind::Record,
        Kind::Deletion,
        Kind::Columns,
        Kind::Graph,
        Kind::End,
    ];
    let kind = kinds.into_iter().find(|known| *known as u8 == kind);
    let kind = kind.ok_or_else(|| io::Error::other("a part of an unknown kind"))?;
    Ok((kind, input.take(u64::from_le_bytes(length))))
}

fn read(frame: &mut io::Take<impl Read>) -> io::Result<Vec<u8>> {
    let length = frame.limit();
    if length > MAX_FRAME {
        return Err(io::Error::other("a part that is too long"));
    }
    let mut bytes = Vec::new();
    frame.read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn copy(frame: &mut io::Take<impl Read>, path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    copy_to(frame, &mut file)?;
    file.sync_all()
}

fn copy_to(frame: &mut io::Take<impl Read>, out: &mut impl Write) -> io::Result<()> {
    io::copy(frame, out)?;
    if frame.limit() > 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
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
