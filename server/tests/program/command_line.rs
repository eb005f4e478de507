//! The command line as users see it: the real binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binary::{self, succeeds};

fn parallax(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parallax"));
    command.args(arguments).current_dir(folder);
    if let Some(model) = std::env::var_os("PARALLAX_TEST_MODEL") {
        command.arg("--model").arg(model);
    }
    command
}

fn ok(arguments: &[&str], folder: &Path) -> String {
    succeeds(parallax(arguments, folder)).0
}

/// Checks that a command fails with one line on standard error that contains `needle`.
fn fails(arguments: &[&str], folder: &Path, needle: &str) {
    binary::fails(parallax(arguments, folder), needle);
}

fn sample() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample/startups.jsonl");
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_folder_of_documents_is_searched_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (files, asked) = crate::documents::mill();
    for (name, bytes) in files {
        let path = at.join("mill").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(at.join("mill/wheel.png"), b"x").unwrap();
    let index = ["index", "mill", "--collection", "m", "--data-dir", "d"];
    let said = ok(&index, at);
    assert!(
        said.contains("8 records") && said.contains("1 png"),
        "{said}"
    );
    for (query, path) in asked {
        let search = [
            "search",
            query,
            "--collection",
            "m",
            "--data-dir",
            "d",
            "--mode",
            "text",
        ];
        let found = ok(&[&search[..], &["--limit", "1", "--json"]].concat(), at);
        assert!(found.contains(&format!("\"{path}\"")), "{query}: {found}");
    }
}

#[test]
fn index_search_and_embed_work_together() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let index = ["index", &sample(), "--collection", "s", "--data-dir", "d"];
    let said = ok(&index, at);
    assert!(
        said.contains("340 records") && said.contains("/s)"),
        "{said}"
    );
    fails(&index, at, "--replace");
    let again = [&index[..], &["--if-changed"]].concat();
    assert!(ok(&again, at).contains("up to date"));

    let search = [
        "search",
        "password manager",
        "--collection",
        "s",
        "--data-dir",
        "d",
    ];
    assert!(ok(&search, at).contains("Hushwarren"));
    let usual = ok(&[&search[..], &["--json"]].concat(), at);
    let usual: serde_json::Value = serde_json::from_str(&usual).unwrap();
    let both = serde_json::json!(["meaning", "words", "neighbours"]);
    assert_eq!(usual["ranked_by"], both);
    let json = [
        &search[..],
        &[
            "--mode",
            "hybrid",
            "--limit",
            "2",
            "--filter",
            "city:Berlin",
            "--json",
        ],
    ]
    .concat();
    let answer: serde_json::Value = serde_json::from_str(&ok(&json, at)).unwrap();
    assert_eq!(answer["hits"].as_array().unwrap().len(), 2);
    assert_eq!(answer["hits"][0]["payload"]["city"], "Berlin");

    // A leading hyphen excludes a word, here as in the API. Keelbramble, the other password
    // manager, stays.
    let without = [
        "search",
        "-Hushwarren password manager",
        "--filter",
        "-city:Berlin",
        "--collection",
        "s",
        "--data-dir",
        "d",
    ];
    let found = ok(&without, at);
    assert!(!found.contains("Hushwarren") && !found.contains("Berlin"));
    assert!(found.contains("Keelbramble"), "{found}");

    // Without a query, records are listed, and exported unchanged.
    let list = ["search", "--collection", "s", "--data-dir", "d"];
    let listed = ok(
        &[&list[..], &["--sort", "-city", "--limit", "3"]].concat(),
        at,
    );
    assert!(listed.contains("3 of 340 records"), "{listed}");
    let bad = [&list[..], &["--sort", "town"]].concat();
    fails(&bad, at, "its facets are city");
    let export = ["export", "s", "-o", "s.jsonl", "--data-dir", "d"];
    assert!(ok(&export, at).contains("340 records"));
    let lines = |path: &Path| -> Vec<serde_json::Value> {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    };
    assert_eq!(lines(&at.join("s.jsonl")), lines(Path::new(&sample())));

    ok(&["embed", &sample(), "-o", "v.npy"], at);
    assert_eq!(
        fs::metadata(at.join("v.npy")).unwrap().len(),
        128 + 340 * 384 * 4
    );
    let given = [
        "index",
        &sample(),
        "--collection",
        "v",
        "--data-dir",
        "d",
        "--vectors",
        "v.npy",
    ];
    assert!(ok(&given, at).contains("340 records"));
    let recall = [
        "recall",
        "--collection",
        "v",
        "--data-dir",
        "d",
        "--queries",
        "50",
    ];
    assert!(ok(&recall, at).contains("recall@10"));

    let unknown = ["search", "x", "--collection", "none", "--data-dir", "d"];
    fails(&unknown, at, "there are: s, v");
    fails(
        &[&search[..], &["--mode", "psychic"]].concat(),
        at,
        "neural, text, hybrid",
    );
    fails(
        &[&search[..], &["--filter", "town:x"]].concat(),
        at,
        "its facets are city",
    );
}

#[test]
fn bad_files_are_named_with_line_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let write = |name: &str, text: &[u8]| -> PathBuf {
        fs::write(at.join(name), text).unwrap();
        name.into()
    };
    write("empty.jsonl", b"");
    write("broken.jsonl", b"{\n");
    write("other.csv", b"head,body\na,b\n");
    write("bytes.jsonl", b"\xff\xfd\n");
    write("picture.csv", b"\x89PNG\r\n\x1a\n");
    write("numbers.jsonl", b"{\"a\":1,\"b\":2}\n");
    let index = |file: &str, more: &[&str], needle: &str| {
        let arguments = ["index", file, "--collection", "c", "--data-dir", "d"];
        fails(&[&arguments[..], more].concat(), at, needle);
    };
    index("missing.jsonl", &[], "missing.jsonl: No such file");
    index("empty.jsonl", &[], "empty.jsonl: the file is empty");
    index("broken.jsonl", &[], "line 1: not JSON");
    index("bytes.jsonl", &[], "line 1: invalid UTF-8");
    index("picture.csv", &[], "picture.csv: this is a picture; ");
    index(
        "numbers.jsonl",
        &[],
        "no field contains a text to search in; the records have: a, b",
    );
    index(
        "other.csv",
        &["--text", "bodi"],
        "'bodi', but the records have: head, body",
    );
    index(
        "other.csv",
        &["--text", "body", "--vectors", "other.csv"],
        "npy",
    );
    let no_model = [
        "index",
        "other.csv",
        "--text",
        "body",
        "--collection",
        "c",
        "--data-dir",
        "d",
    ];
    if std::env::var_os("PARALLAX_TEST_MODEL").is_none() {
        fails(
            &[&no_model[..], &["--model", "nowhere"]].concat(),
            at,
            "parallax model",
        );
    }
}

#[test]
fn records_that_meaning_reads_in_part_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let long = "The miller grinds rye by the river. ".repeat(100);
    let lines =
        format!("{{\"id\": \"a\", \"text\": \"{long}\"}}\n{{\"id\": \"b\", \"text\": \"rye\"}}\n");
    fs::write(at.join("mill.jsonl"), lines).unwrap();
    let index = |name: &str, more: &[&str]| {
        let index = [
            "index",
            "mill.jsonl",
            "--collection",
            name,
            "--data-dir",
            "d",
        ];
        ok(&[&index[..], more].concat(), at)
    };
    let said = index("in-part", &["--no-passages"]);
    assert!(
        said.contains("1 record is too long for the model"),
        "{said}"
    );
    let said = index("whole", &[]);
    assert!(!said.contains("too long"), "{said}");
}
