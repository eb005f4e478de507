//! Tests of the program, as its users run it. They form one test binary: linking takes longer than
//! compiling a file of tests.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../tests/common/documents.rs"]
mod documents;

mod binary;
mod command_line;
mod config;
mod crash;
mod durable;
mod faults;
mod judgements;
mod keys;
#[cfg(unix)]
mod mcp;
mod model;
mod operation;
#[cfg(feature = "qdrant")]
mod qdrant;
mod quality_commands;
mod running;
#[cfg(unix)]
mod shutdown;
mod site;
mod upgrade;
