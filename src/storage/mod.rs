//! What is kept on disk: the store, which is the source of truth, and the index files, which are
//! caches derived from it.

pub(crate) mod earlier;
pub mod layout;
pub mod rows;
pub mod snapshot;
pub mod store;
mod vector_table;
mod whole;
mod write_tables;

/// The store's file in a collection's folder.
pub(crate) const STORE_FILE: &str = "store.redb";
/// The file of the base's columns.
pub(crate) const COLUMNS_FILE: &str = "columns.idx";
/// The file of the base's vectors.
pub(crate) const VECTORS_FILE: &str = "vectors.idx";
/// The file of the base's graph.
pub(crate) const GRAPH_FILE: &str = "graph.idx";
/// The file of the map.
pub(crate) const MAP_FILE: &str = "map.idx";
