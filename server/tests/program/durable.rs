//! The order in which files are made durable, from the system calls of the real binary. After a
//! power failure, the disk may have lost every write to a file that was not synced, and every new or
//! renamed entry of a folder that was not synced. So both must be done before anything relies on
//! them: an index file is synced before its name points to it, and a collection's files and folders
//! before the catalogue does.
//!
//! Needs strace; without it, or where tracing is forbidden, the test is skipped.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CALLS: &str = "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,\
                     unlinkat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,fallocate,fsync,\
                     fdatasync";

/// What a power failure could take at some moment.
#[derive(Default)]
struct Disk {
    /// Files with writes that are not synced.
    written: BTreeSet<PathBuf>,
    /// Files and folders whose entry in their folder is not synced.
    entered: BTreeSet<PathBuf>,
}

impl Disk {
    /// What would be lost below a folder, and of the folder itself.
    fn unsafe_below(&self, folder: &Path) -> Vec<&PathBuf> {
        let all = self.written.iter().chain(&self.entered);
        all.filter(|path| path.starts_with(folder)).collect()
    }
}

/// A finished system call: its name, its arguments, and what it returned.
struct Call {
    name: String,
    arguments: String,
    result: String,
}

/// The calls in the order in which they finished. strace splits a call that another thread
/// interrupts.
fn calls(trace: &str) -> Vec<Call> {
    let mut begun: HashMap<&str, &str> = HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        let rest = rest.trim_start();
        if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(thread, start);
            continue;
        }
        let whole = match rest.split_once(" resumed>") {
            Some((_, end)) => format!("{}{end}", begun.remove(thread).unwrap()),
            None => rest.to_owned(),
        };
        let Some((call, result)) = whole.rsplit_once(" = ") else {
            continue; // A signal or an exit.
        };
        let Some((name, arguments)) = call.split_once('(') else {
            continue;
        };
        calls.push(Call {
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            result: result.to_owned(),
        });
    }
    calls
}

/// The path behind a descriptor, which strace shows as `5</path>`.
fn descriptor(text: &str) -> Option<PathBuf> {
    let (_, path) = text.split_once('<')?;
    let (path, _) = path.split_once('>')?;
    Some(PathBuf::from(path))
}

/// The paths that a call names in quotes.
fn named(arguments: &str) -> Vec<PathBuf> {
    arguments
        .split('"')
        .skip(1)
        .step_by(2)
        .map(PathBuf::from)
        .collect()
}

/// Whether a call creates what it opens. The files in question are not there before.
fn creates(call: &Call) -> bool {
    matches!(call.name.as_str(), "creat" | "mkdir" | "mkdirat")
        || call.arguments.contains("O_CREAT")
}

/// Follows the calls, and checks the rules. Returns how many index files were put in place, and how
/// often a name was made to point to a collection.
fn follow(calls: &[Call], data: &Path) -> (usize, usize) {
    let collections = data.join("collections");
    let catalogue = data.join("catalogue.redb");
    let mut disk = Disk::default();
    let (mut placed, mut pointed, mut filling) = (0, 0, false);
    for call in calls.iter().filter(|call| !call.result.starts_with('-')) {
        let of = descriptor(&call.arguments);
        match call.name.as_str() {
            "fsync" | "fdatasync" => {
                let path = of.unwrap();
                disk.entered.retain(|entry| entry.parent() != Some(&path));
                disk.written.remove(&path);
            }
            "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" | "ftruncate"
            | "fallocate" => {
                let Some(path) = of.filter(|path| path.starts_with(data)) else {
                    continue;
                };
                if path == catalogue && filling {
                    // The write that makes the name point to the folder.
                    let lost = disk.unsafe_below(&collections);
                    assert!(
                        lost.is_empty(),
                        "the catalogue points to what may be lost: {lost:?}"
                    );
                    (pointed, filling) = (pointed + 1, false);
                }
                disk.written.insert(path);
            }
            "rename" | "renameat" | "renameat2" => {
                let [from, to] = named(&call.arguments).try_into().unwrap();
                if !to.starts_with(data) {
                    continue;
                }
                assert!(
                    !disk.written.contains(&from),
                    "{} is put in place unsynced",
                    to.display()
                );
                placed += 1;
                disk.entered.remove(&from);
                disk.entered.insert(to);
            }
            "unlink" | "unlinkat" => {
                for path in named(&call.arguments) {
                    disk.entered.remove(&path);
                    disk.written.remove(&path);
                }
            }
            _ if creates(call) => {
                let path = match call.name.as_str() {
                    "mkdir" | "mkdirat" => named(&call.arguments).remove(0),
                    _ => descriptor(&call.result).unwrap_or_default(),
                };
                if path.starts_with(data) {
                    filling |= path.parent() == Some(&collections);
                    disk.entered.insert(path);
                }
            }
            _ => {}
        }
    }
    let lost = disk.unsafe_below(data);
    assert!(lost.is_empty(), "done, and may be lost: {lost:?}");
    (placed, pointed)
}

#[test]
fn nothing_points_to_what_a_power_failure_could_take() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let (trace, file) = (folder.join("trace"), folder.join("shops.jsonl"));
    let shops = "{\"name\":\"Hollow Bakery\",\"text\":\"Sourdough\"}\n\
                 {\"name\":\"Saltworks\",\"text\":\"Glazed bowls\"}\n";
    fs::write(&file, shops).unwrap();
    // The data folder and the one above it do not exist yet.
    let data = folder.join("new/data");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "0", "-e", &format!("trace={CALLS}"), "-o"]);
    command.arg(&trace).arg(env!("CARGO_BIN_EXE_parallax"));
    command.arg("index").arg(&file);
    command
        .args(["--collection", "shops", "--data-dir"])
        .arg(&data);
    if let Some(model) = std::env::var_os("PARALLAX_TEST_MODEL") {
        command.arg("--model").arg(model);
    }
    let Ok(output) = command.output() else {
        println!("skipped: strace is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("ptrace") && !output.status.success() {
        println!("skipped: tracing is not allowed here: {said}");
        return;
    }
    assert!(output.status.success(), "{said}");
    let trace = fs::read_to_string(&trace).unwrap();
    let (placed, pointed) = follow(&calls(&trace), &data);
    assert!(placed >= 1, "no index file was written");
    assert_eq!(pointed, 1, "the name points to the collection once");
}
