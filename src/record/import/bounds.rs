//! How far an input may be read: until it is cancelled, and up to a size when it is unpacked.

use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// Bounds on reading an input. By default there are none.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Set by another thread to stop reading.
    pub cancelled: Arc<AtomicBool>,
    /// The most bytes that packed data may unpack to, however small it is.
    pub max_unpacked: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            cancelled: Arc::default(),
            max_unpacked: u64::MAX,
        }
    }
}

/// Why reading ended at a bound. It passes through the readers as the source of an I/O error.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum Reached {
    #[error("cancelled")]
    Cancelled,
    #[error("unpacked, it is larger than {0} bytes")]
    Unpacked(u64),
}

impl Bounds {
    /// A reader that ends with an error once it is cancelled.
    pub fn reader<R: Read>(&self, raw: R) -> impl Read + use<R> {
        Within {
            raw,
            bounds: self.clone(),
        }
    }

    /// Checks that reading was not cancelled.
    ///
    /// # Errors
    /// One that [`unread`] recognises.
    pub fn check(&self) -> io::Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(io::Error::other(Reached::Cancelled));
        }
        Ok(())
    }

    /// Checks how much was unpacked so far.
    ///
    /// # Errors
    /// One that [`unread`] recognises.
    pub fn check_unpacked(&self, bytes: u64) -> io::Result<()> {
        if bytes > self.max_unpacked {
            let reached = Reached::Unpacked(self.max_unpacked);
            return Err(io::Error::new(ErrorKind::InvalidData, reached));
        }
        self.check()
    }
}

struct Within<R> {
    raw: R,
    bounds: Bounds,
}

impl<R: Read> Read for Within<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.bounds.check()?;
        self.raw.read(into)
    }
}

/// Puts the file's name before the error of reading it, unless a bound was reached.
pub fn unread(name: &Path) -> impl FnOnce(io::Error) -> Error + use<> {
    let io = Error::io(name);
    let path = name.to_owned();
    move |error| {
        let inner = error.get_ref();
        match inner.and_then(|inner| inner.downcast_ref::<Reached>()) {
            Some(Reached::Cancelled) => Error::Cancelled,
            Some(&Reached::Unpacked(limit)) => Error::Unpacked { path, limit },
            None => io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Import;
    use crate::record::import::tests::gzip;
    use std::io::Cursor;
    use std::sync::atomic::AtomicUsize;

    /// Lines without an end. The tenth read cancels.
    struct Endless {
        reads: Arc<AtomicUsize>,
        cancelled: Arc<AtomicBool>,
    }

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let line = b"{\"a\": 1}\n";
            for (to, from) in into.iter_mut().zip(line.iter().cycle()) {
                *to = *from;
            }
            if self.reads.fetch_add(1, Ordering::Relaxed) == 9 {
                self.cancelled.store(true, Ordering::Relaxed);
            }
            Ok(into.len() / line.len() * line.len())
        }
    }

    #[test]
    fn reading_ends_when_it_is_cancelled() {
        let bounds = Bounds::default();
        let reads = Arc::<AtomicUsize>::default();
        let source = Endless {
            reads: Arc::clone(&reads),
            cancelled: Arc::clone(&bounds.cancelled),
        };
        let import = Import::read_within(Path::new("a.jsonl"), source, &bounds);
        let ended = import.and_then(Iterator::collect::<Result<Vec<_>, _>>);
        assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
        assert_eq!(reads.load(Ordering::Relaxed), 10);
    }

    #[test]
    fn packed_data_is_unpacked_only_up_to_the_bound() {
        let text = "{\"a\": \"bread\"}\n".repeat(10_000);
        let packed = gzip(text.as_bytes());
        let read = |max_unpacked| {
            let bounds = Bounds {
                max_unpacked,
                ..Bounds::default()
            };
            let source = Cursor::new(packed.clone());
            let import = Import::read_within(Path::new("a.jsonl.gz"), source, &bounds);
            import.and_then(Iterator::collect::<Result<Vec<_>, _>>)
        };
        let whole = text.len() as u64;
        assert_eq!(read(whole).unwrap().len(), 10_000);
        for limit in [0, 1, whole / 2, whole - 1] {
            let error = read(limit).unwrap_err();
            assert!(
                matches!(error, Error::Unpacked { limit: told, .. } if told == limit),
                "{limit}: {error}"
            );
        }
        // The same text as several members is the same text.
        let mut members = gzip(&text.as_bytes()[..text.len() / 2]);
        members.extend(gzip(&text.as_bytes()[text.len() / 2..]));
        let bounds = Bounds {
            max_unpacked: whole - 1,
            ..Bounds::default()
        };
        let import = Import::read_within(Path::new("a.jsonl.gz"), Cursor::new(members), &bounds);
        let error = import.unwrap().find_map(Result::err).unwrap();
        assert!(matches!(error, Error::Unpacked { .. }), "{error}");
    }
}
