//! The page of Parallax.
