//! Counts and order: the line above the hits, and what a screen reader announces.

use parallax::vocabulary::{Answer, Counted, Mode, Relation, ScorePart};

use super::{corrected, filtered, order, ranked_by};
use crate::numbers::{counted, thousands};
use crate::state::SearchState;

/// The line above the hits: how many of how many, in what order.
pub fn summary(state: &SearchState, response: &Answer) -> String {
    let ranked = match ranked_by(state).filter(|_| response.by_words_alone().is_none()) {
        Some(Mode::Text) | None => "best match first",
        Some(Mode::Hybrid) => "both rankings fused",
        // Late interaction may put a record before a nearer one.
        Some(Mode::Neural) if response.ranked_by.contains(&ScorePart::LateInteraction) => {
            "best match first"
        }
        Some(Mode::Neural) => "nearest first",
    };
    let order = order(state).unwrap_or_else(|| ranked.into());
    format!("{}, {order}", counts(state, response))
}

/// How many hits are shown, and how many records are answers. By meaning, a list may continue
/// beyond the answers, and not every record in it has to be one.
fn counts(state: &SearchState, response: &Answer) -> String {
    let (shown, total) = (response.hits.len() as u32, response.total);
    let last = thousands(state.from - 1 + shown);
    let range = format!("{}\u{2013}{last}", thousands(state.from));
    let which = filtered(state, total < 2);
    match response.counted {
        Counted::Answers | Counted::AtLeast => {
            let answers = match total {
                0 => format!("no record{which} matches well"),
                1 => format!("1 record{which} matches well"),
                _ => format!("{}{which} match well", counted(total, "record")),
            };
            let least = if response.counted == Counted::AtLeast {
                "at least "
            } else {
                ""
            };
            let shown = match response.best {
                // In mode hybrid, the list ends with the best of each engine.
                Some(best) => format!("{range} of the {} best", thousands(best)),
                None if state.from > 1 => format!("{range} shown"),
                None => format!("{last} shown"),
            };
            format!("{shown}, {least}{answers}")
        }
        Counted::Matching | Counted::All => {
            let noun = match response.counted {
                Counted::Matching => "matching record",
                _ => "record",
            };
            let least = match response.total_relation {
                Relation::Equal => "",
                Relation::AtLeast => "at least ",
            };
            let all = format!("{least}{}{which}", counted(total, noun));
            match response.best.filter(|&best| best < total) {
                Some(best) => format!("{range} of the {} best, {all}", thousands(best)),
                None if shown == total => all,
                None => format!("{range} of {all}"),
            }
        }
    }
}

/// What a screen reader announces when the answer arrives.
pub fn announcement(state: &SearchState, response: &Answer) -> String {
    if response.hits.is_empty() {
        return "Nothing found.".into();
    }
    let results = format!("{}.", counts(state, response));
    let doubt = (response.fits == Some(false)).then(|| "Nothing here matches well.".to_owned());
    let parts = [
        response.by_words_alone().map(str::to_owned),
        corrected(&response.corrections),
        doubt,
        Some(results),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

/// A caution about the answer as a whole, shown before its hits.
pub fn caution(state: &SearchState, response: &Answer) -> Option<String> {
    if let Some(why) = response.by_words_alone() {
        return Some(why.to_owned());
    }
    let by_words = response.hits.iter().any(|hit| hit.signals.text.is_some());
    let fused = ranked_by(state) == Some(Mode::Hybrid) && !state.lists();
    let alone = "No record contains any of these words: the order is by meaning alone.";
    (fused && !by_words && response.hits.len() > 1).then(|| alone.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax::vocabulary::{FELL_BACK, Fallback, FallbackReason, UNREAD};

    use crate::wording::evidence;
    use crate::wording::tests::{answer, hit, state};

    #[test]
    fn the_summary_says_what_is_counted() {
        let ten = || vec![hit(Some(1), None); 10];
        let said = |mode, total, counted: Counted| {
            let answer = Answer {
                counted,
                ..answer(total, ten())
            };
            summary(&state(mode), &answer)
        };
        for (mode, total, counted, line) in [
            (
                "neural",
                29,
                Counted::All,
                "1–10 of 29 records, nearest first",
            ),
            (
                "neural",
                37,
                Counted::Answers,
                "10 shown, 37 records match well, nearest first",
            ),
            (
                "neural",
                1,
                Counted::Answers,
                "10 shown, 1 record matches well, nearest first",
            ),
            (
                "neural",
                0,
                Counted::Answers,
                "10 shown, no record matches well, nearest first",
            ),
            (
                "hybrid",
                150,
                Counted::AtLeast,
                "10 shown, at least 150 records match well, both rankings fused",
            ),
            (
                "text",
                312,
                Counted::Matching,
                "1–10 of 312 matching records, best match first",
            ),
            (
                "text",
                10,
                Counted::Matching,
                "10 matching records, best match first",
            ),
        ] {
            assert_eq!(said(mode, total, counted), line);
        }
        let berlin = state("neural").with_filter("city", "Berlin");
        assert_eq!(
            summary(&berlin, &answer(46, ten())),
            "1–10 of 46 records that pass the filter, nearest first"
        );
        let late = Answer {
            ranked_by: vec![ScorePart::Meaning, ScorePart::LateInteraction],
            ..answer(29, ten())
        };
        assert_eq!(
            summary(&state("neural"), &late),
            "1–10 of 29 records, best match first"
        );
    }

    #[test]
    fn a_list_that_ends_with_the_best_says_so() {
        let fused = Answer {
            counted: Counted::Answers,
            best: Some(187),
            ..answer(1_234, vec![hit(Some(1), Some(1)); 10])
        };
        assert_eq!(
            summary(&state("hybrid"), &fused),
            "1–10 of the 187 best, 1,234 records match well, both rankings fused"
        );
        let all = Answer {
            counted: Counted::All,
            best: Some(29),
            ..answer(34, vec![hit(Some(1), Some(1)); 9])
        };
        let page = SearchState {
            from: 21,
            ..state("hybrid")
        };
        assert_eq!(
            summary(&page, &all),
            "21–29 of the 29 best, 34 records, both rankings fused"
        );
    }

    #[test]
    fn a_later_page_says_where_it_begins() {
        let page = |mode| SearchState {
            from: 1_001,
            ..state(mode)
        };
        let ten = |counted| Answer {
            counted,
            ..answer(2_000, vec![hit(None, Some(1)); 10])
        };
        assert_eq!(
            summary(&page("text"), &ten(Counted::Matching)),
            "1,001–1,010 of 2,000 matching records, best match first"
        );
        assert_eq!(
            summary(&page("neural"), &ten(Counted::Answers)),
            "1,001–1,010 shown, 2,000 records match well, nearest first"
        );
    }

    #[test]
    fn a_total_that_was_not_counted_to_the_end_says_so() {
        let frequent = Answer {
            counted: Counted::Matching,
            total_relation: Relation::AtLeast,
            ..answer(10_000, vec![hit(None, Some(1)); 10])
        };
        assert_eq!(
            summary(&state("text"), &frequent),
            "1–10 of at least 10,000 matching records, best match first"
        );
    }

    #[test]
    fn a_list_says_its_order_and_shows_no_evidence() {
        let listed = SearchState::default().searching("*");
        assert_eq!(
            summary(&listed, &answer(340, vec![hit(None, None); 10])),
            "1–10 of 340 records, in their original order"
        );
        let sorted = SearchState {
            sort: Some("-price".into()),
            ..state("text")
        };
        let matching = Answer {
            counted: Counted::Matching,
            ..answer(10, vec![hit(None, None); 10])
        };
        assert_eq!(
            summary(&sorted, &matching),
            "10 matching records, by Price, descending"
        );
        assert_eq!(evidence(&listed, &hit(None, None)), []);
        assert_eq!(evidence(&sorted, &hit(None, None)), []);
        let said = announcement(&listed, &answer(340, vec![hit(None, None); 10]));
        assert_eq!(said, "1–10 of 340 records.");
    }

    #[test]
    fn announcements_count_what_matches() {
        let one = Answer {
            counted: Counted::Matching,
            ..answer(1, vec![hit(None, Some(1))])
        };
        assert_eq!(announcement(&state("text"), &one), "1 matching record.");
        assert_eq!(
            announcement(&state("text"), &answer(0, vec![])),
            "Nothing found."
        );
    }

    #[test]
    fn an_answer_by_one_engine_alone_says_so() {
        let meaning_only = answer(9, vec![hit(Some(1), None), hit(Some(2), None)]);
        assert!(caution(&state("hybrid"), &meaning_only).is_some());
        assert!(caution(&state("neural"), &meaning_only).is_none());
        let unread = Answer {
            unread: true,
            counted: Counted::Matching,
            ..answer(1, vec![hit(None, Some(1))])
        };
        for mode in ["neural", "hybrid"] {
            let said = caution(&state(mode), &unread);
            assert_eq!(said.as_deref(), Some(UNREAD));
            let line = summary(&state(mode), &unread);
            assert_eq!(line, "1 matching record, best match first");
        }
        let fell_back = Answer {
            unread: false,
            fallback: Some(Fallback {
                from: Mode::Hybrid,
                to: Mode::Text,
                reason: FallbackReason::EncodingSaturated,
            }),
            ..unread
        };
        let said = caution(&state("hybrid"), &fell_back);
        assert_eq!(said.as_deref(), Some(FELL_BACK));
        assert!(announcement(&state("hybrid"), &fell_back).starts_with(FELL_BACK));
        let line = summary(&state("hybrid"), &fell_back);
        assert_eq!(line, "1 matching record, best match first");
        let both = answer(9, vec![hit(Some(1), None), hit(Some(2), Some(1))]);
        assert!(caution(&state("hybrid"), &both).is_none());
    }
}
