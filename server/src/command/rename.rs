//! `parallax rename`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::{Data, Key, Place};

#[derive(Args)]
pub struct Rename {
    /// The collection
    name: String,
    /// Its new name
    to: String,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    data: Data,
}

impl Rename {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let Self {
            name,
            to,
            key,
            data,
        } = self;
        match data.place(model, key)? {
            Place::Served(server) => {
                let path = super::path_of(&name)? + "/rename";
                server.post::<Value>(&path, &json!({ "to": to }))?;
            }
            Place::Free(catalogue) => catalogue.rename(&name, &to)?,
        }
        writeln!(out, "collection '{name}' is called '{to}' now")?;
        Ok(())
    }
}
