//! Index files that are read in place: a file is mapped into memory, and its sections are used as
//! slices of plain numbers. Nothing is copied or decoded at startup, the operating system keeps in
//! memory what queries use, and may drop it again.
//!
//! [`Values`] is a slice that either owns its numbers or borrows them from a mapped file, so that
//! the same index works in memory, while it is built, and from disk.

mod file;
mod map;
mod range;
mod sections;
mod values;

pub use file::{MappedFile, about, verify};
pub use range::FileRange;
pub use sections::SectionWriter;
pub use values::Values;
