//! Numbers, names and durations as people read them.

/// With thousands separators: `40,474`.
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
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
pub fn counted(number: u32, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// Milliseconds, finer where they are few: `0.04 ms`, `2.4 ms`, `310 ms`.
pub fn milliseconds(ms: f64) -> String {
    match ms {
        ms if ms < 0.1 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms => format!("{ms:.0} ms"),
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

/// The host of a link, without `www.`; `None` where the link has none.
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
        let shown = [0, 999, 1_000, 40_474, 1_234_567].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "40,474", "1,234,567"]);
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(0, "record"), "0 records");
    }

    #[test]
    fn durations_keep_two_figures() {
        let shown = [0.042, 2.41, 99.94, 310.4].map(milliseconds);
        assert_eq!(shown, ["0.04 ms", "2.4 ms", "99.9 ms", "310 ms"]);
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
