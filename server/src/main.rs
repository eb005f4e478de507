//! The binary of Parallax: a thin `main` over the commands.

mod command;
mod http;
mod model;
mod paths;
mod pool;
mod progress;
mod sample;
mod serve;
mod service;
mod wire;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let command = command::Arguments::parse();
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
        Err(error) => {
            eprintln!("parallax: {error:#}");
            ExitCode::FAILURE
        }
    }
}
