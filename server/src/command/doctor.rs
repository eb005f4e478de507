//! `parallax doctor`.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::{Data, Key, address};
use crate::doctor::{Check, Level, Subject, examine};
use crate::snapshots;

/// The exit code if something is an error.
const ERRORS: u8 = 2;

#[derive(Args)]
pub struct Doctor {
    /// Address that the service is to listen on, if it is not running
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "HOST:PORT", value_parser = address)]
    addr: SocketAddr,
    /// File with the key required for writes
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    data: Data,
}

impl Doctor {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<ExitCode> {
        let checks = examine(&Subject {
            data: self.data.folder()?,
            model: model.to_owned(),
            address: self.addr,
            key_file: self.api_key_file,
            key: self.key.key,
            snapshots: snapshots::Settings::default(),
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
