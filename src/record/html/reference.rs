//! Character references: `&amp;`, `&#233;`, `&#xE9;`.

use std::borrow::Cow;

/// The length of the longest reference, `&CounterClockwiseContourIntegral;`.
const MAX_BYTES: usize = 33;

/// Numeric references from 128 to 159 do not mean the control characters with these numbers but the
/// Windows-1252 characters listed here.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The reference at the beginning of a text: its length and the text it stands for. A non-breaking
/// space becomes a plain space.
pub fn at(text: &str) -> Option<(usize, Cow<'_, str>)> {
    let window = &text.as_bytes()[..text.len().min(MAX_BYTES)];
    let end = window.iter().position(|&byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name.strip_prefix('#') {
        Some(number) => Cow::Owned(numbered(number)?.to_string()),
        None => {
            let written = &text[..=end];
            let read = html_escape::decode_html_entities(written);
            if name.is_empty() || read == written {
                return None;
            }
            read
        }
    };
    let character = if character == "\u{a0}" {
        Cow::Borrowed(" ")
    } else {
        character
    };
    Some((end + 1, character))
}

fn numbered(number: &str) -> Option<char> {
    let hexadecimal = number.strip_prefix(['x', 'X']);
    let digits = hexadecimal.unwrap_or(number);
    let radix = if hexadecimal.is_some() { 16 } else { 10 };
    // `from_str_radix` also accepts a sign.
    let number = Some(digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_alphanumeric()));
    let number = u32::from_str_radix(number?, radix).ok()?;
    match number {
        0 => None,
        128..=159 => WINDOWS_1252.chars().nth(number as usize - 128),
        _ => char::from_u32(number),
    }
}
