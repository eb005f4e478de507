//! Re-encodes a collection with another model, or gives it another schema: a copy takes its place.

use std::path::Path;
use std::sync::Arc;

use super::{Catalogue, sync};
use crate::collection::{Closed, Collection, Copy, Reencode, STORE_FILE, Store};
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::locks::lock;
use crate::record::Schema;

/// The collection whose records are copied.
struct Original {
    number: u64,
    store: Arc<Store>,
    /// About how many records it has.
    records: u64,
    /// `None` if it cannot be opened.
    collection: Option<Arc<Collection>>,
}

impl Catalogue {
    /// Re-encodes a collection with the model in a folder. In the meantime, the old vectors are searched,
    /// and writes are accepted and become part of the result. Only writes that arrive at the end
    /// wait until the last few records are copied, and then fail with [`Error::Replaced`], because
    /// their vectors are those of the old model; they can be sent again. If the process ends before
    /// that, nothing has changed. Records that were written with their own vectors are encoded like
    /// all others. Returns false if the collection already has this model.
    ///
    /// # Errors
    /// [`Error::NoCollection`], also if the collection is dropped in the meantime; those of
    /// [`Encoder::load`](crate::Encoder::load); [`Error::BadQuery`] for points, whose vectors were
    /// given; [`Error::Replaced`] if the collection is replaced in the meantime;
    /// [`Error::Cancelled`].
    pub fn reencode(&self, name: &str, model: &Path, how: Reencode<'_>) -> Result<bool> {
        let encoder = self.models.load(model)?;
        self.copy(name, Some(encoder), None, how)
    }

    /// Gives a collection another schema with the same id field, in the same way. Only records
    /// whose text to encode changes are encoded again. Returns false if the collection has this
    /// schema already.
    ///
    /// # Errors
    /// As for [`Catalogue::reencode`]; [`Error::NoModel`] if the collection's model is missing.
    pub fn change_schema(&self, name: &str, schema: Schema, how: Reencode<'_>) -> Result<bool> {
        self.copy(name, None, Some(schema), how)
    }

    /// Puts a copy with another model, another schema or both in a collection's place.
    fn copy(
        &self,
        name: &str,
        encoder: Option<Arc<QueryEncoder>>,
        schema: Option<Schema>,
        how: Reencode<'_>,
    ) -> Result<bool> {
        let number = self.number(name)?.ok_or_else(|| self.no_collection(name))?;
        let old = self.original(name, number)?;
        if encoder.is_some() && old.store.about().schema.points {
            return Err(Error::BadQuery(format!(
                "the vectors of '{name}' came with the records, so they cannot be encoded again by a model"
            )));
        }
        let encoder = match encoder {
            Some(encoder) => Ok(encoder),
            None => self.model_of(name, old.store.about()),
        };
        let encoded = encoder.and_then(|encoder| self.copy_from(name, &old, encoder, schema, how));
        drop(old);
        lock(&self.copied).remove(&number);
        encoded
    }

    fn copy_from(
        &self,
        asked: &str,
        old: &Original,
        encoder: Arc<QueryEncoder>,
        schema: Option<Schema>,
        how: Reencode<'_>,
    ) -> Result<bool> {
        let about = old.store.about();
        let schema = schema.unwrap_or_else(|| about.schema.clone());
        if about.model == encoder.model_hash() && about.schema == schema {
            return Ok(false);
        }
        // No new base may be made: it would truncate the log of deletions, which the copy needs.
        let _held = old.collection.as_ref().map(|old| old.compactor.hold());
        let wanted = || self.name_of(old.number, asked).map(drop);
        self.in_new_folder(|number| {
            let folder = self.folder_of(number);
            std::fs::create_dir(&folder).map_err(Error::io(&folder))?;
            let copy = Copy::make(
                (&*old.store, old.records),
                encoder,
                schema,
                how,
                &folder,
                self.tuning,
                &wanted,
            )?;
            let _changing = lock(&self.changing);
            let name = self.name_of(old.number, asked)?;
            let swap = || {
                copy.finish()?;
                sync(&folder)?;
                self.opened(&name, number)?;
                self.point(&name, Some(number), Some(old.number))
            };
            match &old.collection {
                Some(collection) => collection.close(Closed::Replaced, swap)?,
                None => swap()?,
            }
            lock(&self.open).remove(&old.number);
            Ok(true)
        })
    }

    /// The collection whose records are to be copied. If its model is missing, only its store is
    /// opened, which is all that the copy needs.
    fn original(&self, name: &str, number: u64) -> Result<Original> {
        match self.opened(name, number) {
            Ok(collection) => Ok(Original {
                number,
                store: Arc::clone(&collection.store),
                records: u64::from(collection.generation().records()),
                collection: Some(collection),
            }),
            Err(Error::NoModel { .. } | Error::OtherModel { .. }) => {
                // The store can only be opened once, and other requests try to open it.
                let slot = Arc::clone(lock(&self.open).entry(number).or_default());
                let _opening = lock(&slot);
                let store = Store::open(&self.folder_of(number).join(STORE_FILE))?;
                let records = store.read()?.state()?.next;
                lock(&self.copied).insert(number, store.about().clone());
                Ok(Original {
                    number,
                    records,
                    store: Arc::new(store),
                    collection: None,
                })
            }
            Err(error) => Err(error),
        }
    }

    /// The current name of a collection, which may have been renamed since the request.
    fn name_of(&self, number: u64, asked: &str) -> Result<String> {
        let mut entries = self.entries()?;
        if let Some(at) = entries.iter().position(|(_, of)| *of == number) {
            return Ok(entries.swap_remove(at).0);
        }
        Err(if entries.iter().any(|(name, _)| name == asked) {
            Error::Replaced(asked.to_owned())
        } else {
            self.no_collection(asked)
        })
    }
}
