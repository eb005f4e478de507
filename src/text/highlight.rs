//! Which words of a text a query matched.

use std::ops::Range;

use super::analysis::{query_terms, tokens};

/// Byte ranges of the words in `text` whose term the query holds, in order. They lie on
/// character boundaries; who draws them escapes the text.
pub fn highlight(query: &str, text: &str) -> Vec<Range<usize>> {
    let terms = query_terms(query);
    tokens(text)
        .filter(|token| terms.iter().any(|(term, _)| *term == token.term))
        .map(|token| token.range)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_marked_through_stems_and_accents() {
        let text = "Cafés connect; the caféteria's <b>connections</b>.";
        let marked: Vec<&str> = highlight("cafe CONNECTION", text)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert_eq!(marked, ["Cafés", "connect", "connections"]);
    }
}
