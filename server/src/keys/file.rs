//! The file of keys, in TOML: a table `[[key]]` for each.

use std::num::NonZeroU32;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::value::Datetime;
use toml::{Spanned, Value};

use super::key::{Key, Role, expiry, limit};
use super::secret::Digest;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    role: Role,
    collections: Option<Spanned<Vec<String>>>,
    expires: Option<Expiry>,
    sha256: Spanned<Digest>,
    requests_per_second: Option<NonZeroU32>,
    burst: Option<NonZeroU32>,
}

struct Expiry(Timestamp);

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let moment = Datetime::deserialize(deserializer)?;
        let moment = expiry(&moment.to_string()).map_err(D::Error::custom)?;
        Ok(Self(moment))
    }
}

/// Reads the keys of a file.
///
/// # Errors
/// What is wrong with the file, and in which line; it is wrong if it has no key.
pub fn read(file: &Path) -> Result<Vec<Arc<Key>>> {
    let keys = read_changed(file)?;
    if keys.is_empty() {
        bail!(
            "{}: there is no key; add the entry that `parallax key new` prints",
            file.display()
        );
    }
    Ok(keys)
}

/// Reads the keys of a file that has changed. It may have none left.
///
/// # Errors
/// What is wrong with the file, and in which line.
pub fn read_changed(file: &Path) -> Result<Vec<Arc<Key>>> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the keys in {shown}"))?;
    parse(&text).map_err(|(at, why)| match at {
        Some(at) => {
            let before = text.get(..at.start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            anyhow!("{shown}, line {line}: {why}")
        }
        None => anyhow!("{shown}: {why}"),
    })
}

/// Where something is wrong, and what.
type Wrong = (Option<Range<usize>>, String);

fn parse(text: &str) -> Result<Vec<Arc<Key>>, Wrong> {
    let file: File = toml::from_str(text).map_err(|error| {
        let why = error.message().replace('\n', "; ");
        (error.span(), why)
    })?;
    let mut keys: Vec<Arc<Key>> = Vec::with_capacity(file.key.len());
    for entry in file.key {
        let at = entry.name.span();
        let key = key(entry)?;
        if keys.iter().any(|other| other.name == key.name) {
            let why = format!("there are two keys with the name '{}'", key.name);
            return Err((Some(at), why));
        }
        keys.push(Arc::new(key));
    }
    Ok(keys)
}

fn key(entry: Entry) -> Result<Key, Wrong> {
    if entry.name.get_ref().trim().is_empty() {
        return Err((Some(entry.name.span()), "the key has no name".into()));
    }
    if let Some(none) = entry
        .collections
        .as_ref()
        .filter(|c| c.get_ref().is_empty())
    {
        let why = "the key is for no collection; leave out `collections` for all of them";
        return Err((Some(none.span()), why.into()));
    }
    let collections = entry.collections.map(Spanned::into_inner);
    let limited = match (entry.requests_per_second, entry.burst) {
        (Some(rate), burst) => Some(limit(rate, burst.unwrap_or(rate))),
        (None, None) => None,
        (None, Some(_)) => {
            let why = "`burst` needs `requests_per_second` beside it";
            return Err((Some(entry.name.span()), why.into()));
        }
    };
    Ok(Key {
        name: entry.name.into_inner(),
        role: entry.role,
        collections: collections.map(|names| Arc::new(names.into_iter().collect())),
        expires: entry.expires.map(|Expiry(end)| end),
        digest: entry.sha256.into_inner(),
        limit: limited,
    })
}

/// The entry of a key, as the file has it.
pub fn entry(key: &Key) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let mut entry = format!(
        "[[key]]\nname = {}\nrole = \"{}\"\n",
        text(&key.name),
        key.role
    );
    if let Some(collections) = &key.collections {
        let names: Vec<String> = collections.iter().map(|name| text(name)).collect();
        entry.push_str(&format!("collections = [{}]\n", names.join(", ")));
    }
    if let Some(end) = key.expires {
        entry.push_str(&format!("expires = {end}\n"));
    }
    entry.push_str(&format!("sha256 = \"{}\"\n", key.digest));
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// Reads a file with this text.
    fn read_text(text: &str) -> Result<Vec<Arc<Key>>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        std::fs::write(&file, text).unwrap();
        read(&file)
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let names = ["books", "c\"d"].map(str::to_owned);
        let written = Key {
            collections: Some(Arc::new(names.into_iter().collect())),
            expires: Some(expiry("2027-01-01").unwrap()),
            role: Role::Search,
            ..Key::of_all("the \"shop\"", "abc")
        };
        let read = read_text(&entry(&written)).unwrap();
        let [read] = read.as_slice() else {
            panic!("{read:?}")
        };
        assert_eq!(
            (&read.name, read.role, &read.collections, read.expires),
            (
                &written.name,
                written.role,
                &written.collections,
                written.expires
            )
        );
        assert_eq!(read.digest, HASH.parse().unwrap());
    }

    #[test]
    fn a_malformed_file_is_one_error_that_names_the_line() {
        let good = format!("[[key]]\nname = \"a\"\nrole = \"write\"\nsha256 = \"{HASH}\"\n");
        assert!(read_text(&good).is_ok());
        for (bad, line, why) in [
            (
                "[[key]]\nname = \"a\"\nrole = \"owner\"\n".to_owned(),
                3,
                "owner",
            ),
            (format!("{good}kye = 1\n"), 5, "kye"),
            (
                format!("{good}expires = 2027-01-01T00:00:00\n"),
                5,
                "offset",
            ),
            (format!("{good}collections = []\n"), 5, "no collection"),
            (format!("{good}\n{good}"), 7, "two keys"),
            (good.replace("ba78", ""), 4, "hexadecimal"),
            (good.replace("\"a\"", "\"\""), 2, "no name"),
            ("[[key]\n".to_owned(), 1, ""),
        ] {
            let told = format!("{:#}", read_text(&bad).unwrap_err());
            assert!(
                told.contains(&format!("keys.toml, line {line}: ")),
                "{told}"
            );
            assert!(told.contains(why), "{told}");
            assert!(!told.contains('\n'), "{told}");
        }
    }

    #[test]
    fn a_file_without_a_key_is_an_error_unless_its_keys_were_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        for text in ["", "# They are all gone.\n", "key = []\n"] {
            std::fs::write(&file, text).unwrap();
            let none = format!("{:#}", read(&file).unwrap_err());
            assert!(none.contains("parallax key new"), "{none}");
            assert!(read_changed(&file).unwrap().is_empty(), "{text}");
        }
    }
}
