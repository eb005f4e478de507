//! The built page, as the binary serves it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use crate::running::Running;

/// The addresses of built files in a document.
fn built(document: &str) -> BTreeSet<&str> {
    let quoted = document.split('"');
    quoted.filter(|text| text.starts_with("/pkg/")).collect()
}

#[test]
fn every_file_that_a_page_loads_is_served_whole_and_compressed() {
    let folder = tempfile::tempdir().unwrap();
    let serve = ["serve", "--addr", "127.0.0.1:0", "--data-dir", "data"];
    let service = Running::start(crate::binary::parallax(&serve, folder.path()));
    let get = |path: &str, encoding: &str| {
        let address = service.url(path);
        let request = service.agent.get(address);
        request.header("accept-encoding", encoding).call().unwrap()
    };
    let document = get("/about", "identity").body_mut().read_to_string();
    let document = document.unwrap();
    let files = built(&document);
    for kind in [".css", ".js", "parallax.", "__wasm_split.", "split_about."] {
        assert!(files.iter().any(|file| file.contains(kind)), "{kind}");
    }
    for file in files {
        let mut whole = get(file, "identity");
        assert_eq!(whole.status(), 200, "{file}");
        let whole = whole.body_mut().read_to_vec().unwrap();
        assert!(!whole.is_empty(), "{file}");
        let mut packed = get(file, "gzip");
        assert_eq!(packed.status(), 200, "{file}");
        let encoding = packed.headers().get("content-encoding");
        // Too small a file is not compressed.
        let encoded = encoding.is_some_and(|encoding| encoding == "gzip");
        assert!(encoded || whole.len() < 1_000, "{file}");
        let mut content = packed.body_mut().read_to_vec().unwrap();
        if encoded {
            let mut unpacked = Vec::new();
            let mut decoder = flate2::read::GzDecoder::new(&*content);
            decoder.read_to_end(&mut unpacked).unwrap();
            content = unpacked;
        }
        assert!(content == whole, "{file}");
    }
    let missing = get("/pkg/parallax.old.js", "identity");
    assert_eq!(missing.status(), 404);
}

#[test]
fn a_copied_binary_has_its_page_or_says_how_to_build_one() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("parallax");
    let built = Path::new(env!("CARGO_BIN_EXE_parallax"));
    if fs::hard_link(built, &copy).is_err() {
        fs::copy(built, &copy).unwrap();
    }
    let output = Command::new(&copy)
        .args(["serve", "--addr", "127.0.0.1:0"])
        .args(["--data-dir", "data", "--model", "none"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    let needs_page = said.contains("make build");
    assert_eq!(needs_page, cfg!(not(feature = "embedded-page")), "{said}");
    // With its page, it gets as far as loading the model.
    assert!(needs_page || said.contains("model"), "{said}");
}
