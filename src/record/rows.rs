//! All fields of a record as rows for a reader, of limited number and size.

use std::collections::HashMap;

use serde_json::Value;

use super::html::plain;
use super::{Payload, Schema};
use crate::value::field_text;
use crate::vocabulary::FieldRow;

/// How many values are listed, and how many bytes of one and of all.
const MAX_VALUES: usize = 1_000;
const MAX_VALUE_BYTES: usize = 32 << 10;
const MAX_BYTES: usize = 256 << 10;

/// Objects and lists inside as many others are written as JSON.
const MAX_DEPTH: u8 = 6;

/// The rows so far.
#[derive(Default)]
struct Rows {
    rows: Vec<FieldRow>,
    values: usize,
    bytes: usize,
    cut: bool,
}

impl Schema {
    /// A record's fields: first those that the schema names, in its order, then the others in the
    /// record's; and whether any were left out.
    pub fn rows(&self, payload: &Payload) -> (Vec<FieldRow>, bool) {
        let order = self.order();
        let mut fields: Vec<(&String, &Value)> = payload.iter().collect();
        fields.sort_by_key(|(name, _)| order.get(name.as_str()).copied().unwrap_or(usize::MAX));
        let mut rows = Rows::default();
        for (name, value) in fields {
            rows.add(0, name.clone(), value);
        }
        (rows.rows, rows.cut)
    }

    /// The places of the fields that the schema names. A field within an object gives the object its
    /// place.
    fn order(&self) -> HashMap<&str, usize> {
        let facets = self.facets.iter().map(|facet| &facet.field);
        let named = self.title.iter().chain(&self.texts).chain(&self.also);
        let named = named.chain(facets).chain(&self.encoded);
        let named = named.chain(&self.url).chain(&self.image).chain(&self.id);
        let mut order = HashMap::new();
        for (place, field) in named.enumerate() {
            order.entry(field.as_str()).or_insert(place);
            if let Some((object, _)) = field.split_once('.') {
                order.entry(object).or_insert(place);
            }
        }
        order
    }
}

impl Rows {
    fn add(&mut self, depth: u8, name: String, value: &Value) {
        let row = FieldRow {
            depth,
            name,
            values: Vec::new(),
            cut: false,
        };
        match value {
            Value::Object(fields) if depth < MAX_DEPTH && !fields.is_empty() => {
                if self.push(row) {
                    for (name, value) in fields {
                        self.add(depth + 1, name.clone(), value);
                    }
                }
            }
            Value::Array(members) if depth < MAX_DEPTH && members.iter().any(is_nested) => {
                if self.push(row) {
                    for (number, member) in (1..).zip(members) {
                        self.add(depth + 1, format!("{number}"), member);
                    }
                }
            }
            Value::Array(members) if !members.iter().any(is_nested) => {
                self.fill(row, members.iter());
            }
            value => self.fill(row, std::iter::once(value)),
        }
    }

    /// Adds a row if there is room.
    fn push(&mut self, row: FieldRow) -> bool {
        let room = self.count(&row);
        if room {
            self.rows.push(row);
        }
        room
    }

    /// Counts a row. Returns whether there is room for it.
    fn count(&mut self, row: &FieldRow) -> bool {
        self.values += 1;
        self.bytes += row.name.len();
        let room = self.values <= MAX_VALUES && self.bytes <= MAX_BYTES;
        self.cut |= !room;
        room
    }

    /// Adds a row with as many of these values as there is room for.
    fn fill<'v>(&mut self, mut row: FieldRow, values: impl Iterator<Item = &'v Value>) {
        if !self.count(&row) {
            return;
        }
        for value in values {
            if self.values >= MAX_VALUES || self.bytes >= MAX_BYTES {
                self.cut = true;
                break;
            }
            let mut text = text(value);
            let most = MAX_VALUE_BYTES.min(MAX_BYTES - self.bytes);
            if text.len() > most {
                text.truncate(text.floor_char_boundary(most));
                row.cut = true;
            }
            self.values += 1;
            self.bytes += text.len();
            if !text.trim().is_empty() {
                row.values.push(text);
            }
            if row.cut {
                break;
            }
        }
        self.rows.push(row);
    }
}

fn is_nested(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Array(_))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text.clone()),
        Value::Object(_) | Value::Array(_) => value.to_string(),
        value => field_text(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(value: Value) -> (Vec<String>, bool) {
        let (rows, cut) = Schema::startups().rows(value.as_object().unwrap());
        let line = |row: &FieldRow| {
            let (indent, values) = ("-".repeat(row.depth.into()), row.values.join("|"));
            let cut = if row.cut { "…" } else { "" };
            format!("{indent}{}={values}{cut}", row.name)
        };
        (rows.iter().map(line).collect(), cut)
    }

    #[test]
    fn fields_are_in_the_schemas_order_and_objects_are_followed() {
        let (rows, cut) = rows(json!({
            "n": 5, "city": "Oslo", "tags": ["a", "b", null], "none": null, "name": "A",
            "by": [{"name": "Ann", "age": 7}, {"name": "Bob"}],
            "description": "<p>Tea &amp; milk</p>", "empty": {},
        }));
        let expected = [
            "name=A",
            "description=Tea & milk",
            "city=Oslo",
            "n=5",
            "tags=a|b",
            "none=",
            "by=",
            "-1=",
            "--name=Ann",
            "--age=7",
            "-2=",
            "--name=Bob",
            "empty={}",
        ];
        assert_eq!(rows, expected);
        assert!(!cut);
    }

    #[test]
    fn what_is_too_long_or_too_much_is_cut() {
        let (long, cut) = rows(json!({"name": "é".repeat(MAX_VALUE_BYTES)}));
        assert!(long[0].ends_with('…') && long[0].len() < MAX_VALUE_BYTES + 16);
        assert!(!cut);
        let many: Payload = (0..100_000).map(|n| (format!("k{n}"), json!(n))).collect();
        let (many, cut) = rows(Value::Object(many));
        assert!(cut && many.len() <= MAX_VALUES, "{}", many.len());
        let (list, cut) = rows(json!({"list": vec!["x"; 100_000]}));
        assert!(cut && list.len() == 1);
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({"in": deep});
        }
        let (deep, _) = rows(json!({"deep": deep}));
        assert_eq!(deep.len(), usize::from(MAX_DEPTH) + 1);
    }
}
