//! The binary of Parallax.
fn main() {}
