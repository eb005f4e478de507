//! A benchmark's corpus as a collection. Encoding takes most of the time, so vectors are cached
//! between runs. Nothing else is: the indexes are always built by the code being measured.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::collection::{
    Build, Cores, Progress, STORE_FILE, SourceFile, Store, Tuning, VectorFile, embed,
};
use crate::digest::sha256;
use crate::encoder::{Encoder, QueryEncoder, Runtime};
use crate::error::{Error, Result};
use crate::record::Line;

/// How many records' passages are part of the cache key: if the splitting changed, some of these
/// would change too.
const PASSAGES_COMPARED: usize = 256;

/// Where a corpus comes from, and how it becomes a collection.
pub(super) struct Corpus<'a> {
    pub source: &'a SourceFile,
    /// Whether long texts are encoded passage by passage.
    pub passages: bool,
    /// The folder for cached vectors.
    pub cache: &'a Path,
    pub encoder: &'a QueryEncoder,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

impl Corpus<'_> {
    /// Fills an empty folder with a collection. If all its vectors were cached together with their
    /// passages, only the store is created: the indexes are then built when it is opened, and
    /// `false` is returned.
    ///
    /// # Errors
    /// As for [`Build::run`]; the cache cannot be written.
    pub fn build(&self, folder: &Path, tuning: Tuning) -> Result<bool> {
        std::fs::create_dir_all(self.cache).map_err(Error::io(self.cache))?;
        if !self.passages {
            let vectors = VectorFile::open(&self.vectors()?)?;
            self.run(folder, Some(vectors), tuning)?;
            return Ok(true);
        }
        // A vector file contains one row per record. With passages, the store itself is cached.
        let kept = self.kept_store()?;
        let store = folder.join(STORE_FILE);
        if copy_store(&kept, &store) {
            return Ok(false);
        }
        // A text that is not split has the same vector with passages as without.
        let vectors = self.vectors_path();
        let vectors = vectors.exists().then(|| VectorFile::open(&vectors));
        let vectors = vectors.transpose()?.map(VectorFile::for_whole_texts);
        self.run(folder, vectors, tuning)?;
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

    /// The corpus's vectors, in a file named after everything they depend on.
    fn vectors(&self) -> Result<PathBuf> {
        let path = self.vectors_path();
        if !path.exists() {
            embed(self.source, self.encoder.encoder(), &path, self.progress)?;
        }
        Ok(path)
    }

    /// The model, and the arithmetic that it is run with.
    fn encoding(&self) -> String {
        let bits = match self.encoder.encoder().runtime() {
            Runtime::Fused(_) => "8-bit",
            Runtime::Tract => "f32",
        };
        format!("{} {bits}", self.encoder.model_hash())
    }

    fn vectors_path(&self) -> PathBuf {
        let key = format!("{} {}", self.encoding(), self.source.sha256());
        self.cache.join(format!("{}.npy", sha256(key.as_bytes())))
    }

    /// The path of a cached store with the corpus's vectors by passage, named in the same way.
    fn kept_store(&self) -> Result<PathBuf> {
        let (model, source) = (self.encoding(), self.source.sha256());
        let mut key = format!("{model} {source} {:?}", self.source.schema());
        let compared = self.source.open()?.take(PASSAGES_COMPARED);
        for line in compared {
            if let Line::Record { payload, .. } = line? {
                let text = self.source.schema().encoded_text(&payload);
                let encoder: &Encoder = self.encoder.encoder();
                // Writing to a string cannot fail.
                let _ = write!(key, " {:?}", encoder.passages(&text)?);
            }
        }
        let name = format!("{}.passages.redb", sha256(key.as_bytes()));
        Ok(self.cache.join(name))
    }
}

/// The ids of the records of a corpus, with their lines.
///
/// # Errors
/// As for [`SourceFile::open`], and read errors.
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

/// Copies a cached store, if there is one and this version can read it.
fn copy_store(kept: &Path, to: &Path) -> bool {
    let usable = std::fs::copy(kept, to).is_ok() && Store::open(to).is_ok();
    if !usable {
        // It will be created again; the file may not exist.
        let _ = std::fs::remove_file(to);
    }
    usable
}
