//! How much room a disk has.

use std::path::Path;

/// The bytes that may still be written to the disk of a folder; `None` if the system does not tell.
#[cfg(unix)]
pub fn free(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    about.f_bavail.checked_mul(about.f_frsize)
}

/// The bytes that may still be written to the disk of a folder; `None` if the system does not tell.
#[cfg(not(unix))]
pub fn free(_: &Path) -> Option<u64> {
    None
}
