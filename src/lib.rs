//! The engine of Parallax: records in, ranked and explained hits out.
//!
//! It knows files, vectors, words and rankings; it knows nothing of HTTP, of async code or
//! of browsers. The way in: [`record`] reads a file, [`encoder`] turns texts into vectors,
//! [`collection`] keeps both in a store and builds the two indexes, [`vector`] and [`text`].
//! The way out: a [`Query`] asked of a [`Collection`] gives an [`Answer`], whichever of the
//! page, the API or the command line asked. ARCHITECTURE.md is the map.

pub mod analysis;
pub mod atomic_file;
mod background;
pub mod catalogue;
pub mod collection;
mod compactor;
mod database;
mod digest;
pub mod encoder;
pub mod error;
pub mod evaluation;
pub mod explain;
pub mod feedback;
pub mod filter;
pub mod fusion;
pub mod locks;
pub mod mapped;
mod markdown;
pub mod npy;
pub mod query;
pub mod record;
mod search;
mod segment;
mod storage;
pub mod text;
pub mod vector;

pub use analysis::{Analyzer, Language};
pub use catalogue::Catalogue;
pub use collection::Collection;
pub use encoder::Encoder;
pub use error::{Error, Result};
pub use explain::Explanation;
pub use feedback::Feedback;
pub use filter::Filter;
pub use query::{Answer, Hit, Mode, Query, Signal, Timings};
pub use record::{Record, RecordId, Schema};

/// Width of a vector: what all-MiniLM-L6-v2 puts out.
pub const DIMENSIONS: usize = 384;

/// A text's place in the space of meaning: a unit vector, so that the dot product of
/// two is their cosine.
pub type Vector = [f32; DIMENSIONS];
