//! Who can reach the service, and who can read its keys.

use std::net::SocketAddr;
use std::path::Path;

use super::{Check, Subject, shown};
use crate::address_file;

/// What is found about the address and the key.
pub fn checks(subject: &Subject, served: bool) -> Vec<Check> {
    // What a running server does counts, not what another one would do.
    let running = address_file::read(&subject.data).filter(|_| served);
    let (address, keyed) = match running {
        Some(running) => (running.address, running.keyed),
        None => (subject.address, subject.keyed),
    };
    let mut checks = vec![address_check(address, keyed)];
    checks.extend(subject.key_files.iter().map(|file| key_file(file)));
    checks
}

fn address_check(address: SocketAddr, keyed: bool) -> Check {
    let subject = "exposure";
    match (address.ip().to_canonical().is_loopback(), keyed) {
        (true, _) => Check::ok(
            subject,
            format!("{address} is reached from this machine only"),
        ),
        (false, true) => {
            let found =
                format!("{address} is reached from other machines, and writing needs a key");
            Check::ok(subject, found)
        }
        (false, false) => {
            let found = format!("{address} is reached from other machines, and there is no key");
            let remedy = "make a key with `parallax key new` and name its file with --keys-file, or listen on 127.0.0.1";
            Check::error(subject, found, remedy)
        }
    }
}

fn key_file(path: &Path) -> Check {
    let subject = "key file";
    if let Err(error) = std::fs::read_to_string(path) {
        let found = format!("{} cannot be read: {error}", shown(path));
        let remedy = "name a file with keys that the service's account can read";
        return Check::error(subject, found, remedy);
    }
    match others_may_read(path) {
        true => {
            let found = format!("{} can be read by every account", shown(path));
            let remedy = format!("chmod 600 {}", shown(path));
            Check::warn(subject, found, remedy)
        }
        false => Check::ok(
            subject,
            format!("{} is closed to other accounts", shown(path)),
        ),
    }
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn an_address_that_others_reach_needs_a_key() {
        let level = |address: &str, keyed| address_check(address.parse().unwrap(), keyed).level;
        assert_eq!(level("127.0.0.1:3000", false), Level::Ok);
        assert_eq!(level("[::1]:3000", false), Level::Ok);
        assert_eq!(level("0.0.0.0:3000", true), Level::Ok);
        assert_eq!(level("0.0.0.0:3000", false), Level::Error);
        assert_eq!(level("192.0.2.1:80", false), Level::Error);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_everybody_may_read_is_no_secret() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert_eq!(key_file(&path).level, Level::Error);
        std::fs::write(&path, "secret").unwrap();
        for (mode, level) in [(0o600, Level::Ok), (0o644, Level::Warn)] {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, permissions).unwrap();
            assert_eq!(key_file(&path).level, level, "{mode:o}");
        }
    }
}
