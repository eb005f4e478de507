//! The filters of the engine as those of Qdrant.

use std::ops::Bound;

use parallax::remote::RemoteFilter;
use qdrant_client::qdrant::r#match::MatchValue;
use qdrant_client::qdrant::{Condition, Filter, Range, RepeatedIntegers};

use crate::layout::{ID, PIECES, TERMS, numbers_path, own_path, texts_path};

/// A filter as Qdrant reads it.
pub fn filter_of(filter: &RemoteFilter) -> Filter {
    match filter {
        RemoteFilter::All(filters) => Filter::must(filters.iter().map(condition_of)),
        // Qdrant ignores an empty list of alternatives.
        RemoteFilter::Any(filters) if filters.is_empty() => {
            Filter::must([Condition::has_id([] as [u64; 0])])
        }
        RemoteFilter::Any(filters) => Filter::should(filters.iter().map(condition_of)),
        RemoteFilter::Not(filter) => Filter::must_not([condition_of(filter)]),
        other => Filter::must([condition_of(other)]),
    }
}

fn condition_of(filter: &RemoteFilter) -> Condition {
    let integers = |field: &str, integers: Vec<i64>| {
        Condition::matches(
            own_path(field),
            MatchValue::Integers(RepeatedIntegers { integers }),
        )
    };
    match filter {
        RemoteFilter::Terms(terms) => {
            integers(TERMS, terms.iter().copied().map(i64::from).collect())
        }
        RemoteFilter::Numbers(numbers) => Condition::has_id(numbers.iter().copied()),
        RemoteFilter::Ids(ids) => Condition::matches(own_path(ID), ids.clone()),
        RemoteFilter::Pieces(pieces) => {
            integers(PIECES, pieces.iter().copied().map(i64::from).collect())
        }
        RemoteFilter::Keys(facet, keys) => Condition::matches(texts_path(*facet), keys.clone()),
        RemoteFilter::Between(facet, from, to) => {
            let mut range = Range::default();
            match *from {
                Bound::Included(from) => range.gte = Some(from),
                Bound::Excluded(from) => range.gt = Some(from),
                Bound::Unbounded => {}
            }
            match *to {
                Bound::Included(to) => range.lte = Some(to),
                Bound::Excluded(to) => range.lt = Some(to),
                Bound::Unbounded => {}
            }
            Condition::range(numbers_path(*facet), range)
        }
        all => Condition::from(filter_of(all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_without_alternatives_passes_nothing_and_one_without_conditions_everything() {
        let none = filter_of(&RemoteFilter::Any(Vec::new()));
        assert_eq!(
            none.must.len(),
            1,
            "an empty list of alternatives is ignored"
        );
        assert_eq!(filter_of(&RemoteFilter::NONE), Filter::default());
    }

    #[test]
    fn a_filter_keeps_its_structure() {
        let terms = RemoteFilter::Terms(vec![7, u32::MAX]);
        let city = RemoteFilter::Keys(0, vec!["=New York".into()]);
        let price = RemoteFilter::Between(2, Bound::Excluded(1.0), Bound::Included(9.5));
        let filter = RemoteFilter::All(vec![
            terms,
            RemoteFilter::Any(vec![city, price]),
            RemoteFilter::Not(Box::new(RemoteFilter::Pieces(vec![101]))),
        ]);
        let integers = |field: &str, integers: Vec<i64>| {
            Condition::matches(format!("_parallax.{field}"), integers)
        };
        let range = Range {
            gt: Some(1.0),
            lte: Some(9.5),
            ..Range::default()
        };
        // A keyword with a space is not a full-text condition.
        let city = Condition::matches("_parallax.facets.t0", vec!["=New York".to_owned()]);
        let expected = Filter::must([
            integers("terms", vec![7, i64::from(u32::MAX)]),
            Condition::from(Filter::should([
                city,
                Condition::range("_parallax.facets.n2", range),
            ])),
            Condition::from(Filter::must_not([integers("pieces", vec![101])])),
        ]);
        assert_eq!(filter_of(&filter), expected);
    }
}
