//! `parallax judgements`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use parallax::judging::{self, OnDisk};

use super::Data;

#[derive(Args)]
pub struct Judgements {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a collection's judgements as a benchmark in BEIR format, for `parallax eval`
    Export(Export),
}

#[derive(Args)]
struct Export {
    /// The collection
    name: String,
    /// Folder to write to
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Judgements {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let Command::Export(Export {
            name,
            out: folder,
            data,
        }) = self.command;
        let catalogue = data.open_existing(model)?;
        let judged = catalogue.judgements(&name)?;
        judging::check(&name, &judged)?;
        let collection = catalogue.collection(&name)?;
        let exported = judging::export(&collection, &judged, &mut OnDisk::new(&folder)?)?;
        writeln!(
            out,
            "{}: collection '{name}', queries: {}, judgements: {}, records: {}",
            folder.display(),
            exported.queries,
            exported.judgements,
            exported.records
        )?;
        if exported.without_relevant > 0 {
            writeln!(
                out,
                "queries without a relevant record, which were left out: {}",
                exported.without_relevant
            )?;
        }
        if exported.gone > 0 {
            writeln!(
                out,
                "judgements of records that are no longer there, which were left out: {}",
                exported.gone
            )?;
        }
        Ok(())
    }
}
