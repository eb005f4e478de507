//! Writing a file so that a reader, and whoever starts after a crash, sees the old one or the
//! new one, never a part: it is written beside its place, made durable, and renamed. Also creates
//! folders so that they are there after a crash.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::error::{Error, Result};

/// Writes a file to its place; `fill` writes what is in it.
///
/// # Errors
/// Those of `fill`; [`Error::Io`]. What stood there before stays then.
pub fn write(path: &Path, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let folder = parent(path);
    let fail = || Error::io(path);
    let mut file = builder().tempfile_in(folder).map_err(fail())?;
    fill(file.as_file_mut())?;
    file.as_file().sync_all().map_err(fail())?;
    file.persist(path).map_err(|error| fail()(error.error))?;
    // The rename itself is durable once the folder is.
    sync_folder(folder).map_err(fail())
}

/// Writes a value to its place as JSON, in one piece rather than token by token.
///
/// # Errors
/// [`Error::Io`], also if the value cannot be JSON. What stood there before stays then.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write_text(path, serde_json::to_vec(value))
}

/// The same, indented for people.
///
/// # Errors
/// As for [`write_json`].
pub fn write_json_pretty(path: &Path, value: &impl Serialize) -> Result<()> {
    write_text(path, serde_json::to_vec_pretty(value))
}

fn write_text(path: &Path, text: serde_json::Result<Vec<u8>>) -> Result<()> {
    let text = text.map_err(|error| Error::io(path)(error.into()))?;
    write(path, |file| file.write_all(&text).map_err(Error::io(path)))
}

/// Makes durable which files a folder contains: a new, renamed or removed file is only that once
/// its folder is, too.
///
/// # Errors
/// If the folder cannot be opened or written.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The same for the folder that contains a file or a folder.
///
/// # Errors
/// As for [`sync_folder`].
pub fn sync_parent(path: &Path) -> io::Result<()> {
    sync_folder(parent(path))
}

/// Durably creates a folder, and those above it that are missing.
///
/// # Errors
/// If one of them cannot be created.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    create_folder(parent(folder))?;
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_parent(folder),
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The file gets the rights any new file gets, not those of a secret temporary one.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    // Helpers of tests fail as tests do.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_fails_halfway_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        write(&path, |file| {
            file.write_all(b"old").map_err(Error::io(&path))
        })
        .unwrap();
        let failed = write(&path, |file| {
            file.write_all(b"ne").map_err(Error::io(&path))?;
            Err(Error::Cancelled)
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        let (plain, ours) = (folder.path().join("plain"), folder.path().join("ours"));
        std::fs::write(&plain, "x").unwrap();
        write(&ours, |_| Ok(())).unwrap();
        assert_eq!(mode(&plain), mode(&ours));
    }
}
