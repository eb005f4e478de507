//! What an apostrophe does: it ends an article or a particle (`l'été`, `O'Brien`), starts an
//! ending (`driver's`, `we'll`), or joins like a hyphen (`Qur'an`, `Ankara'da`).

use super::part::{Form, Part};

/// What an apostrophe is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apostrophe {
    /// The end of a word that lost its last vowel.
    Elision,
    /// The start of a possessive ending.
    Possessive,
    /// The start of a contracted verb, without which it would be another word: "we'll".
    Verb,
    /// The contracted "not": "n't".
    Negation,
    /// A mark like a hyphen, which separates a name from its ending in Turkish.
    Hyphen,
}

/// Words that lose their last vowel before another word: articles, pronouns and prepositions of
/// French, Italian and Catalan, the Irish O, the `o` of "o'clock".
const ELIDED: [&str; 34] = [
    "l", "d", "c", "j", "m", "n", "s", "t", "o", "un", "dell", "all", "dall", "nell", "sull",
    "coll", "quell", "quest", "bell", "sant", "grand", "anch", "com", "dov", "cos", "gl", "tutt",
    "senz", "mezz", "ch", "v", "degl", "agl", "negl",
];

/// The contracted verbs of English.
const VERBS: [&str; 5] = ["ll", "re", "ve", "d", "m"];

/// Whether a character is an apostrophe or is used as one.
pub fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{2bb}' | '\u{ff07}'
    )
}

/// What the apostrophe between two parts does.
fn between(before: &str, after: &str, is_last: bool) -> Apostrophe {
    let lower = before.to_lowercase();
    if is_last && after.eq_ignore_ascii_case("s") {
        return Apostrophe::Possessive;
    }
    if ELIDED.contains(&lower.as_str()) || lower.ends_with("qu") {
        return Apostrophe::Elision;
    }
    if VERBS.contains(&after.to_lowercase().as_str()) {
        return Apostrophe::Verb;
    }
    if lower.ends_with('n') && after.eq_ignore_ascii_case("t") {
        return Apostrophe::Negation;
    }
    Apostrophe::Hyphen
}

/// Interprets the apostrophes between the parts of a compound word, and joins the parts that
/// they do not separate.
pub fn read(text: &str, parts: &mut Vec<Part>) {
    let mut at = 1;
    while at < parts.len() {
        let mark = text.get(parts[at - 1].range.end..parts[at].range.start);
        if !mark.is_some_and(|mark| mark.chars().next().is_some_and(is_apostrophe)) {
            at += 1;
            continue;
        }
        let before = text.get(parts[at - 1].core.clone()).unwrap_or_default();
        let after = text.get(parts[at].core.clone()).unwrap_or_default();
        let followed = text.get(parts[at].range.end..).unwrap_or_default();
        let is_last = !followed.starts_with(|c: char| is_apostrophe(c) || c.is_alphanumeric());
        let end = parts[at].range.end;
        match between(before, after, is_last) {
            Apostrophe::Elision => {
                parts[at - 1].form = Form::Elided;
                at += 1;
            }
            Apostrophe::Possessive => {
                if parts[at - 1].form == Form::Plain {
                    parts[at - 1].form = Form::Possessive;
                }
                parts[at - 1].range.end = end;
                parts.remove(at);
            }
            Apostrophe::Hyphen => at += 1,
            ending @ (Apostrophe::Verb | Apostrophe::Negation) => {
                if ending == Apostrophe::Negation {
                    parts[at - 1].form = Form::Joined;
                }
                (parts[at - 1].range.end, parts[at - 1].core.end) = (end, end);
                parts.remove(at);
            }
        }
    }
}
