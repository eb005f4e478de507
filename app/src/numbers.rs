//! Human-readable numbers, names and durations.

use std::time::Duration;

/// The number that a decimal is, such as `-0.5` or `1e3`; `None` for any other text. In the browser,
/// which reads it, so that the WebAssembly has no tables of powers of five.
pub fn real(text: &str) -> Option<f64> {
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.is_empty() || !text.bytes().all(plain) {
        return None;
    }
    #[cfg(feature = "hydrate")]
    let number = f64::try_from(leptos::wasm_bindgen::JsValue::from_str(text));
    #[cfg(not(feature = "hydrate"))]
    let number = text.parse::<f64>();
    number.ok().filter(|number| !number.is_nan())
}

/// Whether a text is this number.
pub fn is_number(text: &str, number: f32) -> bool {
    real(text).is_some_and(|real| real as f32 == number)
}

/// With thousands separators: `40,474`.
pub fn thousands(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something: `1 record`, `1,234 records`.
pub fn counted(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// Milliseconds, with more decimals for small values: `0.04 ms`, `2.4 ms`, `310 ms`.
pub fn milliseconds(time: Duration) -> String {
    // A response has whole microseconds, so that is what server and browser both round.
    match time.as_micros() as f64 / 1_000.0 {
        ms if ms < 0.1 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms => format!("{ms:.0} ms"),
    }
}

/// A size on disk, in decimal units: `812 bytes`, `14 KB`, `3.2 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return counted(bytes, "byte");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    // A value that would round to 1,000 moves to the next unit.
    while size >= 999.5 && units.len() > 0 {
        size /= 1_000.0;
        unit = units.next();
    }
    let unit = unit.copied().unwrap_or_default();
    if size < 9.95 {
        format!("{size:.1} {unit}")
    } else {
        format!("{size:.0} {unit}")
    }
}

/// The estimated time left, rounded: `about 3 minutes left`.
pub fn time_left(seconds: f64) -> String {
    let about = |number: f64, noun| format!("about {} left", counted(number as u64, noun));
    if seconds < 10.0 {
        "a few seconds left".into()
    } else if seconds < 55.0 {
        about((seconds / 10.0).ceil() * 10.0, "second")
    } else if seconds < 55.0 * 60.0 {
        about((seconds / 60.0).round().max(1.0), "minute")
    } else {
        about((seconds / 3_600.0).round().max(1.0), "hour")
    }
}

/// How fast records are read; `None` while that is unknown.
pub fn rate(records_a_second: f64) -> Option<String> {
    let rate = records_a_second;
    if !rate.is_finite() || rate < 0.05 {
        None
    } else if rate < 9.95 {
        Some(format!("{rate:.1} records a second"))
    } else {
        Some(format!(
            "{} records a second",
            thousands(rate.round() as u64)
        ))
    }
}

/// A field's name as a label: `funding_round` becomes `Funding round`.
pub fn label(field: &str) -> String {
    let words = field.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// The host of a link, without `www.`; `None` if the link has none.
pub fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let shown = [0u32, 999, 1_000, 40_474, 1_234_567].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "40,474", "1,234,567"]);
        assert_eq!(counted(1u32, "record"), "1 record");
        assert_eq!(counted(0u32, "record"), "0 records");
    }

    #[test]
    fn a_number_is_read_from_decimals_only() {
        for text in ["0.3", "-.5", "+1", "7.", "1e3", "2.5E-1"] {
            assert_eq!(real(text), text.parse().ok(), "{text}");
        }
        for text in [
            "", " 1", "-", ".", "1e", "1-2", "inf", "NaN", "0x1f", "1_000",
        ] {
            assert_eq!(real(text), None, "{text}");
        }
        assert!(is_number("0.30", 0.3) && !is_number("0.31", 0.3) && !is_number("", 0.0));
    }

    #[test]
    fn durations_keep_two_figures() {
        let shown = [42, 2_410, 99_940, 310_400].map(Duration::from_micros);
        let shown = shown.map(milliseconds);
        assert_eq!(shown, ["0.04 ms", "2.4 ms", "99.9 ms", "310 ms"]);
    }

    #[test]
    fn sizes_never_read_as_a_thousand_of_a_unit() {
        let shown = [1, 999, 1_000, 13_700, 999_499, 999_999, 61_234_567].map(size);
        assert_eq!(
            shown,
            [
                "1 byte",
                "999 bytes",
                "1.0 KB",
                "14 KB",
                "999 KB",
                "1.0 MB",
                "61 MB"
            ]
        );
        assert_eq!(size(u64::MAX), "18446744 TB");
    }

    #[test]
    fn what_is_left_is_said_in_words() {
        let shown = [0.0, 9.9, 31.0, 59.0, 200.0, 5_400.0].map(time_left);
        assert_eq!(
            shown,
            [
                "a few seconds left",
                "a few seconds left",
                "about 40 seconds left",
                "about 1 minute left",
                "about 3 minutes left",
                "about 2 hours left"
            ]
        );
    }

    #[test]
    fn a_rate_is_said_once_there_is_one() {
        assert_eq!(rate(0.0), None);
        assert_eq!(rate(f64::NAN), None);
        assert_eq!(rate(3.21).as_deref(), Some("3.2 records a second"));
        assert_eq!(rate(1_234.5).as_deref(), Some("1,235 records a second"));
    }

    #[test]
    fn fields_become_labels() {
        assert_eq!(label("city"), "City");
        assert_eq!(label("funding_round"), "Funding round");
        assert_eq!(label(""), "");
    }

    #[test]
    fn a_host_is_what_the_browser_will_ask() {
        assert_eq!(host("https://www.example.com/a?b"), Some("example.com"));
        assert_eq!(
            host("http://bank.example@evil.example:81"),
            Some("evil.example:81")
        );
        assert_eq!(host("/logos/a.svg"), None);
    }
}
