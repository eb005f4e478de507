//! The models of a process. Each is loaded only once, even if several collections use it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use super::files::installed_hash;
use super::{Encoder, EncoderError, QueryEncoder};
use crate::locks::lock;

/// The default model, and others by their hash.
pub struct Models {
    default: Arc<QueryEncoder>,
    others: Mutex<HashMap<String, Weak<QueryEncoder>>>,
}

impl Models {
    /// The models of a process, with this one as the default.
    pub fn new(default: Arc<QueryEncoder>) -> Self {
        Self {
            default,
            others: Mutex::default(),
        }
    }

    /// The model of collections that are created without naming one.
    pub fn default(&self) -> &Arc<QueryEncoder> {
        &self.default
    }

    /// The model in a folder. If the vectors of its pieces have not been made yet, they are made in
    /// the background.
    ///
    /// # Errors
    /// As for [`Encoder::load`].
    pub fn load(&self, dir: &Path) -> Result<Arc<QueryEncoder>, EncoderError> {
        let mut others = lock(&self.others);
        // The hash of an installed model is known without loading it.
        if let Some(known) = installed_hash(dir).and_then(|hash| self.known(&others, &hash)) {
            return Ok(known);
        }
        let encoder = Encoder::load(dir)?;
        if let Some(known) = self.known(&others, encoder.model_hash()) {
            return Ok(known);
        }
        let encoder = Arc::new(QueryEncoder::new(encoder));
        others.insert(encoder.model_hash().to_owned(), Arc::downgrade(&encoder));
        encoder.make_piece_vectors_soon();
        Ok(encoder)
    }

    /// The model with a hash: one that is loaded already, installed next to the default model, or
    /// in the folder `dir`, where it was last.
    ///
    /// # Errors
    /// As for [`Encoder::load`]; [`EncoderError::Changed`] if another model is in its folder;
    /// [`EncoderError::Missing`] if it is not installed and `dir` is empty.
    pub fn find(&self, hash: &str, dir: &Path) -> Result<Arc<QueryEncoder>, EncoderError> {
        if let Some(known) = self.known(&lock(&self.others), hash) {
            return Ok(known);
        }
        let known_place = (!dir.as_os_str().is_empty()).then(|| dir.to_owned());
        let place = self.installed(hash).or(known_place);
        let place = place.ok_or_else(|| EncoderError::Missing {
            dir: dir.to_owned(),
        })?;
        // If the installed model is another one, this is known without loading it.
        if installed_hash(&place).is_some_and(|found| found != hash) {
            return Err(EncoderError::Changed { dir: place });
        }
        let found = self.load(&place)?;
        if found.model_hash() == hash {
            Ok(found)
        } else {
            Err(EncoderError::Changed { dir: place })
        }
    }

    fn known(
        &self,
        others: &HashMap<String, Weak<QueryEncoder>>,
        hash: &str,
    ) -> Option<Arc<QueryEncoder>> {
        if self.default.model_hash() == hash {
            return Some(Arc::clone(&self.default));
        }
        others.get(hash)?.upgrade()
    }

    /// The folder of the installed model with a hash, among those next to the default model.
    fn installed(&self, hash: &str) -> Option<PathBuf> {
        let folder = self.default.encoder().folder().parent()?;
        let entries = std::fs::read_dir(folder).ok()?;
        let mut folders = entries.filter_map(|entry| Some(entry.ok()?.path()));
        folders.find(|dir| installed_hash(dir).as_deref() == Some(hash))
    }
}
