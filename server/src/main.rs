//! The Parallax binary: a thin `main` that runs the commands.

// The rendered page is a single type, nested as deeply as its elements.
#![recursion_limit = "512"]

mod backend;
mod command;
mod connections;
mod explored;
mod export;
mod http;
mod judge;
mod mcp;
mod model;
mod opened;
mod paths;
mod pool;
mod preview;
mod problem;
mod progress;
mod recommending;
mod reencodings;
mod sample;
mod serve;
mod service;
mod site;
mod tasks;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let command = command::Arguments::parse_from(arguments());
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "info,tract=warn,tract_onnx=warn,ureq=warn,redb=warn".into()),
        )
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parallax: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The command-line arguments. `cargo leptos watch` passes none, and expects the binary to
/// serve.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.len() == 1 && std::env::var_os("LEPTOS_WATCH").is_some() {
        arguments.push("serve".into());
    }
    arguments
}

/// Whether the error is a closed output pipe, as when `head` has read enough.
fn reader_left(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
