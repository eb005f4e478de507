//! A benchmark's corpus as a collection. Encoding is most of the time, so that vectors are
//! kept in a cache between runs, and nothing else: the indexes are made anew by the code
//! that is measured.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::collection::{
    Build, Cores, Progress, STORE_FILE, SourceFile, Store, Tuning, VectorFile, embed,
};
use crate::digest::sha256;
use crate::encoder::{Encoder, QueryEncoder};
use crate::error::{Error, Result};
use crate::record::Line;

/// How many records' passages are part of what kept vectors are known by: were texts split
/// otherwise today, some of these would be too.
const PASSAGES_COMPARED: usize = 256;

/// Where a corpus comes from and what is made of it.
pub(super) struct Corpus<'a> {
    pub source: &'a SourceFile,
    /// Whether long texts are encoded passage by passage.
    pub passages: bool,
    /// Folder in which vectors are kept.
    pub cache: &'a Path,
    pub encoder: &'a QueryEncoder,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

impl Corpus<'_> {
    /// Fills an empty folder with a collection. Where all its vectors were at hand with their
    /// passages, only with its store: the indexes are then made when it is opened, and
    /// `false` is returned.
    ///
    /// # Errors
    /// Those of [`Build::run`]; a cache that cannot be written.
    pub fn build(&self, folder: &Path, tuning: Tuning) -> Result<bool> {
        std::fs::create_dir_all(self.cache).map_err(Error::io(self.cache))?;
        if !self.passages {
            let vectors = VectorFile::open(&self.vectors()?)?;
            self.run(folder, Some(vectors), tuning)?;
            return Ok(true);
        }
        // A vector file holds one row a record. With passages the store itself is kept.
        let kept = self.kept_store()?;
        let store = folder.join(STORE_FILE);
        if copy_store(&kept, &store) {
            return Ok(false);
        }
        self.run(folder, None, tuning)?;
        let copy = tempfile::NamedTempFile::new_in(self.cache).map_err(Error::io(self.cache))?;
        std::fs::copy(&store, copy.path()).map_err(Error::io(&kept))?;
        let persisted = copy.persist(&kept);
        persisted.map_err(|error| Error::io(&kept)(error.error))?;
        Ok(true)
    }

    fn run(&self, folder: &Path, vectors: Option<VectorFile>, tuning: Tuning) -> Result<()> {
        let build = Build {
            source: self.source,
            vectors,
            encoder: self.encoder.encoder(),
            passages: self.passages,
            cores: Cores::All,
            progress: self.progress,
            cancelled: &AtomicBool::new(false),
        };
        build.run(folder, tuning)?;
        Ok(())
    }

    /// The corpus's vectors in a file named after everything they depend on.
    fn vectors(&self) -> Result<PathBuf> {
        let key = format!("{} {}", self.encoder.model_hash(), self.source.sha256());
        let path = self.cache.join(format!("{}.npy", sha256(key.as_bytes())));
        if !path.exists() {
            embed(self.source, self.encoder.encoder(), &path, self.progress)?;
        }
        Ok(path)
    }

    /// The place of a store with the corpus's vectors by passage, likewise.
    fn kept_store(&self) -> Result<PathBuf> {
        let (model, source) = (self.encoder.model_hash(), self.source.sha256());
        let mut key = format!("{model} {source} {:?}", self.source.schema());
        let compared = self.source.open()?.take(PASSAGES_COMPARED);
        for line in compared {
            if let Line::Record { payload, .. } = line? {
                let text = self.source.schema().encoded_text(&payload);
                let encoder: &Encoder = self.encoder.encoder();
                // Writing to a string does not fail.
                let _ = write!(key, " {:?}", encoder.passages(&text)?);
            }
        }
        let name = format!("{}.passages.redb", sha256(key.as_bytes()));
        Ok(self.cache.join(name))
    }
}

/// The ids of the records that a corpus will give, and their lines.
///
/// # Errors
/// Those of [`SourceFile::open`] and of reading on.
pub(super) fn ids(source: &SourceFile) -> Result<impl Iterator<Item = Result<(u64, String)>>> {
    let schema = source.schema();
    let lines = source.open()?;
    Ok(lines.filter_map(move |line| match line {
        Ok(Line::Record { line, payload }) if schema.check_text(&payload).is_ok() => {
            schema.source_id(&payload).map(|id| Ok((line, id)))
        }
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    }))
}

/// Copies a kept store, if there is one and this version can read it.
fn copy_store(kept: &Path, to: &Path) -> bool {
    let usable = std::fs::copy(kept, to).is_ok() && Store::open(to).is_ok();
    if !usable {
        // It is made anew in its place, which may be free already.
        let _ = std::fs::remove_file(to);
    }
    usable
}
