//! What the field offers while a query is typed.

use parallax::vocabulary::Suggestions;

use crate::numbers::label;

/// How many recent queries are offered before anything is typed.
const RECENT: usize = 5;
/// How many that begin as typed.
const RECENT_BEGUN: usize = 2;
/// How many titles and how many facet values. The list must leave room for the results below.
const TITLES: usize = 3;
const VALUES: usize = 2;

/// An option.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Its text.
    pub text: String,
    /// What it is.
    pub note: String,
    /// What happens if it is chosen.
    pub choice: Choice,
}

/// What a chosen option does.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// Asks this query.
    Ask(String),
    /// Asks the query that is left, of the records with a facet value.
    Narrow {
        /// What is left of the query.
        query: String,
        /// The facet.
        field: String,
        /// The value.
        value: String,
    },
    /// Forgets the recent queries.
    Forget,
}

/// The options for what was typed: recent queries, titles and facet values that begin so. Before
/// anything is typed, the latest queries. What was found may still be for an earlier text.
pub fn offers(typed: &str, recent: &[String], found: &(String, Suggestions)) -> Vec<Offer> {
    let (asked, found) = found;
    let start = typed.trim();
    let ask = |text: &str, note: &str| Offer {
        text: text.to_owned(),
        note: note.to_owned(),
        choice: Choice::Ask(text.to_owned()),
    };
    if start.is_empty() {
        let mut offers: Vec<Offer> = recent
            .iter()
            .take(RECENT)
            .map(|query| ask(query, "recent"))
            .collect();
        if !offers.is_empty() {
            offers.push(Offer {
                text: "Clear recent queries".into(),
                note: String::new(),
                choice: Choice::Forget,
            });
        }
        return offers;
    }
    let lower = start.to_lowercase();
    let others = |text: &str| text.to_lowercase() != lower;
    let begun = recent.iter().filter(|query| {
        let query = query.to_lowercase();
        query.starts_with(&lower) && query != lower
    });
    let mut offers: Vec<Offer> = begun
        .take(RECENT_BEGUN)
        .map(|query| ask(query, "recent"))
        .collect();
    let titles = found.titles.iter().map(|found| found.title.trim());
    for title in titles.filter(|title| others(title)).take(TITLES) {
        if offers.iter().all(|offer| offer.text != title) {
            offers.push(ask(title, "title"));
        }
    }
    let values = found.values.iter().take(VALUES).map(|value| Offer {
        text: value.value.clone(),
        note: label(&value.field),
        choice: Choice::Narrow {
            query: without(asked, value.typed.start, value.typed.end),
            field: value.field.clone(),
            value: value.value.clone(),
        },
    });
    offers.extend(values);
    offers
}

/// A query without a part of it, if it has that part.
fn without(query: &str, start: usize, end: usize) -> String {
    let (Some(before), Some(after)) = (query.get(..start), query.get(end..)) else {
        return query.to_owned();
    };
    [before.trim(), after.trim()].join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax::vocabulary::{TitleSuggestion, ValueSuggestion};

    fn found(
        asked: &str,
        titles: &[&str],
        values: &[(&str, usize, usize)],
    ) -> (String, Suggestions) {
        let titles = titles.iter().map(|title| TitleSuggestion {
            id: "1".into(),
            title: (*title).into(),
        });
        let values = values.iter().map(|(value, start, end)| ValueSuggestion {
            field: "home_city".into(),
            value: (*value).into(),
            typed: *start..*end,
        });
        let found = Suggestions {
            titles: titles.collect(),
            values: values.collect(),
        };
        (asked.into(), found)
    }

    fn texts(offers: &[Offer]) -> Vec<&str> {
        offers.iter().map(|offer| offer.text.as_str()).collect()
    }

    #[test]
    fn before_anything_is_typed_the_latest_queries_are_offered_and_can_be_cleared() {
        let recent: Vec<String> = (0..9).map(|at| format!("query {at}")).collect();
        let offers = offers("  ", &recent, &Default::default());
        assert_eq!(offers.len(), RECENT + 1);
        assert_eq!(offers[RECENT].choice, Choice::Forget);
        assert!(super::offers("", &[], &Default::default()).is_empty());
    }

    #[test]
    fn what_is_offered_goes_on_from_what_was_typed() {
        let recent = ["Solar panels", "solar", "milk"].map(str::to_owned);
        let found = found("solar", &["Solar", "Solar panels", "Solarium"], &[]);
        let offers = offers("solar", &recent, &found);
        assert_eq!(texts(&offers), ["Solar panels", "Solarium"]);
        assert_eq!(offers[1].choice, Choice::Ask("Solarium".into()));
    }

    #[test]
    fn a_value_takes_the_place_of_what_it_completes() {
        let found = found(" café ber", &[], &[("Berlin", 7, 10)]);
        let offers = offers(" café berl", &[], &found);
        assert_eq!(offers[0].note, "Home city");
        let narrow = Choice::Narrow {
            query: "café".into(),
            field: "home_city".into(),
            value: "Berlin".into(),
        };
        assert_eq!(offers[0].choice, narrow);
        assert_eq!(without("x", 3, 9), "x");
    }
}
