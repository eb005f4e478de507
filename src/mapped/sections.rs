//! Writes a file of sections.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// The first bytes of every file, and the last.
pub(super) const MAGIC: &[u8; 8] = b"PLXMAPPD";

/// Sections start at multiples of this, so that their numbers are aligned, and a vector starts a
/// cache line.
pub(super) const ALIGNMENT: u64 = 64;

/// How many bytes a checksum covers. The last block of a section may be shorter.
pub(super) const BLOCK: usize = 1 << 20;

/// The end of a file: where its directory starts and ends, the directory's CRC-32, and the magic.
pub(super) const TRAILER: usize = 8 + 8 + 4 + 8;

/// What a file contains.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Directory {
    /// Changes with the layout or meaning of the sections.
    pub format: u32,
    /// What the sections were built from.
    pub about: Vec<u8>,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// A named range of bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Section {
    pub name: String,
    pub start: u64,
    pub length: u64,
    /// The CRC-32 of each block.
    pub checksums: Vec<u32>,
}

/// Writes sections one after another, then the directory.
///
/// The directory is at the end, so that sections can be written as they are computed.
pub struct SectionWriter<W> {
    inner: W,
    written: u64,
    directory: Directory,
    /// The checksum of the current block, and how many bytes it covers so far.
    block: crc32fast::Hasher,
    filled: usize,
}

impl<W: Write> SectionWriter<W> {
    /// Starts a file. `about` says what it is built from; it is read back without the sections.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(mut inner: W, format: u32, about: Vec<u8>) -> io::Result<Self> {
        inner.write_all(MAGIC)?;
        Ok(Self {
            inner,
            written: MAGIC.len() as u64,
            directory: Directory {
                format,
                about,
                sections: Vec::new(),
            },
            block: crc32fast::Hasher::new(),
            filled: 0,
        })
    }

    /// Starts the next section. Its bytes are what is written until the next call.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn start(&mut self, name: &str) -> io::Result<()> {
        self.end_section();
        let padding = self.written.next_multiple_of(ALIGNMENT) - self.written;
        self.inner
            .write_all(&[0; ALIGNMENT as usize][..padding as usize])?;
        self.written += padding;
        self.directory.sections.push(Section {
            name: name.to_owned(),
            start: self.written,
            length: 0,
            checksums: Vec::new(),
        });
        Ok(())
    }

    /// Writes a whole section.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn section(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.start(name)?;
        self.write_all(bytes)
    }

    /// Writes the directory. The file is whole afterwards.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_section();
        let directory = postcard::to_stdvec(&self.directory).map_err(io::Error::other)?;
        let (start, end) = (self.written, self.written + directory.len() as u64);
        self.inner.write_all(&directory)?;
        self.inner.write_all(&start.to_le_bytes())?;
        self.inner.write_all(&end.to_le_bytes())?;
        self.inner
            .write_all(&crc32fast::hash(&directory).to_le_bytes())?;
        self.inner.write_all(MAGIC)?;
        self.inner.flush()?;
        Ok(self.inner)
    }

    fn end_section(&mut self) {
        if self.filled > 0 {
            self.end_block();
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        if let Some(section) = self.directory.sections.last_mut() {
            section.checksums.push(block.finalize());
        }
        self.filled = 0;
    }
}

impl<W: Write> Write for SectionWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(BLOCK - self.filled);
        let written = self.inner.write(&bytes[..fits])?;
        self.block.update(&bytes[..written]);
        self.filled += written;
        self.written += written as u64;
        if let Some(section) = self.directory.sections.last_mut() {
            section.length += written as u64;
        }
        if self.filled == BLOCK {
            self.end_block();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
