//! Texts as facets store and compare them: composed (Unicode NFC), trimmed, and ordered by
//! letters before case and accents. So all values that start with a prefix, however it is
//! written, are adjacent, and so are those that differ only in case.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// A text that is not empty, composed and trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(Box<str>);

impl Text {
    /// The text as stored; `None` if nothing is left of it.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.nfc().collect::<String>().into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two texts are equal, ignoring case.
    pub(crate) fn differs_in_case_only(&self, other: &Self) -> bool {
        folded(self.0.chars()).eq(folded(other.0.chars()))
    }

    /// The text without case: equal for texts that differ in case only.
    pub(crate) fn without_case(&self) -> String {
        folded(self.0.chars()).collect()
    }

    /// Compares texts by letters alone, ignoring case and accents.
    pub(crate) fn cmp_letters(&self, other: &Self) -> Ordering {
        if self.0.is_ascii() && other.0.is_ascii() {
            let (ours, theirs) = (self.0.bytes(), other.0.bytes());
            let lower = |byte: u8| byte.to_ascii_lowercase();
            return ours.map(lower).cmp(theirs.map(lower));
        }
        letters(&self.0).cmp(letters(&other.0))
    }

    /// Compares a text with those that start with a prefix: equal to all of them.
    pub(crate) fn cmp_prefix(&self, prefix: &str) -> Ordering {
        let mut own = letters(&self.0);
        for letter in letters(prefix) {
            match own.next() {
                None => return Ordering::Less,
                Some(own) if own != letter => return own.cmp(&letter),
                Some(_) => {}
            }
        }
        Ordering::Equal
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_letters(other).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Characters without case. They go through upper case, so that `ß` becomes `ss`.
fn folded(characters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    characters
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
}

/// A text's letters without case and accents. Only the marks of Latin, Greek and Cyrillic
/// letters are accents; in other scripts, marks make different letters.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    folded(text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    #[test]
    fn a_text_is_composed_and_trimmed() {
        assert_eq!(text(" Cafe\u{301}\u{a0}"), text("Café"));
        assert_ne!(text("Café"), text("Cafe"));
        assert_eq!(Text::new(" \u{a0}\n"), None);
    }

    #[test]
    fn order_looks_at_letters_first() {
        let mut values = ["Zürich", "apple", "Äpfel", "zug", "Apple", "Zurich", "B"].map(text);
        values.sort();
        let order: Vec<&str> = values.iter().map(Text::as_str).collect();
        assert_eq!(
            order,
            ["Äpfel", "Apple", "apple", "B", "zug", "Zurich", "Zürich"]
        );
    }

    #[test]
    fn case_is_all_that_may_differ() {
        for (one, other, same) in [
            ("Berlin", "bERLIN", true),
            ("STRASSE", "Straße", true),
            ("ΟΔΟΣ", "οδος", true),
            ("İstanbul", "İSTANBUL", true),
            ("Café", "CAFÉ", true),
            ("Café", "cafe", false),
            ("बिल", "बल", false),
        ] {
            assert_eq!(text(one).differs_in_case_only(&text(other)), same, "{one}");
        }
    }

    #[test]
    fn a_prefix_is_found_without_case_and_accents() {
        for (value, prefix, place) in [
            ("São Paulo", "sao", Ordering::Equal),
            ("SAO", "São", Ordering::Equal),
            ("Oslo", "oslo ", Ordering::Less),
            ("Oslo", "osm", Ordering::Less),
            ("Paris", "osm", Ordering::Greater),
            ("बिल", "बल", Ordering::Greater),
        ] {
            assert_eq!(text(value).cmp_prefix(prefix), place, "{value} {prefix}");
        }
    }
}
