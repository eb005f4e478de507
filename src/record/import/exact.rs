//! Converts common deviations from JSON into valid JSON: NaN and the infinities become null, and an
//! integer beyond 64 bits becomes a text, which keeps all its digits where a floating-point number
//! would lose some.

use std::borrow::Cow;

/// The number of digits of the largest 64-bit integers. Some numbers with this many digits do not
/// fit.
const DIGITS: usize = 19;

/// Valid JSON, and what was changed to make it so.
pub struct Exact<'a> {
    /// The text.
    pub text: Cow<'a, [u8]>,
    /// How many values were replaced by null.
    pub nulls: u64,
    /// How many numbers were turned into text.
    pub texts: u64,
}

/// Whether it may contain numbers that a JSON reader would round.
pub fn may_round(text: &[u8]) -> bool {
    // A run of this many digits always covers a byte at a multiple of that length.
    let mut at = DIGITS - 1;
    while at < text.len() {
        if text[at].is_ascii_digit() {
            let before = text[..at].iter().rev();
            let before = before.take_while(|byte| byte.is_ascii_digit()).count();
            let after = text[at..].iter().take_while(|byte| byte.is_ascii_digit());
            if before + after.count() >= DIGITS {
                return true;
            }
        }
        at += DIGITS;
    }
    false
}

/// Converts the text to valid JSON. Strings are left alone.
pub fn exact(text: &[u8]) -> Exact<'_> {
    let mut out = Exact {
        text: Cow::Borrowed(text),
        nulls: 0,
        texts: 0,
    };
    let mut written: Vec<u8> = Vec::new();
    // How far the text has been copied.
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        let token = match text[at] {
            b'"' => {
                at = end_of_string(text, at);
                continue;
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => &text[at..end_of_token(text, at)],
            _ => {
                at += 1;
                continue;
            }
        };
        let end = at + token.len();
        if is_no_number(token) {
            out.nulls += 1;
            written.extend_from_slice(&text[copied..at]);
            written.extend_from_slice(b"null");
            copied = end;
        } else if is_too_long(token) {
            out.texts += 1;
            written.extend_from_slice(&text[copied..at]);
            written.push(b'"');
            written.extend_from_slice(token);
            written.push(b'"');
            copied = end;
        }
        at = end;
    }
    if out.nulls + out.texts > 0 {
        written.extend_from_slice(&text[copied..]);
        out.text = Cow::Owned(written);
    }
    out
}

/// Converts JSON so that integers keep all their digits: one beyond 64 bits becomes a text.
pub fn with_all_digits(text: &[u8]) -> Cow<'_, [u8]> {
    if !may_round(text) {
        return Cow::Borrowed(text);
    }
    let exact = exact(text);
    // Invalid JSON is left for the JSON reader to report.
    if exact.nulls > 0 {
        return Cow::Borrowed(text);
    }
    exact.text
}

/// The end of the string that begins at a quote: after its closing quote, or at the end of the
/// line.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 1,
            b'"' | b'\n' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

fn end_of_token(text: &[u8], start: usize) -> usize {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    start + text[start..].iter().take_while(|&byte| part(byte)).count()
}

fn is_no_number(token: &[u8]) -> bool {
    matches!(
        token,
        b"NaN" | b"nan" | b"Infinity" | b"-Infinity" | b"inf" | b"-inf" | b"-NaN"
    )
}

fn is_too_long(token: &[u8]) -> bool {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    if digits.len() < DIGITS || !digits.iter().all(u8::is_ascii_digit) || digits[0] == b'0' {
        return false;
    }
    let number = std::str::from_utf8(token).unwrap_or_default();
    number.parse::<i64>().is_err() && number.parse::<u64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn put(text: &str) -> String {
        String::from_utf8(exact(text.as_bytes()).text.into_owned()).unwrap()
    }

    #[test]
    fn only_what_json_cannot_hold_is_put_otherwise() {
        for (text, expected) in [
            ("{\"a\":NaN,\"b\":-Infinity}", "{\"a\":null,\"b\":null}"),
            (
                "{\"NaN\":\"NaN, 99999999999999999999\"}",
                "{\"NaN\":\"NaN, 99999999999999999999\"}",
            ),
            ("[\"\\\"\",Infinity]", "[\"\\\"\",null]"),
            ("[18446744073709551615]", "[18446744073709551615]"),
            ("[-9223372036854775808]", "[-9223372036854775808]"),
            ("[18446744073709551616]", "[\"18446744073709551616\"]"),
            ("[-9223372036854775809]", "[\"-9223372036854775809\"]"),
            ("[12345678901234567890.5]", "[12345678901234567890.5]"),
            ("[1e400,true,NaNs]", "[1e400,true,NaNs]"),
        ] {
            assert_eq!(put(text), expected);
        }
    }

    proptest! {
        #[test]
        fn long_numbers_are_always_noticed(before in "[a-z]{0,40}", digits in "[1-9][0-9]{18,40}") {
            let long = format!("{before}{digits}");
            prop_assert!(may_round(long.as_bytes()));
            let short = format!("{before}{}", &digits[1..19]);
            prop_assert!(!may_round(short.as_bytes()));
        }

        #[test]
        fn any_bytes_can_be_looked_through(bytes: Vec<u8>) {
            exact(&bytes);
        }
    }
}
