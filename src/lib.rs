//! The engine of Parallax: records in, ranked and explained hits out.
//!
//! It knows files, vectors, words and rankings; it knows nothing of HTTP, of async code or
//! of browsers. The way in: [`record`] reads a file, [`encoder`] turns texts into vectors,
//! [`collection`] writes both to a store (`storage`), and what it writes becomes a segment
//! (`segment`) with the two indexes, [`vector`] and [`text`]; `compactor` merges segments and
//! saves them. The way out: a [`Query`] asked of a [`Collection`] goes through the stages of
//! `search` and gives an [`Answer`], whichever of the page, the API or the command line asked.
//! ARCHITECTURE.md is the map.
//!
//! Without the feature `engine`, this crate is only the [`vocabulary`], which is what the page in
//! the browser uses.

pub mod vocabulary;

#[cfg(feature = "engine")]
pub mod analysis;
#[cfg(feature = "engine")]
pub mod atomic_file;
#[cfg(feature = "engine")]
pub mod backend;
#[cfg(feature = "engine")]
mod background;
#[cfg(feature = "engine")]
pub mod catalogue;
#[cfg(feature = "engine")]
pub mod collection;
#[cfg(feature = "engine")]
mod compactor;
#[cfg(feature = "engine")]
mod database;
#[cfg(feature = "engine")]
pub mod digest;
#[cfg(feature = "engine")]
pub mod encoder;
#[cfg(feature = "engine")]
pub mod error;
#[cfg(feature = "engine")]
pub mod evaluation;
#[cfg(feature = "engine")]
mod explore;
#[cfg(feature = "engine")]
pub mod filter;
#[cfg(feature = "engine")]
pub mod found;
#[cfg(feature = "engine")]
pub mod fusion;
#[cfg(feature = "engine")]
pub mod inspection;
#[cfg(feature = "engine")]
pub mod judging;
#[cfg(feature = "engine")]
pub mod locks;
#[cfg(feature = "engine")]
pub mod map;
#[cfg(feature = "engine")]
pub mod mapped;
#[cfg(feature = "engine")]
mod markdown;
#[cfg(feature = "engine")]
pub mod npy;
#[cfg(feature = "engine")]
pub mod payload;
#[cfg(feature = "engine")]
pub mod points;
#[cfg(feature = "engine")]
pub mod projection;
#[cfg(feature = "engine")]
pub mod query;
#[cfg(feature = "engine")]
pub mod record;
#[cfg(feature = "engine")]
pub mod remote;
#[cfg(feature = "engine")]
mod search;
#[cfg(feature = "engine")]
mod segment;
#[cfg(feature = "engine")]
pub mod sent;
#[cfg(feature = "engine")]
mod split_mix;
#[cfg(feature = "engine")]
mod storage;
#[cfg(feature = "engine")]
pub mod text;
#[cfg(feature = "engine")]
pub mod value;
#[cfg(feature = "engine")]
pub mod vector;

pub use vocabulary::{Explanation, Feedback, Filter, Hit, Mode, Query, Signal, Timings};
#[cfg(feature = "engine")]
pub use {
    analysis::{Analyzer, Language},
    catalogue::Catalogue,
    collection::Collection,
    encoder::Encoder,
    error::{Error, Result},
    found::Found,
    query::Answer,
    record::{Record, RecordNumber, Schema},
};

/// A text's place in the space of meaning: a unit vector, so that the dot product of two is their
/// cosine. Its width is that of the model. Where many are kept, they are rows of one array:
/// [`vector::Vectors`].
pub type Vector = Box<[f32]>;
