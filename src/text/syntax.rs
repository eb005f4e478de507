//! What a query's characters say: plain words, `"phrases"`, `-exclusions` and
//! `field:value`.
//!
//! Nothing is an error: what is not meant as an operator is words. A hyphen excludes only
//! before a word and after a blank, a quote opens a phrase only if another closes it, and a
//! colon names a field only after a name that is one.

use std::ops::Range;

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The words, as typed, without operators.
    pub text: String,
    /// Where in the query they stand.
    pub range: Range<usize>,
    /// Whether they must stand together in this order.
    pub phrase: bool,
    /// Whether they must not occur.
    pub excluded: bool,
    /// The field they are looked for in.
    pub field: Option<String>,
}

impl Clause {
    /// A text taken as it is, without operators.
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

/// The parts of a query. `is_field` says which names are fields.
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

/// The query's words alone, for whoever reads meaning: what is excluded is left out, quotes
/// and names of fields are.
pub fn without_operators(clauses: &[Clause]) -> String {
    let said = clauses.iter().filter(|clause| !clause.excluded);
    let said: Vec<&str> = said.map(|clause| clause.text.as_str()).collect();
    said.join(" ")
}

/// The clause that begins at `start`, and where the next one may.
fn clause(query: &str, start: usize, is_field: &impl Fn(&str) -> bool) -> (Clause, usize) {
    let mut rest = start;
    let excluded = query[rest..]
        .strip_prefix('-')
        .is_some_and(|after| after.starts_with(|c: char| c.is_alphanumeric() || c == '"'));
    rest += usize::from(excluded);
    let field = field(&query[rest..], is_field);
    if let Some(name) = field {
        rest += name.len() + 1;
    }
    let phrase = phrase(&query[rest..]);
    let (range, end) = match phrase {
        Some(inner) => {
            let range = rest + 1..rest + 1 + inner.len();
            let end = range.end + 1;
            (range, end)
        }
        None => {
            let word = &query[rest..];
            let length = word.find(char::is_whitespace).unwrap_or(word.len());
            (rest..rest + length, rest + length)
        }
    };
    let clause = Clause {
        text: query[range.clone()].to_owned(),
        range,
        phrase: phrase.is_some(),
        excluded,
        field: field.map(str::to_owned),
    };
    (clause, end)
}

/// The name before a colon, if it is a field's and something follows.
fn field<'a>(rest: &'a str, is_field: &impl Fn(&str) -> bool) -> Option<&'a str> {
    let (name, value) = rest.split_once(':')?;
    let follows = value.starts_with(|c: char| !c.is_whitespace());
    (follows && is_field(name)).then_some(name)
}

/// What stands between two quotes, if it holds anything.
fn phrase(rest: &str) -> Option<&str> {
    let (inner, _) = rest.strip_prefix('"')?.split_once('"')?;
    (!inner.trim().is_empty()).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(query: &str) -> Vec<(String, bool, bool, Option<String>)> {
        let is_field = |name: &str| ["title", "city"].contains(&name);
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
    fn meaning_reads_what_is_not_excluded() {
        let clauses = parse(r#""raw milk" -cheese title:farm"#, |name| name == "title");
        assert_eq!(without_operators(&clauses), "raw milk farm");
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(query in r#"[-a:"é \t]{0,20}"#) {
            for clause in parse(&query, |name| name == "a") {
                prop_assert_eq!(&query[clause.range.clone()], &clause.text);
            }
        }
    }
}
