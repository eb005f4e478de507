//! `parallax snapshot` and `parallax restore`.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use parallax::vocabulary::CollectionInfo;
use parallax::{Error, atomic_file};

use super::{Data, Key, Place, path_of, written_by};
use crate::remote::Remote;

#[derive(Args)]
pub struct Snapshot {
    /// The collection
    name: String,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    data: Data,
}

#[derive(Args)]
pub struct Restore {
    /// The snapshot file
    file: PathBuf,
    /// Name of the collection [default: the file name up to its first dot]
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// Replace an existing collection
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    data: Data,
}

impl Snapshot {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let records = match self.data.place(model, self.key)? {
            Place::Served(server) => {
                let path = path_of(&self.name)?;
                let snapshot = format!("{path}/snapshot");
                written_by(&self.out, |file| server.download(&snapshot, file).map(drop))?;
                server.get::<CollectionInfo>(&path)?.records
            }
            Place::Free(catalogue) => {
                let collection = catalogue.collection(&self.name)?;
                atomic_file::write(&self.out, |file| collection.snapshot(file))?;
                collection.generation().records()
            }
        };
        let named = || self.out.display().to_string();
        let bytes = std::fs::metadata(&self.out).with_context(named)?.len();
        writeln!(
            out,
            "{}: collection '{}', {records} records, {:.1} MB",
            self.out.display(),
            self.name,
            bytes as f64 / 1e6
        )?;
        Ok(())
    }
}

impl Restore {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let file = File::open(&self.file).with_context(|| self.file.display().to_string())?;
        let name = match self.collection {
            Some(name) => name,
            None => {
                let file = self.file.file_name().unwrap_or_default().to_string_lossy();
                file.split('.').next().unwrap_or_default().to_owned()
            }
        };
        let restored = restore(
            &self.data,
            self.key,
            model,
            &name,
            (file, &self.file),
            self.replace,
        );
        let records = restored.map_err(|error| match error.downcast_ref() {
            Some(Error::BadName(_)) => anyhow!("{error}; use --collection to give another name"),
            _ => error,
        })?;
        writeln!(out, "collection '{name}': {records} records restored")?;
        Ok(())
    }
}

/// Creates a collection from a snapshot, in the running server or in the data folder, and returns how many
/// records it has. The path is the snapshot's name in errors.
pub(super) fn restore(
    data: &Data,
    key: Key,
    model: &Path,
    name: &str,
    (file, path): (File, &Path),
    replace: bool,
) -> Result<u32> {
    if let Some(server) = Remote::holding(&data.folder()?, key.key) {
        let path = format!("{}/restore?replace={replace}", path_of(name)?);
        return Ok(server.upload::<CollectionInfo>(&path, file)?.records);
    }
    let catalogue = data.open(model)?;
    let restored = catalogue.restore(name, file, path, replace);
    restored.map_err(|error| match error {
        Error::CollectionExists(_) => anyhow!(
            "collection '{name}' already exists in the data folder; use --replace or another name"
        ),
        other => other.into(),
    })?;
    Ok(catalogue.collection(name)?.generation().records())
}
