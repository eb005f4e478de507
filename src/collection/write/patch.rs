//! Changes some fields of a record and leaves the others as they are.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use serde_json::{Map, Value};

use crate::Vector;
use crate::collection::Collection;
use crate::collection::write::encode::{self, Cores, Incoming};
use crate::collection::write::{Unchanged, Work, Written};
use crate::error::{Error, Result};
use crate::record::{Payload, RecordNumber};
use crate::storage::layout::{Encoded, Row};
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
        let Some(field) = &self.schema().id else {
            return Err(Error::BadQuery(format!(
                "collection '{}' has no field for ids, so that a record cannot be written again \
                 under its id: delete it and add another",
                self.name()
            )));
        };
        for _ in 0..TRIES {
            let (number, row, old) = self.viewing(|view| self.stored(view, id))?;
            let mut new = old.clone();
            merge(&mut new, patch);
            if self.schema().source_id(&new).as_deref() != Some(id) {
                return Err(Error::BadQuery(format!(
                    "the patch changes {field}, which is the record's id; add a record with \
                     another id instead"
                )));
            }
            let record = self.patched(&row, &old, new)?;
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

    /// A record as it is stored, and its fields.
    fn stored(&self, view: &View<'_>, id: &str) -> Result<(RecordNumber, Row, Payload)> {
        let number = view.find(id)?.ok_or_else(|| self.no_record(id))?;
        let mut found = None;
        view.for_each_row(number.0..number.0 + 1, |row| {
            found = Some(row);
            Ok(())
        })?;
        let row = found.ok_or_else(|| self.no_record(id))?;
        let payload = view.payload(&row.payload)?;
        Ok((number, row, payload))
    }

    /// The changed record, with the vectors of the old one if its text to encode is the same.
    fn patched(&self, row: &Row, old: &Payload, new: Payload) -> Result<Encoded> {
        let incoming = Incoming {
            payload: new.clone(),
            vector: None,
        };
        let checked = encode::check_batch(self.about(), vec![incoming]);
        let checked = checked.map_err(|error| match error {
            Error::BadRecord { reason, .. } => Error::BadQuery(format!(
                "the record would not be valid: {reason}; nothing was written"
            )),
            other => other,
        })?;
        let schema = self.schema();
        if schema.encoded_text(old) != schema.encoded_text(&new) {
            let (cores, cancelled) = (Cores::Half, AtomicBool::new(false));
            let encoder = self.encoder.encoder();
            let encoded =
                encode::encode(encoder, self.about(), checked, &|_| {}, cores, &cancelled)?;
            return encoded.into_iter().next().ok_or(Error::Cancelled);
        }
        let ranges: Vec<Range<u32>> = match &row.ranges {
            Some(ranges) => {
                serde_json::from_slice(ranges).map_err(|_| Error::damaged(self.store.path()))?
            }
            None => Vec::new(),
        };
        Ok(Encoded {
            read_in_part: schema.is_read_in_part(&new, &ranges),
            payload: new,
            vectors: vectors(&row.vectors, self.about().dimension),
            ranges,
        })
    }
}

/// The stored vectors of a record.
fn vectors(bytes: &[u8], width: usize) -> Vec<Vector> {
    let of_one = |bytes: &[u8]| {
        let (components, _) = bytes.as_chunks::<4>();
        components.iter().copied().map(f32::from_le_bytes).collect()
    };
    bytes.chunks_exact(4 * width).map(of_one).collect()
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

    #[test]
    fn stored_vectors_are_read_by_their_width() {
        let bytes: Vec<u8> = [1.0f32, 0.0, 0.6, 0.8]
            .into_iter()
            .flat_map(f32::to_le_bytes)
            .collect();
        let read = vectors(&bytes, 2);
        let expected: Vec<Vector> = vec![[1.0, 0.0].into(), [0.6, 0.8].into()];
        assert_eq!(read, expected);
    }
}
