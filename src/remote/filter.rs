//! Filters and conditions as a cluster checks them.

use std::ops::Bound::{self, Excluded, Included, Unbounded};

use super::index::RemoteFilter;
use super::keys::{PRESENT, exactly, hash, in_any_case, on_axis};
use crate::filter::{FacetValue, Resolved, Wanted};
use crate::text::Condition;

/// A filter.
pub fn of_filter(filter: &Resolved) -> RemoteFilter {
    let each = |filters: &[Resolved]| filters.iter().map(of_filter).collect();
    match filter {
        Resolved::All(filters) => RemoteFilter::All(each(filters)),
        Resolved::Any(filters) => RemoteFilter::Any(each(filters)),
        Resolved::Not(filter) => RemoteFilter::Not(Box::new(of_filter(filter))),
        Resolved::Is {
            facet,
            negated,
            wanted,
        } => {
            let any = wanted.iter().map(|wanted| of_wanted(*facet, wanted));
            let any = RemoteFilter::Any(any.collect());
            match negated {
                true => RemoteFilter::Not(Box::new(any)),
                false => any,
            }
        }
    }
}

/// What is wanted of a facet.
pub fn of_wanted(facet: usize, wanted: &Wanted) -> RemoteFilter {
    let keys = |key: String| RemoteFilter::Keys(facet, vec![key]);
    match wanted {
        Wanted::Present => keys(PRESENT.to_owned()),
        Wanted::AnyCase(text) => keys(in_any_case(text)),
        // Texts and booleans have no ranges.
        Wanted::Between((Included(value), Included(same))) if value == same => keys(exactly(value)),
        Wanted::Between((from, to)) => RemoteFilter::Between(facet, place(from), place(to)),
    }
}

fn place(bound: &Bound<FacetValue>) -> Bound<f64> {
    let on_axis = |value| on_axis(value).unwrap_or_default();
    match bound {
        Included(value) => Included(on_axis(value)),
        Excluded(value) => Excluded(on_axis(value)),
        Unbounded => Unbounded,
    }
}

/// A filter that every record passes that satisfies all these conditions. Others may pass, too, because a cluster
/// knows neither order nor fields: of a phrase, it requires the words.
pub fn of_conditions(conditions: &[Condition]) -> RemoteFilter {
    let mut filters: Vec<RemoteFilter> = conditions.iter().flat_map(of_condition).collect();
    match filters.len() {
        1 => filters.remove(0),
        _ => RemoteFilter::All(filters),
    }
}

fn of_condition(condition: &Condition) -> Vec<RemoteFilter> {
    let terms_of = |word: usize| {
        let steps = condition.steps.iter();
        let steps = steps.filter(move |step| (step.from..step.to).contains(&word));
        let mut terms: Vec<u32> = steps
            .flat_map(|step| step.terms.iter().map(|(term, _)| hash(term)))
            .collect();
        terms.sort_unstable();
        terms.dedup();
        RemoteFilter::Terms(terms)
    };
    if !condition.excluded {
        return (0..condition.words).map(terms_of).collect();
    }
    // Otherwise, records are excluded here.
    let excluded = is_word(condition).then(|| RemoteFilter::Not(Box::new(terms_of(0))));
    excluded.into_iter().collect()
}

/// A filter for the records that contain every word, each as one of the terms that stand for it. Sequences of terms are left
/// out, because the cluster cannot check their order. `None` without words, or if no term stands for one of them.
pub fn of_all(words: &[Vec<Vec<String>>]) -> Option<RemoteFilter> {
    let of_word = |ways: &Vec<Vec<String>>| {
        let alone = ways.iter().filter_map(|terms| match terms.as_slice() {
            [term] => Some(hash(term)),
            _ => None,
        });
        RemoteFilter::Terms(alone.collect())
    };
    let words: Vec<RemoteFilter> = words.iter().map(of_word).collect();
    let is_satisfied = !words.is_empty() && !words.contains(&RemoteFilter::Terms(Vec::new()));
    is_satisfied.then_some(RemoteFilter::All(words))
}

/// Whether the cluster decides alone which records satisfy the conditions.
pub fn decides(conditions: &[Condition]) -> bool {
    conditions.iter().all(is_word)
}

/// Whether a condition is on a single word anywhere in a record: a cluster knows neither the order of words
/// nor the fields that they are in.
fn is_word(condition: &Condition) -> bool {
    let is_term = condition.steps.iter().all(|step| step.terms.len() == 1);
    condition.words == 1 && condition.fields.is_empty() && is_term
}
