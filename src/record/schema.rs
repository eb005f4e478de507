//! Which field of a source plays which part, and how records are read by it. A schema is
//! chosen once, when a collection is made, and is stored with it.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FacetField, FacetKind, Payload, Record, RecordId};
use crate::analysis::Language;

/// The parts a source's fields play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The field that identifies a record; without one, records are called by their number.
    pub id: Option<String>,
    /// The heading.
    pub title: Option<String>,
    /// The text shown below the heading; read by words and shown.
    pub text: Option<String>,
    /// Further fields that words search in, though they are not shown as text.
    pub also: Vec<String>,
    /// The fields that are encoded, joined by `separator`, empty ones included: this is what
    /// the tutorial's `alt + ". " + description` does, and vectors are only comparable
    /// with published ones when it is kept to the letter.
    pub encoded: Vec<String>,
    /// What stands between the encoded fields.
    pub separator: String,
    /// A link.
    pub url: Option<String>,
    /// A picture.
    pub image: Option<String>,
    /// The fields to filter by, and what they hold.
    pub facets: Vec<FacetField>,
    /// What a word counts in a field that words search in, where that is not
    /// [`TITLE_WEIGHT`] for the title and 1 elsewhere: with a weight of 2, as if it stood
    /// there twice.
    #[serde(default)]
    pub weights: BTreeMap<String, u32>,
    /// Whether title and text are questions and their answers. Then questions alone are
    /// encoded, and [`crate::Collection::ask`] finds the answer to one.
    #[serde(default)]
    pub pairs: bool,
    /// What language its words are taken for.
    #[serde(default)]
    pub language: Language,
}

/// What a word in a title counts, where nobody says. Chosen on benchmarks, each left out in
/// turn; benches/QUALITY.md has the figures.
pub const TITLE_WEIGHT: u32 = 3;

impl Schema {
    /// The tutorial's start-ups: name, images, alt, description, link, city.
    pub fn startups() -> Self {
        Self {
            id: None,
            title: named("name"),
            text: named("description"),
            also: vec!["alt".into()],
            encoded: vec!["alt".into(), "description".into()],
            separator: ". ".into(),
            url: named("link"),
            image: named("images"),
            facets: vec![FacetField {
                field: "city".into(),
                kind: FacetKind::Text,
            }],
            weights: BTreeMap::new(),
            pairs: false,
            language: Language::default(),
        }
    }

    /// A BEIR corpus: _id, title, text. Title and text are joined by a blank, as the
    /// benchmark's own encoder wrapper does.
    pub fn beir() -> Self {
        Self {
            id: named("_id"),
            title: named("title"),
            text: named("text"),
            also: Vec::new(),
            encoded: vec!["title".into(), "text".into()],
            separator: " ".into(),
            url: None,
            image: None,
            facets: Vec::new(),
            weights: BTreeMap::new(),
            pairs: false,
            language: Language::default(),
        }
    }

    /// A folder of texts as the import reads one: path, title, text, folder, format.
    pub fn documents() -> Self {
        Self {
            id: named("path"),
            title: named("title"),
            text: named("text"),
            also: Vec::new(),
            encoded: vec!["title".into(), "text".into()],
            separator: ". ".into(),
            url: None,
            image: None,
            facets: vec![FacetField {
                field: "folder".into(),
                kind: FacetKind::Text,
            }],
            weights: BTreeMap::new(),
            pairs: false,
            language: Language::default(),
        }
    }

    /// The text to encode.
    pub fn encoded_text(&self, payload: &Payload) -> String {
        let parts: Vec<String> = self.encoded.iter().map(|f| text_of(payload, f)).collect();
        parts.join(&self.separator)
    }

    /// The fields that words search in: title, text, and the further ones.
    pub fn word_fields(&self) -> impl Iterator<Item = &String> {
        self.title.iter().chain(&self.text).chain(&self.also)
    }

    /// Their texts.
    pub fn word_texts(&self, payload: &Payload) -> Vec<String> {
        let fields = self.word_fields();
        fields.map(|field| text_of(payload, field)).collect()
    }

    /// Their weights.
    pub fn word_weights(&self) -> Vec<u32> {
        let weight = |field: &String| match self.weights.get(field) {
            Some(&weight) => weight,
            None if self.title.as_ref() == Some(field) => TITLE_WEIGHT,
            None => 1,
        };
        self.word_fields().map(weight).collect()
    }

    /// Which of them a name stands for: the field's own, or `title` and `text` for those
    /// that play these parts.
    pub fn word_fields_named(&self, name: &str) -> Vec<usize> {
        let part = match name {
            "title" => self.title.as_ref(),
            "text" => self.text.as_ref(),
            _ => None,
        };
        let fields = self.word_fields().enumerate();
        let named = fields.filter(|(_, field)| *field == name || Some(*field) == part);
        named.map(|(at, _)| at).collect()
    }

    /// Checks that there is anything to search in; of a pair, that there are both question
    /// and answer.
    ///
    /// # Errors
    /// What is missing, and in which fields.
    pub fn check_text(&self, payload: &Payload) -> Result<(), String> {
        let filled = |field: &String| !text_of(payload, field).trim().is_empty();
        if self.pairs {
            let parts = [("question", &self.title), ("answer", &self.text)];
            let fields = parts.map(|(part, field)| field.as_ref().map(|field| (part, field)));
            let empty = fields
                .into_iter()
                .flatten()
                .find(|(_, field)| !filled(field));
            return empty.map_or(Ok(()), |(part, field)| Err(format!("no {part} in {field}")));
        }
        if self.word_fields().chain(&self.encoded).any(filled) {
            return Ok(());
        }
        Err(format!("no text in {}", self.encoded.join(" or ")))
    }

    /// The source's own id, where the schema names one.
    pub fn source_id(&self, payload: &Payload) -> Option<String> {
        let id = text_of(payload, self.id.as_deref()?);
        (!id.is_empty()).then_some(id)
    }

    /// The text; where there is none the further fields, which may be why it was found.
    fn shown_text(&self, payload: &Payload) -> String {
        let text = self.text.as_deref().map(|field| text_of(payload, field));
        match text {
            Some(text) if !text.trim().is_empty() => text,
            _ => {
                let further: Vec<String> = self.also.iter().map(|f| text_of(payload, f)).collect();
                further.join("\n")
            }
        }
    }

    /// Where a byte range of the encoded text lies in the text shown; `None` where it lies
    /// elsewhere, or something else is shown.
    pub fn shown_range(&self, payload: &Payload, range: Range<u32>) -> Option<Range<usize>> {
        let shown = self.text.as_deref()?;
        let mut start = 0;
        for field in &self.encoded {
            let length = text_of(payload, field).len();
            if field == shown {
                let from = (range.start as usize).max(start);
                let to = (range.end as usize).min(start + length);
                return (from < to).then(|| from - start..to - start);
            }
            start += length + self.separator.len();
        }
        None
    }

    /// The record as its reader sees it.
    pub fn read(&self, number: RecordId, payload: Payload) -> Record {
        let of = |field: &Option<String>| {
            field
                .as_deref()
                .map(|field| text_of(&payload, field))
                .unwrap_or_default()
        };
        Record {
            number,
            id: self
                .source_id(&payload)
                .unwrap_or_else(|| number.0.to_string()),
            title: of(&self.title),
            text: self.shown_text(&payload),
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

fn text_of(payload: &Payload, field: &str) -> String {
    payload.get(field).map(field_text).unwrap_or_default()
}

/// A value as text: strings as they are, null as nothing, a list's members joined by
/// commas, anything else as JSON writes it.
pub fn field_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(members) => {
            let members: Vec<String> = members.iter().map(field_text).collect();
            members.join(", ")
        }
        other => other.to_string(),
    }
}

/// Links lead to the web and nowhere else: `javascript:` and its kind never reach a page.
fn is_web_address(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    ["http://", "https://"].iter().any(|scheme| {
        lower
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    })
}

/// A path on this server; `//host/…` would be another one.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn payload(value: Value) -> Payload {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn startups_are_encoded_as_the_tutorial_does() {
        let full = payload(json!({"name": "A", "alt": "A - x", "description": "Line\nmore"}));
        assert_eq!(Schema::startups().encoded_text(&full), "A - x. Line\nmore");
        let bare = payload(json!({"name": "A", "alt": "A - x", "description": ""}));
        assert_eq!(Schema::startups().encoded_text(&bare), "A - x. ");
    }

    #[test]
    fn a_record_without_text_shows_what_it_was_found_by() {
        let bare = payload(json!({"name": "A", "alt": "A - desks", "description": " "}));
        let record = Schema::startups().read(RecordId(0), bare);
        assert_eq!(record.text, "A - desks");
    }

    #[test]
    fn only_web_links_are_links() {
        let schema = Schema::startups();
        let link = |link: &str| schema.read(RecordId(0), payload(json!({"link": link}))).url;
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
