//! Front matter: the metadata before a Markdown file's text. It is YAML between `---` lines or TOML
//! between `+++` lines. If it cannot be parsed, it is treated as part of the text.

use serde_json::{Map, Value};

use crate::record::{Payload, field_text};

/// The maximum length of front matter in bytes.
const MAX_BYTES: usize = 1 << 16;

/// Fields that the import itself sets.
const OWN: [&str; 4] = ["path", "text", "folder", "format"];

/// The field for metadata whose names are already taken.
const OTHERS: &str = "front_matter";

/// The parts of a Markdown file.
pub struct Parts<'a> {
    /// Its title, if it states one.
    pub title: Option<String>,
    /// Its other metadata.
    pub fields: Payload,
    /// The text.
    pub text: &'a str,
}

impl<'a> Parts<'a> {
    /// A file without front matter.
    pub fn plain(text: &'a str) -> Self {
        Self {
            title: None,
            fields: Map::new(),
            text,
        }
    }
}

/// Separates front matter from a file's text.
pub fn split(text: &str) -> Parts<'_> {
    let (mut fields, text) = read(text).unwrap_or((Map::new(), text));
    let key = ["title", "Title"]
        .into_iter()
        .find(|key| fields.contains_key(*key));
    let title = key.and_then(|key| fields.shift_remove(key));
    let title = title.map(|title| field_text(&title).trim().to_owned());
    let mut taken = Map::new();
    for name in OWN {
        taken.extend(
            fields
                .shift_remove(name)
                .map(|value| (name.to_owned(), value)),
        );
    }
    if !taken.is_empty() {
        fields.insert(OTHERS.into(), Value::Object(taken));
    }
    Parts {
        title: title.filter(|title| !title.is_empty()),
        fields,
        text,
    }
}

fn read(text: &str) -> Option<(Payload, &str)> {
    let first = text.split_inclusive('\n').next()?;
    let (ends, is_yaml) = match first.trim_end() {
        "---" => (["---", "..."], true),
        "+++" => (["+++"; 2], false),
        _ => return None,
    };
    let mut end = first.len();
    for line in text[first.len()..].split_inclusive('\n') {
        let start = end;
        end += line.len();
        if start > MAX_BYTES {
            return None;
        }
        if ends.contains(&line.trim_end()) {
            let inside = &text[first.len()..start];
            let said = if is_yaml { yaml(inside) } else { toml(inside) };
            return match said? {
                Value::Object(fields) => Some((fields, &text[end..])),
                // Only comments.
                Value::Null => Some((Map::new(), &text[end..])),
                _ => None,
            };
        }
    }
    None
}

/// The parser limits aliases and nesting.
fn yaml(text: &str) -> Option<Value> {
    if text.trim().is_empty() {
        return Some(Value::Null);
    }
    serde_saphyr::from_str(text).ok().or_else(|| lines(text))
}

/// Reads `name: value` lines that are not valid YAML, usually because a value with a colon should
/// have been quoted.
fn lines(text: &str) -> Option<Value> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let named = !name.is_empty() && name.chars().all(is_name);
        let parted = value.is_empty() || value.starts_with(char::is_whitespace);
        let value = value.trim().trim_matches('"');
        (named && parted).then(|| (name.to_owned(), Value::from(value)))
    };
    let fields: Option<Payload> = lines.map(field).collect();
    fields.map(Value::Object)
}

fn toml(text: &str) -> Option<Value> {
    let table: toml::Table = text.parse().ok()?;
    Some(json(toml::Value::Table(table)))
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is) => is.into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(members) => members.into_iter().map(json).collect(),
        toml::Value::Table(fields) => {
            let fields = fields.into_iter();
            Value::Object(fields.map(|(name, value)| (name, json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parts(text: &str) -> (Option<String>, Value, &str) {
        let parts = split(text);
        (parts.title, Value::Object(parts.fields), parts.text)
    }

    #[test]
    fn yaml_and_toml_give_fields() {
        let yaml =
            "---\r\ntitle: Rye\r\ntags:\r\n  - bread\r\n  - mill\r\ndate: 2024-05-01\r\n---\r\n# A";
        assert_eq!(
            parts(yaml),
            (
                Some("Rye".into()),
                json!({"tags": ["bread", "mill"], "date": "2024-05-01"}),
                "# A"
            )
        );
        let toml = "+++\ntitle = \"Rye\"\ntags = [\"bread\"]\ndate = 2024-05-01\nn = 3\n+++\nA";
        assert_eq!(
            parts(toml),
            (
                Some("Rye".into()),
                json!({"tags": ["bread"], "date": "2024-05-01", "n": 3}),
                "A"
            )
        );
        assert_eq!(parts("---\n# none\n---\nA"), (None, json!({}), "A"));
        assert_eq!(parts("---\n---"), (None, json!({}), ""));
    }

    #[test]
    fn a_colon_that_should_stand_in_quotes_is_taken() {
        let text = "---\ntitle: Rye: a history\nby: Ann\n---\nA";
        assert_eq!(
            parts(text),
            (Some("Rye: a history".into()), json!({"by": "Ann"}), "A")
        );
    }

    #[test]
    fn what_cannot_be_read_is_text() {
        for text in [
            "---\n[broken\n---\nA",
            "---\nA line between rules.\n---\nA",
            "---\n- a\n- b\n---\nA",
            "---\nno end\n",
            "A\n---\nb: c\n---\n",
            "----\na: b\n---\n",
            "+++\nx = \n+++\nA",
            "---",
            "",
        ] {
            assert_eq!(parts(text), (None, json!({}), text), "{text:?}");
        }
        let endless = format!("---\n{}---\nA", "a: b\n".repeat(MAX_BYTES));
        assert_eq!(parts(&endless).2, endless);
    }

    #[test]
    fn a_name_the_import_fills_itself_is_kept_apart() {
        let text = "---\nformat: letter\npath: /x\nby: Ann\n---\nA";
        let apart = json!({"by": "Ann", "front_matter": {"path": "/x", "format": "letter"}});
        assert_eq!(parts(text), (None, apart, "A"));
    }

    #[test]
    fn aliases_that_multiply_are_not_followed() {
        let mut text = "---\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (one, next) in ('a'..'k').zip('b'..'l') {
            let many = format!("*{one}, ").repeat(9);
            text += &format!("{next}: &{next} [{many}]\n");
        }
        text += "---\nA";
        // If aliases are not expanded, the result is no longer than the input.
        let fields = Value::Object(split(&text).fields);
        assert!(fields.to_string().len() < 2 * text.len());
    }
}
