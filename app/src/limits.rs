//! Numbers of the engine's that the page must know and cannot ask for. The server, which sees
//! both, compares them in a test.

/// The most hits of an answer.
pub const MAX_LIMIT: u32 = 100;
/// The share of meaning that hybrid rankings take where nobody says.
pub const BALANCE: &str = "0.5";
/// How deep each ranking is read for fusion.
pub const FUSION_DEPTH: u32 = 100;
/// The longest name of a collection, in characters.
pub const MAX_NAME: usize = 64;
