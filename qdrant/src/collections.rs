//! The collections of a cluster as the engine uses them.

use std::sync::Arc;

use parallax::collection::{About, State};
use parallax::encoder::QueryEncoder;
use parallax::remote::{self, Copied, RemoteIndex};

use crate::cluster::Cluster;
use crate::error::Error;
use crate::index::ClusterIndex;
use crate::layout::{Described, Spread, new_id};
use crate::threads::{Threads, told};
use crate::upload::{Step, Upload};

/// A cluster as the engine uses it.
pub struct Collections {
    cluster: Cluster,
    spread: Spread,
    threads: Arc<Threads>,
}

impl Collections {
    /// The collections of a cluster, on which new ones are spread as given. The requests run on `threads`.
    pub fn of(cluster: Cluster, spread: Spread, threads: Arc<Threads>) -> Self {
        Self {
            cluster,
            spread,
            threads,
        }
    }
}

impl remote::Cluster for Collections {
    fn names(&self) -> parallax::Result<Vec<String>> {
        let cluster = self.cluster.clone();
        self.threads.wait(async move { cluster.names().await })
    }

    fn create(&self, name: &str, about: &About) -> parallax::Result<()> {
        let (cluster, spread) = (self.cluster.clone(), self.spread);
        let (name, layout) = (
            name.to_owned(),
            Described {
                id: new_id(),
                about: about.clone(),
                state: State::default(),
                records: 0,
                terms: 0,
                mined: None,
            },
        );
        let exists = parallax::Error::CollectionExists(name.clone());
        let created = self.threads.run(async move {
            if cluster.exists(&name).await? {
                return Ok(false);
            }
            cluster.create(&name, &layout.about, spread).await?;
            cluster.complete(&name, &layout).await?;
            Ok(true)
        });
        match created.map_err(told)? {
            true => Ok(()),
            false => Err(exists),
        }
    }

    fn upload(
        &self,
        name: &str,
        copied: Copied<'_>,
        encoder: &QueryEncoder,
        progress: &dyn Fn(u64, u64),
    ) -> parallax::Result<()> {
        let upload = Upload {
            name,
            copied,
            spread: self.spread,
            encoder: Some(encoder),
            progress: &|step| {
                if let Step::Stored(done, of) = step {
                    progress(done, of);
                }
            },
        };
        match self.threads.block_on(self.cluster.upload(&upload)) {
            Ok(_) => Ok(()),
            Err(Error::Exists { name, .. }) => Err(parallax::Error::CollectionExists(name)),
            Err(error @ Error::Record { .. }) => Err(parallax::Error::BadQuery(error.to_string())),
            Err(error) => Err(told(error)),
        }
    }

    fn drop_collection(&self, name: &str) -> parallax::Result<()> {
        let (cluster, name) = (self.cluster.clone(), name.to_owned());
        self.threads
            .wait(async move { cluster.delete(&name).await })
    }

    fn open(&self, name: &str) -> parallax::Result<Box<dyn RemoteIndex>> {
        let index = ClusterIndex::open(self.cluster.clone(), name, Arc::clone(&self.threads));
        match index {
            Ok(index) => Ok(Box::new(index)),
            Err(Error::NoCollection { name, .. }) => Err(parallax::Error::NoCollection {
                name,
                known: self.names()?,
            }),
            Err(error) => Err(told(error)),
        }
    }

    fn check(&self) -> parallax::Result<()> {
        let cluster = self.cluster.clone();
        self.threads.wait(async move { cluster.check().await })
    }
}
