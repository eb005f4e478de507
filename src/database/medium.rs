//! A layer between redb and a file that may fail. Each opening tracks whether it still works, and
//! read-only openings keep redb's writes in memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use redb::{BackendError, StorageBackend};

use crate::locks::lock;

/// Where an opening's writes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    ToFile,
    ToMemory,
}

/// A file that can be opened several times under one lock.
pub struct Medium {
    file: Arc<dyn StorageBackend>,
    locked: AtomicBool,
}

/// Whether an opening still works.
#[derive(Debug, Default)]
pub struct Health {
    /// The first failure.
    failed: OnceLock<io::ErrorKind>,
    /// Locked for reading during every file access, so that nothing is read after the end.
    ended: RwLock<bool>,
}

/// The file as seen by one opening.
#[derive(Debug)]
struct Opening {
    file: Arc<dyn StorageBackend>,
    health: Arc<Health>,
    /// Whether this opening must take the file's locks; later ones already have them.
    locks: bool,
    memory: Option<Memory>,
}

/// Data written over a file, in blocks.
#[derive(Debug)]
struct Memory {
    blocks: Mutex<BTreeMap<u64, Box<[u8]>>>,
    len: AtomicU64,
}

const BLOCK: usize = 4_096;

impl Medium {
    pub fn new(file: Arc<dyn StorageBackend>) -> Self {
        Self {
            file,
            locked: AtomicBool::new(false),
        }
    }

    /// The file itself.
    pub fn inner(&self) -> &dyn StorageBackend {
        &*self.file
    }

    /// Creates another opening of the file.
    pub fn file(&self, writes: Writes) -> io::Result<(impl StorageBackend + use<>, Arc<Health>)> {
        let health = Arc::new(Health::default());
        let memory = match writes {
            Writes::ToFile => None,
            Writes::ToMemory => Some(Memory {
                blocks: Mutex::default(),
                len: AtomicU64::new(self.file.len()?),
            }),
        };
        let opening = Opening {
            file: Arc::clone(&self.file),
            health: Arc::clone(&health),
            locks: !self.locked.swap(true, Ordering::AcqRel),
            memory,
        };
        Ok((opening, health))
    }
}

impl Health {
    /// Whether nothing has failed yet.
    pub fn is_well(&self) -> bool {
        self.failed.get().is_none()
    }

    /// The first failure, if any.
    pub fn first_failure(&self) -> Option<redb::Error> {
        let first = self.failed.get()?;
        Some(redb::Error::Io((*first).into()))
    }

    /// Ends the opening: nothing is read or written any more.
    pub fn end(&self) {
        *self.ended.write().unwrap_or_else(PoisonError::into_inner) = true;
        self.failed.get_or_init(|| io::ErrorKind::Other);
    }

    /// Reads from the file and records a failure.
    fn read<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let ended = self.ended.read().unwrap_or_else(PoisonError::into_inner);
        if *ended {
            let why = "the file was opened anew after a failed write";
            return Err(io::Error::other(why));
        }
        work().inspect_err(|error| {
            self.failed.get_or_init(|| error.kind());
        })
    }

    /// Changes the file, unless something failed earlier. redb ignores some failures, but by then
    /// another opening may be reading the file.
    fn change<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        match self.failed.get() {
            Some(first) => Err((*first).into()),
            None => self.read(work),
        }
    }
}

impl Memory {
    fn read(&self, file: &dyn StorageBackend, offset: u64, out: &mut [u8]) -> io::Result<()> {
        read_within(file, offset, out)?;
        let blocks = lock(&self.blocks);
        for (at, part) in parts(offset, out.len()) {
            if let Some(block) = blocks.get(&at) {
                let from = (offset + part.start as u64 - at * BLOCK as u64) as usize;
                let to = from + part.len();
                out[part].copy_from_slice(&block[from..to]);
            }
        }
        Ok(())
    }

    fn write(&self, file: &dyn StorageBackend, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut blocks = lock(&self.blocks);
        for (at, part) in parts(offset, data.len()) {
            let block = match blocks.entry(at) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(free) => {
                    let mut block = vec![0; BLOCK].into_boxed_slice();
                    read_within(file, at * BLOCK as u64, &mut block)?;
                    free.insert(block)
                }
            };
            let from = (offset + part.start as u64 - at * BLOCK as u64) as usize;
            block[from..from + part.len()].copy_from_slice(&data[part]);
        }
        Ok(())
    }
}

/// Reads a range of the file; bytes past its end are zero.
fn read_within(file: &dyn StorageBackend, offset: u64, out: &mut [u8]) -> io::Result<()> {
    let there = file.len()?.saturating_sub(offset).min(out.len() as u64) as usize;
    let (inside, past) = out.split_at_mut(there);
    past.fill(0);
    if inside.is_empty() {
        return Ok(());
    }
    file.read(offset, inside)
}

/// The blocks that a range of bytes covers, each with the part of the range inside it.
fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, std::ops::Range<usize>)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start == len {
            return None;
        }
        let at = offset + start as u64;
        let left = BLOCK - (at % BLOCK as u64) as usize;
        let part = start..len.min(start + left);
        start = part.end;
        Some((at / BLOCK as u64, part))
    })
}

impl StorageBackend for Opening {
    fn len(&self) -> io::Result<u64> {
        self.health.read(|| match &self.memory {
            Some(memory) => Ok(memory.len.load(Ordering::Acquire)),
            None => self.file.len(),
        })
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.health.read(|| match &self.memory {
            Some(memory) => memory.read(&*self.file, offset, out),
            None => self.file.read(offset, out),
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.health.change(|| match &self.memory {
            Some(memory) => {
                memory.len.store(len, Ordering::Release);
                Ok(())
            }
            None => self.file.set_len(len),
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.health.change(|| match &self.memory {
            Some(_) => Ok(()),
            None => self.file.sync_data(),
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.health.change(|| match &self.memory {
            Some(memory) => memory.write(&*self.file, offset, data),
            None => self.file.write(offset, data),
        })
    }

    /// The file remains open and locked as long as anyone holds it.
    fn close(&self) -> io::Result<()> {
        Ok(())
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        if self.locks {
            self.file.try_lock_range(start, end)
        } else {
            Ok(true)
        }
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.locks {
            self.file.unlock_range(start, end)
        } else {
            Ok(())
        }
    }
}
