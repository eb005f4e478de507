//! The real binary, with the installed model.

use std::path::Path;
use std::process::Command;

use crate::model::model;

/// Runs the binary in a folder, which also contains its cache.
pub fn parallax(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parallax"));
    command.args(arguments).current_dir(folder);
    command.arg("--model").arg(model());
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    command
}

/// `parallax serve` over a data folder, on a free port.
pub fn serve(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parallax"));
    command.args(["serve", "--addr", "127.0.0.1:0"]);
    command.arg("--data-dir").arg(data);
    command.arg("--model").arg(model());
    command
}

/// Runs a command that must succeed, and returns its standard output and standard error.
pub fn succeeds(mut command: Command) -> (String, String) {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {error}");
    (String::from_utf8(output.stdout).unwrap(), error)
}

/// Checks that a command fails, with a message on standard error that contains `needle`.
pub fn fails(mut command: Command, needle: &str) {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{command:?}");
    assert!(error.contains(needle), "{command:?}: {error}");
    assert!(!error.contains("panicked"), "{error}");
}
