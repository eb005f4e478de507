//! `parallax key`: makes and lists keys.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::keys::{self, Key, Role};

/// Makes and lists keys.
#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a key
    ///
    /// The key goes to standard error, once, and the entry for the file of keys to standard output, so
    /// that `parallax key new --name NAME --role search >> keys.toml` adds it. The file contains only
    /// the key's hash.
    New(New),
    /// List the keys of a file: names, roles, collections and when they end
    List(List),
}

#[derive(Args)]
struct New {
    /// What the key is called in the file and in messages
    #[arg(long, value_name = "NAME")]
    name: String,
    /// search reads, write also writes records and imports files, admin also manages collections
    #[arg(long, value_enum)]
    role: Role,
    /// The collections that the key is for, separated by commas [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    collections: Vec<String>,
    /// When the key ends: a date, such as 2027-01-01, or a date and time as in RFC 3339 [default:
    /// never]
    #[arg(long, value_name = "DATE", value_parser = keys::expiry)]
    expires: Option<Timestamp>,
}

#[derive(Args)]
struct List {
    /// The file of keys
    #[arg(long, value_name = "FILE", env = "PARALLAX_KEYS_FILE")]
    keys_file: PathBuf,
}

impl Keys {
    pub fn run(self, out: &mut dyn Write) -> Result<()> {
        match self.command {
            Command::New(new) => new.run(out),
            Command::List(list) => list.run(out),
        }
    }
}

impl New {
    fn run(self, out: &mut dyn Write) -> Result<()> {
        for name in &self.collections {
            parallax::catalogue::check_name(name)?;
        }
        if self.name.trim().is_empty() {
            bail!("--name is empty");
        }
        if let Some(end) = self.expires.filter(|end| *end <= Timestamp::now()) {
            bail!("--expires is {end}, which has passed");
        }
        let secret = keys::generate()?;
        let limited = !self.collections.is_empty();
        let key = Key {
            role: self.role,
            collections: limited.then(|| Arc::new(self.collections.into_iter().collect())),
            expires: self.expires,
            ..Key::of_all(&self.name, &secret)
        };
        eprintln!("The key, which is shown only now: {secret}");
        writeln!(out, "{}", keys::entry(&key))?;
        Ok(())
    }
}

impl List {
    fn run(self, out: &mut dyn Write) -> Result<()> {
        for key in keys::read_file(&self.keys_file)? {
            let collections = key.collections.as_ref().map_or_else(
                || "all collections".to_owned(),
                |names| {
                    names
                        .iter()
                        .map(String::as_str)
                        .collect::<Vec<_>>()
                        .join(", ")
                },
            );
            let ends = match key.expires {
                None => "does not expire".to_owned(),
                Some(end) if key.is_expired() => format!("expired at {end}"),
                Some(end) => format!("expires at {end}"),
            };
            writeln!(out, "{}: {}, {collections}, {ends}", key.name, key.role)?;
        }
        Ok(())
    }
}
