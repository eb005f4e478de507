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
