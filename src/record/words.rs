//! The fields that word search covers: title and texts, the further fields named in the schema,
//! text facets, and finally, as one field, all strings in other fields. So every text can be found,
//! even in fields that were unknown when the schema was chosen.

use std::collections::HashSet;

use serde_json::Value;

use super::html::plain;
use super::schema::text_of;
use super::{FacetKind, Payload, Schema};

/// The name in explanations for strings outside named fields.
const OTHER: &str = "other fields";

/// How deeply nested objects are followed; the JSON reader has the same limit.
const MAX_DEPTH: usize = 128;

/// The fields of a schema that word search covers, computed once for many records.
pub struct WordFields<'a> {
    schema: &'a Schema,
    named: Vec<&'a str>,
    /// How many of them are not just facets.
    spoken: usize,
    /// Fields that are searched by name or not at all.
    covered: HashSet<&'a str>,
    /// Whether any of these is inside an object.
    has_paths: bool,
}

impl Schema {
    /// The fields that word search covers.
    pub fn words(&self) -> WordFields<'_> {
        WordFields::new(self)
    }

    /// Their weights.
    pub fn word_weights(&self) -> Vec<u32> {
        let words = self.words();
        let mut weights: Vec<u32> = words.named.iter().map(|name| self.weight(name)).collect();
        weights.push(1);
        weights
    }

    fn weight(&self, field: &str) -> u32 {
        match self.weights.get(field) {
            Some(&weight) => weight,
            None if self.title.as_deref() == Some(field) => super::TITLE_WEIGHT,
            None => 1,
        }
    }

    /// The searched fields that a name in a query refers to: the field with that name, or the ones
    /// that play the part of `title` or `text`. A field that is only a facet is not included: it is
    /// queried by value.
    pub fn word_fields_named(&self, name: &str) -> Vec<usize> {
        let words = self.words();
        let stands = |field: &str| {
            field == name
                || name == "title" && self.title.as_deref() == Some(field)
                || name == "text" && self.texts.iter().any(|text| text == field)
        };
        let spoken = words.named.iter().take(words.spoken).enumerate();
        let named = spoken.filter(|(_, field)| stands(field));
        named.map(|(at, _)| at).collect()
    }
}

impl<'a> WordFields<'a> {
    fn new(schema: &'a Schema) -> Self {
        let mut named: Vec<&str> = Vec::new();
        let mut covered: HashSet<&str> = HashSet::new();
        let spoken = schema.title.iter().chain(&schema.texts).chain(&schema.also);
        for field in spoken {
            if covered.insert(field) {
                named.push(field);
            }
        }
        let spoken = named.len();
        for facet in &schema.facets {
            if covered.insert(&facet.field) && facet.kind == FacetKind::Text {
                named.push(&facet.field);
            }
        }
        let unsearched = schema.id.iter().chain(&schema.url).chain(&schema.image);
        covered.extend(unsearched.chain(&schema.unsearched).map(String::as_str));
        Self {
            schema,
            named,
            spoken,
            has_paths: covered.iter().any(|field| field.contains('.')),
            covered,
        }
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.named.iter().copied().chain([OTHER])
    }

    /// The names of the named ones.
    pub fn named(&self) -> &[&'a str] {
        &self.named
    }

    /// Their texts, in order.
    pub fn texts(&self, payload: &Payload) -> Vec<String> {
        let named = self.named.iter().map(|field| text_of(payload, field));
        named.chain([self.other(payload).join("\n")]).collect()
    }

    /// Whether differences in a field make records distinct. Records that differ only in facets are
    /// one hit, which lists the facets of the others.
    pub fn tells_apart(&self, at: usize) -> bool {
        at < self.spoken || at == self.named.len()
    }

    /// Whether a record contains any text.
    pub fn holds_any(&self, payload: &Payload) -> bool {
        let texts = self.texts(payload);
        texts.iter().any(|text| !text.trim().is_empty())
    }

    /// The texts of a record other than its title and texts.
    pub fn further(&self, payload: &Payload) -> String {
        let named = self.schema.also.iter().map(|field| text_of(payload, field));
        let all = named.chain(self.other(payload));
        let filled: Vec<String> = all.filter(|text| !text.trim().is_empty()).collect();
        filled.join("\n")
    }

    /// The fields that a hit does not display and their texts: neither title nor displayed text, nor
    /// facets, whose values it lists. Fields unknown to the schema are under their own names.
    pub fn undisplayed(&self, payload: &Payload) -> Vec<(String, String)> {
        let shown = self.schema.shown_field(payload).map(String::as_str);
        let title = self.schema.title.as_deref();
        let spoken = self.named.iter().take(self.spoken).copied();
        let spoken = spoken.filter(|&field| Some(field) != title && Some(field) != shown);
        let mut fields: Vec<(String, String)> = spoken
            .map(|field| (field.to_owned(), text_of(payload, field)))
            .collect();
        for (name, value) in payload {
            if !self.covered.contains(name.as_str()) {
                let mut texts = Vec::new();
                self.gather_value(value, &mut name.clone(), 0, &mut texts);
                fields.push((name.clone(), texts.join("\n")));
            }
        }
        fields.retain(|(_, text)| !text.trim().is_empty());
        fields
    }

    /// The strings in unnamed fields, in the record's order. Addresses are left out because they
    /// are not text.
    pub(super) fn other(&self, payload: &Payload) -> Vec<String> {
        let mut texts = Vec::new();
        if self.schema.points {
            return texts;
        }
        let mut path = String::new();
        self.gather(payload, &mut path, 0, &mut texts);
        texts
    }

    fn gather(&self, fields: &Payload, path: &mut String, depth: usize, texts: &mut Vec<String>) {
        for (name, value) in fields {
            let length = path.len();
            if self.has_paths || length == 0 {
                path.push_str(name);
            }
            let is_covered = (depth == 0 || self.has_paths) && self.covered.contains(path.as_str());
            if !is_covered {
                self.gather_value(value, path, depth, texts);
            }
            path.truncate(length);
        }
    }

    fn gather_value(
        &self,
        value: &Value,
        path: &mut String,
        depth: usize,
        texts: &mut Vec<String>,
    ) {
        match value {
            Value::String(text) if !text.trim().is_empty() && !is_address(text) => {
                texts.push(plain(text.clone()));
            }
            Value::Array(members) => {
                for member in members {
                    self.gather_value(member, path, depth, texts);
                }
            }
            Value::Object(fields) if depth < MAX_DEPTH => {
                let length = path.len();
                if self.has_paths {
                    path.push('.');
                }
                self.gather(fields, path, depth + 1, texts);
                path.truncate(length);
            }
            _ => {}
        }
    }
}

/// Whether a text is just the address of a page, a picture or the like.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let named = scheme.is_some_and(|scheme| {
        let is = |known: &str| scheme.eq_ignore_ascii_case(known);
        is("data") && text.contains(";base64,") || text[scheme.len()..].starts_with("://")
    });
    named && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn texts(schema: &Schema, record: Value) -> Vec<String> {
        schema.words().texts(record.as_object().unwrap())
    }

    #[test]
    fn every_string_is_searched_once() {
        let mut schema = Schema::startups();
        schema.also = vec!["sku".into()];
        let record = json!({
            "name": "A", "alt": "A - x", "description": "d", "city": "Oslo", "link": "l",
            "images": "i", "sku": "S-1", "author": {"name": "Ann", "age": 7},
            "notes": ["one", {"deep": "two &amp; three"}], "site": "https://a.example/b", "n": 5,
        });
        let names: Vec<&str> = schema.words().names().collect();
        assert_eq!(names, ["name", "description", "sku", "city", OTHER]);
        assert_eq!(
            texts(&schema, record),
            ["A", "d", "S-1", "Oslo", "A - x\nAnn\none\ntwo & three"]
        );
        assert_eq!(schema.word_weights(), [3, 1, 1, 1, 1]);
    }

    #[test]
    fn a_field_within_an_object_is_not_searched_twice() {
        let schema = Schema {
            title: Some("make.brand".into()),
            unsearched: vec!["make.page".into()],
            ..Schema::default()
        };
        let record =
            json!({"make": {"brand": "Nova", "page": "p", "model": "Z"}, "brand": "Orbit"});
        assert_eq!(texts(&schema, record), ["Nova", "Z\nOrbit"]);
    }

    #[test]
    fn what_a_hit_does_not_display_has_the_names_of_its_fields() {
        let record = json!({
            "name": "A", "description": "d", "alt": "A - x", "city": "Oslo", "link": "l",
            "author": {"name": "Ann", "age": 7}, "n": 5,
        });
        let schema = Schema::startups();
        let fields = schema.words().undisplayed(record.as_object().unwrap());
        let named = |(field, text): &(String, String)| format!("{field}: {text}");
        let fields: Vec<String> = fields.iter().map(named).collect();
        assert_eq!(fields, ["alt: A - x", "author: Ann"]);
    }

    #[test]
    fn an_identifier_and_empty_objects_add_nothing() {
        let record = json!({"_id": "MED-10", "title": "t", "text": "x", "metadata": {}, "a": " "});
        assert_eq!(texts(&Schema::beir(), record), ["t", "x", ""]);
    }

    #[test]
    fn facets_are_asked_for_by_value_and_do_not_tell_records_apart() {
        let schema = Schema::startups();
        assert!(schema.word_fields_named("city").is_empty());
        assert_eq!(schema.word_fields_named("text"), [1]);
        let apart: Vec<bool> = (0..5).map(|at| schema.words().tells_apart(at)).collect();
        assert_eq!(apart, [true, true, true, false, true]);
    }

    #[test]
    fn many_fields_are_read_in_one_go() {
        let fields = (0..100_000).map(|at| (format!("k{at}"), json!("word")));
        let record: Payload = fields.collect();
        let start = std::time::Instant::now();
        assert_eq!(Schema::startups().words().other(&record).len(), 100_000);
        assert!(start.elapsed().as_secs() < 5);
    }
}
