//! Changes some fields of a record and leaves the others as they are.

use std::sync::atomic::AtomicBool;

use serde_json::{Map, Value};

use crate::Vector;
use crate::collection::Collection;
use crate::collection::write::encode::{self, Cores, Incoming};
use crate::collection::write::{Unchanged, Work, Written};
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::record::{Payload, RecordNumber, Schema};
use crate::storage::layout::{About, Encoded};
use crate::storage::store::View;

/// How often a change is tried while others change the same record.
const TRIES: usize = 16;

impl Collection {
    /// Changes a record by a JSON merge patch (RFC 7396): a field of the patch takes the place of the
    /// record's, an object is merged with the record's, and null removes a field. If another caller
    /// changes the record at the same time, the patch is applied to what that one has written.
    ///
    /// The record is only encoded again if its text to encode changes. If it was written with a
    /// vector of its own, that is then replaced.
    ///
    /// # Errors
    /// [`Error::NoRecord`]; [`Error::BadQuery`] if the id would change, or if the collection has no
    /// field for ids, or if the result cannot be a record of the collection;
    /// [`Error::Contended`] if others keep changing the record; [`Error::Write`] and its kin. In all
    /// cases, nothing is written.
    pub fn patch(&self, id: &str, patch: &Payload) -> Result<Written> {
        check_has_ids(self.schema(), &self.name())?;
        for _ in 0..TRIES {
            let (number, old) = self.viewing(|view| self.stored(view, id))?;
            let new = merged(self.schema(), &old.payload, patch, id)?;
            let record = patched(self.about(), self.encoder.encoder(), old, new)?;
            let unchanged = Unchanged {
                id: id.to_owned(),
                number,
            };
            let work = Work::Put(vec![record], None);
            let written = self.writer.submit_if(&self.name(), work, Some(unchanged))?;
            if let Some(written) = written {
                return Ok(written);
            }
        }
        Err(Error::Contended {
            collection: self.name().to_string(),
            id: id.to_owned(),
        })
    }

    /// A record as it is stored.
    fn stored(&self, view: &View<'_>, id: &str) -> Result<(RecordNumber, Encoded)> {
        let number = view.find(id)?.ok_or_else(|| self.no_record(id))?;
        let rows = view.rows()?;
        let payload = rows.payload(number)?.ok_or_else(|| self.no_record(id))?;
        let ranges = rows.ranges(number)?;
        let mut vectors: Vec<Vector> = Vec::new();
        view.for_each_vectors(number.0..number.0 + 1, |_, of_one| {
            vectors.extend(of_one.chunks_exact(view.dimension()).map(Vector::from));
        })?;
        if vectors.is_empty() {
            return Err(self.store.damaged("a record without a vector"));
        }
        let stored = Encoded {
            read_in_part: self.schema().is_read_in_part(&payload, &ranges),
            payload,
            vectors,
            ranges,
        };
        Ok((number, stored))
    }
}

/// Checks that records can be written again under their ids.
///
/// # Errors
/// [`Error::BadQuery`].
pub(crate) fn check_has_ids(schema: &Schema, name: &str) -> Result<()> {
    match schema.id {
        Some(_) => Ok(()),
        None => Err(Error::BadQuery(format!(
            "collection '{name}' has no field for ids, so that a record cannot be written again \
             under its id: delete it and add another"
        ))),
    }
}

/// The fields of the record with an id after a patch.
///
/// # Errors
/// [`Error::BadQuery`] if the id would change.
pub(crate) fn merged(schema: &Schema, old: &Payload, patch: &Payload, id: &str) -> Result<Payload> {
    let mut new = old.clone();
    merge(&mut new, patch);
    if schema.source_id(&new).as_deref() == Some(id) {
        return Ok(new);
    }
    Err(Error::BadQuery(format!(
        "the patch changes {}, which is the record's id; add a record with another id instead",
        schema.id.as_deref().unwrap_or_default()
    )))
}

/// The changed record, with the vectors of the old one if its text to encode is the same.
///
/// # Errors
/// [`Error::BadQuery`] if it would not be valid; those of the encoder.
pub(crate) fn patched(
    about: &About,
    encoder: &Encoder,
    old: Encoded,
    new: Payload,
) -> Result<Encoded> {
    let incoming = Incoming {
        payload: new,
        vector: None,
    };
    let checked = encode::check_batch(about, vec![incoming]);
    let checked = checked.map_err(|error| match error {
        Error::BadRecord { reason, .. } => Error::BadQuery(format!(
            "the record would not be valid: {reason}; nothing was written"
        )),
        other => other,
    })?;
    let new = checked.into_iter().next().ok_or(Error::Cancelled)?;
    let schema = &about.schema;
    // The vector of a point was given, and stays.
    let encoded = |payload: &Payload| schema.encoded_text(payload);
    if !schema.points && encoded(&old.payload) != encoded(&new.0) {
        let (cores, cancelled) = (Cores::Half, AtomicBool::new(false));
        let encoded = encode::encode(encoder, about, vec![new], &|_| {}, cores, &cancelled)?;
        return encoded.into_iter().next().ok_or(Error::Cancelled);
    }
    let (payload, _) = new;
    Ok(Encoded { payload, ..old })
}

/// Applies a merge patch to an object.
fn merge(object: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        match change {
            Value::Null => {
                object.shift_remove(name);
            }
            Value::Object(patch) => {
                let member = object.entry(name).or_insert(Value::Null);
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(member) = member {
                    merge(member, patch);
                }
            }
            other => {
                object.insert(name.clone(), other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The examples of RFC 7396, appendix A, of which both sides are objects.
    #[test]
    fn a_patch_is_merged_as_the_standard_says() {
        for (original, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": "b"}),
                json!({"b": "c"}),
                json!({"a": "b", "b": "c"}),
            ),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (
                json!({"a": "b", "b": "c"}),
                json!({"a": null}),
                json!({"b": "c"}),
            ),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (
                json!({"a": [{"b": "c"}]}),
                json!({"a": [1]}),
                json!({"a": [1]}),
            ),
            (
                json!({"e": null}),
                json!({"a": 1}),
                json!({"e": null, "a": 1}),
            ),
            (
                json!({}),
                json!({"a": {"bb": {"ccc": null}}}),
                json!({"a": {"bb": {}}}),
            ),
        ] {
            let mut object = original.as_object().unwrap().clone();
            merge(&mut object, patch.as_object().unwrap());
            assert_eq!(Value::Object(object), result, "{original} {patch}");
        }
    }
}
