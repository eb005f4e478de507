//! All keys of the service: those of the file, and those given by themselves.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, bail};
use parallax::locks::lock;
use subtle::ConditionallySelectable;

use super::file;
use super::key::{Key, Role};
use super::secret::Digest;
use super::settings::{Reading, Settings};

/// How long a change of the file may go unnoticed.
const UNNOTICED: Duration = Duration::from_secs(2);

/// The keys.
pub struct Keyring {
    file: Option<PathBuf>,
    /// Those that are not in the file.
    single: Vec<Arc<Key>>,
    read: Reading,
    current: Mutex<Current>,
}

struct Current {
    keys: Arc<[Arc<Key>]>,
    stamp: Option<Stamp>,
    checked: Instant,
}

/// What changes when a file is written.
#[derive(PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
}

impl Stamp {
    fn of(file: &Path) -> Option<Self> {
        let about = std::fs::metadata(file).ok()?;
        Some(Self {
            modified: about.modified().ok()?,
            bytes: about.len(),
        })
    }
}

impl Default for Keyring {
    fn default() -> Self {
        Self::holding(&Settings::default(), Vec::new(), Vec::new(), None)
    }
}

impl Keyring {
    /// The keys that the settings name, and those given by themselves.
    ///
    /// # Errors
    /// If the file cannot be read, or reading needs a key and there is none.
    pub fn new(settings: &Settings, single: Vec<Key>) -> Result<Self> {
        let single: Vec<_> = single.into_iter().map(Arc::new).collect();
        let stamp = settings.file.as_deref().and_then(Stamp::of);
        let mut keys = single.clone();
        if let Some(file) = &settings.file {
            keys.extend(file::read(file)?);
        }
        if settings.read == Reading::Key && keys.is_empty() {
            bail!(
                "reading needs a key, but there is none; make one with `parallax key new`, and \
                 name its file with --keys-file"
            );
        }
        Ok(Self::holding(settings, single, keys, stamp))
    }

    fn holding(
        settings: &Settings,
        single: Vec<Arc<Key>>,
        keys: Vec<Arc<Key>>,
        stamp: Option<Stamp>,
    ) -> Self {
        Self {
            file: settings.file.clone(),
            single,
            read: settings.read,
            current: Mutex::new(Current {
                keys: keys.into(),
                stamp,
                checked: Instant::now(),
            }),
        }
    }

    /// Whether there is no key at all. That does not change while the service runs, because a file
    /// without a key is not accepted.
    pub fn is_empty(&self) -> bool {
        self.keys().is_empty()
    }

    /// Whether reading needs a key.
    pub fn is_needed_to_read(&self) -> bool {
        let search = |key: &Arc<Key>| key.role == Role::Search;
        self.read == Reading::Key || self.keys().iter().any(search)
    }

    /// The key with a secret. All are compared, in constant time, so that timing reveals neither how
    /// much of a wrong key is right, nor how many keys there are before the right one.
    pub fn find(&self, secret: &str) -> Option<Arc<Key>> {
        let (keys, digest) = (self.keys(), Digest::of(secret));
        let mut found = u32::MAX;
        for (at, key) in (0..).zip(keys.iter()) {
            found.conditional_assign(&at, key.digest.same(&digest));
        }
        keys.get(found as usize).cloned()
    }

    /// The key with a hash, which is not a secret.
    pub fn with_digest(&self, digest: &Digest) -> Option<Arc<Key>> {
        let keys = self.keys();
        keys.iter().find(|key| key.digest == *digest).cloned()
    }

    /// The keys. If the file has changed, it is read again; if it cannot be read, the keys stay as
    /// they were.
    fn keys(&self) -> Arc<[Arc<Key>]> {
        let mut current = lock(&self.current);
        if let Some(file) = &self.file
            && current.checked.elapsed() >= UNNOTICED
        {
            current.checked = Instant::now();
            let stamp = Stamp::of(file);
            if stamp != current.stamp {
                current.stamp = stamp;
                match file::read(file) {
                    Ok(keys) => {
                        tracing::info!(keys = keys.len(), "read the changed keys");
                        current.keys = self.single.iter().cloned().chain(keys).collect();
                    }
                    Err(error) => tracing::error!("the keys stay as they were: {error:#}"),
                }
            }
        }
        Arc::clone(&current.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, secret: &str) -> String {
        file::entry(&Key::of_all(name, secret))
    }

    #[test]
    fn a_secret_is_found_among_all_keys_and_nothing_else_is() {
        let keys = ["first", "second", "third"].map(|name| Key::of_all(name, name));
        let keyring = Keyring::new(&Settings::default(), keys.into()).unwrap();
        for name in ["first", "second", "third"] {
            assert_eq!(keyring.find(name).unwrap().name, name);
        }
        for wrong in ["", "firs", "first ", "FIRST"] {
            assert!(keyring.find(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        std::fs::write(&file, entry("a", "one")).unwrap();
        let settings = Settings {
            file: Some(file.clone()),
            ..Settings::default()
        };
        let keyring = Keyring::new(&settings, Vec::new()).unwrap();
        // As if the last look at the file was long ago.
        let later = || {
            let long_ago = Instant::now().checked_sub(UNNOTICED).unwrap();
            lock(&keyring.current).checked = long_ago;
        };
        let both = entry("a", "one") + &entry("b", "another");
        std::fs::write(&file, both).unwrap();
        assert!(keyring.find("another").is_none());
        later();
        assert!(keyring.find("another").is_some());
        std::fs::write(&file, "[[key]]").unwrap();
        later();
        assert!(keyring.find("one").is_some() && keyring.find("another").is_some());
        std::fs::write(&file, entry("b", "another one")).unwrap();
        later();
        assert!(keyring.find("one").is_none() && keyring.find("another one").is_some());
    }

    #[test]
    fn reading_needs_a_key_if_there_is_one_for_searching_or_the_settings_say_so() {
        let with = |role| {
            let key = Key {
                role,
                ..Key::of_all("a", "one")
            };
            Keyring::new(&Settings::default(), vec![key]).unwrap()
        };
        assert!(with(Role::Search).is_needed_to_read());
        assert!(!with(Role::Write).is_needed_to_read());
        let settings = Settings {
            read: Reading::Key,
            ..Settings::default()
        };
        assert!(Keyring::new(&settings, Vec::new()).is_err());
        let keys = vec![Key::of_all("a", "one")];
        assert!(Keyring::new(&settings, keys).unwrap().is_needed_to_read());
    }
}
