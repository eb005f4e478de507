//! `parallax embed`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use parallax::Encoder;
use parallax::collection::{SourceFile, embed};

use super::Fields;
use crate::progress::Reporter;

#[derive(Args)]
pub struct Embed {
    /// The file of records
    file: PathBuf,
    /// Where to write the vectors
    #[arg(short, long, value_name = "OUT.npy")]
    out: PathBuf,
    #[command(flatten)]
    fields: Fields,
}

impl Embed {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let source = SourceFile::look(&self.file, &self.fields.options())?;
        let encoder = Encoder::load(model)?;
        let reporter = Reporter::new();
        let start = Instant::now();
        let rows = embed(&source, &encoder, &self.out, &|progress| {
            reporter.show(progress);
        })?;
        reporter.finish();
        let seconds = start.elapsed().as_secs_f64();
        writeln!(
            out,
            "{}: f32 [{rows}, {}] in {seconds:.1} s ({:.0}/s)",
            self.out.display(),
            encoder.dimension(),
            rows as f64 / seconds
        )?;
        Ok(())
    }
}
