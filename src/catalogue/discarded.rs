//! Removes folders that no collection uses any more.

use std::path::Path;

use redb::ReadableTable;

use super::{Catalogue, DISCARDED};
use crate::error::Result;
use crate::locks::lock;

impl Catalogue {
    /// Removes what is no longer needed. The request itself is already complete; if this fails, the
    /// next start continues.
    pub(super) fn tidy(&self) {
        if let Err(error) = self.remove_discarded() {
            tracing::warn!(%error, "discarded folders stay recorded");
        }
    }

    /// Removes the folders recorded as discarded, and no others. One that cannot be removed remains
    /// recorded and is tried again at the next start.
    pub(super) fn remove_discarded(&self) -> Result<()> {
        // Numbers are never reused, so a folder that is discarded now will not be needed again.
        let mut gone = self.discarded()?;
        gone.retain(|number| remove(&self.folder_of(*number)));
        if gone.is_empty() {
            return Ok(());
        }
        self.write(|write| {
            let mut discarded = write.open_table(DISCARDED)?;
            for number in gone {
                discarded.remove(number)?;
            }
            Ok(())
        })
    }

    /// The numbers of the discarded folders, except those being filled.
    fn discarded(&self) -> Result<Vec<u64>> {
        let filling = lock(&self.filling);
        let numbers: Vec<u64> = self.read(|read| {
            let table = read.open_table(DISCARDED)?;
            table.iter()?.map(|row| Ok(row?.0.value())).collect()
        })?;
        let discarded = numbers.into_iter();
        Ok(discarded.filter(|of| !filling.contains(of)).collect())
    }
}

/// Removes a folder and its contents. Returns whether it is gone.
fn remove(folder: &Path) -> bool {
    match std::fs::remove_dir_all(folder) {
        Ok(()) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "a discarded folder is not removed");
            false
        }
    }
}
