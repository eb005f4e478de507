//! The open data folder, as the service uses it: its collections, which of them is the
//! default one, its imports.

use std::sync::Arc;

use parallax::{Catalogue, Collection, Error, Result, Schema};
use parallax_app::wire::CollectionInfo;

use crate::tasks::Tasks;
use crate::{sample, wire};

/// What is there once everything is loaded.
pub struct Opened {
    /// The data folder.
    pub catalogue: Arc<Catalogue>,
    /// Its imports.
    pub tasks: Arc<Tasks>,
}

impl Opened {
    /// A collection by name; where none is named, the default one.
    ///
    /// # Errors
    /// [`Error::NoCollection`], and what keeps it from being opened.
    pub fn collection(&self, name: Option<&str>) -> Result<Arc<Collection>> {
        if let Some(name) = name {
            return self.catalogue.collection(name);
        }
        let default = default_collection(&self.catalogue)?;
        let default = default.ok_or_else(|| Error::NoCollection {
            name: sample::NAME.to_owned(),
            known: Vec::new(),
        })?;
        self.catalogue.collection(&default)
    }

    /// What there is to know of a collection.
    ///
    /// # Errors
    /// What keeps its store from being read.
    pub fn info(&self, collection: &Collection) -> Result<CollectionInfo> {
        let startups = *collection.schema() == Schema::startups();
        let examples: &[&str] = if startups { &sample::EXAMPLES } else { &[] };
        let default = default_collection(&self.catalogue)?;
        let is_default = default.as_ref() == Some(&*collection.name());
        wire::info(collection, examples, is_default)
    }

    /// The same of every collection that can be opened.
    ///
    /// # Errors
    /// What keeps the data folder from being read.
    pub fn infos(&self) -> Result<Vec<CollectionInfo>> {
        let names = self.catalogue.names()?;
        let collections = names.iter().map(|name| self.catalogue.collection(name));
        let whole = collections.filter_map(|collection| match collection {
            Ok(collection) => Some(self.info(&collection)),
            Err(error) => {
                tracing::error!(%error, "a collection cannot be opened");
                None
            }
        });
        whole.collect()
    }
}

/// The collection that answers where none is named: the one that was served last, which
/// stays the same when others come; where that is gone, the first by name, the sample only
/// where it is alone. `None` where there is none at all.
///
/// # Errors
/// What keeps the data folder from being read.
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
    // Helpers of tests fail as tests do.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use parallax::record::FieldOptions;

    #[test]
    fn the_default_collection_stays_when_others_come_or_it_is_renamed() {
        let folder = tempfile::tempdir().unwrap();
        let encoder = crate::http::tests::encoder();
        let catalogue = Catalogue::open(folder.path(), encoder).unwrap();
        let make = |name: &str| {
            let options = FieldOptions {
                texts: vec!["text".into()],
                ..FieldOptions::default()
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
