//! All keys of the service: those of the file, and those given by themselves.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
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
    /// Whether there was no key at the start.
    keyless: bool,
    current: Mutex<Current>,
}

struct Current {
    keys: Arc<[Arc<Key>]>,
    /// Whether reading needs a key. That never ends while the service runs: otherwise, revoking a key
    /// would open to everyone what only its holder could read.
    closed: bool,
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
            keyless: keys.is_empty(),
            current: Mutex::new(Current {
                closed: settings.read == Reading::Key || any_searches(&keys),
                keys: keys.into(),
                stamp,
                checked: Instant::now(),
            }),
        }
    }

    /// Whether the service was started without any key. One whose keys were all revoked since is not
    /// such a service: whatever needed a key still does.
    pub fn is_keyless(&self) -> bool {
        self.keyless
    }

    /// Whether reading needs a key.
    pub fn is_needed_to_read(&self) -> bool {
        self.current().closed
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

    fn keys(&self) -> Arc<[Arc<Key>]> {
        Arc::clone(&self.current().keys)
    }

    /// The current state. If the file has changed, it is read again; if it cannot be read, the keys
    /// stay as they were.
    fn current(&self) -> MutexGuard<'_, Current> {
        let mut current = lock(&self.current);
        if let Some(file) = &self.file
            && current.checked.elapsed() >= UNNOTICED
        {
            current.checked = Instant::now();
            let stamp = Stamp::of(file);
            if stamp != current.stamp {
                current.stamp = stamp;
                match file::read_changed(file) {
                    Ok(keys) => self.replace(&mut current, keys),
                    Err(error) => tracing::error!("the keys stay as they were: {error:#}"),
                }
            }
        }
        current
    }

    /// Replaces the keys of the file.
    fn replace(&self, current: &mut Current, of_file: Vec<Arc<Key>>) {
        tracing::info!(keys = of_file.len(), "read the changed keys");
        if of_file.is_empty() {
            tracing::warn!(
                "the file of keys has no key left, so all of its keys are revoked; what needed a key \
                 still needs one: add the entry that `parallax key new` prints"
            );
        }
        let keys: Arc<[Arc<Key>]> = self.single.iter().cloned().chain(of_file).collect();
        let searches = any_searches(&keys);
        if self.read == Reading::Auto && current.closed && !searches {
            tracing::warn!(
                "no key with the role search is left, but reading still needs a key; restart the \
                 service to let everyone read"
            );
        }
        current.closed |= searches;
        current.keys = keys;
    }
}

/// Whether one of the keys is for searching.
fn any_searches(keys: &[Arc<Key>]) -> bool {
    keys.iter().any(|key| key.role == Role::Search)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, secret: &str) -> String {
        file::entry(&Key::of_all(name, secret))
    }

    /// The entry of a key for searching.
    fn search_entry(name: &str, secret: &str) -> String {
        file::entry(&Key {
            role: Role::Search,
            ..Key::of_all(name, secret)
        })
    }

    /// A file of keys that is looked at each time.
    struct Watched {
        keyring: Keyring,
        file: PathBuf,
        _folder: tempfile::TempDir,
    }

    impl Watched {
        fn new(text: &str, single: Vec<Key>) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("keys.toml");
            std::fs::write(&file, text).unwrap();
            let settings = Settings {
                file: Some(file.clone()),
                ..Settings::default()
            };
            Self {
                keyring: Keyring::new(&settings, single).unwrap(),
                file,
                _folder: folder,
            }
        }

        /// Changes the file.
        fn write(&self, text: &str) {
            std::fs::write(&self.file, text).unwrap();
            self.later();
        }

        /// As if the last look at the file was long ago.
        fn later(&self) {
            let long_ago = Instant::now().checked_sub(UNNOTICED).unwrap();
            lock(&self.keyring.current).checked = long_ago;
        }

        fn finds(&self, secret: &str) -> bool {
            self.keyring.find(secret).is_some()
        }
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
        let keys = Watched::new(&entry("a", "one"), Vec::new());
        let both = entry("a", "one") + &entry("b", "another");
        std::fs::write(&keys.file, both).unwrap();
        assert!(!keys.finds("another"));
        keys.later();
        assert!(keys.finds("another"));
        keys.write("[[key]]");
        assert!(keys.finds("one") && keys.finds("another"));
        keys.write(&entry("b", "another one"));
        assert!(!keys.finds("one") && keys.finds("another one"));
    }

    #[test]
    fn a_file_without_a_key_revokes_its_keys_and_leaves_the_service_closed() {
        let keys = Watched::new(&entry("a", "one"), vec![Key::of_all("b", "single")]);
        keys.write("");
        assert!(!keys.finds("one") && keys.finds("single"));
        // Everyone could read before, and still can.
        assert!(!keys.keyring.is_needed_to_read());

        let only = Watched::new(&search_entry("a", "one"), Vec::new());
        only.write("# Nobody.\n");
        assert!(!only.finds("one"));
        assert!(!only.keyring.is_keyless());
        assert!(only.keyring.is_needed_to_read());
        only.write(&entry("b", "another one"));
        assert!(only.finds("another one"));
    }

    #[test]
    fn revoking_the_last_key_for_searching_lets_nobody_read() {
        let keys = Watched::new(
            &(search_entry("a", "one") + &entry("b", "other")),
            Vec::new(),
        );
        assert!(keys.keyring.is_needed_to_read());
        keys.write(&entry("b", "other"));
        assert!(keys.keyring.is_needed_to_read());
        assert!(!keys.finds("one") && keys.finds("other"));

        // The same for one that was added while the service runs.
        let keys = Watched::new(&entry("b", "other"), Vec::new());
        assert!(!keys.keyring.is_needed_to_read());
        keys.write(&(entry("b", "other") + &search_entry("a", "one")));
        assert!(keys.keyring.is_needed_to_read());
        keys.write(&entry("b", "other"));
        assert!(keys.keyring.is_needed_to_read());
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
