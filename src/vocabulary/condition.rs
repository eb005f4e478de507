//! The syntax of a condition on a facet.
//!
//! `field:value`, split at the first colon; `field:a|b` matches either, `field:*` any value at
//! all, and a `-` before the field negates the condition. A backslash escapes `:`, `|`, `*`, `-`
//! and `\`; before any other character it is literal. What a value means, such as a range,
//! depends on the facet's kind and is not decided here. Spaces around field and values are
//! ignored.

use std::fmt;
use std::str::FromStr;

use super::BadQuery;

/// The characters that a backslash escapes.
pub const MARKS: [char; 5] = [':', '|', '*', '-', '\\'];

/// A condition on one facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The facet field.
    pub field: String,
    /// Whether records that match an alternative are excluded.
    pub negated: bool,
    /// What the field may contain; at least one.
    pub alternatives: Vec<Alternative>,
}

/// One alternative of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alternative {
    /// Any value at all.
    Exists,
    /// A value or, for numbers and dates, a range, as written.
    Value(String),
}

impl Condition {
    /// The condition that a field has any value.
    pub fn exists(field: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            negated: false,
            alternatives: vec![Alternative::Exists],
        }
    }

    /// The condition that a field has a value.
    pub fn equals(field: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            negated: false,
            alternatives: vec![Alternative::Value(value.into())],
        }
    }

    /// The condition on a field, from the text after its colon.
    ///
    /// # Errors
    /// [`BadQuery`] if an alternative is empty.
    pub fn on(field: impl Into<String>, negated: bool, values: &str) -> Result<Self, BadQuery> {
        let field = field.into();
        let alternatives: Vec<Alternative> = split(values, '|').map(alternative).collect();
        if alternatives.contains(&Alternative::Value(String::new())) {
            return Err(no_filter(&format!("{field}:{values}")));
        }
        Ok(Self {
            field,
            negated,
            alternatives,
        })
    }
}

impl FromStr for Condition {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        let trimmed = text.trim();
        let (negated, rest) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (field, values) = split_once(rest, ':').ok_or_else(|| no_filter(text))?;
        let field = literal(field.trim());
        if field.is_empty() {
            return Err(no_filter(text));
        }
        Self::on(field, negated, values)
    }
}

fn no_filter(text: &str) -> BadQuery {
    BadQuery(format!(
        "the filter '{text}' is not of the form field:value, as in city:Berlin or \
         city:Berlin|Oslo"
    ))
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        if self.field.starts_with('-') {
            f.write_str("\\")?;
        }
        write!(f, "{}:", escaped(&self.field, &['\\', ':']))?;
        for (at, alternative) in self.alternatives.iter().enumerate() {
            if at > 0 {
                f.write_str("|")?;
            }
            match alternative {
                Alternative::Exists => f.write_str("*")?,
                Alternative::Value(value) if value == "*" => f.write_str("\\*")?,
                Alternative::Value(value) => f.write_str(&escaped(value, &['\\', '|']))?,
            }
        }
        Ok(())
    }
}

fn alternative(text: &str) -> Alternative {
    match text.trim() {
        "*" => Alternative::Exists,
        value => Alternative::Value(literal(value)),
    }
}

/// Splits at the first unescaped mark.
fn split_once(text: &str, mark: char) -> Option<(&str, &str)> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == mark {
            return Some((&text[..at], &text[at + mark.len_utf8()..]));
        }
    }
    None
}

/// Splits at every unescaped mark.
fn split(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, further) = match split_once(text, mark) {
            Some((part, further)) => (part, Some(further)),
            None => (text, None),
        };
        rest = further;
        Some(part)
    })
}

/// The text without the backslashes that escape a mark.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let taken = match character {
            '\\' => characters.next_if(|next| MARKS.contains(next)),
            _ => None,
        };
        literal.push(taken.unwrap_or(character));
    }
    literal
}

fn escaped(text: &str, marks: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if marks.contains(&character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> (String, bool, Vec<String>) {
        let filter: Condition = text.parse().unwrap();
        let values = filter.alternatives.into_iter().map(|value| match value {
            Alternative::Exists => "(exists)".to_owned(),
            Alternative::Value(value) => value,
        });
        (filter.field, filter.negated, values.collect())
    }

    #[test]
    fn every_form_is_read() {
        let cases: [(&str, &str, bool, &[&str]); 13] = [
            ("city:Berlin", "city", false, &["Berlin"]),
            (" city : São Paulo ", "city", false, &["São Paulo"]),
            ("city:Berlin| Oslo", "city", false, &["Berlin", "Oslo"]),
            ("-city:Berlin|Oslo", "city", true, &["Berlin", "Oslo"]),
            ("city:*", "city", false, &["(exists)"]),
            ("-city:*", "city", true, &["(exists)"]),
            (r"city:\*", "city", false, &["*"]),
            (r"city:a\|b\\|c", "city", false, &[r"a|b\", "c"]),
            (r"\-city:-1..5", "-city", false, &["-1..5"]),
            (r"-\-city:x", "-city", true, &["x"]),
            (r"dc\:title:a:b", "dc:title", false, &["a:b"]),
            (r"path:C:\Users", "path", false, &[r"C:\Users"]),
            (r"path:end\", "path", false, &[r"end\"]),
        ];
        for (text, field, negated, values) in cases {
            let values: Vec<String> = values.iter().map(|&value| value.into()).collect();
            assert_eq!(parsed(text), (field.into(), negated, values), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_told_how_to_write_one() {
        for text in [
            "",
            "-",
            ":",
            "city",
            ":x",
            "-:x",
            "city:",
            "city: ",
            "city:a|",
            "city:a||b",
            r"city\:x",
        ] {
            let error = text.parse::<Condition>().unwrap_err().to_string();
            assert!(error.contains("field:value"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            field in r"[-a:|*\\. é]{1,6}",
            negated: bool,
            values in prop::collection::vec(r"[-a:|*\\.<>= é]{1,6}", 1..4),
            exists: bool,
        ) {
            let trimmed = |text: &String| text.trim().to_owned();
            let mut alternatives: Vec<Alternative> =
                values.iter().map(trimmed).map(Alternative::Value).collect();
            if exists {
                alternatives.push(Alternative::Exists);
            }
            prop_assume!(!field.trim().is_empty());
            prop_assume!(!alternatives.contains(&Alternative::Value(String::new())));
            let filter = Condition { field: trimmed(&field), negated, alternatives };
            prop_assert_eq!(filter.to_string().parse::<Condition>().unwrap(), filter);
        }

        #[test]
        fn no_text_panics_and_what_reads_reads_the_same_again(text in r"[-a:|*\\ é]{0,12}") {
            if let Ok(filter) = text.parse::<Condition>() {
                prop_assert_eq!(filter.to_string().parse::<Condition>().unwrap(), filter);
            }
        }
    }
}
