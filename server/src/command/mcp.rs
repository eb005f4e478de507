//! `parallax mcp`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use parallax::Error;

use super::Data;
use crate::{address_file, mcp};

/// How long running calls may take to finish once the assistant has left.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Args)]
pub struct Mcp {
    #[command(flatten)]
    data: Data,
}

impl Mcp {
    pub fn run(self, model: &Path) -> Result<()> {
        let catalogue = self.data.open_existing(model).map_err(with_address)?;
        catalogue.encoder().make_piece_vectors_soon();
        let collections = catalogue.names()?.len();
        let (service, _folder) = mcp::reading(catalogue)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the async runtime")?;
        // Standard output belongs to the protocol.
        eprintln!("ready for an assistant on standard input: {collections} collections");
        let served = runtime.block_on(mcp::serve_stdio(service));
        runtime.shutdown_timeout(GRACE);
        served
    }
}

/// The error of opening the folder. If a running service has it open, that service has the same
/// tools.
fn with_address(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(Error::InUse(folder)) => anyhow!(
            "the data folder {} is in use by another process; {}",
            folder.display(),
            match address_file::read(folder) {
                Some(running) => format!(
                    "let the assistant connect to it over HTTP, at http://{}/mcp",
                    running.reachable()
                ),
                None => "only one can use it: to let several assistants search it, run `parallax serve` \
                         and connect them to its /mcp over HTTP"
                    .into(),
            }
        ),
        _ => error,
    }
}
