//! `parallax copy`: a collection from here to a Qdrant cluster, or back.
//!
//! Both ways go through a snapshot in a temporary file, so it does not matter whether a server is running.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use parallax::collection::{Progress, SnapshotReader};
use parallax::remote::Copied;
use parallax::vocabulary::Exploration;
use parallax_qdrant::{Cluster, Spread, Step, Threads, Upload};
use tempfile::NamedTempFile;

use super::qdrant::{Qdrant, encoder_of};
use super::snapshot::restore;
use super::{Data, Key, Place, path_of};
use crate::progress::Reporter;

#[derive(Args)]
pub struct Copy {
    /// The collection, which has the same name in both places
    name: String,
    /// Where to copy it
    #[arg(long, value_enum)]
    to: To,
    #[command(flatten)]
    qdrant: Qdrant,
    /// In Qdrant, divide the collection into this many shards [default: as Qdrant decides]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    shards: Option<u32>,
    /// In Qdrant, keep each shard on this many nodes [default: as Qdrant decides]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replicas: Option<u32>,
    /// Replace a collection with that name
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    data: Data,
}

/// Where a collection is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// From the data folder to the cluster
    Qdrant,
    /// From the cluster to the data folder
    Here,
}

impl Copy {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        if self.to == To::Here && (self.shards.is_some() || self.replicas.is_some()) {
            bail!("--shards and --replicas are for copies in Qdrant: use them with --to qdrant");
        }
        let (cluster, threads) = self.qdrant.connect()?;
        let snapshot = NamedTempFile::new().context("no temporary file could be created")?;
        match self.to {
            To::Qdrant => self.upload(&threads, &cluster, model, snapshot, out),
            To::Here => self.download(&threads, &cluster, model, snapshot, out),
        }
    }

    fn upload(
        self,
        threads: &Threads,
        cluster: &Cluster,
        model: &Path,
        mut snapshot: NamedTempFile,
        out: &mut dyn Write,
    ) -> Result<()> {
        let (encoder, mined) = match self.data.place(model, self.key)? {
            Place::Served(server) => {
                let path = path_of(&self.name)?;
                server.download(&format!("{path}/snapshot"), snapshot.as_file_mut())?;
                let file = File::open(snapshot.path()).context("the temporary file")?;
                let about = SnapshotReader::open(file, snapshot.path())?.about().clone();
                match about.schema.points {
                    true => (None, None),
                    false => {
                        let explored: Exploration = server.get(&format!("{path}/explore"))?;
                        (Some(encoder_of(&about, model)?), explored.mined)
                    }
                }
            }
            Place::Free(catalogue) => {
                let collection = catalogue.collection(&self.name)?;
                collection.snapshot(snapshot.as_file_mut())?;
                match collection.schema().points {
                    true => (None, None),
                    false => {
                        let mined = collection.explore_now(&AtomicBool::new(false));
                        (Some(Arc::clone(collection.shared_encoder())), mined)
                    }
                }
            }
        };
        let reporter = Reporter::new();
        let uploaded = threads.block_on(cluster.upload(&Upload {
            name: &self.name,
            copied: Copied {
                snapshot: snapshot.path(),
                mined: mined.as_ref(),
                replace: self.replace,
            },
            spread: Spread {
                shards: self.shards,
                replicas: self.replicas,
            },
            encoder: encoder.as_deref(),
            progress: &|step| {
                reporter.show(match step {
                    Step::Stored(done, of) => Progress::Records { done, of },
                    Step::Indexing => Progress::Graph,
                });
            },
        }));
        reporter.finish();
        let uploaded = uploaded.map_err(|error| advised(error, &self.name))?;
        writeln!(
            out,
            "collection '{}': {} records copied to {}",
            self.name, uploaded.records, self.qdrant.url
        )?;
        let agreement = uploaded.agreement;
        if agreement.queries > 0 {
            writeln!(
                out,
                "for a sample of {} queries, Qdrant finds {} of the {} nearest records ({:.1} %)",
                agreement.queries,
                agreement.same,
                agreement.of,
                100.0 * agreement.share()
            )?;
        }
        Ok(())
    }

    fn download(
        self,
        threads: &Threads,
        cluster: &Cluster,
        model: &Path,
        mut snapshot: NamedTempFile,
        out: &mut dyn Write,
    ) -> Result<()> {
        let reporter = Reporter::new();
        let read = |done, of| reporter.show(Progress::Records { done, of });
        let file = snapshot.as_file_mut();
        let downloaded = threads.block_on(cluster.download(&self.name, file, &read));
        reporter.finish();
        downloaded?;
        let file = File::open(snapshot.path()).context("the temporary file")?;
        let from = (file, Path::new(&self.qdrant.url));
        let records = restore(&self.data, self.key, model, &self.name, from, self.replace)?;
        writeln!(
            out,
            "collection '{}': {records} records copied from {}",
            self.name, self.qdrant.url
        )?;
        Ok(())
    }
}

/// The error of an upload, with what to do on the command line.
fn advised(error: parallax_qdrant::Error, name: &str) -> anyhow::Error {
    match error {
        parallax_qdrant::Error::Exists { url, .. } => {
            anyhow!("Qdrant at {url} already has a collection '{name}'; use --replace")
        }
        other => other.into(),
    }
}
