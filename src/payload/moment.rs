//! A point in time in a payload: RFC 3339, or a part of it, with UTC as the time zone where none is
//! given.

use jiff::civil::{DateTime, Time, datetime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use crate::value::joined_date as joined;

const EPOCH: DateTime = datetime(1970, 1, 1, 0, 0, 0, 0);

/// The length of a day, as in `2024-05-01`, and more than that of any date with a time.
const DAY: usize = 10;
const LONGEST: usize = 48;

/// A point in time, in microseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// Parses `2024-05-01`, or a day and a time, separated by a `T` or a space, with or without an
    /// offset. `None` if it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        // Most strings are not dates, and this check is faster than parsing.
        let text = text.trim();
        let is_day = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        let mut day = text.bytes().take(DAY).enumerate();
        if text.len() < DAY || text.len() > LONGEST || !day.all(is_day) {
            return None;
        }
        let text = joined(text);
        let pieces = Pieces::parse(&text).ok()?;
        if pieces.time_zone_annotation().is_some() {
            return None;
        }
        let time = pieces.time().unwrap_or(Time::midnight());
        let offset = pieces.to_numeric_offset().map_or(0, Offset::seconds);
        let since = pieces.date().to_datetime(time).duration_since(EPOCH);
        let micros = since.as_micros() - i128::from(offset) * 1_000_000;
        i64::try_from(micros).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_is_read_from_all_forms() {
        let moment = |text: &str| Moment::parse(text);
        let noon = moment("2024-05-01T12:00:00Z");
        assert!(noon.is_some());
        for same in [
            "2024-05-01T12:00:00",
            "2024-05-01 12:00",
            "2024-05-01T14:00:00+02:00",
            "2024-05-01T12:00:00.000000Z",
            "2024-05-01 12:00:00 UTC",
            "2024-05-01 14:00:00 +02:00",
        ] {
            assert_eq!(moment(same), noon, "{same}");
        }
        assert!(moment("2024-05-01") < noon && noon < moment("2024-05-01T12:00:00.000001Z"));
        assert!(moment("1969-12-31") < moment("1970-01-01"));
        for no in [
            "",
            "soon",
            "12",
            "20240501",
            "2024-13-01",
            "2024-05",
            "7 days",
        ] {
            assert_eq!(moment(no), None, "{no}");
        }
    }
}
