//! Related words that the stemmer keeps apart: a noun and its adjective.

use super::{Analyzer, Language};

/// Endings of English nouns of Greek or Latin origin, each with that of the adjective: `anemia`
/// and `anemic`, `neurosis` and `neurotic`, `diagnosis` and `diagnostic`, `allergy` and
/// `allergic`.
const ENDINGS: [(&str, &str); 4] = [("ia", "ic"), ("sis", "tic"), ("sis", "stic"), ("y", "ic")];
/// The fewest letters before an ending: `media` and `medic` share too few.
const LEAST_LETTERS: usize = 4;

impl Analyzer {
    /// The terms of the adjectives that may belong to a folded noun, or the other way round, for
    /// words that records contain in no form. They are not checked, and most are not words.
    /// English only.
    pub fn related(&self, word: &str) -> impl Iterator<Item = String> {
        let english = self.language == Language::English && word.is_ascii();
        let pairs = ENDINGS.into_iter().filter(move |_| english);
        let both_ways = pairs.flat_map(|(noun, adjective)| [(noun, adjective), (adjective, noun)]);
        both_ways.filter_map(move |(ending, other)| {
            let stem = word.strip_suffix(ending)?;
            let long = stem.len() >= LEAST_LETTERS;
            long.then(|| self.term(&format!("{stem}{other}")).into_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_and_its_adjective_are_related() {
        let analyzer = Analyzer::new(Language::English);
        for (noun, adjective) in [
            ("leukemia", "leukemic"),
            ("amnesia", "amnesic"),
            ("prognosis", "prognostic"),
            ("neurosis", "neurotic"),
            ("allergy", "allergic"),
        ] {
            for (one, other) in [(noun, adjective), (adjective, noun)] {
                let other = analyzer.term(other).into_owned();
                assert!(analyzer.related(one).any(|term| term == other), "{one}");
            }
        }
    }

    #[test]
    fn nothing_is_related_by_a_short_stem_or_in_another_language() {
        let english = Analyzer::new(Language::English);
        assert_eq!(english.related("media").count(), 0);
        assert_eq!(english.related("password").count(), 0);
        let german = Analyzer::new(Language::German);
        assert_eq!(german.related("leukemia").count(), 0);
    }
}
