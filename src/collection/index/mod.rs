//! What is searched: segments of records, the generation they make up, and how small segments
//! become large ones.

pub mod generation;
pub mod load;
pub mod merge;
pub mod segment;
