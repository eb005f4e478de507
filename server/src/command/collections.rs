//! `parallax collections`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use parallax::Catalogue;

use super::table::Table;
use super::{Data, Key, Place};
use crate::opened::model_name;

#[derive(Args)]
pub struct Collections {
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    data: Data,
}

impl Collections {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let mut table = Table::new(&["collection", "records", "MB", "model"]);
        match self.data.place(model, self.key)? {
            Place::Served(server) => {
                for of in server.collections()? {
                    table.row(row(&of.name, of.records.into(), of.bytes, &of.model));
                }
            }
            Place::Free(catalogue) => rows(&catalogue, &mut table)?,
        }
        write!(out, "{}", table.text())?;
        Ok(())
    }
}

fn rows(catalogue: &Catalogue, table: &mut Table) -> Result<()> {
    for name in catalogue.names()? {
        table.row(match catalogue.collection(&name) {
            Ok(of) => {
                let records = of.generation().records();
                row(&name, records.into(), of.bytes(), &model_name(&*of))
            }
            Err(error) => [name, "-".into(), "-".into(), error.to_string()],
        });
    }
    Ok(())
}

fn row(name: &str, records: u64, bytes: u64, model: &str) -> [String; 4] {
    let megabytes = match bytes {
        // That of a collection on a cluster.
        0 => "-".to_owned(),
        bytes => format!("{:.1}", bytes as f64 / 1e6),
    };
    [name.into(), records.to_string(), megabytes, model.into()]
}
