//! A facet's number: 64-bit integers exactly, all other numbers as f64, in one exact order.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// From the minimum of `i64` to just past the maximum of `u64`: whole numbers in this range are
/// stored as integers.
const INTEGERS: std::ops::Range<f64> = -9_223_372_036_854_775_808.0..18_446_744_073_709_551_616.0;

/// A finite number. There is only one zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Number(Form);

/// How it is stored. A number has only one form.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Form {
    /// A negative integer.
    Negative(i64),
    /// A non-negative integer.
    Natural(u64),
    /// Any other.
    Other(f64),
}

impl Number {
    /// The number, if it is finite.
    pub fn new(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let whole = value.fract() == 0.0 && INTEGERS.contains(&value);
        Some(Self(match value {
            // Whole and in range: the casts are exact.
            _ if whole && value < 0.0 => Form::Negative(value as i64),
            _ if whole => Form::Natural(value as u64),
            _ => Form::Other(value),
        }))
    }

    /// The nearest f64.
    pub(super) fn nearest(self) -> f64 {
        match self.0 {
            Form::Negative(number) => number as f64,
            Form::Natural(number) => number as f64,
            Form::Other(number) => number,
        }
    }

    /// A decimal number, with or without an exponent.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let decimal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        if !text.bytes().all(decimal) {
            return None;
        }
        let whole = match text.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
            _ => text,
        };
        if let Ok(natural) = whole.parse() {
            return Some(Self(Form::Natural(natural)));
        }
        match whole.parse::<i64>() {
            Ok(negative) if negative < 0 => Some(Self(Form::Negative(negative))),
            _ => text.parse().ok().and_then(Self::new),
        }
    }

    /// A number in JSON.
    pub(super) fn from_json(number: &serde_json::Number) -> Option<Self> {
        Self::parse(&number.to_string())
    }
}

impl TryFrom<Form> for Number {
    type Error = &'static str;

    fn try_from(form: Form) -> Result<Self, Self::Error> {
        let fits = match form {
            Form::Natural(_) => true,
            Form::Negative(number) => number < 0,
            Form::Other(number) => Self::new(number) == Some(Self(form)),
        };
        fits.then_some(Self(form)).ok_or("not a valid facet number")
    }
}

impl From<Number> for Form {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl Ord for Form {
    fn cmp(&self, other: &Self) -> Ordering {
        match (*self, *other) {
            (Self::Other(one), Self::Other(other)) => one.total_cmp(&other),
            (Self::Other(one), whole) => beside(whole, one).reverse(),
            (whole, Self::Other(other)) => beside(whole, other),
            (one, other) => one.whole().cmp(&other.whole()),
        }
    }
}

impl PartialOrd for Form {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Form {}

impl Hash for Form {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Other(number) => number.to_bits().hash(state),
            whole => whole.whole().hash(state),
        }
    }
}

impl Form {
    /// The integer part, exact for integers.
    fn whole(self) -> i128 {
        match self {
            Self::Negative(number) => number.into(),
            Self::Natural(number) => number.into(),
            // Outside the range of 64-bit integers, the cast saturates outside it, too.
            Self::Other(number) => number.floor() as i128,
        }
    }
}

/// Compares an integer with a number stored as a float; they are never equal.
fn beside(whole: Form, other: f64) -> Ordering {
    if whole.whole() <= Form::Other(other).whole() {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Form::Negative(number) => number.fmt(f),
            Form::Natural(number) => number.fmt(f),
            // Written out if short, with an exponent if it would be all zeros.
            Form::Other(number) if (1e-7..1e21).contains(&number.abs()) => number.fmt(f),
            Form::Other(number) => write!(f, "{number:e}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn numbers_are_finite_and_have_one_form() {
        for (one, other) in [
            ("-0", "0.0"),
            ("1e3", "1000.0"),
            ("7.", "7"),
            ("+5", "5"),
            ("1e20", "100000000000000000000"),
            ("18446744073709551615", "18446744073709551615.000"),
            ("-9223372036854775808", "-9.223372036854775808e18"),
        ] {
            assert_eq!(number(one), number(other), "{one}");
            assert_eq!(number(one).to_string(), number(other).to_string());
        }
        for text in ["", "inf", "NaN", "1e400", "0x10", "1,5", "1 000", "-", "e5"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        for form in [Form::Other(1.0), Form::Other(f64::NAN), Form::Negative(0)] {
            let bytes = postcard::to_stdvec(&form).unwrap();
            assert!(postcard::from_bytes::<Number>(&bytes).is_err(), "{form:?}");
        }
    }

    #[test]
    fn order_is_exact_where_f64_is_not() {
        let rising = [
            "-1e300",
            "-9223372036854775809e1",
            "-9223372036854775808",
            "-9007199254740993",
            "-9007199254740992",
            "-0.5",
            "0",
            "0.5",
            "1",
            "1.5",
            "9007199254740992",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551614",
            "18446744073709551615",
            "18446744073709551616",
            "1e300",
        ];
        let numbers = rising.map(number);
        assert!(numbers.is_sorted_by(|one, other| one < other));
    }

    proptest! {
        #[test]
        fn integers_compare_as_integers_and_read_back(one: i64, other: u64) {
            let (a, b) = (number(&one.to_string()), number(&other.to_string()));
            prop_assert_eq!(a.cmp(&b), i128::from(one).cmp(&i128::from(other)));
            prop_assert_eq!(number(&a.to_string()), a);
            let bytes = postcard::to_stdvec(&b).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Number>(&bytes).unwrap(), b);
        }

        #[test]
        fn an_integer_and_a_fraction_compare_as_they_are(whole in -4i64..4, half in -9i32..9) {
            let fraction = f64::from(half) / 2.0;
            let order = Number::new(whole as f64).unwrap().cmp(&Number::new(fraction).unwrap());
            prop_assert_eq!(order, (whole as f64).total_cmp(&(fraction + 0.0)));
        }

        #[test]
        fn display_forms_read_back(value in prop::num::f64::NORMAL) {
            let value = Number::new(value).unwrap();
            prop_assert_eq!(number(&value.to_string()), value);
        }
    }
}
