//! What is kept on disk: the store, which is the truth, and the indexes' files, which are
//! caches of it.

pub mod index_file;
pub mod snapshot;
pub mod store;
mod write_tables;
