//! Checks the files that are read in place. Opening them reads little; whether the rest is intact
//! is found out afterwards, and what is damaged is made again from the store.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::files;
use super::list::List;
use crate::locks::lock;

/// How often the segments are loaded anew if writes come between.
const ATTEMPTS: usize = 10;

/// A check of the files.
pub(super) struct Job {
    folder: PathBuf,
    files: Arc<Mutex<()>>,
}

impl Job {
    /// The check, unless it was made.
    pub fn begin(list: &List) -> Option<Self> {
        let mut change = list.change();
        std::mem::take(&mut change.standing.unchecked).then(|| Self {
            folder: list.folder.clone(),
            files: Arc::clone(&list.files),
        })
    }

    /// Removes damaged files, and returns whether there were any. The list is not held meanwhile.
    pub fn finds_damage(&self) -> bool {
        let _held = lock(&self.files);
        files::remove_damaged(&self.folder).unwrap_or_else(|error| {
            tracing::error!(%error, "a damaged index cannot be removed");
            false
        })
    }
}

/// Loads the segments anew. A write between reading the store and replacing the list would be
/// missing, so that is repeated; the next write would notice it as well.
pub(super) fn reload(list: &List) {
    for _ in 0..ATTEMPTS {
        let agrees = list.reload().and_then(|()| {
            let now = list.current().state;
            list.store.viewing(|view| Ok(view.state()? == now))
        });
        match agrees {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, "the segments cannot be loaded anew");
                return;
            }
        }
    }
}
