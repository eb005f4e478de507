//! The syntax of queries: plain words, `"phrases"`, `-exclusions` and `field:value`.
//!
//! Nothing is an error: whatever is not an operator is plain words. A hyphen excludes only after
//! a space and before a word, a quote or a field. A colon names a field only after the name of
//! one; of several such names, the longest counts. Straight and typographic quotes are
//! equivalent, since phones type either.
//!
//! An unclosed quote takes the rest of the query, as happens while a phrase is being typed.
//! After a hyphen or a field, it already acts as a phrase. By itself it is plain words, since no
//! record contains a phrase whose last word is half typed.

use std::ops::Range;

use crate::filter::MARKS;

/// The quotes that open and close a phrase. Languages pair them differently, and one of a pair
/// is often typed without the other.
const QUOTES: [char; 8] = [
    '"', '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{ab}', '\u{bb}', '\u{ff02}',
];

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The words, as typed, without operators.
    pub text: String,
    /// Their byte range in the query.
    pub range: Range<usize>,
    /// Whether they are quoted, and so must occur together in this order.
    pub phrase: bool,
    /// Whether they must not occur.
    pub excluded: bool,
    /// The field to search.
    pub field: Option<String>,
}

impl Clause {
    /// A text taken literally, without operators.
    pub fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            range: 0..text.len(),
            phrase: false,
            excluded: false,
            field: None,
        }
    }
}

/// The clauses of a query. `is_field` says which names are fields.
pub fn parse(query: &str, is_field: impl Fn(&str) -> bool) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut at = 0;
    while let Some(start) = query[at..].find(|c: char| !c.is_whitespace()) {
        let clause = clause(query, at + start, &is_field);
        at = clause.1;
        clauses.push(clause.0);
    }
    clauses
}

/// The query's words alone, for search by meaning: without exclusions, quotes and field names.
pub fn without_operators(clauses: &[Clause]) -> String {
    let said = clauses.iter().filter(|clause| !clause.excluded);
    let said: Vec<&str> = said.map(|clause| clause.text.as_str()).collect();
    said.join(" ")
}

/// The clause at `start`, and where to look for the next one.
fn clause(query: &str, start: usize, is_field: &impl Fn(&str) -> bool) -> (Clause, usize) {
    let mut rest = start;
    let excludes = |after: &str| {
        let word = |c: char| c.is_alphanumeric() || QUOTES.contains(&c);
        after.starts_with(word) || field(after, is_field).is_some()
    };
    let excluded = query[rest..].strip_prefix('-').is_some_and(excludes);
    rest += usize::from(excluded);
    let field = field(&query[rest..], is_field);
    if let Some((_, length)) = field {
        rest += length;
    }
    let (range, phrase, end) = match quoted(&query[rest..]) {
        Some(quoted) => (
            rest + quoted.inner.start..rest + quoted.inner.end,
            quoted.closed && !query[rest..][quoted.inner].trim().is_empty(),
            rest + quoted.end,
        ),
        None => {
            let word = &query[rest..];
            let length = word.find(char::is_whitespace).unwrap_or(word.len());
            (rest..rest + length, false, rest + length)
        }
    };
    let clause = Clause {
        text: query[range.clone()].to_owned(),
        range,
        phrase,
        excluded,
        field: field.map(|(name, _)| name),
    };
    (clause, end)
}

/// The longest field name before a colon that is followed by something, and its length in bytes
/// with the colon. As in filters, a backslash makes a colon or a hyphen part of the name.
fn field(rest: &str, is_field: &impl Fn(&str) -> bool) -> Option<(String, usize)> {
    if !rest.contains(':') {
        return None;
    }
    let mut name = String::new();
    let mut longest = None;
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let taken = match character {
            '\\' => characters.next_if(|(_, next)| MARKS.contains(next)),
            _ => None,
        };
        if character == ':' {
            let follows = characters.peek().is_some_and(|(_, c)| !c.is_whitespace());
            if follows && is_field(&name) {
                longest = Some((name.clone(), at + 1));
            }
        }
        name.push(taken.map_or(character, |(_, taken)| taken));
    }
    longest
}

/// What a quote at the start of a text encloses.
struct Quoted {
    inner: Range<usize>,
    closed: bool,
    /// Where the text continues.
    end: usize,
}

fn quoted(rest: &str) -> Option<Quoted> {
    let start = rest
        .chars()
        .next()
        .filter(|c| QUOTES.contains(c))?
        .len_utf8();
    let closing = rest[start..]
        .char_indices()
        .find(|(_, c)| QUOTES.contains(c));
    Some(match closing {
        Some((length, quote)) => Quoted {
            inner: start..start + length,
            closed: true,
            end: start + length + quote.len_utf8(),
        },
        None => Quoted {
            inner: start..rest.len(),
            closed: false,
            end: rest.len(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIELDS: [&str; 6] = ["title", "city", "_kind", "dc", "dc:type", "-odd"];

    fn parsed(query: &str) -> Vec<(String, bool, bool, Option<String>)> {
        let is_field = |name: &str| FIELDS.contains(&name);
        let clauses = parse(query, is_field).into_iter();
        clauses
            .map(|c| (c.text, c.phrase, c.excluded, c.field))
            .collect()
    }

    fn one(
        text: &str,
        phrase: bool,
        excluded: bool,
        field: Option<&str>,
    ) -> (String, bool, bool, Option<String>) {
        (text.into(), phrase, excluded, field.map(str::to_owned))
    }

    #[test]
    fn operators_are_read() {
        assert_eq!(
            parsed(r#"goat "raw milk" -cheese -"blue cheese" title:farm city:"New York""#),
            [
                one("goat", false, false, None),
                one("raw milk", true, false, None),
                one("cheese", false, true, None),
                one("blue cheese", true, true, None),
                one("farm", false, false, Some("title")),
                one("New York", true, false, Some("city")),
            ]
        );
    }

    #[test]
    fn what_is_no_operator_is_words() {
        for plain in [
            "e-mail",
            "-",
            "--x",
            "5 - 3",
            "\"open",
            "\"\"",
            "http://a.example",
            "12:30",
            "title:",
        ] {
            for (_, phrase, excluded, field) in parsed(plain) {
                assert_eq!((phrase, excluded, field), (false, false, None), "{plain}");
            }
        }
    }

    #[test]
    fn a_field_may_have_any_name() {
        for (query, excluded, field, text) in [
            ("-_kind:a", true, "_kind", "a"),
            ("-city:*", true, "city", "*"),
            ("dc:type:Z", false, "dc:type", "Z"),
            (r"dc\:type:Z", false, "dc:type", "Z"),
            ("-dc:type:Z", true, "dc:type", "Z"),
            ("dc:other:Z", false, "dc", "other:Z"),
            (r"-\-odd:x", true, "-odd", "x"),
        ] {
            assert_eq!(
                parsed(query),
                [one(text, false, excluded, Some(field))],
                "{query}"
            );
        }
    }

    #[test]
    fn quotes_of_every_kind_are_quotes() {
        for query in [
            "\u{201c}raw milk\u{201d}",
            "\u{201e}raw milk\u{201c}",
            "\u{ab}raw milk\u{bb}",
            "\u{bb}raw milk\u{ab}",
            "\u{201c}raw milk\"",
        ] {
            let phrase = |excluded| one("raw milk", true, excluded, None);
            let both = format!("{query} -{query} goat");
            assert_eq!(
                parsed(&both),
                [phrase(false), phrase(true), one("goat", false, false, None)],
                "{both}"
            );
        }
    }

    #[test]
    fn a_quote_that_is_still_open_takes_the_rest() {
        for (query, excluded, field) in [
            ("milk -\"goat cheese", true, None),
            ("milk \"goat cheese", false, None),
            ("milk title:\"goat cheese", false, Some("title")),
        ] {
            let rest = one("goat cheese", false, excluded, field);
            assert_eq!(
                parsed(query),
                [one("milk", false, false, None), rest],
                "{query}"
            );
        }
    }

    #[test]
    fn quotes_around_nothing_hold_no_word() {
        for (query, excluded) in [
            ("\"\"", false),
            ("\"", false),
            ("-\"", true),
            ("-\"\"", true),
        ] {
            assert_eq!(parsed(query), [one("", false, excluded, None)], "{query}");
        }
    }

    #[test]
    fn meaning_reads_what_is_not_excluded() {
        let clauses = parse(r#""raw milk" -cheese title:farm"#, |name| name == "title");
        assert_eq!(without_operators(&clauses), "raw milk farm");
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(query in r#"[-a:\\"“»é \t]{0,20}"#) {
            for clause in parse(&query, |name| name == "a") {
                prop_assert_eq!(&query[clause.range.clone()], &clause.text);
            }
        }
    }
}
