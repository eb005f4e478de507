//! A store file that fails on demand.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::StorageBackend;

/// A file that allows a number of changes; then one change fails, or all from then on.
#[derive(Debug)]
pub struct Failing<B> {
    pub file: B,
    left: AtomicU64,
    once: bool,
}

impl<B> Failing<B> {
    /// A file that allows any number of changes.
    pub fn new(file: B, once: bool) -> Arc<Self> {
        Arc::new(Self {
            file,
            left: AtomicU64::new(u64::MAX),
            once,
        })
    }

    pub fn let_through(&self, changes: u64) {
        self.left.store(changes, Ordering::SeqCst);
    }

    /// For a file that fails once: whether a change has failed since the last `let_through`.
    pub fn has_failed(&self) -> bool {
        self.left.load(Ordering::SeqCst) > u64::MAX / 2
    }

    fn change(&self) -> io::Result<()> {
        let one_less = |left: u64| left.checked_sub(1);
        match self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
        {
            Ok(_) => Ok(()),
            Err(_) => {
                self.let_through(if self.once { u64::MAX } else { 0 });
                Err(io::ErrorKind::StorageFull.into())
            }
        }
    }
}

impl<B: StorageBackend> StorageBackend for Failing<B> {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change()?;
        self.file.write(offset, data)
    }
}
