//! `parallax reencode`.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use parallax::collection::{self, Cores};

use super::Data;
use crate::progress::Reporter;

#[derive(Args)]
pub struct Reencode {
    /// The collection; it stays as it is until all of it is encoded
    name: String,
    #[command(flatten)]
    data: Data,
}

impl Reencode {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let catalogue = self.data.open_existing(model)?;
        let reporter = Reporter::new();
        let start = Instant::now();
        let how = collection::Reencode {
            cores: Cores::All,
            progress: &|progress| reporter.show(progress),
            cancelled: &AtomicBool::new(false),
        };
        let encoded = catalogue.reencode(&self.name, model, how)?;
        reporter.finish();
        let collection = catalogue.collection(&self.name)?;
        if !encoded {
            writeln!(out, "collection '{}' has this model already", self.name)?;
            return Ok(());
        }
        writeln!(
            out,
            "collection '{}': {} records, f32 [{}], encoded in {:.1} s",
            self.name,
            collection.generation().records(),
            collection.about().dimension,
            start.elapsed().as_secs_f64()
        )?;
        Ok(())
    }
}
