//! The real binary, with the installed model.

#[path = "model.rs"]
mod model;

use std::path::Path;
use std::process::Command;

use model::model;

/// Runs the binary in a folder, which also contains its cache.
pub fn parallax(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parallax"));
    command.args(arguments).current_dir(folder);
    command.arg("--model").arg(model());
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    command
}
