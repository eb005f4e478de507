//! What is named of a record that is one of several identical ones: its id and its facets. Only
//! their fields are parsed; the rest of the record's JSON is skipped.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::vocabulary::Facet;

use super::{Payload, RecordNumber, Schema};

impl Schema {
    /// Whether the id and the facets of a record depend on its fields.
    pub(crate) fn names_fields(&self) -> bool {
        self.id.is_some() || !self.facets.is_empty()
    }

    /// The id and the facets of a record, from its JSON.
    ///
    /// # Errors
    /// If it is not a JSON object.
    pub(crate) fn id_and_facets(
        &self,
        number: RecordNumber,
        json: &[u8],
    ) -> serde_json::Result<(String, Vec<Facet>)> {
        let fields = || {
            let facets = self.facets.iter().map(|facet| &facet.field);
            facets.chain(&self.id)
        };
        let wanted = |name: &str| fields().any(|path| may_lead(path, name));
        let payload = some_fields(json, &wanted)?;
        let id = self.source_id(&payload);
        let id = id.unwrap_or_else(|| number.0.to_string());
        Ok((id, self.shown_facets(&payload)))
    }
}

/// Whether a path is a field's name or may lead into that field.
fn may_lead(path: &str, field: &str) -> bool {
    let rest = path.strip_prefix(field);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The wanted fields of a JSON object.
fn some_fields(json: &[u8], wanted: &dyn Fn(&str) -> bool) -> serde_json::Result<Payload> {
    let mut from = serde_json::Deserializer::from_slice(json);
    let payload = from.deserialize_map(Fields { wanted })?;
    from.end()?;
    Ok(payload)
}

struct Fields<'a> {
    wanted: &'a dyn Fn(&str) -> bool,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Payload;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Payload, A::Error> {
        let mut payload = Payload::new();
        while let Some(name) = map.next_key::<String>()? {
            if (self.wanted)(&name) {
                payload.insert(name, map.next_value::<Value>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{FacetField, FacetKind};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_path_may_lead_into_a_field_it_begins_with() {
        assert!(may_lead("a.b", "a") && may_lead("a.b", "a.b") && may_lead("a", "a"));
        assert!(!may_lead("a.b", "b") && !may_lead("ab", "a") && !may_lead("a", "a.b"));
    }

    proptest! {
        #[test]
        fn what_is_named_is_what_the_whole_record_says(
            city in "[a-zé\"\\\\]{0,5}", id in 0u32..3, path in "(city|a\\.b|a)"
        ) {
            let schema = Schema {
                id: (id > 0).then(|| "key.id".into()),
                facets: vec![FacetField { field: path, kind: FacetKind::Text }],
                ..Schema::startups()
            };
            let record = json!({
                "text": "long", "city": city, "key": {"id": id, "other": [1]},
                "a": [{"b": "x"}, {"b": ["y", "x"]}],
            });
            let number = RecordNumber(7);
            let named = schema.id_and_facets(number, record.to_string().as_bytes()).unwrap();
            let whole = schema.read(number, record.as_object().unwrap().clone());
            prop_assert_eq!(named, (whole.id, whole.facets));
        }
    }
}
