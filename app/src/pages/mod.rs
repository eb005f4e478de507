//! The pages, one per file.

pub mod about;
pub mod collections;
pub mod not_found;
pub mod record;
pub mod search;
pub mod values;
pub mod why;
