//! What is searched: segments of records, the generation they form, and merging small segments into
//! larger ones.

pub mod background;
pub mod generation;
pub mod load;
pub mod merge;
pub mod segment;
