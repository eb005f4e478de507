//! The engine's tests with the real model. They are one program, since linking the engine and the
//! encoder takes longer than compiling a file of tests.

// Test helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod at_once;
mod attribution;
mod collection;
mod compare;
mod corrections;
mod data_folder;
mod documents;
mod encoder_golden;
mod explain;
mod explain_meaning;
mod explore;
mod full_disk;
mod judging;
mod lab;
mod languages;
mod late_interaction;
mod live;
mod map;
mod models;
mod passages;
mod points;
mod quality;
mod rare_words;
mod recommend;
mod reencoding;
mod remote;
mod sentences;
mod stored;
mod stories;
mod totals;
mod walkthrough;
