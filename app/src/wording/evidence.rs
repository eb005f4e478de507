//! Why a hit has its rank, and the ranks in an explanation.

use parallax::vocabulary::limits::FUSION_DEPTH;
use parallax::vocabulary::{Hit, Mode, Signal};

use super::{order, ranked_by};
use crate::numbers::thousands;
use crate::state::SearchState;

/// One engine's evidence for a hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The engine.
    pub by: Mode,
    /// The evidence.
    pub text: String,
}

/// Why a hit has its rank, in terms of what ranked it.
pub fn evidence(state: &SearchState, hit: &Hit) -> Vec<Evidence> {
    let signals = &hit.signals;
    let say = |by, text| Evidence { by, text };
    let place = |by, rank: Option<u32>, how: &str| {
        let text = match rank {
            Some(rank) => format!("#{} {how}", thousands(rank)),
            None => format!("not among the first {FUSION_DEPTH} {how}"),
        };
        say(by, text)
    };
    match ranked_by(state) {
        // Nothing ranked it.
        _ if order(state).is_some() => Vec::new(),
        Some(Mode::Hybrid) => vec![
            place(
                Mode::Neural,
                signals.neural.as_ref().map(|s| s.rank),
                "by meaning",
            ),
            place(
                Mode::Text,
                signals.text.as_ref().map(|s| s.rank),
                "by words",
            ),
        ],
        Some(Mode::Text) => {
            let score = signals.text.as_ref().map_or(hit.score, |s| s.score);
            vec![say(Mode::Text, format!("BM25 {score:.2}"))]
        }
        _ => {
            let Some(Signal { score, .. }) = &signals.neural else {
                return vec![say(Mode::Text, format!("BM25 {:.2}", hit.score))];
            };
            let whole = say(Mode::Neural, similarity(*score));
            let of_words = signals.late_interaction;
            let of_words = of_words.map(|of| format!("word similarity {of:.3}"));
            let of_words = of_words.map(|text| say(Mode::Neural, text));
            std::iter::once(whole).chain(of_words).collect()
        }
    }
}

/// How similar two texts are: `similarity 0.612`.
pub fn similarity(cosine: f32) -> String {
    format!("similarity {cosine:.3}")
}

/// A record's exact rank by words: `12th by words`.
pub fn by_words(rank: Option<u32>) -> String {
    match rank {
        Some(rank) => format!("{} by words", ordinal(rank)),
        None => "Excluded by the filter".into(),
    }
}

/// A record's exact rank by meaning.
pub fn by_meaning(rank: Option<u32>) -> String {
    match rank {
        Some(rank) => format!("{} by meaning", ordinal(rank)),
        None => "Excluded by the filter".into(),
    }
}

/// The rank in a ranking that was fused, if it is in it.
pub fn added(rank: Option<u32>, how: &str) -> String {
    match rank {
        Some(rank) => format!("{} {how}", ordinal(rank)),
        None => format!("Not among the first {FUSION_DEPTH} {how}"),
    }
}

/// A rank as an ordinal: `1st`, `12th`, `1,023rd`.
fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{}{ending}", thousands(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::tests::{hit, state};

    fn texts(mode: &str, hit: &Hit) -> Vec<String> {
        let evidence = evidence(&state(mode), hit).into_iter();
        evidence.map(|evidence| evidence.text).collect()
    }

    #[test]
    fn places_are_said_as_people_say_them() {
        let said = [1, 2, 3, 4, 11, 12, 13, 21, 112, 1_023].map(ordinal);
        assert_eq!(
            said,
            [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "1,023rd"
            ]
        );
        assert_eq!(by_words(None), "Excluded by the filter");
    }

    #[test]
    fn a_score_goes_by_its_name_and_a_fused_one_is_not_shown() {
        assert_eq!(texts("neural", &hit(Some(1), None)), ["similarity 0.612"]);
        let mut by_words_too = hit(Some(1), None);
        by_words_too.signals.late_interaction = Some(0.7077);
        assert_eq!(
            texts("neural", &by_words_too),
            ["similarity 0.612", "word similarity 0.708"]
        );
        assert_eq!(texts("text", &hit(None, Some(1))), ["BM25 11.42"]);
        let both = texts("hybrid", &hit(Some(3), Some(1)));
        assert_eq!(both, ["#3 by meaning", "#1 by words"]);
        let one = texts("hybrid", &hit(Some(3), None));
        assert_eq!(one, ["#3 by meaning", "not among the first 100 by words"]);
        // A query that the model cannot read is answered by words.
        assert_eq!(texts("neural", &hit(None, Some(1))), ["BM25 0.03"]);
    }
}
