//! Why nothing was found, and what to do about it.

use parallax::vocabulary::Mode;

use super::ranked_by;
use crate::state::SearchState;

/// Why nothing was found, and what to do about it.
pub fn nothing(state: &SearchState, unread: bool) -> (&'static str, &'static str) {
    let filtered = !state.filters.is_empty();
    match ranked_by(state) {
        _ if state.from > 1 => (
            "The list ends before this place",
            "It may have been longer when this link was made.",
        ),
        _ if state.lists() => (
            if filtered {
                "No record passes this filter"
            } else {
                "There are no records"
            },
            "Records are listed here once the collection has some that pass.",
        ),
        Some(_) if unread => (
            "No record contains any of these words",
            "The model has never learned them, so there is nothing to find by meaning \
             either. Other words, or another script, may find something.",
        ),
        Some(Mode::Text) if filtered => (
            "No record with this filter contains any of these words",
            "Without the filter there may be some. Words such as \u{201c}the\u{201d} or \
             \u{201c}and\u{201d} are not looked up.",
        ),
        Some(Mode::Text) => (
            "No record contains any of these words",
            "Search by meaning instead of words, or try other words. Words such as \
             \u{201c}the\u{201d} or \u{201c}and\u{201d} are not looked up, and a phrase or a \
             condition such as city:Berlin must match exactly.",
        ),
        _ if filtered => (
            "No record passes this filter",
            "A search by meaning always finds the nearest records, but here there is none to \
             choose from.",
        ),
        _ if state.like.is_none() => (
            "There is nothing to choose from",
            "Either the collection is empty, or a phrase, an exclusion or a condition in the \
             query leaves no record. A condition such as city:Berlin must match a whole \
             value.",
        ),
        _ => (
            "There is nothing to find here",
            "The collection contains no other records.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::tests::state;

    #[test]
    fn nothing_found_names_the_filter_only_where_there_is_one() {
        assert!(
            nothing(&state("text"), false)
                .0
                .ends_with("any of these words")
        );
        let berlin = state("neural").with_filter("city", "Nowhere");
        assert!(nothing(&berlin, false).0.contains("filter"));
        assert!(
            nothing(&state("hybrid"), false)
                .1
                .contains("condition in the query")
        );
    }
}
