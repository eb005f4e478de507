//! The configuration as an operator sees it: the real binary.

use std::path::Path;
use std::process::{Command, Output};

fn config(arguments: &[&str], variables: &[(&str, &str)], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parallax"));
    command.arg("config").args(arguments).current_dir(folder);
    command.envs(variables.iter().copied());
    command.output().unwrap()
}

#[test]
fn the_configuration_is_printed_with_the_place_of_each_setting() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[server]\ncollection = 'books'\naddr = '127.0.0.1:1'\n";
    std::fs::write(folder.path().join("parallax.toml"), file).unwrap();
    let variables = [("PARALLAX_DATA_DIR", "data"), ("PARALLAX_KEY", "secret")];
    let flags = [
        "--config",
        "parallax.toml",
        "--addr",
        "127.0.0.1:2",
        "--model",
        "m",
    ];
    let output = config(&flags, &variables, folder.path());
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    for line in [
        "collection = \"books\" # file parallax.toml",
        "addr = \"127.0.0.1:2\" # flag --addr",
        "model = \"m\" # flag --model",
        "data_dir = \"data\" # environment PARALLAX_DATA_DIR",
        "judgements = false # default",
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line} in {printed}"
        );
    }
    assert!(!printed.contains("secret"), "{printed}");
}

#[test]
fn a_misspelt_variable_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = config(&[], &[("PARALLAX_DATADIR", "data")], folder.path());
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("PARALLAX_DATADIR") && told.contains("`PARALLAX_DATA_DIR`"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
}
