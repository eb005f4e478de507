//! A collection as points, which is how Qdrant and its clients see one: each record has an id, a
//! vector that came with it, and a payload of any fields. No model is needed, and no text.
//!
//! A point is stored as a record whose field [`ID_FIELD`] holds its id, so everything else works
//! with points as with other records: writes are durable and searchable when they return, segments
//! are merged, and snapshots contain them. Fields that are named as title or text when the
//! collection is created are searched for words, and the page shows them.
//!
//! `write.rs` creates collections, and stores and deletes points; `passing.rs` finds the points that
//! pass a filter, `nearest.rs` those nearest to a vector, and `read.rs` reads points and lists them by
//! id. The conditions on payloads are in `crate::payload`.

mod nearest;
mod passing;
mod read;
mod write;

pub use nearest::{Nearest, Scored, Target};
pub use read::{Budget, Listed, Stored};
pub use write::{Point, Points};

pub use crate::payload::ID_FIELD;

/// The most points in one answer.
pub const MAX_POINTS: usize = 10_000;
