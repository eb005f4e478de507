//! `parallax export`.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use parallax::{Error, atomic_file};

use super::Data;

#[derive(Args)]
pub struct Export {
    /// The collection
    name: String,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Export {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.name)?;
        let mut records = 0u32;
        atomic_file::write(&self.out, |file| {
            let mut lines = BufWriter::new(file);
            let failed = || Error::io(&self.out);
            collection.export(|line| {
                records += 1;
                let written = lines.write_all(line).and_then(|()| lines.write_all(b"\n"));
                written.map_err(failed())
            })?;
            lines.flush().map_err(failed())
        })?;
        writeln!(
            out,
            "{}: collection '{}', {records} records",
            self.out.display(),
            self.name
        )?;
        Ok(())
    }
}
