//! Limits of the engine that the page needs to know but cannot query. The server, which depends
//! on both, compares them in a test.

/// The most hits in an answer.
pub const MAX_LIMIT: u32 = 100;
/// The default share of meaning in hybrid rankings.
pub const BALANCE: &str = "0.5";
/// How deep each ranking is read for fusion.
pub const FUSION_DEPTH: u32 = 100;
/// The longest name of a collection, in characters.
pub const MAX_NAME: usize = 64;
