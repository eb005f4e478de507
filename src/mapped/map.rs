//! The only place where files are mapped into memory.

// Mapping is unsafe because the bytes would change under the reader, or disappear, if another
// process wrote to the file or cut it.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::ops::Range;

use bytes::Bytes;
use memmap2::{Advice, Mmap};

/// Maps a whole file for reading. Some ranges of bytes are also read from start to end.
///
/// The caller promises that it is an index file of this data folder. These are written under
/// another name and renamed, and never written to again: a newer index is a new file, and the old
/// one lives on, unnamed, as long as it is mapped. The lock of the data folder keeps other
/// processes of Parallax out.
pub fn map(file: &File, in_order: &[Range<u64>]) -> io::Result<Bytes> {
    // SAFETY: as promised above, nothing writes to the file or cuts it while it is mapped. A person
    // who overwrites a file of the data folder in place can end the process with SIGBUS or make it
    // give wrong answers, as with any database that maps its files; the slices are plain numbers,
    // which are valid whatever their bits, and every index that is read from them is checked where
    // it is used.
    let map = unsafe { Mmap::map(file)? };
    // Queries read a few places of each file. Reading ahead would only fill memory. This is a
    // hint, and what it does not help it does not harm.
    #[cfg(unix)]
    {
        let _ = map.advise(Advice::Random);
        for range in in_order {
            let length = range.end.saturating_sub(range.start);
            if range.end <= map.len() as u64 {
                let _ = map.advise_range(Advice::Normal, range.start as usize, length as usize);
            }
        }
    }
    #[cfg(not(unix))]
    let _ = in_order;
    Ok(Bytes::from_owner(map))
}
