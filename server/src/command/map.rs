//! `parallax map`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Args;

use super::Data;

#[derive(Args)]
pub struct Map {
    /// The collection
    #[arg(long, value_name = "NAME")]
    collection: String,
    #[command(flatten)]
    data: Data,
}

impl Map {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.collection)?;
        // A graph may still be missing.
        collection.settle();
        let map = collection.make_map(&|_| {})?;
        let trust = match map.trustworthiness {
            Some(trust) => format!("trustworthiness {trust:.4} at 15 neighbours"),
            None => "too few records to measure its trustworthiness".into(),
        };
        writeln!(
            out,
            "map of {} records made in {:.1} s; {trust}",
            map.points, map.took_s
        )?;
        for region in map.regions.iter().filter(|region| region.level == 0) {
            writeln!(
                out,
                "{:>9} records: {}",
                region.records,
                region.words.join(", ")
            )?;
        }
        Ok(())
    }
}
