//! The pages, one per file.

pub mod about;
pub mod ask;
pub mod collections;
pub mod explore;
pub mod judge;
pub mod lab;
pub mod map;
pub mod not_found;
pub mod recommend;
pub mod record;
pub mod search;
pub mod values;
pub mod why;
