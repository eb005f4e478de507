//! Free space on the disk.

use std::path::Path;

/// How many bytes may still be written where a folder is, or will be; `None` where the system does
/// not tell.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir());
    of(there.unwrap_or(Path::new(".")))
}

#[cfg(unix)]
fn of(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn of(_: &Path) -> Option<u64> {
    None
}
