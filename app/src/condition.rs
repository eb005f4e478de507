//! Filters on one value of a field, in the engine's syntax (`city:Berlin`). Characters with a
//! special meaning are escaped with a backslash.

/// The filter for one value of a field.
pub fn equals(field: &str, value: &str) -> String {
    // A leading hyphen would exclude these records.
    let hyphen = if field.starts_with('-') { "\\" } else { "" };
    let value = match value {
        "*" => "\\*".into(),
        _ => escaped(value, &['\\', '|']),
    };
    format!("{hyphen}{}:{value}", escaped(field, &['\\', ':']))
}

/// The field a filter applies to; `None` if it excludes records, or is not a filter.
pub fn field(filter: &str) -> Option<String> {
    let (negated, field, _) = parts(filter)?;
    (!negated).then_some(field)
}

/// The value part of a filter, as written.
pub fn value(filter: &str) -> Option<&str> {
    parts(filter).map(|(_, _, value)| value)
}

/// Whether a filter is negated, its field, and its value as written.
pub fn parts(filter: &str) -> Option<(bool, String, &str)> {
    let (negated, rest) = match filter.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, filter),
    };
    let mut field = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            ':' => return Some((negated, field, &rest[at + 1..])),
            '\\' => field.extend(characters.next().map(|(_, next)| next)),
            other => field.push(other),
        }
    }
    None
}

fn escaped(text: &str, marks: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if marks.contains(&character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for name in ["city", "dc:type", "-odd", "a\\b", "a|b", "*"] {
            for asked in ["Berlin", "a:b", "a|b", "*", "\\", "-x"] {
                let filter = equals(name, asked);
                assert_eq!(field(&filter).as_deref(), Some(name), "{filter}");
            }
        }
        assert_eq!(equals("dc:type", "R|B"), r"dc\:type:R\|B");
        assert_eq!(value(r"dc\:type:R\|B"), Some(r"R\|B"));
    }

    #[test]
    fn what_leaves_out_is_no_choice_of_a_value() {
        assert_eq!(field("-city:Berlin"), None);
        assert_eq!(parts("-city:*"), Some((true, "city".into(), "*")));
        assert_eq!(parts("town"), None);
    }
}
