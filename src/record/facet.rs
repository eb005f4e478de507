//! Facets: the fields a collection can be filtered by, each with one kind, and how their values are
//! read from records.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::Value;

use super::html::Plain;
use super::path::values;
use super::{Payload, Schema, field_text};
use crate::value::FacetValue;
use crate::vocabulary::{Facet, FacetField, FacetKind};

/// The most digits a string may have to be recognised as a number: as many as an f64 preserves.
const EXACT_DIGITS: usize = 15;

/// How much of a value a message shows, in characters.
const SHOWN: usize = 60;

/// Explains the date format to someone who used another one.
const HOW_DATES: &str = "; a date is a day there is, as in 2024-05-01, or a time on one, as in \
                         2024-05-01T10:00:00Z";

impl FacetKind {
    /// The kind that all values have; text if there are no values.
    pub(super) fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut kinds = Kinds::default();
        for value in values {
            kinds.see(value);
        }
        kinds.common()
    }
}

/// The kinds that fit all values seen so far.
pub(super) struct Kinds {
    possible: Vec<FacetKind>,
    any: bool,
}

impl Default for Kinds {
    fn default() -> Self {
        Self {
            possible: vec![FacetKind::Number, FacetKind::Boolean, FacetKind::Date],
            any: false,
        }
    }
}

impl Kinds {
    /// Records one more value.
    pub fn see(&mut self, value: &Value) {
        self.any = true;
        self.possible.retain(|&kind| shows(value, kind));
    }

    /// The kind that fits all values; text if there are none.
    pub fn common(&self) -> FacetKind {
        let kind = self.possible.first().filter(|_| self.any);
        kind.copied().unwrap_or(FacetKind::Text)
    }
}

/// Whether a value looks like the given kind when none was specified. A string of digits may be a
/// postcode or a number too long for an f64; both remain texts.
fn shows(value: &Value, kind: FacetKind) -> bool {
    match (kind, value) {
        (FacetKind::Number, Value::String(text)) => is_plain_number(text.trim()),
        _ => FacetValue::from_json(value, kind).is_some_and(|value| value.tells_its_kind()),
    }
}

/// An optional minus, digits without a leading zero, and optionally a fraction.
fn is_plain_number(text: &str) -> bool {
    let size = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = size.split_once('.').unwrap_or((size, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && whole.len() + fraction.len() <= EXACT_DIGITS + 1
}

/// The values of a field, with the members of a list taken individually. Null and blank values are
/// skipped.
pub(super) fn members<'a>(payload: &'a Payload, field: &str) -> impl Iterator<Item = &'a Value> {
    let members = values(payload, field)
        .into_iter()
        .flat_map(|value| match value {
            Value::Array(members) => members.as_slice(),
            value => std::slice::from_ref(value),
        });
    members.filter(|value| !is_empty(value))
}

/// Whether a value is empty.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(members) => members.is_empty(),
        _ => false,
    }
}

/// Reads a facet's value; a text loses its markup.
fn reading(value: &Value, kind: FacetKind) -> Option<FacetValue> {
    match value {
        Value::String(text) => match Plain::of(text) {
            Some(plain) => FacetValue::from_json(&Value::String(plain.into_text()), kind),
            None => FacetValue::from_json(value, kind),
        },
        value => FacetValue::from_json(value, kind),
    }
}

impl Schema {
    /// The values of a facet. A list gives several, without duplicates; a missing, null or blank
    /// field gives none.
    ///
    /// # Errors
    /// A sentence naming the facet, its kind and the value of the wrong kind.
    pub fn facet_values(
        &self,
        payload: &Payload,
        facet: &FacetField,
    ) -> Result<Vec<FacetValue>, String> {
        let values: Result<Vec<FacetValue>, String> = self.readings(payload, facet).collect();
        values.map(distinct)
    }

    /// Checks that a record's values match the kinds of their facets, for facets whose kind was
    /// specified.
    ///
    /// # Errors
    /// The first error of [`Schema::facet_values`].
    pub fn check_facets(&self, payload: &Payload) -> Result<(), String> {
        let given = self.facets.iter();
        let given = given.filter(|facet| !self.guessed.contains(&facet.field));
        let mut readings = given.flat_map(|facet| self.readings(payload, facet));
        readings.try_for_each(|reading| reading.map(drop))
    }

    /// Each value of a facet, or why it is not valid.
    pub(crate) fn readings<'a>(
        &self,
        payload: &'a Payload,
        facet: &'a FacetField,
    ) -> impl Iterator<Item = Result<FacetValue, String>> + use<'a> {
        members(payload, &facet.field).map(|value| {
            reading(value, facet.kind).ok_or_else(|| {
                let shown: String = field_text(value).chars().take(SHOWN).collect();
                let how = match facet.kind {
                    FacetKind::Date => HOW_DATES,
                    _ => "",
                };
                format!(
                    "the facet {} is a {}, but holds '{shown}'{how}",
                    facet.field, facet.kind
                )
            })
        })
    }

    /// The facets to display for a record, in the schema's order. Values of the wrong kind are left
    /// out.
    pub(super) fn shown_facets(&self, payload: &Payload) -> Vec<Facet> {
        let shown = self.facets.iter().flat_map(|facet| {
            let values = self.readings(payload, facet).flatten();
            distinct(values).into_iter().map(|value| Facet {
                field: facet.field.clone(),
                value: value.to_string(),
            })
        });
        shown.collect()
    }
}

/// Removes duplicates, keeping the first occurrence.
fn distinct<T: Clone + Eq + Hash>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    let new = |value: &T| seen.insert(value.clone());
    values.into_iter().filter(new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facet(kind: FacetKind) -> FacetField {
        FacetField {
            field: "year".into(),
            kind,
        }
    }

    fn values(kind: FacetKind, value: Value) -> Result<Vec<String>, String> {
        let payload = json!({"year": value});
        let schema = Schema::startups();
        let values = schema.facet_values(payload.as_object().unwrap(), &facet(kind))?;
        Ok(values.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn kinds_are_told_from_the_values_there_are() {
        let of = |values: Value| FacetKind::of(values.as_array().unwrap());
        for (values, kind) in [
            (json!([]), FacetKind::Text),
            (json!([1, 2.5, -3]), FacetKind::Number),
            (json!(["1", "2.50", "-0.1", 7]), FacetKind::Number),
            (json!(["10115", "01067"]), FacetKind::Text),
            (json!(["1", "n/a"]), FacetKind::Text),
            (json!(["1e5"]), FacetKind::Text),
            (json!(["12345678901234567890"]), FacetKind::Text),
            (json!([true, "false"]), FacetKind::Boolean),
            (json!([true, 1]), FacetKind::Text),
            (
                json!(["2024-05-01", "2024-05-01T10:00:00+02:00"]),
                FacetKind::Date,
            ),
            (
                json!(["2024-05-01T10:00:00", "2024-05-02 10:00:00.25"]),
                FacetKind::Date,
            ),
            (json!(["2024-05-01", "soon"]), FacetKind::Text),
            (json!(["2024-05", "2024-06"]), FacetKind::Text),
            (json!(["1999", "2024-05-01"]), FacetKind::Text),
            (
                json!([18_446_744_073_709_551_615_u64, -1]),
                FacetKind::Number,
            ),
            (json!([{"a": 1}]), FacetKind::Text),
        ] {
            assert_eq!(of(values.clone()), kind, "{values}");
        }
    }

    #[test]
    fn a_list_gives_several_values_and_what_is_empty_none() {
        let many = values(FacetKind::Number, json!([1999, "2001.50", null, "", 1999]));
        assert_eq!(many.unwrap(), ["1999", "2001.5"]);
        for empty in [json!(null), json!(" "), json!([]), json!([null, ""])] {
            let read = values(FacetKind::Boolean, empty.clone());
            assert!(read.unwrap().is_empty(), "{empty}");
        }
        let texts = values(FacetKind::Text, json!([" Oslo ", 7, true]));
        assert_eq!(texts.unwrap(), ["Oslo", "7", "true"]);
        let composed = values(FacetKind::Text, json!(["Cafe\u{301}", "Café", "café"]));
        assert_eq!(composed.unwrap(), ["Café", "café"]);
    }

    #[test]
    fn values_within_objects_are_reached_by_their_path() {
        let payload =
            json!({"shop": {"sellers": [{"name": "Ann &amp; Co"}, {"name": ["Bob", "Ann"]}]}});
        let facet = FacetField {
            field: "shop.sellers.name".into(),
            kind: FacetKind::Text,
        };
        let read = Schema::default().facet_values(payload.as_object().unwrap(), &facet);
        let read: Vec<String> = read.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(read, ["Ann & Co", "Bob", "Ann"]);
    }

    #[test]
    fn a_value_not_of_the_kind_is_named_with_its_facet() {
        let error = values(FacetKind::Number, json!([1, "abc"])).unwrap_err();
        assert_eq!(error, "the facet year is a number, but holds 'abc'");
        let schema = Schema {
            facets: vec![facet(FacetKind::Date)],
            ..Schema::startups()
        };
        let check = |value: Value| schema.check_facets(json!({"year": value}).as_object().unwrap());
        assert_eq!(check(json!("2024-05-01")), Ok(()));
        assert_eq!(check(json!(null)), Ok(()));
        assert_eq!(check(json!(2024)), Ok(()));
        for bad in ["2024-13-45", "2023-02-30", "31.12.2024"] {
            let error = check(json!(bad)).unwrap_err();
            let told = format!("the facet year is a date, but holds '{bad}'; a date is a day");
            assert!(error.starts_with(&told), "{error}");
        }
    }

    #[test]
    fn a_value_not_of_a_guessed_kind_is_left_out() {
        let schema = Schema {
            facets: vec![facet(FacetKind::Number)],
            guessed: vec!["year".into()],
            ..Schema::default()
        };
        let record = json!({"year": [1987, "unknown", {"from": 1990}]});
        let record = record.as_object().unwrap();
        assert_eq!(schema.check_facets(record), Ok(()));
        let shown = [Facet {
            field: "year".into(),
            value: "1987".into(),
        }];
        assert_eq!(schema.shown_facets(record), shown);
    }
}
