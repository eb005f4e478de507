//! The page of Parallax.

#[cfg(feature = "ssr")]
pub mod backend;
pub mod wire;
