//! `parallax health`: whether the service answers, for programs that restart it if not.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::Data;
use crate::address_file;
use crate::config::{Server, address};
use crate::remote::Remote;

#[derive(Args)]
pub struct Health {
    /// Address of the service [default: that of the server that uses the data folder, else
    /// 127.0.0.1:3000]
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    addr: Option<SocketAddr>,
    /// How many seconds it may take to answer
    #[arg(long, default_value_t = 5, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
    #[command(flatten)]
    data: Data,
}

impl Health {
    pub fn run(self) -> Result<()> {
        let served = || {
            let running = address_file::read(&self.data.folder().ok()?)?;
            Some(running.reachable())
        };
        let usual = || Server::default().address();
        let address = self.addr.or_else(served).map_or_else(usual, Ok)?;
        let within = Duration::from_secs(self.timeout);
        Remote::at(address, None).check("/healthz", within)
    }
}
