//! The data folder: whether it is there, can be written, who holds it, and the room on its disk.

use std::path::Path;
use std::time::Duration;

use super::{Check, UNWRITABLE, megabytes, shown};
use crate::disk;
use crate::remote::Remote;

/// With less free space than this, imports are about to fail.
const LITTLE: u64 = 1_000_000_000;
/// With less than this, every write is.
const NONE: u64 = 50_000_000;
/// How long a server may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// What is found about the folder.
pub fn checks(data: &Path, server: Option<&Remote>) -> Vec<Check> {
    let mut checks = vec![writable(data)];
    checks.extend(server.map(answers));
    checks.extend(room(data));
    checks
}

fn writable(data: &Path) -> Check {
    let subject = "data folder";
    if !data.exists() {
        let found = format!("{} does not exist yet", shown(data));
        let remedy = "`parallax serve` and `parallax index` create it; if there should be data, \
                      give its folder with --data-dir";
        return Check::warn(subject, found, remedy);
    }
    match tempfile::tempfile_in(data) {
        Ok(_) => Check::ok(subject, format!("{} can be written", shown(data))),
        Err(error) => {
            let found = format!("{} cannot be written: {error}", shown(data));
            Check::error(subject, found, UNWRITABLE)
        }
    }
}

/// Whether the server that holds the folder can answer.
fn answers(server: &Remote) -> Check {
    let subject = "server";
    match server.check("/readyz", ANSWER) {
        Ok(()) => {
            let found = format!("{} holds the data folder and is ready", server.base());
            Check::ok(subject, found)
        }
        Err(error) => {
            let found = format!("a server holds the data folder, but {error}");
            let remedy = "wait if it has just been started; otherwise read its log, and restart it";
            Check::error(subject, found, remedy)
        }
    }
}

fn room(data: &Path) -> Option<Check> {
    let subject = "disk";
    let free = disk::free_bytes(data)?;
    let found = format!("{} are free", megabytes(free));
    let remedy = "make room: a re-encoding or a new import of a collection needs its size again";
    Some(match free {
        0..NONE => Check::error(subject, found, remedy),
        NONE..LITTLE => Check::warn(subject, found, remedy),
        _ => Check::ok(subject, found),
    })
}
