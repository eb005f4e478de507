//! The open data folder, as the service uses it: its collections, the default collection, and
//! its imports.

use std::sync::Arc;

use parallax::backend::Backend;
use parallax::remote::Remotes;
use parallax::vocabulary::{CollectionInfo, FacetValues};
use parallax::{Catalogue, Collection, Error, Result, Schema};
use parallax_app::functions::CollectionNames;

use crate::keys::Sight;
use crate::reencodings::Reencodings;
use crate::sample;
use crate::tasks::Tasks;

/// What is available once everything is loaded.
pub struct Opened {
    /// The data folder.
    pub local: Arc<Catalogue>,
    /// Its imports.
    pub tasks: Arc<Tasks>,
    /// Its collections that are encoded anew.
    pub reencodings: Arc<Reencodings>,
    /// The cluster that has the collections, if the data folder does not.
    pub cluster: Option<Clustered>,
}

/// A cluster with all collections.
pub struct Clustered {
    /// Its collections.
    pub collections: Arc<Remotes>,
    /// The collection to use when a request names none; otherwise, the first by name.
    pub default: Option<String>,
}

impl Opened {
    /// The named collection, or the default one if no name is given.
    ///
    /// # Errors
    /// [`Error::NoCollection`], or why the collection cannot be opened.
    pub fn backend(&self, name: Option<&str>) -> Result<Arc<dyn Backend>> {
        let name = self.name(name)?;
        Ok(match &self.cluster {
            Some(cluster) => cluster.collections.collection(&name)?,
            None => self.local.collection(&name)?,
        })
    }

    /// The same to write to it.
    ///
    /// # Errors
    /// As above.
    pub fn backend_to_write(&self, name: Option<&str>) -> Result<Arc<dyn Backend>> {
        match &self.cluster {
            Some(cluster) => Ok(cluster.collections.collection_now(&self.name(name)?)?),
            None => self.backend(name),
        }
    }

    /// The same for what only a collection in a folder can do.
    ///
    /// # Errors
    /// As above; [`Error::BadQuery`] if the collections are on a cluster.
    pub fn collection(&self, name: Option<&str>) -> Result<Arc<Collection>> {
        let name = self.name(name)?;
        self.catalogue()?.collection(&name)
    }

    /// The data folder with the collections.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if they are on a cluster.
    pub fn catalogue(&self) -> Result<&Arc<Catalogue>> {
        match &self.cluster {
            None => Ok(&self.local),
            Some(_) => Err(Error::BadQuery(
                "the collections of this server are on a Qdrant cluster, where this cannot be done; \
                 `parallax copy NAME --to here` copies a collection into a data folder"
                    .into(),
            )),
        }
    }

    /// The name of a collection that the request may see; the default one if no name is given.
    fn name(&self, name: Option<&str>) -> Result<String> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.default()?.ok_or_else(|| Error::NoCollection {
                name: sample::NAME.to_owned(),
                known: Vec::new(),
            })?,
        };
        if !Sight::current().includes(&name) {
            let known = self.all()?;
            return Err(Error::NoCollection { name, known });
        }
        Ok(name)
    }

    /// The names of all collections, in order.
    ///
    /// # Errors
    /// If the data folder or the cluster cannot be read.
    pub fn all(&self) -> Result<Vec<String>> {
        match &self.cluster {
            Some(cluster) => cluster.collections.names(),
            None => self.local.names(),
        }
    }

    /// The name of the default collection or, if the request may not see that, of the first that it
    /// may see.
    fn default(&self) -> Result<Option<String>> {
        let sight = Sight::current();
        let default = match &self.cluster {
            Some(cluster) => cluster.default.clone(),
            None => default_collection(&self.local)?,
        };
        if default.as_ref().is_some_and(|name| sight.includes(name)) {
            return Ok(default);
        }
        Ok(self.visible()?.into_iter().next())
    }

    /// The names of the collections that the request may see, in order.
    fn visible(&self) -> Result<Vec<String>> {
        let (sight, mut names) = (Sight::current(), self.all()?);
        names.retain(|name| sight.includes(name));
        Ok(names)
    }

    /// Information about a collection.
    ///
    /// # Errors
    /// If its records cannot be read.
    pub fn info(&self, collection: &dyn Backend) -> Result<CollectionInfo> {
        let startups = *collection.schema() == Schema::startups();
        let examples: &[&str] = if startups { &sample::EXAMPLES } else { &[] };
        let default = self.default()?;
        let facets = collection.facet_counts()?.into_iter();
        let facets = facets.map(|facet| FacetValues {
            field: facet.field,
            values: facet.values,
            more: facet.more,
        });
        Ok(CollectionInfo {
            name: collection.name().to_string(),
            id: collection.id(),
            records: collection.records()?,
            bytes: collection.bytes(),
            default: default.as_ref() == Some(&*collection.name()),
            graph: collection.graph_state(),
            facets: facets.collect(),
            examples: examples.iter().map(|&example| example.to_owned()).collect(),
            fields: collection.schema().roles(),
            pairs: collection.schema().pairs,
            model: model_name(collection),
            reencoding: self.reencodings.of(&collection.name()),
        })
    }

    /// The names of the collections, in order, and that of the default one.
    ///
    /// # Errors
    /// If the data folder cannot be read.
    pub fn names(&self) -> Result<CollectionNames> {
        Ok(CollectionNames {
            all: self.visible()?,
            default: self.default()?,
        })
    }

    /// Information about every collection that can be read.
    ///
    /// # Errors
    /// If the data folder cannot be read, or the cluster does not answer.
    pub fn infos(&self) -> Result<Vec<CollectionInfo>> {
        let mut infos = Vec::new();
        for name in self.visible()? {
            match self
                .backend(Some(&name))
                .and_then(|found| self.info(&*found))
            {
                Ok(info) => infos.push(info),
                // If the cluster answers, only this one cannot be read.
                Err(error) => {
                    if let Some(cluster) = &self.cluster {
                        cluster.collections.check()?;
                    }
                    tracing::error!(%error, collection = name, "cannot read a collection");
                }
            }
        }
        Ok(infos)
    }
}

/// The name of a collection's model, which is that of its folder; empty if its vectors were given.
pub fn model_name(collection: &dyn Backend) -> String {
    if !collection.encoder().has_model() {
        return String::new();
    }
    let folder = collection.encoder().encoder().folder();
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The collection that is used when none is named. It is the one served last, even if others were
/// added since. If that is gone, it is the first by name, and the sample only if there is no
/// other. `None` if there is none.
///
/// # Errors
/// If the data folder cannot be read.
pub fn default_collection(catalogue: &Catalogue) -> Result<Option<String>> {
    let names = catalogue.names()?;
    if let Some(last) = catalogue.default()?.filter(|last| names.contains(last)) {
        return Ok(Some(last));
    }
    let own = names.iter().find(|name| *name != sample::NAME);
    Ok(own.or(names.first()).cloned())
}

#[cfg(test)]
mod tests {
    // Test helpers fail by panicking, as tests do.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use parallax::record::FieldRoles;

    #[test]
    fn the_default_collection_stays_when_others_come_or_it_is_renamed() {
        let folder = tempfile::tempdir().unwrap();
        let encoder = crate::http::tests::encoder();
        let catalogue = Catalogue::open(folder.path(), encoder).unwrap();
        let make = |name: &str| {
            let options = FieldRoles {
                texts: vec!["text".into()],
                ..FieldRoles::default()
            };
            let schema = Schema::named(&options).unwrap();
            catalogue.create(name, schema, true).unwrap();
        };
        let default = || default_collection(&catalogue).unwrap().unwrap();
        make(sample::NAME);
        assert_eq!(default(), sample::NAME);
        make("shop");
        assert_eq!(default(), "shop");
        catalogue.set_default("shop").unwrap();
        make("aaa");
        assert_eq!(default(), "shop");
        catalogue.rename("shop", "store").unwrap();
        assert_eq!(default(), "store");
        catalogue.drop_collection("store").unwrap();
        assert_eq!(default(), "aaa");
    }
}
