//! Judging a search by people: a blind comparison of two rankings (`blind.rs`, by the draft of
//! `draft.rs`), and a pool of hits to be graded (`pool.rs`), whose judgements become a benchmark in
//! BEIR format (`export.rs`) that [`crate::evaluation`] reads. What is shown of a record gives no
//! hint of how it was found (`plain.rs`). The judgements themselves are kept by the catalogue.

mod blind;
mod draft;
mod export;
mod plain;
mod pool;

pub use blind::{interleave, reveal, standing_of};
pub use draft::team_draft;
pub use export::{Archive, Exported, Files, OnDisk, check, export};
pub use plain::plain;
pub use pool::pool;
