//! The texts about an answer: counts, order, the evidence for a hit, and what to do if nothing
//! was found. No sentence claims more than the engine computed.

mod difference;
mod evidence;
mod nothing;
mod summary;

pub use difference::{difference, place_by_meaning, place_by_words};
pub use evidence::{Evidence, added, by_meaning, by_words, evidence, similarity};
pub use nothing::nothing;
pub use summary::{announcement, caution, summary};

use parallax::vocabulary::{Alternative, Condition, Copies, Correction, Mode};

use crate::numbers::{label, thousands};
use crate::state::SearchState;

/// The mode that ranked the answer. Similar records are always ranked by meaning.
pub fn ranked_by(state: &SearchState) -> Option<Mode> {
    match state.like {
        Some(_) => Some(Mode::Neural),
        None if state.words_first => Some(Mode::Text),
        None => state.mode.parse().ok(),
    }
}

/// What a record is called: by its title, if it has one.
pub fn name_of(title: &str, id: &str) -> String {
    match title.trim() {
        "" => nameless(id),
        _ => title.to_owned(),
    }
}

/// What a record without a title is called.
pub fn nameless(id: &str) -> String {
    ["Record ", id].concat()
}

/// The order of records that are listed or sorted, not ranked.
fn order(state: &SearchState) -> Option<String> {
    match &state.sort {
        Some(sort) => Some(match sort.strip_prefix('-') {
            Some(field) => format!("by {}, descending", label(field)),
            None => format!("by {}", label(sort)),
        }),
        None if state.lists() => Some("in their original order".into()),
        None => None,
    }
}

fn filtered(state: &SearchState, singular: bool) -> &'static str {
    match (state.filters.len(), singular) {
        (0, _) => "",
        (1, true) => " that passes the filter",
        (1, false) => " that pass the filter",
        (_, true) => " that passes the filters",
        (_, false) => " that pass the filters",
    }
}

/// Which words were replaced; `None` if none was.
pub fn corrected(corrections: &[Correction]) -> Option<String> {
    let words = corrections.iter().map(|correction| {
        let Correction { word, instead, .. } = correction;
        format!(
            "\u{201c}{word}\u{201d} is in no record, so \u{201c}{instead}\u{201d} was looked for."
        )
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// What a filter selects: `City: Berlin`.
pub fn condition(filter: &str) -> String {
    match filter.parse::<Condition>() {
        Ok(condition) => {
            let not = if condition.negated { "not " } else { "" };
            format!("{not}{}: {}", label(&condition.field), values(&condition))
        }
        Err(_) => filter.to_owned(),
    }
}

/// The values that a condition names.
pub fn values(condition: &Condition) -> String {
    let values = condition.alternatives.iter();
    let values = values.map(|alternative| match alternative {
        Alternative::Exists => "any value",
        Alternative::Value(value) => value,
    });
    let values: Vec<&str> = values.collect();
    values.join(" or ")
}

/// How many identical records a hit represents, and their values of the first facet, which may
/// tell them apart.
pub fn also(copies: &Copies) -> String {
    const NAMED: usize = 4;
    let first = copies.records.first().and_then(|copy| copy.facets.first());
    let mut places: Vec<&str> = Vec::new();
    for copy in &copies.records {
        let own = copy.facets.iter();
        let same = own.filter(|facet| first.is_some_and(|first| first.field == facet.field));
        for facet in same {
            if !places.contains(&facet.value.as_str()) {
                places.push(&facet.value);
            }
        }
    }
    let count = match copies.count {
        1 => "1 more record says the same".to_owned(),
        count => format!("{} more records say the same", thousands(count)),
    };
    let more = if places.len() > NAMED { ", …" } else { "" };
    places.truncate(NAMED);
    if places.is_empty() {
        count
    } else {
        format!("{count}: {}{more}", places.join(", "))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use parallax::vocabulary::{
        Answer, Counted, Highlights, Hit, Relation, Signal, Signals, Timings,
    };

    pub fn hit(neural: Option<u32>, text: Option<u32>) -> Hit {
        let signal = |score| move |rank| Signal { rank, score };
        Hit {
            id: "7".into(),
            score: 0.0325,
            signals: Signals {
                neural: neural.map(signal(0.6123)),
                text: text.map(signal(11.418)),
                late_interaction: None,
            },
            percentile: None,
            title: String::new(),
            title_cut: false,
            text: String::new(),
            snippet: None,
            read_in_part: false,
            url: None,
            image: None,
            facets: Vec::new(),
            more_facets: 0,
            highlights: Highlights::default(),
            matched_field: None,
            passage: None,
            sentence: None,
            copies: None,
            explanation: None,
            payload: None,
            left_out: Vec::new(),
        }
    }

    pub fn answer(total: u32, hits: Vec<Hit>) -> Answer {
        Answer {
            best: None,
            facets: Vec::new(),
            collection: "startups".into(),
            total,
            total_relation: Relation::Equal,
            counted: Counted::All,
            route: None,
            hits,
            fits: None,
            corrections: Vec::new(),
            unread: false,
            fallback: None,
            ranked_by: Vec::new(),
            timings: Timings::default(),
        }
    }

    pub fn state(mode: &str) -> SearchState {
        SearchState::default().searching("solar").in_mode(mode)
    }

    #[test]
    fn replaced_words_are_named() {
        let solr = Correction {
            word: "solr".into(),
            range: 0..4,
            instead: "solar".into(),
        };
        let text = corrected(&[solr]).unwrap();
        assert!(text.contains("solr") && text.contains("solar"), "{text}");
        assert_eq!(corrected(&[]), None);
    }

    #[test]
    fn a_condition_is_said_without_its_syntax() {
        for (filter, said) in [
            ("city:Berlin", "City: Berlin"),
            (r"-dc\:type:R\|B|Y", "not Dc:type: R|B or Y"),
            ("year:*", "Year: any value"),
            (r"path:C:\Users", r"Path: C:\Users"),
            ("town", "town"),
        ] {
            assert_eq!(condition(filter), said, "{filter}");
        }
    }
}
