//! A facet's value, as records store it and filters compare it: a text (`letters.rs`), a number
//! (`number.rs`), a boolean or a date (`date.rs`).
//!
//! Values are parsed by the facet's kind, from a record's JSON or a filter's text. They have a
//! total order, and their display form parses back to the same value.

mod date;
mod letters;
mod number;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::date::Date;
pub(crate) use self::date::joined as joined_date;
pub use self::letters::Text;
pub use self::number::Number;
use crate::vocabulary::FacetKind;

/// A value of a facet. All values of one facet have its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FacetValue {
    /// A text.
    Text(Text),
    /// A number.
    Number(Number),
    /// True or false.
    Boolean(bool),
    /// A point in time, a day, a month or a year.
    Date(Date),
}

impl FacetValue {
    /// Parses a text as a value of a kind; `None` if it is not one.
    pub fn parse(text: &str, kind: FacetKind) -> Option<Self> {
        let text = text.trim();
        match kind {
            FacetKind::Text => Text::new(text).map(Self::Text),
            FacetKind::Number => Number::parse(text).map(Self::Number),
            FacetKind::Boolean if text.eq_ignore_ascii_case("true") => Some(Self::Boolean(true)),
            FacetKind::Boolean if text.eq_ignore_ascii_case("false") => Some(Self::Boolean(false)),
            FacetKind::Boolean => None,
            FacetKind::Date => Date::parse(text).map(Self::Date),
        }
    }

    /// Reads a record's value likewise, from JSON or from a string. A year may be a number.
    pub fn from_json(value: &Value, kind: FacetKind) -> Option<Self> {
        match (kind, value) {
            (FacetKind::Text, value) => Self::parse(&field_text(value), kind),
            (FacetKind::Number, Value::Number(number)) => {
                Number::from_json(number).map(Self::Number)
            }
            (FacetKind::Boolean, Value::Bool(value)) => Some(Self::Boolean(*value)),
            (FacetKind::Date, Value::Number(year)) => Self::parse(&year.to_string(), kind),
            (_, Value::String(text)) => Self::parse(text, kind),
            _ => None,
        }
    }

    /// The least and the greatest value that equal this one in a filter: for a date, those of
    /// the time it covers; otherwise the value itself.
    pub(crate) fn span(self) -> (Self, Self) {
        match self {
            Self::Date(date) => {
                let (first, last) = date.span();
                (Self::Date(first), Self::Date(last))
            }
            other => (other.clone(), other),
        }
    }

    /// Where a number or a date is on a scale, in days for dates; `None` for other kinds.
    pub(crate) fn measure(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.nearest()),
            Self::Date(date) => Some(date.day_number() as f64),
            _ => None,
        }
    }

    /// A number, or the day a date begins on, as a filter can name it.
    pub(crate) fn rounded(&self) -> String {
        match self {
            Self::Date(date) => date.first_day().to_string(),
            other => other.to_string(),
        }
    }

    /// Whether the kind can be told from the value without doubt.
    pub(crate) fn tells_its_kind(&self) -> bool {
        match self {
            Self::Date(date) => date.is_precise(),
            _ => true,
        }
    }
}

impl fmt::Display for FacetValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text.as_str()),
            Self::Number(number) => number.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Date(date) => date.fmt(f),
        }
    }
}

/// A value as text. Strings are unchanged, null is empty, the contents of a list or an object are
/// joined by commas, and anything else is written as JSON.
pub fn field_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(members) => joined(members),
        Value::Object(fields) => joined(fields.values()),
        other => other.to_string(),
    }
}

/// The texts of several values, joined by commas.
pub(crate) fn joined<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let texts = values.into_iter().map(field_text);
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn json_numbers_are_exact_and_may_be_years() {
        let number = |value: Value| FacetValue::from_json(&value, FacetKind::Number).unwrap();
        assert_eq!(
            number(json!(9_007_199_254_740_993_u64)).to_string(),
            "9007199254740993"
        );
        assert_eq!(number(json!(-7)), number(json!("-7.0")));
        let date = |value: Value| FacetValue::from_json(&value, FacetKind::Date);
        assert_eq!(date(json!(1999)), date(json!("1999")));
        for none in [json!(99), json!(1_714_521_600), json!(1999.5), json!(-1999)] {
            assert_eq!(date(none.clone()), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_display_forms_read_back(text in "[-0-9T:.+eZz W\u{301}é]{0,24}") {
            for kind in FacetKind::ALL {
                if let Some(value) = FacetValue::parse(&text, kind) {
                    prop_assert_eq!(FacetValue::parse(&value.to_string(), kind), Some(value.clone()));
                    let bytes = postcard::to_stdvec(&value).unwrap();
                    prop_assert_eq!(postcard::from_bytes::<FacetValue>(&bytes).unwrap(), value);
                }
            }
        }
    }
}
