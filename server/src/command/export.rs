//! `parallax export`.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use parallax::{Error, atomic_file};

use super::{Data, Key, Place, written_by};

#[derive(Args)]
pub struct Export {
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

impl Export {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let place = self.data.place(model, self.key)?;
        let failed = || Error::io(&self.out);
        let mut records = 0u32;
        match place {
            Place::Served(server) => {
                let path = super::path_of(&self.name)? + "/export";
                written_by(&self.out, |file| {
                    let mut lines = Lines {
                        out: BufWriter::new(file),
                        count: 0,
                    };
                    server.download(&path, &mut lines)?;
                    lines.flush()?;
                    records = lines.count;
                    Ok(())
                })?;
            }
            Place::Free(catalogue) => {
                let collection = catalogue.collection(&self.name)?;
                atomic_file::write(&self.out, |file| {
                    let mut lines = BufWriter::new(file);
                    collection.export(|line| {
                        records += 1;
                        let written = lines.write_all(line).and_then(|()| lines.write_all(b"\n"));
                        written.map_err(failed())
                    })?;
                    lines.flush().map_err(failed())
                })?;
            }
        }
        writeln!(
            out,
            "{}: collection '{}', {records} records",
            self.out.display(),
            self.name
        )?;
        Ok(())
    }
}

/// Counts the lines that are written.
struct Lines<W> {
    out: W,
    count: u32,
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        let lines = bytes[..written].iter().filter(|byte| **byte == b'\n');
        self.count += lines.count() as u32;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
