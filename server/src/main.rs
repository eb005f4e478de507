//! The Parallax binary: a thin `main` that runs the commands.

// The rendered page is a single type, nested as deeply as its elements.
#![recursion_limit = "512"]

mod address_file;
mod backend;
mod caller;
mod cluster;
mod command;
mod config;
mod connections;
mod disk;
mod doctor;
mod explored;
mod export;
mod http;
mod judge;
mod keys;
mod logs;
mod mcp;
mod metrics;
mod model;
mod opened;
mod overload;
mod paths;
mod pool;
mod preview;
mod problem;
mod progress;
mod recommending;
mod reencodings;
mod remote;
mod sample;
mod secret;
mod serve;
mod service;
mod signals;
mod site;
mod snapshots;
mod tasks;
mod write_timeout;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let command = command::Arguments::parse_from(arguments());
    let started = command.config().and_then(|config| {
        let logs = logs::init(&config.log)?;
        Ok((config, logs))
    });
    let (config, logs) = match started {
        Ok(started) => started,
        Err(error) => return failed(&error),
    };
    let done = command.run(&config);
    logs.close();
    match done {
        Ok(code) => code,
        Err(error) if reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("parallax: {error:#}");
    ExitCode::FAILURE
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
