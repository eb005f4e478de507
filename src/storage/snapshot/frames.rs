//! The form of a snapshot: gzip, in it a mark, and then frames: a kind, a length, and that many bytes.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::storage::layout::{About, Row, State};

/// How a snapshot begins.
pub const MAGIC: &[u8; 8] = b"PLXSNAP\x01";

/// The longest frame of a record: its line and the vectors of its passages.
const MAX_FRAME: u64 = 16 << 20;

/// The kind of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    About = 1,
    Record = 2,
    Deletion = 3,
    Columns = 4,
    Graph = 5,
    End = 6,
}

/// The contents of the first frame: the metadata of the whole snapshot.
#[derive(Serialize, Deserialize)]
pub struct Head {
    /// The store's metadata.
    pub about: About,
    /// The state of the store.
    pub state: State,
    /// Up to where the log of deletions was truncated.
    pub forgotten: u64,
}

/// Writes a snapshot.
pub struct Frames<W: Write>(GzEncoder<BufWriter<W>>);

impl<W: Write> Frames<W> {
    /// Begins a snapshot.
    pub fn begin(out: W, head: &Head) -> io::Result<Self> {
        let mut out = Self(GzEncoder::new(BufWriter::new(out), Compression::fast()));
        out.0.write_all(MAGIC)?;
        out.bytes(Kind::About, &serde_json::to_vec(head)?)?;
        Ok(out)
    }

    /// Writes a record.
    pub fn row(&mut self, row: &Row) -> io::Result<()> {
        let row = postcard::to_stdvec(row).map_err(io::Error::other)?;
        self.bytes(Kind::Record, &row)
    }

    /// Ends the snapshot.
    pub fn end(mut self) -> io::Result<()> {
        self.bytes(Kind::End, &[])?;
        self.0.finish()?.flush()
    }

    /// Writes a frame with these contents.
    pub fn bytes(&mut self, kind: Kind, bytes: &[u8]) -> io::Result<()> {
        self.head(kind, bytes.len() as u64)?;
        self.0.write_all(bytes)
    }

    /// Writes a frame with the contents of a file.
    pub fn file(&mut self, kind: Kind, mut file: File) -> io::Result<()> {
        let length = file.metadata()?.len();
        self.head(kind, length)?;
        let copied = io::copy(&mut file, &mut self.0)?;
        if copied == length {
            Ok(())
        } else {
            Err(io::Error::other("an index file changed its length"))
        }
    }

    fn head(&mut self, kind: Kind, length: u64) -> io::Result<()> {
        self.0.write_all(&[kind as u8])?;
        self.0.write_all(&length.to_le_bytes())
    }
}

/// The next frame: its kind, and a reader limited to its bytes.
pub fn next<R: Read>(input: &mut R) -> io::Result<(Kind, io::Take<&mut R>)> {
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

/// The contents of a frame.
pub fn read(frame: &mut io::Take<impl Read>) -> io::Result<Vec<u8>> {
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

/// Copies the contents of a frame to a file.
pub fn copy(frame: &mut io::Take<impl Read>, path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    copy_to(frame, &mut file)?;
    file.sync_all()
}

/// Copies the contents of a frame.
pub fn copy_to(frame: &mut io::Take<impl Read>, out: &mut impl Write) -> io::Result<()> {
    io::copy(frame, out)?;
    if frame.limit() > 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// The error of writing a snapshot.
pub fn failed(error: io::Error) -> Error {
    Error::io(Path::new("the snapshot"))(error)
}
