//! A part of a file that is read piece by piece.

use std::fs::File;
use std::io;
use std::sync::Arc;

/// A section of a file, read by system calls.
///
/// Where a mapping is touched, Linux maps the pages around that are in its cache as well, 64 KB in
/// all. A process that reads single rows all over a large section would soon have all of it in its
/// resident memory, and this one has only what it reads.
#[derive(Debug, Clone)]
pub struct FileRange {
    file: Arc<File>,
    start: u64,
    length: u64,
}

impl FileRange {
    /// A range of an open file.
    pub fn new(file: Arc<File>, start: u64, length: u64) -> Self {
        Self {
            file,
            start,
            length,
        }
    }

    /// Its number of bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Fills a buffer with the bytes from a place on. False if the range ends before, or the file
    /// cannot be read.
    pub fn read(&self, at: u64, buffer: &mut [u8]) -> bool {
        let end = at.checked_add(buffer.len() as u64);
        end.is_some_and(|end| end <= self.length)
            && read_exact(&self.file, self.start + at, buffer).is_ok()
    }
}

#[cfg(unix)]
fn read_exact(file: &File, at: u64, buffer: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_exact(file: &File, mut at: u64, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                at += read as u64;
                buffer = &mut buffer[read..];
            }
        }
    }
    Ok(())
}
