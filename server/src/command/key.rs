//! `parallax key`: makes and lists keys. And where `parallax serve` finds them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::keys::{self, Key, Role, Settings};

/// The variable with a key by itself.
const KEY: &str = "PARALLAX_KEY";

/// Where the service finds its keys.
#[derive(Args)]
pub struct Sources {
    /// File with the keys (see `parallax key new`); it is read again when it changes. Another key, for
    /// everything, may be in the environment variable PARALLAX_KEY
    #[arg(long, value_name = "FILE", env = "PARALLAX_KEYS_FILE")]
    keys_file: Option<PathBuf>,
    /// File with one key for everything; without any key, only this machine may write
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
}

impl Sources {
    /// The keys of the service.
    pub fn keys(self) -> Result<Arc<keys::Keys>> {
        let settings = Settings {
            file: self.keys_file,
            ..Settings::default()
        };
        let mut single = Vec::new();
        if let Some(file) = &self.api_key_file {
            single.push(Key::of_all("the API key", &read_key(file)?));
        }
        if let Some(key) = std::env::var_os(KEY) {
            let key = key.into_string().ok().filter(|key| is_key(key));
            let key = key.with_context(|| format!("{KEY}: {WRONG}"))?;
            single.push(Key::of_all(KEY, &key));
        }
        Ok(Arc::new(keys::Keys::new(&settings, single)?))
    }
}

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

const WRONG: &str = "a key is one line of printable characters without spaces";

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|letter| letter.is_ascii_graphic())
}

/// Reads the key from a file, without the line ending.
fn read_key(file: &Path) -> Result<String> {
    let key = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let key = key.trim();
    if !is_key(key) {
        bail!("{}: {WRONG}", file.display());
    }
    Ok(key.to_owned())
}
