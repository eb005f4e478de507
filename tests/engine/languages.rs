//! What people expect of word search in their language, as data: `tests/languages/CODE.json`
//! contains records, and queries with what they should find and why. Behaviour that does not
//! depend on stems or stop words must hold in a collection of any language, so it is also tested
//! with English, the default language, and with no language.

use std::collections::BTreeMap;
use std::path::Path;

use parallax::text::{
    Lookup, Marks, Matches, TextIndexBuilder, TextPart, TextQuery, fulfilling, parse, search,
};
use parallax::{Analyzer, Language};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    language: Language,
    records: BTreeMap<String, String>,
    behaviours: Vec<Behaviour>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    why: String,
    query: String,
    /// The record that must be found first.
    first: Option<String>,
    /// Records that must be found.
    #[serde(default)]
    found: Vec<String>,
    /// Records that must not be found.
    #[serde(default)]
    missed: Vec<String>,
    /// The words that must be marked in the first one.
    marked: Option<Vec<String>>,
    /// Whether it depends on the language's stems or stop words.
    #[serde(default)]
    only: bool,
}

/// The minimum number of behaviours checked per language.
const FEWEST: usize = 8;

fn check(code: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/languages/{code}.json"));
    let expected: Expected = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(expected.behaviours.len() >= FEWEST);
    let mut wrong = Vec::new();
    for language in [expected.language, Language::English, Language::None] {
        let own = language == expected.language;
        let held = expected.behaviours.iter().filter(|it| own || !it.only);
        for behaviour in held {
            let fault = fault(language, &expected.records, behaviour);
            wrong.extend(fault.map(|fault| {
                format!(
                    "in {language}: {:?} {fault}: {}",
                    behaviour.query, behaviour.why
                )
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with an answer, if anything.
fn fault(
    language: Language,
    records: &BTreeMap<String, String>,
    expected: &Behaviour,
) -> Option<String> {
    let analyzer = Analyzer::new(language);
    let mut builder = TextIndexBuilder::new(&analyzer, vec![1]);
    for text in records.values() {
        builder.add(&[text]);
    }
    let index = builder.build();
    let mut parts = [TextPart {
        index: &index,
        live: None,
        terms: index.lengths().iter().copied().map(u64::from).sum(),
        passing: None,
        offset: 0,
        corpus: None,
    }];
    let lookup = Lookup {
        prefix: false,
        correct: false,
    };
    let clauses = parse(&expected.query, |_| false);
    let query = TextQuery::new(&analyzer, &parts, &clauses, |_| Vec::new(), lookup, &|_| {
        false
    });
    let fulfilling = fulfilling(&parts, &query);
    parts[0].passing = fulfilling.as_ref().map(|parts| &parts[0]);
    let ids: Vec<&String> = records.keys().collect();
    let hits: Vec<&String> = search(&parts, &query, records.len())
        .iter()
        .map(|hit| ids[hit.position as usize])
        .collect();
    let first = hits.first().copied();
    if expected.first.is_some() && first != expected.first.as_ref() {
        return Some(format!("finds {hits:?}"));
    }
    if let Some(lacking) = expected.found.iter().find(|id| !hits.contains(id)) {
        return Some(format!("lacks {lacking} in {hits:?}"));
    }
    if let Some(more) = expected.missed.iter().find(|id| hits.contains(id)) {
        return Some(format!("finds {more} in {hits:?}"));
    }
    let text = &records[first?];
    let ranges = Matches::of(&analyzer, &Marks::of(&query), text).ranges();
    let marked: Vec<&str> = ranges.into_iter().map(|range| &text[range]).collect();
    let right = expected
        .marked
        .as_ref()
        .is_none_or(|right| *right == marked);
    (!right).then(|| format!("marks {marked:?}"))
}

#[test]
fn hindi() {
    check("hi");
}

#[test]
fn thai() {
    check("th");
}

#[test]
fn lao() {
    check("lo");
}

#[test]
fn burmese() {
    check("my");
}

#[test]
fn japanese() {
    check("ja");
}

#[test]
fn chinese() {
    check("zh");
}

#[test]
fn korean() {
    check("ko");
}

#[test]
fn arabic() {
    check("ar");
}

#[test]
fn french() {
    check("fr");
}

#[test]
fn italian() {
    check("it");
}

#[test]
fn german() {
    check("de");
}

#[test]
fn turkish() {
    check("tr");
}

#[test]
fn vietnamese() {
    check("vi");
}
