//! A facet's value, as records hold it and filters compare it.
//!
//! Values are read by the facet's kind, from a record's JSON or from a filter's text. They
//! have a total order, and their display form reads back as the same value.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::SignedDuration;
use jiff::civil::{DateTime, datetime};
use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::{FacetKind, field_text};

const EPOCH: DateTime = datetime(1970, 1, 1, 0, 0, 0, 0);

/// Seconds from a day's first to its last.
const LAST_SECOND: i64 = 24 * 60 * 60 - 1;

/// A value of a facet. Those of one facet are all of its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FacetValue {
    /// A text without blanks around it, compared to the letter.
    Text(String),
    /// A number.
    Number(Number),
    /// Yes or no.
    Boolean(bool),
    /// A day or a point in time.
    Date(Date),
}

impl FacetValue {
    /// A text as a value of a kind; `None` where it is none.
    pub fn parse(text: &str, kind: FacetKind) -> Option<Self> {
        let text = text.trim();
        match kind {
            FacetKind::Text => (!text.is_empty()).then(|| Self::Text(text.to_owned())),
            FacetKind::Number => Number::parse(text).map(Self::Number),
            FacetKind::Boolean if text.eq_ignore_ascii_case("true") => Some(Self::Boolean(true)),
            FacetKind::Boolean if text.eq_ignore_ascii_case("false") => Some(Self::Boolean(false)),
            FacetKind::Boolean => None,
            FacetKind::Date => Date::parse(text).map(Self::Date),
        }
    }

    /// A record's value likewise: as JSON has it, or as a string holds it.
    pub fn from_json(value: &Value, kind: FacetKind) -> Option<Self> {
        match (kind, value) {
            (FacetKind::Text, value) => Self::parse(&field_text(value), kind),
            (FacetKind::Number, Value::Number(number)) => {
                Number::new(number.as_f64()?).map(Self::Number)
            }
            (FacetKind::Boolean, Value::Bool(value)) => Some(Self::Boolean(*value)),
            (_, Value::String(text)) => Self::parse(text, kind),
            _ => None,
        }
    }

    /// The least and the greatest value that equal this one when a filter names it: those
    /// of its day for a day, else the value itself.
    pub(super) fn span(self) -> (Self, Self) {
        match self {
            Self::Date(date) => {
                let (first, last) = date.span();
                (Self::Date(first), Self::Date(last))
            }
            other => (other.clone(), other),
        }
    }
}

impl fmt::Display for FacetValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Date(date) => date.fmt(f),
        }
    }
}

/// A finite number, and only one zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Number(f64);

impl Number {
    /// The number, where it is finite.
    pub fn new(value: f64) -> Option<Self> {
        // Adding zero makes -0 the one zero and leaves every other number as it is.
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// A decimal number, with or without an exponent.
    fn parse(text: &str) -> Option<Self> {
        let decimal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        if !text.bytes().all(decimal) {
            return None;
        }
        text.parse().ok().and_then(Self::new)
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl TryFrom<f64> for Number {
    type Error = &'static str;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Self::new(value).ok_or("a number that is not finite")
    }
}

impl Eq for Number {}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written out where that is short, with an exponent where it would be all zeros.
        match self.0.abs() {
            size if size != 0.0 && !(1e-7..1e21).contains(&size) => write!(f, "{:e}", self.0),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// A day, or a point in time to the second; ordered by when it begins in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    seconds: i64,
    /// Whether it was given as a day. A day stands after the point in time it begins at.
    day: bool,
}

impl Date {
    /// When it begins, in seconds since 1970 in UTC.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// YYYY-MM-DD, or RFC 3339, whose fractions of a second are dropped.
    fn parse(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let (local, offset) = match pieces.time() {
            None if is_day(text) => (pieces.date().to_datetime(jiff::civil::Time::midnight()), 0),
            None => return None,
            Some(time) => {
                let offset = pieces.to_numeric_offset()?.seconds();
                (pieces.date().to_datetime(time), i64::from(offset))
            }
        };
        let since = local.duration_since(EPOCH);
        let whole = since.as_secs() - i64::from(since.subsec_nanos() < 0);
        let date = Self {
            seconds: whole - offset,
            day: pieces.time().is_none(),
        };
        // An offset can lead out of the years that can be written.
        date.civil().map(|_| date)
    }

    fn civil(self) -> Option<DateTime> {
        let since = SignedDuration::from_secs(self.seconds);
        EPOCH.checked_add(since).ok()
    }

    fn span(self) -> (Self, Self) {
        let length = if self.day { LAST_SECOND } else { 0 };
        let first = Self { day: false, ..self };
        let last = Self {
            seconds: self.seconds.saturating_add(length),
            day: true,
        };
        (first, last)
    }
}

fn is_day(text: &str) -> bool {
    let digit = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(digit)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(time) if self.day => write!(f, "{}", time.date()),
            Some(time) => write!(f, "{time}Z"),
            // Never made by reading a text; a damaged file could hold it.
            None => write!(f, "{} s", self.seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn dates_are_seconds_in_utc_shown_as_they_were_given() {
        for (text, seconds, shown) in [
            ("1970-01-01", 0, "1970-01-01"),
            ("2024-05-01", 1_714_521_600, "2024-05-01"),
            (
                "2024-05-01T00:00:00Z",
                1_714_521_600,
                "2024-05-01T00:00:00Z",
            ),
            (
                "2024-05-01T02:00:00+02:00",
                1_714_521_600,
                "2024-05-01T00:00:00Z",
            ),
            (
                "2024-05-01T00:00:01.9z",
                1_714_521_601,
                "2024-05-01T00:00:01Z",
            ),
            ("1969-12-31T23:59:59.5Z", -1, "1969-12-31T23:59:59Z"),
            ("9999-12-31", 253_402_214_400, "9999-12-31"),
            (
                "9999-12-31T23:59:59Z",
                253_402_300_799,
                "9999-12-31T23:59:59Z",
            ),
            (
                "0000-01-01T00:00:00+01:00",
                -62_167_222_800,
                "-000001-12-31T23:00:00Z",
            ),
        ] {
            assert_eq!(date(text).seconds(), seconds, "{text}");
            assert_eq!(date(text).to_string(), shown);
            assert_eq!(date(shown).seconds(), seconds, "{shown}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2024",
            "2024-13-01",
            "2024-02-30",
            "20240501",
            "1 May 2024",
            "2024-05-01T10:00:00",
            "9999-12-31T23:59:59-12:00",
            "10:00",
            "2024-05-01 ago",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_finite_and_have_one_zero() {
        let number = |text: &str| FacetValue::parse(text, FacetKind::Number);
        assert_eq!(number("-0"), number("0.0"));
        assert_eq!(number("1e3"), number(" 1000.0 "));
        assert!(number("-2") < number("1.5"));
        for text in ["", "inf", "NaN", "1e400", "0x10", "1,5", "1 000", "-", "e5"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert!(postcard::from_bytes::<Number>(&f64::NAN.to_le_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn display_forms_read_back(number in prop::num::f64::NORMAL, seconds in -9_000_000_000i64..9_000_000_000, day: bool) {
            let seconds = if day { seconds.div_euclid(86_400) * 86_400 } else { seconds };
            for (value, kind) in [
                (FacetValue::Number(Number::new(number).unwrap()), FacetKind::Number),
                (FacetValue::Date(Date { seconds, day }), FacetKind::Date),
            ] {
                prop_assert_eq!(FacetValue::parse(&value.to_string(), kind), Some(value.clone()));
                let bytes = postcard::to_stdvec(&value).unwrap();
                prop_assert_eq!(postcard::from_bytes::<FacetValue>(&bytes).unwrap(), value);
            }
        }

        #[test]
        fn no_text_panics(text in "[-0-9T:.+eZz W\\[\\]]{0,24}") {
            for kind in FacetKind::ALL {
                if let Some(value) = FacetValue::parse(&text, kind) {
                    prop_assert_eq!(FacetValue::parse(&value.to_string(), kind), Some(value));
                }
            }
        }
    }
}
