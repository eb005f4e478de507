//! The collections of a cluster, as a server uses them. Of each, only its description, a sample and recent counts
//! are kept. Descriptions are read again after a while, because any server may change them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Remote;
use super::index::{Cluster, Copied};
use crate::catalogue::check_name;
use crate::collection::About;
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::locks::lock;
use crate::record::Schema;

/// How long a description is used without asking whether it changed.
const FRESH: Duration = Duration::from_secs(2);

/// The collections of a cluster.
pub struct Remotes {
    cluster: Box<dyn Cluster>,
    encoder: Arc<QueryEncoder>,
    open: Mutex<HashMap<String, Seen<Arc<Remote>>>>,
    names: Mutex<Option<Seen<Vec<String>>>>,
}

/// Something, and when it was read.
struct Seen<T> {
    what: T,
    at: Instant,
}

impl<T: Clone> Seen<T> {
    fn now(what: &T) -> Self {
        Self {
            what: what.clone(),
            at: Instant::now(),
        }
    }

    fn fresh(&self) -> Option<T> {
        (self.at.elapsed() < FRESH).then(|| self.what.clone())
    }
}

impl Remotes {
    /// The collections of a cluster, whose vectors this encoder made.
    pub fn new(cluster: Box<dyn Cluster>, encoder: Arc<QueryEncoder>) -> Self {
        Self {
            cluster,
            encoder,
            open: Mutex::default(),
            names: Mutex::default(),
        }
    }

    /// The names of the collections, in order.
    ///
    /// # Errors
    /// [`Error::Cluster`].
    pub fn names(&self) -> Result<Vec<String>> {
        if let Some(names) = lock(&self.names).as_ref().and_then(Seen::fresh) {
            return Ok(names);
        }
        let names = self.cluster.names()?;
        *lock(&self.names) = Some(Seen::now(&names));
        Ok(names)
    }

    /// A collection.
    ///
    /// # Errors
    /// [`Error::NoCollection`]; [`Error::OtherModel`]; [`Error::Foreign`]; [`Error::Incomplete`]; [`Error::Cluster`].
    pub fn collection(&self, name: &str) -> Result<Arc<Remote>> {
        let known = lock(&self.open).get(name).and_then(Seen::fresh);
        known.map_or_else(|| self.collection_now(name), Ok)
    }

    /// A collection as the cluster describes it now. A write needs that: otherwise, it could go to another collection
    /// that has taken this one's place, or to one that is being imported.
    ///
    /// # Errors
    /// As above.
    pub fn collection_now(&self, name: &str) -> Result<Arc<Remote>> {
        // A cluster would refuse some of these names.
        if check_name(name).is_err() {
            return Err(Error::NoCollection {
                name: name.to_owned(),
                known: self.names()?,
            });
        }
        let known = lock(&self.open)
            .get(name)
            .map(|seen| Arc::clone(&seen.what));
        let remote = match (self.cluster.open(name), known) {
            (Ok(index), Some(known)) if known.index.described() == index.described() => known,
            (Ok(index), _) => Arc::new(Remote::new(name, index, Arc::clone(&self.encoder))?),
            // It can still be searched as long as any node answers.
            (Err(Error::Cluster(_)), Some(known)) => known,
            (Err(error), _) => {
                lock(&self.open).remove(name);
                return Err(error);
            }
        };
        lock(&self.open).insert(name.to_owned(), Seen::now(&remote));
        Ok(remote)
    }

    /// Creates an empty collection.
    ///
    /// # Errors
    /// [`Error::BadName`]; [`Error::CollectionExists`]; [`Error::Cluster`].
    pub fn create(&self, name: &str, schema: Schema, passages: bool) -> Result<()> {
        check_name(name)?;
        let about = About::new(schema, self.encoder.encoder(), passages);
        self.cluster.create(name, &about)?;
        self.forget(name);
        Ok(())
    }

    /// Stores a collection: see [`Cluster::upload`].
    ///
    /// # Errors
    /// As there; [`Error::BadName`].
    pub fn upload(
        &self,
        name: &str,
        copied: Copied<'_>,
        progress: &dyn Fn(u64, u64),
    ) -> Result<()> {
        check_name(name)?;
        let uploaded = self.cluster.upload(name, copied, &self.encoder, progress);
        self.forget(name);
        uploaded
    }

    /// Deletes a collection, only the one with this id if one is given. It may be incomplete.
    ///
    /// # Errors
    /// [`Error::NoCollection`]; [`Error::Replaced`] if another collection has this name now;
    /// [`Error::Cluster`].
    pub fn drop_collection(&self, name: &str, id: Option<u64>) -> Result<()> {
        match self.collection_now(name) {
            Ok(collection) if id.is_some_and(|id| id != collection.id()) => {
                return Err(Error::Replaced(name.to_owned()));
            }
            Ok(_) => {}
            Err(Error::Incomplete(_)) if id.is_none() => {}
            Err(error) => return Err(error),
        }
        self.cluster.drop_collection(name)?;
        self.forget(name);
        Ok(())
    }

    fn forget(&self, name: &str) {
        lock(&self.open).remove(name);
        *lock(&self.names) = None;
    }

    /// The encoder for queries.
    pub fn encoder(&self) -> &Arc<QueryEncoder> {
        &self.encoder
    }

    /// Checks that the cluster answers.
    ///
    /// # Errors
    /// [`Error::Cluster`].
    pub fn check(&self) -> Result<()> {
        self.cluster.check()
    }
}
