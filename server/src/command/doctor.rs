//! `parallax doctor`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::Key;
use crate::config::{self, Config, Flags, Kind};
use crate::doctor::{Check, Level, Subject, examine};

/// The exit code if something is an error.
const ERRORS: u8 = 2;

#[derive(Args)]
pub struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    flags: Flags,
}

impl Doctor {
    pub fn run(self, model: Option<PathBuf>, out: &mut dyn Write) -> Result<ExitCode> {
        let Config {
            server,
            keys,
            qdrant,
            snapshots,
            ..
        } = config::load(&self.flags.with_model(model))?.config;
        let key_files = [&server.api_key_file, &keys.file];
        let key_files: Vec<PathBuf> = key_files.into_iter().flatten().cloned().collect();
        let checks = examine(&Subject {
            data: server.data_dir()?,
            model: server.model()?,
            address: server.address()?,
            keyed: server.key.is_some() || !key_files.is_empty(),
            key_files,
            key: self.key.key,
            cluster: (server.backend == Kind::Qdrant).then_some(qdrant),
            snapshots,
        });
        let worst = checks.iter().map(|check| check.level).max();
        if self.json {
            let report = serde_json::json!({ "worst": worst, "checks": checks });
            writeln!(out, "{report:#}")?;
        } else {
            write_text(&checks, out)?;
        }
        Ok(match worst {
            Some(Level::Error) => ERRORS.into(),
            _ => ExitCode::SUCCESS,
        })
    }
}

fn write_text(checks: &[Check], out: &mut dyn Write) -> Result<()> {
    for check in checks {
        let level = match check.level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        writeln!(out, "{level:<6} {}: {}", check.subject, check.found)?;
        if let Some(remedy) = &check.remedy {
            writeln!(out, "       -> {remedy}")?;
        }
    }
    Ok(())
}
