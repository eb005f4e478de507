//! Keys as an operator makes and uses them: the real binary.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::running::Running;

/// Runs a command that ends by itself.
fn run(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parallax"));
    command.args(arguments).current_dir(folder);
    command.output().unwrap()
}

fn refused(arguments: &[&str], folder: &Path) -> String {
    let output = run(arguments, folder);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Makes a key, adds it to the file `keys.toml`, and returns its secret.
fn new_key(options: &[&str], folder: &Path) -> String {
    let made = run(&[&["key", "new"], options].concat(), folder);
    assert!(made.status.success(), "{made:?}");
    let entry = String::from_utf8(made.stdout).unwrap();
    let said = String::from_utf8(made.stderr).unwrap();
    let secret = said.split_whitespace().last().unwrap().to_owned();
    assert!(secret.len() > 40 && !entry.contains(&secret), "{said}");
    let file = folder.join("keys.toml");
    let before = fs::read_to_string(&file).unwrap_or_default();
    fs::write(&file, before + &entry).unwrap();
    secret
}

#[test]
fn a_key_is_made_listed_and_used_until_it_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let reader = [
        "--name",
        "reader",
        "--role",
        "search",
        "--collections",
        "sample",
    ];
    let reader = new_key(&reader, at);
    let ends = [
        "--name",
        "old",
        "--role",
        "write",
        "--expires",
        "2099-01-01",
    ];
    let old = new_key(&ends, at);
    // Time passes.
    let file = at.join("keys.toml");
    let passed = fs::read_to_string(&file).unwrap().replace("2099", "2020");
    fs::write(&file, passed).unwrap();
    let listed = run(&["key", "list", "--keys-file", "keys.toml"], at);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].contains("reader: search, sample"), "{listed}");
    assert!(
        lines[1].contains("old: write") && lines[1].contains("expired"),
        "{listed}"
    );
    assert!(
        !listed.contains("sha256") && !listed.contains("plx_"),
        "{listed}"
    );

    let serve = ["serve", "--addr", "127.0.0.1:0", "--data-dir", "data"];
    let mut command = crate::binary::parallax(&serve, at);
    command.env("PARALLAX_KEYS_FILE", "keys.toml");
    command.env("PARALLAX_KEY", "key-of-the-environment");
    let running = Running::start(command);
    let status = |key: Option<&str>| {
        let uri = format!("{}/api/v1/collections/sample", running.base);
        let mut request = running.agent.get(uri);
        if let Some(key) = key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        request.call().unwrap().status().as_u16()
    };
    assert_eq!(status(None), 401);
    assert_eq!(status(Some(&reader)), 200);
    assert_eq!(status(Some("key-of-the-environment")), 200);
    assert_eq!(status(Some(&old)), 401);
    refused_before_its_body_is_sent(&running.base);

    // The other key stays, so reading still needs one.
    let keys = fs::read_to_string(at.join("keys.toml")).unwrap();
    let (_, second) = keys.split_at(keys.rfind("[[key]]").unwrap());
    let searching = second.replace("\"write\"", "\"search\"");
    fs::write(at.join("keys.toml"), searching).unwrap();
    let start = std::time::Instant::now();
    while status(Some(&reader)) != 401 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the key is still good"
        );
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn a_service_whose_keys_are_all_revoked_stays_closed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let key = new_key(&["--name", "reader", "--role", "search"], at);
    let serve = ["serve", "--addr", "127.0.0.1:0", "--data-dir", "data"];
    let mut command = crate::binary::parallax(&serve, at);
    command.env("PARALLAX_KEYS_FILE", "keys.toml");
    command.env_remove("PARALLAX_KEY");
    let running = Running::start(command);
    let uri = format!("{}/api/v1/collections/sample", running.base);
    let with_key = || {
        let request = running.agent.get(&uri);
        let request = request.header("authorization", format!("Bearer {key}"));
        request.call().unwrap().status().as_u16()
    };
    assert_eq!(with_key(), 200);
    fs::write(at.join("keys.toml"), "").unwrap();
    let start = std::time::Instant::now();
    while with_key() != 401 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the key is still good"
        );
        std::thread::sleep(Duration::from_millis(500));
    }
    let reading = running.agent.get(&uri).call().unwrap();
    assert_eq!(reading.status().as_u16(), 401);
    let writing = running.agent.delete(&uri).call().unwrap();
    assert_eq!(writing.status().as_u16(), 401);
}

/// A client that sends a file gets the answer, not a broken connection, and one that asks first is
/// not told to send it.
fn refused_before_its_body_is_sent(base: &str) {
    let address = base.trim_start_matches("http://");
    let answer = |more: &str, body: &[u8]| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let head = format!(
            "POST /api/v1/collections/new/import?file=a.jsonl HTTP/1.1\r\nHost: {address}\r\n\
             Content-Length: 100000000\r\n{more}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut said = [0; 12];
        stream.read_exact(&mut said).unwrap();
        String::from_utf8(said.to_vec()).unwrap()
    };
    assert_eq!(answer("", &vec![b'x'; 3 << 20]), "HTTP/1.1 401");
    assert_eq!(answer("Expect: 100-continue\r\n", b""), "HTTP/1.1 401");
}

#[test]
fn others_are_not_served_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&["serve", "--addr", "0.0.0.0:0"], folder.path());
    for part in ["0.0.0.0", "no key", "--keys-file", "PARALLAX_KEY"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_malformed_file_of_keys_is_one_line_that_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(
        at.join("keys.toml"),
        "[[key]]\nname = \"a\"\nrole = \"owner\"\n",
    )
    .unwrap();
    for arguments in [
        &["serve", "--keys-file", "keys.toml"][..],
        &["key", "list", "--keys-file", "keys.toml"],
    ] {
        let said = refused(arguments, at);
        assert!(
            said.contains("keys.toml, line 3: ") && said.contains("owner"),
            "{said}"
        );
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }
    let missing = refused(&["serve", "--keys-file", "none.toml"], at);
    assert!(missing.contains("none.toml"), "{missing}");
    let soon = [
        "key",
        "new",
        "--name",
        "a",
        "--role",
        "search",
        "--expires",
        "soon",
    ];
    assert!(refused(&soon, at).contains("2027-01-01"));
    let past = soon.map(|word| if word == "soon" { "2020-01-01" } else { word });
    assert!(refused(&past, at).contains("has passed"));
}
