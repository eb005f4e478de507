//! A server with an incomplete page does not start: it could not serve the style or the script.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

const FILES: [&str; 6] = [
    "parallax.aa.css",
    "parallax.bb.js",
    "parallax.cc.wasm",
    "__wasm_split.dd.js",
    "__wasm_split_manifest.ee.json",
    "split_about.ff.wasm",
];

/// Starts a copy of the binary beside a site without one of its files, and with an invalid model.
/// Returns what it prints before it ends.
fn started_without(missing: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("parallax");
    let built = Path::new(env!("CARGO_BIN_EXE_parallax"));
    if fs::hard_link(built, &binary).is_err() {
        fs::copy(built, &binary).unwrap();
    }
    fs::write(
        folder.path().join("hash.txt"),
        "js: bb\nwasm: cc\ncss: aa\nmanifest: ee\nsplit: dd\n",
    )
    .unwrap();
    let package = folder.path().join("site/pkg");
    fs::create_dir_all(&package).unwrap();
    for file in FILES.into_iter().filter(|file| Some(*file) != missing) {
        let manifest = file.ends_with(".json");
        let content = if manifest {
            r#"{"about": ["split_about.ff"]}"#
        } else {
            ""
        };
        fs::write(package.join(file), content).unwrap();
    }
    let output = Command::new(&binary)
        .args([
            "serve",
            "--addr",
            "127.0.0.1:0",
            "--data-dir",
            "data",
            "--model",
            "none",
        ])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_file_that_the_page_names_is_missing() {
    for file in FILES {
        let said = started_without(Some(file));
        assert!(said.contains(file), "{said}");
        assert!(said.contains("make build"), "{said}");
    }
    // With all files, it gets as far as loading the model.
    let said = started_without(None);
    assert!(
        said.contains("model") && !said.contains("make build"),
        "{said}"
    );
}
