//! `parallax delete`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use super::{Data, Key, Place};

#[derive(Args)]
pub struct Delete {
    /// The collection
    name: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    data: Data,
}

impl Delete {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let Self {
            name,
            yes,
            key,
            data,
        } = self;
        if !yes {
            confirm(&name)?;
        }
        match data.place(model, key)? {
            Place::Served(server) => server.delete(&super::path_of(&name)?)?,
            Place::Free(catalogue) => catalogue.drop_collection(&name)?,
        }
        writeln!(out, "collection '{name}' is deleted")?;
        Ok(())
    }
}

/// Asks on the terminal; elsewhere nobody can answer.
fn confirm(name: &str) -> Result<()> {
    let mut input = io::stdin().lock();
    if !io::stdin().is_terminal() {
        bail!("deleting '{name}' cannot be undone; confirm it with --yes");
    }
    eprint!("Delete collection '{name}' with all its records? Type its name to confirm: ");
    let mut typed = String::new();
    input.read_line(&mut typed)?;
    if typed.trim() != name {
        bail!("nothing was deleted");
    }
    Ok(())
}
