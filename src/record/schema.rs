//! Which field of a source plays which part. A schema is chosen once, when a collection is
//! made, and is stored with it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Payload, Record, RecordId};

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
    /// The fields to filter by.
    pub facets: Vec<String>,
}

/// Fields named by the person who imports, each overriding the preset's choice.
#[derive(Debug, Clone, Default)]
pub struct FieldOptions {
    /// See [`Schema::id`].
    pub id: Option<String>,
    /// See [`Schema::title`].
    pub title: Option<String>,
    /// See [`Schema::text`].
    pub text: Option<String>,
    /// See [`Schema::url`].
    pub url: Option<String>,
    /// See [`Schema::image`].
    pub image: Option<String>,
    /// See [`Schema::facets`].
    pub facets: Vec<String>,
}

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
            facets: vec!["city".into()],
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
        }
    }

    /// The schema for a source whose first record has `fields`: a preset where the fields
    /// are known, with the options laid over it; otherwise what the options say.
    ///
    /// # Errors
    /// A sentence naming the option, the field it asked for and the fields there are.
    pub fn choose(fields: &[&str], options: &FieldOptions) -> Result<Self, String> {
        let there = || format!("the first record has: {}", fields.join(", "));
        let has = |name: &str| fields.contains(&name);
        let asked = [
            ("--id", &options.id),
            ("--title", &options.title),
            ("--text", &options.text),
            ("--url", &options.url),
            ("--image", &options.image),
        ];
        let asked = asked
            .into_iter()
            .filter_map(|(option, field)| Some((option, field.as_deref()?)))
            .chain(
                options
                    .facets
                    .iter()
                    .map(|field| ("--facet", field.as_str())),
            );
        for (option, field) in asked {
            if !has(field) {
                return Err(format!(
                    "{option} names the field '{field}', but {}",
                    there()
                ));
            }
        }

        let preset = if ["name", "alt", "description"].into_iter().all(has) {
            Some(Self::startups())
        } else if ["_id", "text"].into_iter().all(has) {
            Some(Self::beir())
        } else {
            None
        };
        let mut schema = match preset {
            Some(schema) => schema,
            None if options.title.is_none() && options.text.is_none() => {
                return Err(format!(
                    "cannot tell which fields hold the title and the text; \
                     say so with --title FIELD and --text FIELD ({})",
                    there()
                ));
            }
            None => Self::blank(),
        };
        schema.overlay(options);
        schema.facets.retain(|field| has(field));
        Ok(schema)
    }

    fn blank() -> Self {
        Self {
            id: None,
            title: None,
            text: None,
            also: Vec::new(),
            encoded: Vec::new(),
            separator: ". ".into(),
            url: None,
            image: None,
            facets: Vec::new(),
        }
    }

    fn overlay(&mut self, options: &FieldOptions) {
        let lay = |ours: &mut Option<String>, theirs: &Option<String>| {
            if theirs.is_some() {
                ours.clone_from(theirs);
            }
        };
        lay(&mut self.id, &options.id);
        lay(&mut self.title, &options.title);
        lay(&mut self.text, &options.text);
        lay(&mut self.url, &options.url);
        lay(&mut self.image, &options.image);
        if !options.facets.is_empty() {
            self.facets.clone_from(&options.facets);
        }
        if options.title.is_some() || options.text.is_some() {
            // What is shown is what is searched, once somebody chose it by hand.
            self.also.clear();
            self.encoded = self.title.iter().chain(&self.text).cloned().collect();
        }
    }

    /// The text to encode.
    pub fn encoded_text(&self, payload: &Payload) -> String {
        let parts: Vec<String> = self.encoded.iter().map(|f| text_of(payload, f)).collect();
        parts.join(&self.separator)
    }

    /// The texts that words search in: title, text, and the further fields.
    pub fn word_texts(&self, payload: &Payload) -> Vec<String> {
        self.title
            .iter()
            .chain(&self.text)
            .chain(&self.also)
            .map(|field| text_of(payload, field))
            .collect()
    }

    /// Whether there is anything to search in.
    pub fn has_text(&self, payload: &Payload) -> bool {
        let read = self.title.iter().chain(&self.text).chain(&self.also);
        read.chain(&self.encoded)
            .any(|field| !text_of(payload, field).trim().is_empty())
    }

    /// The source's own id, where the schema names one.
    pub fn source_id(&self, payload: &Payload) -> Option<String> {
        let id = text_of(payload, self.id.as_deref()?);
        (!id.is_empty()).then_some(id)
    }

    /// The value of a facet; a missing or empty one has none.
    pub fn facet_value(payload: &Payload, field: &str) -> Option<String> {
        let value = text_of(payload, field);
        (!value.is_empty()).then_some(value)
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
            facets: self
                .facets
                .iter()
                .filter_map(|field| Some((field.clone(), Self::facet_value(&payload, field)?)))
                .collect(),
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

    #[test]
    fn an_unknown_field_is_named_with_those_there_are() {
        let options = FieldOptions {
            text: Some("body".into()),
            ..FieldOptions::default()
        };
        let error = Schema::choose(&["head", "content"], &options).unwrap_err();
        assert!(
            error.contains("--text") && error.contains("'body'"),
            "{error}"
        );
        assert!(error.contains("head, content"), "{error}");
    }

    #[test]
    fn fields_chosen_by_hand_are_what_is_encoded() {
        let options = FieldOptions {
            title: Some("head".into()),
            ..FieldOptions::default()
        };
        let schema = Schema::choose(&["head", "url"], &options).unwrap();
        assert_eq!(schema.encoded, ["head"]);
        assert!(!schema.has_text(&payload(json!({"head": " ", "url": "x"}))));
    }
}
