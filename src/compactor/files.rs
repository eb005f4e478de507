//! The files of the base: its columns, its vectors and its graph. All are caches.

use std::io::ErrorKind;
use std::path::Path;

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::segment::generation::Part;
use crate::segment::pieces::Pieces;
use crate::segment::{Columns, Segment, files};
use crate::storage::layout::BuiltFrom;
use crate::storage::{COLUMNS_FILE, GRAPH_FILE, VECTORS_FILE};
use crate::vector::{ExactScan, Graph};

/// Saves a base in place of the earlier one. If it has no graph, the file of the earlier one's graph
/// is removed.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn save(folder: &Path, from: &BuiltFrom, base: &Part) -> Result<()> {
    save_segment(folder, from, &base.segment)?;
    match &base.graph {
        Some(graph) => save_graph(folder, from, graph),
        None => remove(&folder.join(GRAPH_FILE)),
    }
}

/// Saves the segment of a base, and leaves the file of its graph as it is.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn save_segment(folder: &Path, from: &BuiltFrom, segment: &Segment) -> Result<()> {
    files::save_vectors(
        &folder.join(VECTORS_FILE),
        from,
        &segment.scan,
        &segment.pieces,
    )?;
    files::save_columns(&folder.join(COLUMNS_FILE), from, &segment.columns)
}

/// Saves the graph of a base.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn save_graph(folder: &Path, from: &BuiltFrom, graph: &Graph) -> Result<()> {
    files::save_graph(&folder.join(GRAPH_FILE), from, graph)
}

/// The columns of a base that was just saved, read in place.
pub(super) fn read_columns(folder: &Path, from: &BuiltFrom) -> Option<Columns> {
    let (saved, columns) = files::load_columns(&folder.join(COLUMNS_FILE)).ok()?;
    (saved == *from).then_some(columns)
}

/// The vectors of a base and the pieces of its passages from their file. One that cannot be used is
/// removed.
///
/// # Errors
/// [`Error::Io`] if it cannot be removed.
pub(super) fn read_vectors(folder: &Path, from: &BuiltFrom) -> Result<Option<(ExactScan, Pieces)>> {
    let path = folder.join(VECTORS_FILE);
    match files::load_vectors(&path, from) {
        Ok(read) => Ok(Some(read)),
        Err(reason) => {
            tracing::info!(file = %path.display(), reason, "reading the vectors from the store");
            remove(&path)?;
            Ok(None)
        }
    }
}

/// Removes the files of vectors and graph that do not match their checksums. Returns whether there
/// were any.
///
/// # Errors
/// [`Error::Io`] if one cannot be removed.
pub(super) fn remove_damaged(folder: &Path) -> Result<bool> {
    let mut damaged = false;
    type Verify = fn(&Path) -> Result<(), String>;
    let files: [(&str, Verify); 2] = [
        (VECTORS_FILE, files::verify_vectors),
        (GRAPH_FILE, files::verify_graph),
    ];
    for (name, verify) in files {
        let path = folder.join(name);
        if let Err(reason) = verify(&path)
            && path.exists()
        {
            tracing::error!(file = %path.display(), reason, "an index is damaged; making it again");
            remove(&path)?;
            damaged = true;
        }
    }
    Ok(damaged)
}

/// Removes all files.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn remove_all(folder: &Path) -> Result<()> {
    remove(&folder.join(COLUMNS_FILE))?;
    remove(&folder.join(VECTORS_FILE))?;
    remove(&folder.join(GRAPH_FILE))
}

/// Durably removes a file, if it exists. An index file that was refused must not stay: after more
/// writes, one of a later state or of another collection could be taken for an older one of this
/// collection.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Ok(()) => atomic_file::sync_parent(path).map_err(Error::io(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io(path)(error)),
    }
}
