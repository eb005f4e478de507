//! What is kept on disk: the store, which is the source of truth, and the index files, which are
//! caches derived from it.

pub mod index_file;
pub mod layout;
pub mod snapshot;
pub mod store;
mod write_tables;
