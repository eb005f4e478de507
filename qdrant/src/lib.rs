//! Collections of Parallax on a Qdrant cluster, through its gRPC interface.
//!
//! Start with [`Cluster`]. `layout.rs` defines how a collection is stored in Qdrant, and `points.rs` how
//! a record is; `keys.rs` reads what a point tells besides its record. `upload.rs` and `download.rs` copy all records of a collection, and `compare.rs` compares
//! what Qdrant finds with an exact scan. `collections.rs` has the collections for the engine, and `index.rs` finds
//! and writes the records of one, with the requests of `requests.rs` and the filters of `filter.rs`; the requests run on
//! `threads.rs`. `retry.rs` retries requests after temporary failures.

mod cluster;
mod collections;
mod compare;
mod download;
mod error;
mod filter;
mod index;
mod keys;
mod layout;
mod points;
mod requests;
mod retry;
mod threads;
mod upload;

pub use cluster::{Cluster, Patience};
pub use collections::Collections;
pub use compare::{Agreement, COMPARED, NEAREST};
pub use error::{Error, Result};
pub use index::ClusterIndex;
pub use layout::{Described, Spread};
pub use threads::Threads;
pub use upload::{Step, Upload, Uploaded};
