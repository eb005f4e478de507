//! Collections of Parallax on a Qdrant cluster, through its gRPC interface.
//!
//! Start with [`Cluster`]. `layout.rs` defines how a collection is stored in Qdrant, and `points.rs` how
//! a record is. `upload.rs` and `download.rs` copy all records of a collection, and `compare.rs` compares
//! what Qdrant finds with an exact scan. `index.rs` finds and writes records for the engine, whose requests run on
//! `threads.rs`. `retry.rs` retries requests after temporary failures.

mod cluster;
mod compare;
mod download;
mod error;
mod index;
mod layout;
mod points;
mod retry;
mod threads;
mod upload;

pub use cluster::{Cluster, Patience};
pub use compare::{Agreement, COMPARED, NEAREST};
pub use error::{Error, Result};
pub use index::{ClusterIndex, Collections};
pub use layout::{Described, Spread};
pub use threads::Threads;
pub use upload::{Step, Upload, Uploaded};
