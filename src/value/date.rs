//! A facet's date: a second, a day, a month or a year. All are in UTC, and so is a date without
//! a zone.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{self, DateTime, datetime};
use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Serialize};

/// The seconds of a day.
const DAY: i64 = 24 * 60 * 60;

const EPOCH: DateTime = datetime(1970, 1, 1, 0, 0, 0, 0);

/// A date, ordered by its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    seconds: i64,
    /// Of dates that start together, the shorter comes first.
    length: Length,
}

/// How much time a date covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Length {
    Second,
    Day,
    Month,
    Year,
}

impl Date {
    /// Its start, in seconds since 1970 in UTC.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The number of the day it begins on, counted from 1970-01-01.
    pub(super) fn day_number(self) -> i64 {
        self.seconds.div_euclid(DAY)
    }

    /// The day it begins on.
    pub(super) fn first_day(self) -> Self {
        Self {
            seconds: self.day_number() * DAY,
            length: Length::Day,
        }
    }

    /// Whether it covers a day or less: `2024` and `2024-05` may also be numbers or codes.
    pub(super) fn is_precise(self) -> bool {
        self.length <= Length::Day
    }

    /// Parses `2024`, `2024-05`, `2024-05-01`, or a day and a time, separated by a `T` or a
    /// space and in UTC unless an offset follows. Fractions of a second are dropped.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let of_day = |day: civil::Date, length| {
            let since = day
                .to_datetime(civil::Time::midnight())
                .duration_since(EPOCH);
            Some(Self {
                seconds: since.as_secs(),
                length,
            })
        };
        match shape(text) {
            Shape::Year => of_day(first_of(text, "01")?, Length::Year),
            Shape::Month => of_day(first_of(&text[..4], &text[5..])?, Length::Month),
            Shape::Day => of_day(text.parse().ok()?, Length::Day),
            Shape::Other => Self::point(&joined(text)),
        }
    }

    /// A day and a time.
    fn point(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let local = pieces.date().to_datetime(pieces.time()?);
        let offset = match pieces.to_numeric_offset() {
            Some(offset) => i64::from(offset.seconds()),
            // A zone name alone would require its history of offsets.
            None if pieces.time_zone_annotation().is_some() => return None,
            None => 0,
        };
        let since = local.duration_since(EPOCH);
        let whole = since.as_secs() - i64::from(since.subsec_nanos() < 0);
        let date = Self {
            seconds: whole - offset,
            length: Length::Second,
        };
        // An offset can lead outside the years that can be written.
        date.civil().map(|_| date)
    }

    fn civil(self) -> Option<DateTime> {
        let since = SignedDuration::from_secs(self.seconds);
        EPOCH.checked_add(since).ok()
    }

    /// The first and the last date of the time it covers.
    pub(super) fn span(self) -> (Self, Self) {
        let first = Self {
            length: Length::Second,
            ..self
        };
        let day = self.civil().map(DateTime::date);
        let last_day = day.and_then(|day| match self.length {
            Length::Second => None,
            Length::Day => Some(day),
            Length::Month => Some(day.last_of_month()),
            Length::Year => Some(day.last_of_year()),
        });
        let last = last_day.map(|day| day.at(23, 59, 59, 0).duration_since(EPOCH).as_secs());
        let last = Self {
            seconds: last.unwrap_or(self.seconds),
            length: Length::Year,
        };
        (first, last)
    }
}

/// What a text looks like.
enum Shape {
    Year,
    Month,
    Day,
    Other,
}

fn shape(text: &str) -> Shape {
    let digit = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    match text.len() {
        _ if !text.bytes().enumerate().all(digit) => Shape::Other,
        4 => Shape::Year,
        7 => Shape::Month,
        10 => Shape::Day,
        _ => Shape::Other,
    }
}

fn first_of(year: &str, month: &str) -> Option<civil::Date> {
    civil::Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

/// Rewrites a date whose zone follows a space, `2024-05-01 10:00:00 UTC`, in the form of RFC
/// 3339; returns any other text unchanged.
pub(crate) fn joined(text: &str) -> String {
    let mut words = text.split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(day), Some(time), Some("UTC" | "GMT"), None) => format!("{day}T{time}Z"),
        (Some(day), Some(time), Some(zone), None) if zone.starts_with(['+', '-']) => {
            format!("{day}T{time}{zone}")
        }
        _ => text.to_owned(),
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Parsing never produces this, but a damaged file may contain it.
        let Some(time) = self.civil() else {
            return write!(f, "{} s", self.seconds);
        };
        match self.length {
            Length::Second => write!(f, "{time}Z"),
            Length::Day => write!(f, "{}", time.date()),
            Length::Month => write!(f, "{:04}-{:02}", time.year(), time.month()),
            Length::Year => write!(f, "{:04}", time.year()),
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
            ("2024", 1_704_067_200, "2024"),
            ("0001", -62_135_596_800, "0001"),
            ("2024-05", 1_714_521_600, "2024-05"),
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
    fn without_a_zone_a_date_is_in_utc() {
        for text in [
            "2024-05-01T10:00:00",
            "2024-05-01 10:00:00",
            "2024-05-01 10:00",
            "2024-05-01T10:00:00.123456",
            "2024-05-01 10:00:00 UTC",
            "2024-05-01 12:00:00 +0200",
            "2024-05-01 12:00:00+02",
            "2024-05-01T12:00:00+02:00[Europe/Berlin]",
        ] {
            assert_eq!(date(text), date("2024-05-01T10:00:00Z"), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "24",
            "2024-13",
            "2024-00",
            "2024-13-01",
            "2024-13-45",
            "2024-02-30",
            "2023-02-29",
            "20240501",
            "31.12.2024",
            "05/01/2024",
            "1 May 2024",
            "2024-05-01T25:00:00",
            "2024-02-30 10:00:00",
            "2024-05-01T10:00:00[Europe/Berlin]",
            "2024-05-01T10:00:00 Berlin",
            "9999-12-31T23:59:59-12:00",
            "10:00",
            "2024-05-01 ago",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_names_all_of_its_time() {
        for (text, first, last) in [
            ("2024", "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"),
            ("2024-05-01", "2024-05-01T00:00:00Z", "2024-05-01T23:59:59Z"),
            (
                "2024-05-01 10:00",
                "2024-05-01T10:00:00Z",
                "2024-05-01T10:00:00Z",
            ),
            ("9999", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        ] {
            let (begins, ends) = date(text).span();
            assert_eq!(begins, date(first), "{text}");
            assert_eq!(ends.seconds(), date(last).seconds(), "{text}");
            assert!(ends >= date(last) && begins <= date(text) && date(text) <= ends);
        }
    }

    proptest! {
        #[test]
        fn display_forms_read_back(seconds in -62_000_000_000i64..200_000_000_000, length in 0..4) {
            let point = Date { seconds, length: Length::Second };
            let shown = point.to_string();
            let shown = &shown[..[20, 10, 7, 4][length as usize].min(shown.len())];
            let date = date(shown);
            prop_assert_eq!(date.to_string(), shown);
            prop_assert!(date.span().0 <= point && point <= date.span().1);
            let bytes = postcard::to_stdvec(&date).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Date>(&bytes).unwrap(), date);
        }

        #[test]
        fn no_text_panics(text in "[-0-9T:.+eZz WUTC\\[\\]]{0,24}") {
            if let Some(date) = Date::parse(&text) {
                prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
            }
        }
    }
}
