//! Defines which field of a source plays which part, and how records are read. A schema is chosen
//! once, when a collection is created, and is stored with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::html::{Plain, may_have_markup, plain};
use super::path::values;
use super::{FacetField, FacetKind, Markup, Payload, Record, RecordNumber};
use crate::analysis::Language;
use crate::value::{field_text, joined};
use crate::vocabulary::one_or_many;

/// The parts of a source's fields. A field is named by its path: see [`super::path`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The field that identifies a record; without one, records are identified by number.
    pub id: Option<String>,
    /// The heading.
    pub title: Option<String>,
    /// The text fields. The first one that a record has is displayed below the heading. An earlier
    /// version stored a single one.
    #[serde(rename = "text", default, deserialize_with = "one_or_many")]
    pub texts: Vec<String>,
    /// Further named fields that word search covers. Text facets need not be listed, nor fields
    /// unknown to the schema: see [`super::WordFields`].
    pub also: Vec<String>,
    /// The fields that are encoded, joined by `separator`. Unless `prose` is set, empty fields are
    /// joined too, and values are encoded literally. This matches the tutorial's `alt + ". " +
    /// description`, and is needed for vectors to be comparable with published ones.
    pub encoded: Vec<String>,
    /// The separator between encoded fields.
    pub separator: String,
    /// Whether prose in any further field is encoded after these. If so, empty fields are skipped
    /// and markup is removed.
    #[serde(default)]
    pub prose: bool,
    /// The link field.
    pub url: Option<String>,
    /// The picture field.
    pub image: Option<String>,
    /// The fields to filter by, with their kinds.
    pub facets: Vec<FacetField>,
    /// Those of these fields whose kind was inferred from the first records rather than specified.
    /// A value of another kind is ignored, and its record is still accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guessed: Vec<String>,
    /// Fields that word search does not cover although they contain strings: numbers, dates and
    /// addresses from a source that writes everything as text.
    #[serde(default)]
    pub unsearched: Vec<String>,
    /// The weight of a word in a searched field, if it differs from the default: [`TITLE_WEIGHT`]
    /// for the title and 1 elsewhere. With a weight of 2, a word counts as if it appeared twice.
    #[serde(default)]
    pub weights: BTreeMap<String, u32>,
    /// Whether title and text are questions and answers. If so, only the questions are encoded, and
    /// [`crate::Collection::ask`] finds the answer to one.
    #[serde(default)]
    pub pairs: bool,
    /// The language of its texts.
    #[serde(default)]
    pub language: Language,
    /// Whether its records are points: each came with its vector, may have no text, and only the
    /// fields that are named here are searched for words. See `crate::points`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub points: bool,
}

/// The default weight of a word in a title. Chosen by leave-one-out on benchmarks; the figures are
/// in benches/QUALITY.md.
pub const TITLE_WEIGHT: u32 = 3;

impl Schema {
    /// The tutorial's start-ups: name, images, alt, description, link, city.
    pub fn startups() -> Self {
        Self {
            title: named("name"),
            texts: vec!["description".into()],
            also: vec!["alt".into()],
            encoded: vec!["alt".into(), "description".into()],
            separator: ". ".into(),
            url: named("link"),
            image: named("images"),
            facets: vec![FacetField {
                field: "city".into(),
                kind: FacetKind::Text,
            }],
            ..Self::default()
        }
    }

    /// A BEIR corpus: _id, title, text. Title and text are joined by a space, as in the benchmark's
    /// own encoder wrapper.
    pub fn beir() -> Self {
        Self {
            id: named("_id"),
            title: named("title"),
            texts: vec!["text".into()],
            encoded: vec!["title".into(), "text".into()],
            separator: " ".into(),
            ..Self::default()
        }
    }

    /// A folder of texts as the import reads it: path, title, text, folder, format, and each
    /// document's own metadata.
    pub fn documents() -> Self {
        Self {
            id: named("path"),
            title: named("title"),
            texts: vec!["text".into()],
            also: vec!["path".into()],
            encoded: vec!["title".into(), "text".into()],
            separator: ". ".into(),
            prose: true,
            facets: vec![FacetField {
                field: "folder".into(),
                kind: FacetKind::Text,
            }],
            unsearched: vec!["format".into()],
            ..Self::default()
        }
    }

    /// Checks that there is anything to search and, for a pair, that both question and answer are
    /// present. A point needs no text.
    ///
    /// # Errors
    /// What is missing, and in which fields.
    pub fn check_text(&self, payload: &Payload) -> Result<(), String> {
        if self.points {
            return Ok(());
        }
        let filled = |field: &String| !text_of(payload, field).trim().is_empty();
        if self.pairs {
            let question = self.title.as_ref().map(|field| ("question", field));
            let answer = self.texts.first().map(|field| ("answer", field));
            let mut parts = question.into_iter().chain(answer);
            let empty = parts.find(|(_, field)| !filled(field));
            return empty.map_or(Ok(()), |(part, field)| Err(format!("no {part} in {field}")));
        }
        let mut main = self.title.iter().chain(&self.texts).chain(&self.encoded);
        if main.any(filled) || self.words().holds_any(payload) {
            return Ok(());
        }
        Err(format!("no text in {}", self.encoded.join(" or ")))
    }

    /// The source's own id, if the schema names an id field.
    pub fn source_id(&self, payload: &Payload) -> Option<String> {
        let id = written(payload, self.id.as_deref()?);
        (!id.is_empty()).then_some(id)
    }

    /// The field whose text is displayed: the first non-empty one.
    pub(super) fn shown_field(&self, payload: &Payload) -> Option<&String> {
        self.texts.iter().find(|field| is_filled(payload, field))
    }

    /// The record as its reader sees it.
    pub fn read(&self, number: RecordNumber, payload: Payload) -> Record {
        let of = |field: &Option<String>| {
            field
                .as_deref()
                .map(|field| written(&payload, field))
                .unwrap_or_default()
        };
        let title = self.title.as_deref().map(|field| written(&payload, field));
        let (title, title_markup) = freed(title.unwrap_or_default());
        let (text, text_markup) = match self.shown_field(&payload) {
            Some(field) => freed(written(&payload, field)),
            // The record may have been found because of its other searched fields.
            None => (self.words().further(&payload), None),
        };
        Record {
            number,
            id: self
                .source_id(&payload)
                .unwrap_or_else(|| number.0.to_string()),
            title,
            text,
            markup: Markup {
                title: title_markup,
                text: text_markup,
            },
            url: Some(of(&self.url)).filter(|url| is_web_address(url)),
            image: Some(of(&self.image))
                .filter(|image| is_web_address(image) || is_own_path(image)),
            facets: self.shown_facets(&payload),
            payload,
        }
    }
}

fn named(field: &str) -> Option<String> {
    Some(field.into())
}

/// A text without its markup, and the original if there was any markup.
fn freed(text: String) -> (String, Option<Plain>) {
    match Plain::of(&text) {
        Some(plain) => (plain.text().to_owned(), Some(plain)),
        None => (text, None),
    }
}

/// A field's text as a reader sees it.
pub(super) fn text_of(payload: &Payload, field: &str) -> String {
    plain(written(payload, field))
}

/// Whether a field's text has any characters to be seen.
fn is_filled(payload: &Payload, field: &str) -> bool {
    match payload.get(field) {
        Some(serde_json::Value::String(text)) if !may_have_markup(text) => !text.trim().is_empty(),
        _ => !text_of(payload, field).trim().is_empty(),
    }
}

/// A field's text as written.
pub(super) fn written(payload: &Payload, field: &str) -> String {
    match payload.get(field) {
        Some(value) => field_text(value),
        None => joined(values(payload, field)),
    }
}

/// Links may only lead to the web: `javascript:` and similar schemes never reach a page.
fn is_web_address(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    ["http://", "https://"].iter().any(|scheme| {
        lower
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    })
}

/// A path on this server; `//host/…` would be another server.
pub(super) fn is_own_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn payload(value: Value) -> Payload {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_schema_of_an_earlier_version_is_read() {
        let earlier = r#"{"id":null,"title":"name","text":"about","also":[],"encoded":["name"],
            "separator":". ","url":null,"image":null,"facets":[]}"#;
        let schema: Schema = serde_json::from_str(earlier).unwrap();
        assert_eq!(schema.texts, ["about"]);
        let untold = earlier.replace("\"about\"", "null");
        let schema: Schema = serde_json::from_str(&untold).unwrap();
        assert!(schema.texts.is_empty() && !schema.prose);
        let now = serde_json::to_string(&Schema::documents()).unwrap();
        let read: Schema = serde_json::from_str(&now).unwrap();
        assert_eq!(read, Schema::documents());
    }

    #[test]
    fn guessed_kinds_are_stored_where_there_are_any() {
        let stored = |schema: &Schema| serde_json::to_string(schema).unwrap();
        assert!(!stored(&Schema::startups()).contains("guessed"));
        let schema = Schema {
            guessed: vec!["city".into()],
            ..Schema::startups()
        };
        let read: Schema = serde_json::from_str(&stored(&schema)).unwrap();
        assert_eq!(read, schema);
    }

    #[test]
    fn the_first_text_that_a_record_has_is_shown() {
        let schema = Schema {
            texts: vec!["about".into(), "story".into()],
            ..Schema::default()
        };
        let shown = |record| schema.read(RecordNumber(0), payload(record)).text;
        assert_eq!(shown(json!({"about": "a", "story": "b"})), "a");
        assert_eq!(shown(json!({"about": "<p> </p>", "story": "b"})), "b");
        assert_eq!(shown(json!({"by": "Ann"})), "Ann");
    }

    #[test]
    fn markup_is_shown_as_text_and_kept_in_the_record() {
        let html = payload(json!({"name": "Tea &amp; co", "description": "<p>Leaves</p>"}));
        let record = Schema::startups().read(RecordNumber(0), html);
        assert_eq!(
            (record.title.as_str(), record.text.as_str()),
            ("Tea & co", "Leaves")
        );
        assert_eq!(record.payload["description"], "<p>Leaves</p>");
    }

    #[test]
    fn a_field_within_an_object_is_read_by_its_path() {
        let schema = Schema {
            id: named("key.code"),
            title: named("make.brand"),
            texts: vec!["sellers.name".into()],
            url: named("web.home"),
            ..Schema::default()
        };
        let record = schema.read(
            RecordNumber(0),
            payload(json!({
                "key": {"code": 7}, "make": {"brand": "Nova"}, "web": {"home": "https://a.example"},
                "sellers": [{"name": "Ann"}, {"name": "Bob"}],
            })),
        );
        assert_eq!((record.id.as_str(), record.title.as_str()), ("7", "Nova"));
        assert_eq!(record.text, "Ann, Bob");
        assert!(record.url.is_some());
    }

    #[test]
    fn a_record_without_text_shows_what_it_was_found_by() {
        let bare = payload(json!({"name": "A", "alt": "A - desks", "description": " "}));
        let record = Schema::startups().read(RecordNumber(0), bare);
        assert_eq!(record.text, "A - desks");
    }

    #[test]
    fn only_web_links_are_links() {
        let schema = Schema::startups();
        let link = |link: &str| {
            schema
                .read(RecordNumber(0), payload(json!({"link": link})))
                .url
        };
        assert!(link("https://a.example").is_some());
        for bad in [
            "null",
            "",
            "javascript:alert(1)",
            "a.example",
            "http://",
            "ftp://a",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
    }
}
