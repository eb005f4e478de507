//! The files of the base: its columns and its graph. Both are caches.

use std::io::ErrorKind;
use std::path::Path;

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::segment::Columns;
use crate::segment::generation::Part;
use crate::storage::index_file::{self, BuiltFrom, Indexed};
use crate::storage::{COLUMNS_FILE, GRAPH_FILE};
use crate::vector::Graph;

impl Indexed for Columns {
    const FORMAT: u32 = 8;
}

impl Indexed for Graph {
    const FORMAT: u32 = 5;
}

/// Saves a base in place of the earlier one. If it has no graph, the file of the earlier one's graph
/// is removed.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn save(folder: &Path, from: &BuiltFrom, base: &Part) -> Result<()> {
    index_file::write(&folder.join(COLUMNS_FILE), from, &base.segment.columns)?;
    match &base.graph {
        Some(graph) => save_graph(folder, from, graph),
        None => remove(&folder.join(GRAPH_FILE)),
    }
}

/// Saves the graph of a base.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn save_graph(folder: &Path, from: &BuiltFrom, graph: &Graph) -> Result<()> {
    index_file::write(&folder.join(GRAPH_FILE), from, graph)
}

/// Removes both files.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn remove_all(folder: &Path) -> Result<()> {
    remove(&folder.join(COLUMNS_FILE))?;
    remove(&folder.join(GRAPH_FILE))
}

/// Durably removes a file, if it exists. An index file that was refused must not stay: after more
/// writes, one of a later state or of another collection could be taken for an older one of this
/// collection.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Ok(()) => atomic_file::sync_parent(path).map_err(Error::io(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io(path)(error)),
    }
}
