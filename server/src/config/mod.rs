//! The configuration of the service. Each setting has a default and may be given in a file, by an
//! environment variable, or by a flag of `parallax serve`; a later one of these takes precedence.
//!
//! A new section is one field of [`Config`]. Its settings are then known in the file and as
//! environment variables: `request_seconds` of the section `timeouts` is
//! `PARALLAX_TIMEOUTS_REQUEST_SECONDS`. The settings of the section `server` have no prefix, as in
//! `PARALLAX_ADDR`.

mod flags;
mod layers;
mod load;
mod nearest;
mod print;
mod qdrant;
mod server;
#[cfg(test)]
mod tests;

use anyhow::Result;
use serde::{Deserialize, Serialize};

pub use self::flags::Flags;
pub use self::load::{load, path_from_environment};
pub use self::qdrant::Qdrant;
pub use self::server::{Kind, Server, address};
use crate::http::settings::{Cors, Limits, Timeouts};
use crate::snapshots::schedule;
use crate::{connections, logs, pool, snapshots};

/// All settings of the service, by section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the service listens, and what it serves.
    pub server: Server,
    /// The cluster, if the collections are on one.
    pub qdrant: Qdrant,
    /// Who may use it.
    pub keys: crate::keys::Settings,
    /// How much it does at once.
    pub limits: Limits,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// How much it accepts to import.
    pub tasks: crate::tasks::Settings,
    /// What it logs.
    pub log: logs::Settings,
    /// Which other websites may use the API.
    pub cors: Cors,
    /// How long requests wait for a core.
    pub pool: pool::Settings,
    /// How many connections may be open.
    pub connections: connections::Settings,
    /// When it makes snapshots, and how many it keeps.
    pub snapshots: snapshots::Settings,
}

impl Config {
    /// Checks what the types of values do not.
    fn check(&self) -> Result<()> {
        self.server.check()?;
        if let Some(every) = &self.snapshots.every {
            schedule::interval(every).map_err(anyhow::Error::msg)?;
        }
        Ok(())
    }
}
