//! The texts about an answer: counts, order, the evidence for a hit, and what to do if nothing
//! was found. No sentence claims more than the engine computed.

use crate::limits::FUSION_DEPTH;
use crate::mode::Mode;
use crate::numbers::{counted, label, thousands};
use crate::state::SearchState;
use crate::wire::{Copies, Correction, Hit, SearchResponse, Signal};

/// The mode that ranked the answer. Similar records are always ranked by meaning.
pub fn ranked_by(state: &SearchState) -> Option<Mode> {
    match state.like {
        Some(_) => Some(Mode::Neural),
        None => Mode::named(&state.mode),
    }
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

/// The line above the hits: how many of how many, in what order.
pub fn summary(state: &SearchState, response: &SearchResponse) -> String {
    let ranked = match ranked_by(state).filter(|_| response.unread.is_none()) {
        Some(Mode::Text) | None => "best match first",
        Some(Mode::Hybrid) => "both rankings fused",
        Some(Mode::Neural) => "nearest first",
    };
    let order = order(state).unwrap_or_else(|| ranked.into());
    format!("{}, {order}", counts(state, response))
}

/// How many hits are shown, and how many records are answers. By meaning, a list may continue
/// beyond the answers, and not every record in it has to be one.
fn counts(state: &SearchState, response: &SearchResponse) -> String {
    let (shown, total) = (response.hits.len(), response.total);
    let which = filtered(state, total < 2);
    match response.counted.as_str() {
        "answers" | "at_least" => {
            let answers = match total {
                0 => format!("no record{which} matches well"),
                1 => format!("1 record{which} matches well"),
                _ => format!("{}{which} match well", counted(total, "record")),
            };
            let least = if response.counted == "at_least" {
                "at least "
            } else {
                ""
            };
            format!("{shown} shown, {least}{answers}")
        }
        counted_are => {
            let noun = if counted_are == "matching" {
                "matching record"
            } else {
                "record"
            };
            let range = if shown == total as usize {
                String::new()
            } else {
                format!("1\u{2013}{shown} of ")
            };
            format!("{range}{}{which}", counted(total, noun))
        }
    }
}

/// What a screen reader announces when the answer arrives.
pub fn announcement(state: &SearchState, response: &SearchResponse) -> String {
    if response.hits.is_empty() {
        return "Nothing found.".into();
    }
    let results = format!("{}.", counts(state, response));
    let doubt = (response.fits == Some(false)).then(|| "Nothing here matches well.".to_owned());
    let unread = response.unread.clone();
    let parts = [
        unread,
        corrected(&response.corrections),
        doubt,
        Some(results),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

/// Why nothing was found, and what to do about it.
pub fn nothing(state: &SearchState, unread: bool) -> (&'static str, &'static str) {
    let filtered = !state.filters.is_empty();
    match ranked_by(state) {
        _ if state.lists() => (
            if filtered {
                "No record passes this filter"
            } else {
                "There are no records"
            },
            "Records are listed here once the collection has some that pass.",
        ),
        Some(_) if unread => (
            "No record holds any of these words",
            "The model has never learned them, so there is nothing to find by meaning \
             either. Other words, or another script, may find something.",
        ),
        Some(Mode::Text) if filtered => (
            "No record with this filter holds any of these words",
            "Without the filter there may be some. Words such as \u{201c}the\u{201d} or \
             \u{201c}and\u{201d} are not looked up.",
        ),
        Some(Mode::Text) => (
            "No record holds any of these words",
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
             query leaves no record. A condition such as city:Berlin must match exactly, \
             including capitals.",
        ),
        _ => (
            "There is nothing to find here",
            "The collection holds no other records.",
        ),
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
            vec![say(Mode::Neural, format!("similarity {score:.3}"))]
        }
    }
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

/// A caution about the answer as a whole, shown before its hits.
pub fn caution(state: &SearchState, response: &SearchResponse) -> Option<String> {
    if response.unread.is_some() {
        return response.unread.clone();
    }
    let by_words = response.hits.iter().any(|hit| hit.signals.text.is_some());
    let fused = ranked_by(state) == Some(Mode::Hybrid) && !state.lists();
    let alone = "No record holds any of these words: the order is by meaning alone.";
    (fused && !by_words && response.hits.len() > 1).then(|| alone.to_owned())
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
mod tests {
    use super::*;
    use crate::wire::{Highlights, Signals, Timings};

    fn hit(neural: Option<u32>, text: Option<u32>) -> Hit {
        let signal = |score| move |rank| Signal { rank, score };
        Hit {
            id: "7".into(),
            score: 0.0325,
            signals: Signals {
                neural: neural.map(signal(0.6123)),
                text: text.map(signal(11.418)),
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
            passage: None,
            sentence: None,
            copies: None,
            explanation: None,
            payload: None,
            left_out: Vec::new(),
        }
    }

    fn answer(total: u32, hits: Vec<Hit>) -> SearchResponse {
        SearchResponse {
            facets: Vec::new(),
            collection: "startups".into(),
            total,
            counted: "all".into(),
            route: None,
            hits,
            fits: None,
            corrections: Vec::new(),
            unread: None,
            timings: Timings::default(),
        }
    }

    fn state(mode: &str) -> SearchState {
        SearchState::default().searching("solar").in_mode(mode)
    }

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
        assert_eq!(texts("text", &hit(None, Some(1))), ["BM25 11.42"]);
        let both = texts("hybrid", &hit(Some(3), Some(1)));
        assert_eq!(both, ["#3 by meaning", "#1 by words"]);
        let one = texts("hybrid", &hit(Some(3), None));
        assert_eq!(one, ["#3 by meaning", "not among the first 100 by words"]);
    }

    #[test]
    fn replaced_words_are_named() {
        let solr = Correction {
            word: "solr".into(),
            range: (0, 4),
            instead: "solar".into(),
        };
        let text = corrected(&[solr]).unwrap();
        assert!(text.contains("solr") && text.contains("solar"), "{text}");
        assert_eq!(corrected(&[]), None);
    }

    #[test]
    fn the_summary_says_what_is_counted() {
        let ten = || vec![hit(Some(1), None); 10];
        let said = |mode, total, counted: &str| {
            let answer = SearchResponse {
                counted: counted.into(),
                ..answer(total, ten())
            };
            summary(&state(mode), &answer)
        };
        for (mode, total, counted, line) in [
            ("neural", 29, "all", "1–10 of 29 records, nearest first"),
            (
                "neural",
                37,
                "answers",
                "10 shown, 37 records match well, nearest first",
            ),
            (
                "neural",
                1,
                "answers",
                "10 shown, 1 record matches well, nearest first",
            ),
            (
                "neural",
                0,
                "answers",
                "10 shown, no record matches well, nearest first",
            ),
            (
                "hybrid",
                150,
                "at_least",
                "10 shown, at least 150 records match well, both rankings fused",
            ),
            (
                "text",
                312,
                "matching",
                "1–10 of 312 matching records, best match first",
            ),
            (
                "text",
                10,
                "matching",
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
        let matching = SearchResponse {
            counted: "matching".into(),
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
        let one = SearchResponse {
            counted: "matching".into(),
            ..answer(1, vec![hit(None, Some(1))])
        };
        assert_eq!(announcement(&state("text"), &one), "1 matching record.");
        assert_eq!(
            announcement(&state("text"), &answer(0, vec![])),
            "Nothing found."
        );
    }

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

    #[test]
    fn an_answer_by_one_engine_alone_says_so() {
        let meaning_only = answer(9, vec![hit(Some(1), None), hit(Some(2), None)]);
        assert!(caution(&state("hybrid"), &meaning_only).is_some());
        assert!(caution(&state("neural"), &meaning_only).is_none());
        let unread = SearchResponse {
            unread: Some("The model knows nothing of it.".into()),
            counted: "matching".into(),
            ..answer(1, vec![hit(None, Some(1))])
        };
        for mode in ["neural", "hybrid"] {
            let said = caution(&state(mode), &unread);
            assert_eq!(said.as_deref(), Some("The model knows nothing of it."));
            let line = summary(&state(mode), &unread);
            assert_eq!(line, "1 matching record, best match first");
        }
        assert_eq!(texts("neural", &unread.hits[0]), ["BM25 0.03"]);
        let both = answer(9, vec![hit(Some(1), None), hit(Some(2), Some(1))]);
        assert!(caution(&state("hybrid"), &both).is_none());
    }
}
