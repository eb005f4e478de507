//! Character references: `&amp;`, `&#233;`, `&#xE9;`.

use std::borrow::Cow;

/// The longest reference there is, `&CounterClockwiseContourIntegral;`.
const MAX_BYTES: usize = 33;

/// What the numbers 128 to 159 are taken for: not the control characters of these numbers,
/// but the letters Windows-1252 has there.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The reference a text begins with: its length and what it stands for. A blank that does not
/// break is a blank.
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
    // `from_str_radix` takes a sign too.
    let number = Some(digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_alphanumeric()));
    let number = u32::from_str_radix(number?, radix).ok()?;
    match number {
        0 => None,
        128..=159 => WINDOWS_1252.chars().nth(number as usize - 128),
        _ => char::from_u32(number),
    }
}
