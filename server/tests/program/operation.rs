//! What operators do: the commands with and without a running server, health, and the doctor. The
//! real binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::binary::{self, parallax, succeeds};
use crate::running::Running;

const KEY: &str = "key-of-the-tests";

fn command(arguments: &[&str], folder: &Path) -> Command {
    let mut command = parallax(arguments, folder);
    command.env_remove("PARALLAX_KEY");
    command
}

fn ok(arguments: &[&str], folder: &Path) -> String {
    succeeds(command(arguments, folder)).0
}

fn fails(arguments: &[&str], folder: &Path, needle: &str) {
    binary::fails(command(arguments, folder), needle);
}

/// A folder with the data folder `d`, in which the collection `shop` has two records.
fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lines =
        "{\"id\": \"a\", \"text\": \"fresh milk\"}\n{\"id\": \"b\", \"text\": \"rye bread\"}\n";
    fs::write(folder.path().join("shop.jsonl"), lines).unwrap();
    let index = [
        "index",
        "shop.jsonl",
        "--collection",
        "shop",
        "--data-dir",
        "d",
    ];
    ok(&index, folder.path());
    folder
}

/// Serves the data folder `d`, with a key.
fn serve(folder: &Path) -> Running {
    fs::write(folder.join("key"), KEY).unwrap();
    let serve = [
        "serve",
        "--addr",
        "127.0.0.1:0",
        "--data-dir",
        "d",
        "--api-key-file",
        "key",
    ];
    Running::start(parallax(&serve, folder))
}

/// The doctor's checks, and its exit code.
fn examined(arguments: &[&str], folder: &Path) -> (Vec<Value>, Option<i32>) {
    let doctor = ["doctor", "--json", "--data-dir", "d"];
    let output = command(&[&doctor[..], arguments].concat(), folder)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{:?}: {error}", output.stdout));
    let checks = report["checks"].as_array().unwrap().clone();
    (checks, output.status.code())
}

fn level<'a>(checks: &'a [Value], subject: &str) -> &'a str {
    let check = checks.iter().find(|check| check["subject"] == subject);
    let check = check.unwrap_or_else(|| panic!("no check of {subject}: {checks:#?}"));
    check["level"].as_str().unwrap()
}

/// Each command in turn, with more arguments, on the data folder `d` with the collection `shop`.
fn all_commands_work(more: &[&str], at: &Path) {
    let ok = |arguments: &[&str]| {
        let arguments = [arguments, &["--data-dir", "d"], more].concat();
        ok(&arguments, at)
    };
    let listed = ok(&["collections"]);
    let row = listed.lines().find(|line| line.starts_with("shop "));
    let records = row.and_then(|row| row.split_whitespace().nth(1));
    assert_eq!(records, Some("2"), "{listed}");
    assert!(ok(&["rename", "shop", "store"]).contains("store"));
    assert!(ok(&["export", "store", "-o", "out.jsonl"]).contains("2 records"));
    let exported = fs::read_to_string(at.join("out.jsonl")).unwrap();
    assert!(exported.contains("rye bread"), "{exported}");
    assert_eq!(exported.lines().count(), 2);
    assert!(ok(&["snapshot", "store", "-o", "store.parallax"]).contains("2 records"));
    assert!(ok(&["delete", "store", "--yes"]).contains("deleted"));
    assert!(!ok(&["collections"]).contains("store"));
    let restore = ["restore", "store.parallax", "--collection", "shop"];
    assert!(ok(&restore).contains("2 records"));
    let refused = [&restore[..], &["--data-dir", "d"], more].concat();
    fails(&refused, at, "already");
    assert!(ok(&[&restore[..], &["--replace"]].concat()).contains("2 records"));
    assert!(ok(&["collections"]).contains("shop"));
}

#[test]
fn commands_work_on_a_folder_that_nobody_uses() {
    let folder = shop();
    all_commands_work(&[], folder.path());
    let delete = ["delete", "shop", "--data-dir", "d"];
    fails(&delete, folder.path(), "--yes");
    let unknown = ["rename", "none", "other", "--data-dir", "d"];
    fails(&unknown, folder.path(), "there are: shop");
}

#[test]
fn commands_talk_to_the_server_that_uses_the_folder() {
    let folder = shop();
    let at = folder.path();
    let server = serve(at);
    all_commands_work(&["--key", KEY], at);
    let rename = ["rename", "shop", "store", "--data-dir", "d"];
    fails(&rename, at, "PARALLAX_KEY");
    fails(&[&rename[..], &["--key", "wrong"]].concat(), at, "key");
    let away = [
        "delete",
        "../shop",
        "--yes",
        "--data-dir",
        "d",
        "--key",
        KEY,
    ];
    fails(&away, at, "cannot name a collection");

    let health = ["health", "--data-dir", "d"];
    ok(&health, at);
    let address = server.base.trim_start_matches("http://").to_owned();
    ok(&["health", "--addr", &address], at);
    let metrics = server.agent.get(server.url("/metrics"));
    let metrics = metrics.header("authorization", format!("Bearer {KEY}"));
    let text = metrics.call().unwrap().body_mut().read_to_string().unwrap();
    assert!(text.contains("route=\"/readyz\""), "{text}");
    assert!(text.contains("parallax_connections "), "{text}");
    assert!(text.contains("parallax_resident_memory_bytes "), "{text}");
    drop(server);
    fails(
        &["health", "--addr", &address, "--timeout", "1"],
        at,
        &address,
    );
    // The server was killed, and its address file is still there. It counts no more.
    assert!(at.join("d/server.json").exists());
    assert!(ok(&["collections", "--data-dir", "d"], at).contains("shop"));
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_takes_its_address_away() {
    let folder = shop();
    let at = folder.path();
    let mut server = serve(at);
    assert!(at.join("d/server.json").exists());
    let pid = server.child.id().to_string();
    let told = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status();
    assert!(told.unwrap().success());
    assert!(server.child.wait().unwrap().success());
    assert!(!at.join("d/server.json").exists());
}

#[test]
fn the_doctor_finds_nothing_wrong_with_a_healthy_folder() {
    let folder = shop();
    let (checks, code) = examined(&[], folder.path());
    for subject in [
        "model",
        "data folder",
        "store of shop",
        "indexes of shop",
        "exposure",
    ] {
        assert_eq!(level(&checks, subject), "ok", "{subject}: {checks:#?}");
    }
    assert_eq!(code, Some(0));
    // It changed nothing: the folder can be used as before.
    assert!(ok(&["collections", "--data-dir", "d"], folder.path()).contains("shop"));
}

#[test]
fn the_doctor_works_beside_a_running_server() {
    let folder = shop();
    let server = serve(folder.path());
    let (checks, code) = examined(&["--key", KEY], folder.path());
    for subject in [
        "server",
        "collections",
        "store of shop",
        "indexes of shop",
        "exposure",
    ] {
        assert_eq!(level(&checks, subject), "ok", "{subject}: {checks:#?}");
    }
    assert_eq!(code, Some(0));
    drop(server);
}

#[test]
fn the_doctor_says_that_there_is_no_folder_and_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let (checks, code) = examined(&[], folder.path());
    assert_eq!(level(&checks, "data folder"), "warn");
    assert_eq!(code, Some(0), "a warning is no error");
    assert!(!folder.path().join("d").exists());

    let mut doctor = std::process::Command::new(env!("CARGO_BIN_EXE_parallax"));
    doctor.args(["doctor", "--data-dir", "d", "--model", "./nowhere"]);
    let output = doctor.current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("error  model") && said.contains("parallax model"),
        "{said}"
    );
}

/// The only file with a name below a folder.
fn find(folder: &Path, name: &str) -> PathBuf {
    let entries = fs::read_dir(folder).unwrap();
    let found = entries.filter_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return fs::read_dir(&path).unwrap().find_map(|entry| {
                let path = entry.unwrap().path();
                path.ends_with(name).then_some(path)
            });
        }
        path.ends_with(name).then_some(path)
    });
    found.last().unwrap()
}

#[test]
fn the_doctor_tells_damaged_indexes_from_a_damaged_store() {
    let folder = shop();
    let at = folder.path();
    let collections = at.join("d/collections");
    let columns = find(&collections, "columns.idx");
    let mut bytes = fs::read(&columns).unwrap();
    // Where the first section begins: see the alignment of sections.
    bytes[64] ^= 0xff;
    fs::write(&columns, &bytes).unwrap();
    let (checks, code) = examined(&[], at);
    assert_eq!(level(&checks, "indexes of shop"), "warn", "{checks:#?}");
    assert_eq!(level(&checks, "store of shop"), "ok", "{checks:#?}");
    assert_eq!(code, Some(0));

    let store = find(&collections, "store.redb");
    let mut bytes = fs::read(&store).unwrap();
    for byte in &mut bytes[..64] {
        *byte ^= 0xff;
    }
    fs::write(&store, &bytes).unwrap();
    let (checks, code) = examined(&[], at);
    assert_eq!(level(&checks, "store of shop"), "error", "{checks:#?}");
    assert_eq!(code, Some(2));
    let check = checks
        .iter()
        .find(|check| check["subject"] == "store of shop");
    let remedy = check.unwrap()["remedy"].as_str().unwrap();
    assert!(remedy.contains("parallax restore"), "{remedy}");
}

#[cfg(unix)]
#[test]
fn the_doctor_does_not_restore_what_only_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;

    let folder = shop();
    let data = folder.path().join("d");
    let catalogue = data.join("catalogue.redb");
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(&catalogue, 0o444);
    allow(&data, 0o555);
    let (checks, code) = examined(&[], folder.path());
    // The superuser may write nevertheless.
    let superuser = fs::OpenOptions::new().write(true).open(&catalogue).is_ok();
    allow(&data, 0o755);
    if superuser {
        return;
    }
    assert_eq!(code, Some(2));
    for subject in ["data folder", "collections"] {
        assert_eq!(level(&checks, subject), "error", "{checks:#?}");
        let check = checks.iter().find(|check| check["subject"] == subject);
        let remedy = check.unwrap()["remedy"].as_str().unwrap();
        assert!(remedy.contains("owner"), "{remedy}");
        assert!(!remedy.contains("backup"), "{remedy}");
    }
}

#[test]
fn the_doctor_refuses_an_address_for_everybody_without_a_key() {
    let folder = shop();
    let open = ["--addr", "0.0.0.0:3000"];
    let (checks, code) = examined(&open, folder.path());
    assert_eq!((level(&checks, "exposure"), code), ("error", Some(2)));
    fs::write(folder.path().join("key"), KEY).unwrap();
    let keyed = [&open[..], &["--api-key-file", "key"]].concat();
    let (checks, _) = examined(&keyed, folder.path());
    assert_eq!(level(&checks, "exposure"), "ok");
}
