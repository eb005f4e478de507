//! The collections: their stores and their index files.

use std::path::Path;

use parallax::collection::short;
use parallax::{Error, inspection};

use super::{Check, UNWRITABLE};
use crate::remote::Remote;

/// What is found about each collection.
pub fn checks(data: &Path, server: Option<&Remote>) -> Vec<Check> {
    if !data.join(parallax::catalogue::CATALOGUE_FILE).exists() {
        return Vec::new();
    }
    match (inspection::collections(data), server) {
        (Ok(collections), _) => {
            let found = format!("{} in the catalogue", collections.len());
            let mut checks = vec![Check::ok("collections", found)];
            for (name, number) in collections {
                let folder = inspection::folder(data, number);
                checks.push(store(&name, &folder));
                checks.push(indexes(&name, &folder));
            }
            checks
        }
        (Err(Error::InUse(_)), Some(server)) => served(data, server),
        (Err(error @ Error::InUse(_)), None) => {
            let remedy = "it may be an import or another command; look again when it has ended";
            vec![Check::warn("collections", error.to_string(), remedy)]
        }
        (Err(error), _) => {
            let remedy = "put back catalogue.redb from a backup of the data folder, or restore \
                          the collections from snapshots into a new one";
            vec![unusable("collections", &error, remedy)]
        }
    }
}

fn store(name: &str, folder: &Path) -> Check {
    let subject = format!("store of {name}");
    match inspection::store(folder) {
        Ok(facts) if facts.needs_repair => {
            let remedy = "nothing after a crash: it is repaired when it is next opened; otherwise \
                          check the disk, and compare the number of records with the last snapshot";
            Check::warn(
                subject,
                "it was not closed cleanly, or is damaged in part",
                remedy,
            )
        }
        Ok(facts) if facts.earlier_format => {
            let remedy = "nothing: it is converted when it is next opened; take a snapshot before \
                          if an earlier version is to read it again";
            Check::warn(subject, "it has the format of an earlier version", remedy)
        }
        Ok(facts) => {
            let found = match &*facts.about.model {
                "" => "it is intact, and its vectors were given".to_owned(),
                model => format!("it is intact, encoded by model {}", short(model)),
            };
            Check::ok(subject, found)
        }
        Err(error) => {
            let remedy = format!(
                "restore it from a snapshot: `parallax restore FILE --collection {name} --replace`"
            );
            unusable(subject, &error, remedy)
        }
    }
}

/// The check of a database that cannot be read, with what to do if it is damaged. One that this
/// process may not write cannot be locked, so it was not looked at.
fn unusable(subject: impl Into<String>, error: &Error, remedy: impl Into<String>) -> Check {
    if error.is_denied() {
        let found = format!("{error}: it cannot be opened for writing, so it was not checked");
        return Check::error(subject, found, UNWRITABLE);
    }
    Check::error(subject, error.to_string(), remedy)
}

fn indexes(name: &str, folder: &Path) -> Check {
    let subject = format!("indexes of {name}");
    let files = inspection::index_files(folder);
    let damaged = files.iter().filter_map(|file| {
        let damage = file.damage.as_ref()?;
        Some(format!("{}: {damage}", file.name))
    });
    let damaged: Vec<String> = damaged.collect();
    if damaged.is_empty() {
        let names: Vec<&str> = files.iter().map(|file| file.name).collect();
        let found = match names.is_empty() {
            true => "none is saved yet".to_owned(),
            false => format!("{} match their checksums", names.join(", ")),
        };
        return Check::ok(subject, found);
    }
    let remedy = "nothing is lost: they are made again from the store when the collection is next \
                  opened; if it happens again, check the disk";
    Check::warn(subject, damaged.join("; "), remedy)
}

/// What a server says about the stores that it holds. The index files are read as usual.
fn served(data: &Path, server: &Remote) -> Vec<Check> {
    let collections = match server.collections() {
        Ok(collections) => collections,
        Err(error) => {
            let remedy = "read the server's log; if it asks for a key, give one with --key";
            return vec![Check::error("collections", format!("{error:#}"), remedy)];
        }
    };
    let found = format!("{} are served", collections.len());
    let mut checks = vec![Check::ok("collections", found)];
    for collection in collections {
        let found = format!(
            "the server has it open, with {} records",
            collection.records
        );
        checks.push(Check::ok(format!("store of {}", collection.name), found));
        let folder = inspection::folder(data, collection.id);
        checks.push(indexes(&collection.name, &folder));
    }
    checks
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use super::super::Level;
    use super::*;

    #[test]
    fn what_cannot_be_written_is_not_to_be_restored() {
        let path = Path::new("data/catalogue.redb");
        let check = |kind| {
            let error = Error::io(path)(io::Error::from(kind));
            unusable("collections", &error, "put back a backup")
        };
        for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
            let check = check(kind);
            assert_eq!(check.level, Level::Error);
            assert!(check.found.contains("catalogue.redb"), "{check:?}");
            assert!(check.found.contains("writing"), "{check:?}");
            assert_eq!(check.remedy.as_deref(), Some(UNWRITABLE));
        }
        let damaged = check(ErrorKind::InvalidData);
        assert_eq!(damaged.remedy.as_deref(), Some("put back a backup"));
    }
}
