//! Search by words over parts and deletions, compared with the formula and with scoring every
//! record.

use std::collections::HashSet;

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::*;
use crate::analysis::Analyzer;

/// The words that texts are made of; some are rare, some are everywhere.
const VOCABULARY: [&str; 8] = [
    "milk", "goat", "wood", "desk", "solar", "panel", "the", "x9",
];

pub(super) fn index(texts: &[impl AsRef<str>]) -> TextIndex {
    let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![1]);
    for text in texts {
        builder.add(&[text.as_ref()]);
    }
    builder.build()
}

pub(crate) fn part(index: &TextIndex) -> TextPart<'_> {
    TextPart {
        index,
        live: None,
        terms: index.lengths().iter().copied().map(u64::from).sum(),
        passing: None,
        offset: 0,
        corpus: None,
    }
}

pub(super) fn asked(parts: &[TextPart<'_>], query: &str, lookup: Lookup) -> TextQuery {
    TextQuery::new(
        &Analyzer::default(),
        parts,
        &parse(query, |_| false),
        |_| Vec::new(),
        lookup,
        &|_| false,
    )
}

pub(super) fn plain(parts: &[TextPart<'_>], query: &str) -> TextQuery {
    asked(parts, query, Lookup::default())
}

pub(super) fn found(index: &TextIndex, query: &str, lookup: Lookup) -> Vec<u32> {
    let parts = [part(index)];
    let matches = search(&parts, &asked(&parts, query, lookup), 10);
    matches.iter().map(|found| found.position).collect()
}

const PREFIX: Lookup = Lookup {
    prefix: true,
    correct: false,
};
pub(super) const CORRECT: Lookup = Lookup {
    prefix: false,
    correct: true,
};

#[test]
fn the_rarer_word_decides() {
    let index = index(&["milk company", "company", "company company", "goat company"]);
    assert_eq!(
        found(&index, "goat milk company", Lookup::default())[..2],
        [0, 3]
    );
}

#[test]
fn a_word_that_is_in_no_record_is_corrected_and_one_that_is_in_any_is_not() {
    let index = index(&[
        "solar panels",
        "a goat",
        "a goad",
        "panelling of wood",
        "desk",
    ]);
    assert_eq!(found(&index, "solr", CORRECT), [0]);
    assert_eq!(
        found(&index, "oslar", CORRECT),
        [0],
        "neighbours exchanged are one edit"
    );
    assert_eq!(
        found(&index, "pannellign", CORRECT).len(),
        2,
        "two edits from eight letters"
    );
    assert_eq!(found(&index, "goad", CORRECT), [2]);
    assert_eq!(found(&index, "sloar", Lookup::default()), [] as [u32; 0]);
    for unlike in [
        "dek",
        "de",
        "sxlxr",
        "9999",
        "qwertyuiopqwertyuiopqwertyuiopqwertyuiop",
    ] {
        assert_eq!(found(&index, unlike, CORRECT), [] as [u32; 0], "{unlike}");
    }
    let parts = [part(&index)];
    let query = asked(&parts, "cheap solr", CORRECT);
    assert_eq!(
        query.corrections,
        [Correction {
            word: "solr".into(),
            range: 6..10,
            instead: "solar".into()
        }]
    );
}

#[test]
fn what_was_typed_stands_above_what_was_guessed() {
    let index = index(&["solar", "desk"]);
    assert_eq!(found(&index, "solr desk", CORRECT), [1, 0]);
    let milks = self::index(&["milky", "milk", "milkshake"]);
    assert_eq!(found(&milks, "milk", PREFIX)[0], 1);
}

#[test]
fn the_last_word_may_be_unfinished_only_when_it_is_said_to_be() {
    let index = index(&["solar panels", "solid wood", "desk"]);
    assert_eq!(found(&index, "sol", PREFIX).len(), 2);
    assert_eq!(found(&index, "desk sol", PREFIX).len(), 3);
    assert_eq!(found(&index, "sol desk", PREFIX), [2]);
    assert_eq!(found(&index, "sol ", PREFIX).len(), 2);
    assert_eq!(found(&index, "sol", Lookup::default()), [] as [u32; 0]);
}

#[test]
fn an_unfinished_word_may_be_a_stop_word_so_far() {
    let index = index(&["insurance in Oslo", "a note in the book", "theatre"]);
    for (typed, records) in [("in", 0), ("no", 1), ("the", 2)] {
        assert_eq!(found(&index, typed, PREFIX), [records], "{typed}");
    }
    assert_eq!(found(&index, "book with", PREFIX), [1]);
    let parts = [part(&index)];
    assert_eq!(asked(&parts, "book with", PREFIX).words.len(), 1);
}

#[test]
fn stop_words_of_a_phrase_score_where_no_other_word_does() {
    let index = index(&["it is so", "is it milk", "wood"]);
    assert_eq!(found(&index, "\"it is\"", Lookup::default()).len(), 2);
    assert_eq!(found(&index, "milk \"it is\"", Lookup::default()), [1]);
    assert_eq!(
        found(&index, "it is", Lookup::default()).len(),
        2,
        "a query of nothing else"
    );
    assert_eq!(found(&index, "wood it is", Lookup::default()), [2]);
    assert_eq!(
        found(&index, "steel it is", Lookup::default()),
        [] as [u32; 0],
        "what is asked for is not there"
    );
    let parts = [part(&index)];
    let query = plain(&parts, "\"it is\"");
    let marked = Matches::of(&Analyzer::default(), &Marks::of(&query), "It is so").ranges();
    assert_eq!(marked, [0..2, 3..5]);
    assert_eq!(
        search(&parts, &query, 1),
        exhaustive(&parts, &query)[..1],
        "pruned as words are"
    );
}

#[test]
fn words_run_together_are_found_and_marked_one_by_one() {
    let text = "our mission:build bridges.We build";
    let index = index(&[text, "wood"]);
    for query in ["mission", "bridges", "\"mission build\"", "Mission:build"] {
        assert_eq!(found(&index, query, Lookup::default()), [0], "{query}");
    }
    let query = plain(&[part(&index)], "bridge");
    let marked = Matches::of(&Analyzer::default(), &Marks::of(&query), text)
        .ranges()
        .into_iter();
    let marked: Vec<&str> = marked.map(|range| &text[range]).collect();
    assert_eq!(marked, ["bridges"]);
}

#[test]
fn what_is_said_twice_is_asked_once() {
    let index = index(&["milk"]);
    let query = plain(&[part(&index)], "milk -the -the -\"the\" \"a b\" \"a b\"");
    assert_eq!(query.conditions.len(), 2);
}

#[test]
fn corrections_are_words_of_live_records() {
    let index = index(&["solar", "sonar", "desk"]);
    let live: Live = [1, 2].into_iter().collect();
    let parts = [TextPart {
        live: Some(&live),
        terms: 2,
        ..part(&index)
    }];
    let query = asked(&parts, "solr", CORRECT);
    assert_eq!(query.corrections, [], "sonar is two edits away");
    let query = asked(&parts, "sonr", CORRECT);
    assert_eq!(query.corrections[0].instead, "sonar");
}

#[test]
fn a_phrase_is_as_rare_as_the_live_records_that_contain_it() {
    let texts = [
        "ask reddit",
        "ask me",
        "reddit asks",
        "we ask reddit again: ask reddit",
        "wood",
        "reddit",
    ];
    let (first, second) = (index(&texts), index(&texts[1..]));
    let live: Live = [0, 2, 4].into_iter().collect();
    let lengths = second.lengths();
    let parts = [
        part(&first),
        TextPart {
            live: Some(&live),
            terms: live.iter().map(|at| u64::from(lengths[at as usize])).sum(),
            offset: 6,
            ..part(&second)
        },
    ];
    let kept: Vec<&str> = texts
        .into_iter()
        .chain([texts[1], texts[3], texts[5]])
        .collect();
    let whole = index(&kept);
    for query in ["AskReddit", "askreddit", "AskReddit wood", "reddit asked"] {
        let scores = |parts: &[TextPart<'_>]| -> Vec<f32> {
            let found = search(parts, &plain(parts, query), 20);
            found.iter().map(|found| found.score).collect()
        };
        let found = scores(&parts);
        assert!(found.len() >= 3, "{query}");
        assert_eq!(found, scores(&[part(&whole)]), "{query}");
    }
}

#[test]
fn explanations_name_the_fields_and_add_up() {
    let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![3, 1]);
    builder.add(&["Goat milk", "fresh milk"]);
    builder.add(&["Wood", "desks"]);
    let index = builder.build();
    let parts = [part(&index)];
    let query = plain(&parts, "milk milk goat cheese");
    let words = WordSearch::new(&parts, &query);
    let terms = words.explain(0);
    let explained: Vec<(&str, u32, f64)> = terms
        .iter()
        .map(|t| (t.word.as_str(), t.frequency, t.boost))
        .collect();
    assert_eq!(explained, [("milk", 4, 2.0), ("goat", 3, 1.0)]);
    assert_eq!(terms[0].fields, [(0, 1), (1, 1)]);
    let sum: f64 = terms.iter().map(|term| term.contribution).sum();
    let score = search(&parts, &query, 1)[0].score;
    assert!((sum - f64::from(score)).abs() < 1e-6);
    assert!(words.explain(1).is_empty());
    let missing = |position| -> Vec<(String, bool)> {
        let missing = words.missing(position).into_iter();
        missing.map(|term| (term.word, term.unknown)).collect()
    };
    assert_eq!(missing(0), [("cheese".to_owned(), true)]);
    let of_other = missing(1);
    assert_eq!(of_other.len(), 3, "{of_other:?}");
    assert!(!of_other[0].1 && of_other[2].1);
    assert!((words.missing(1)[0].most - 2.0 * terms[0].idf).abs() < 1e-12);
}

#[test]
fn rare_words_cover_more_of_a_query_and_length_nothing() {
    let long = format!("fox {}", "barn ".repeat(500));
    let index = index(&["tram fox", "tram", long.as_str(), "tram", "barn"]);
    let parts = [part(&index)];
    let of = |query: &str| {
        let query = plain(&parts, query);
        let both = WordSearch::new(&parts, &query).scores_and_coverage(&[0, 1, 2]);
        both.into_iter()
            .map(|(_, share)| share)
            .collect::<Vec<f32>>()
    };
    assert_eq!(of("fox"), [1.0, 0.0, 1.0]);
    let both = of("tram fox");
    assert!(both[0] == 1.0 && both[2] > both[1] && both[1] > 0.0);
    assert!(of("fox zebra")[0] < 0.5, "no record holds a zebra");
    assert_eq!(of("the"), [0.0; 3]);
}

/// The first match of each text.
fn best_of_each(ranking: &[Match], text: &dyn Fn(u32) -> u64) -> Vec<Match> {
    let mut seen = HashSet::new();
    let first = ranking
        .iter()
        .filter(|found| seen.insert(text(found.position)));
    first.copied().collect()
}

#[test]
fn of_records_that_count_as_one_the_best_is_found_in_any_window() {
    // Several windows wide. Records that count as one differ, so that any of them may be the best.
    let record = |at: usize| {
        let word = VOCABULARY[at * at % 7];
        format!("{word} milk {}", "wood ".repeat(at * 31 % 17))
    };
    let texts: Vec<String> = (0..6_000).map(record).collect();
    let index = index(&texts);
    let parts = [part(&index)];
    let text = |position: u32| u64::from(position % 40);
    for query in ["solar", "milk solar wood"] {
        let query = plain(&parts, query);
        let words = WordSearch::new(&parts, &query);
        let distinct = best_of_each(&words.exhaustive(), &text);
        for k in [0, 1, 10, 100] {
            let kept = &distinct[..k.min(distinct.len())];
            assert_eq!(words.search_distinct(k, &text), kept);
        }
    }
}

/// Numbers that look random (Steele et al., "Fast splittable pseudorandom number generators",
/// OOPSLA 2014).
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below
}

/// The word with a number, in order of number.
fn named(start: &str, number: usize) -> String {
    let letters = [number / 256, number / 16, number].map(|at| b"bcdfghjklmnpqrtv"[at % 16]);
    letters.iter().fold(start.to_owned(), |word, &letter| {
        word + &char::from(letter).to_string()
    }) + "o"
}

#[test]
fn pruning_changes_nothing_over_many_blocks_and_windows() {
    let mut state = 20_261_126;
    // Word 0 is in nearly every record, and each next one in fewer.
    let word = |state: &mut u64| {
        let of = random(state, 1_000) * random(state, 1_000) / 1_000;
        named("z", (of * of / 1_000) as usize)
    };
    let texts: Vec<String> = (0..30_000)
        .map(|_| {
            let words = (0..1 + random(&mut state, 12)).map(|_| word(&mut state));
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    let (first, second) = (index(&texts[..20_000]), index(&texts[20_000..]));
    let live: Live = (0..10_000).filter(|at| at % 7 > 0).collect();
    let passing: RoaringBitmap = (0..10_000).filter(|at| at % 3 > 0 && at % 7 > 0).collect();
    for filtered in [false, true] {
        let lengths = second.lengths();
        let parts = [
            part(&first),
            TextPart {
                live: Some(&live),
                terms: live.iter().map(|at| u64::from(lengths[at as usize])).sum(),
                passing: filtered.then_some(&passing),
                offset: 20_000,
                ..part(&second)
            },
        ];
        for at in 0..60 {
            let words = (0..1 + at % 5).map(|_| word(&mut state));
            let mut query = words.collect::<Vec<_>>().join(" ");
            let lookup = if at % 3 == 0 {
                PREFIX
            } else {
                Lookup::default()
            };
            if at % 3 == 0 {
                query.truncate(query.len() - 1 - (at / 3) % 3);
            }
            let parameters = match at % 4 {
                1 => Parameters { k1: 0.0, b: 1.0 },
                2 => Parameters { k1: 3.0, b: 0.0 },
                3 => Parameters { k1: 0.5, b: 1.0 },
                _ => Parameters::default(),
            };
            let query = TextQuery {
                parameters,
                ..asked(&parts, &query, lookup)
            };
            let search = WordSearch::new(&parts, &query);
            let all = search.exhaustive();
            for k in [1, 10, 100] {
                assert_eq!(
                    search.search(k),
                    all[..k.min(all.len())],
                    "{k} of {query:?}"
                );
                let text = |position: u32| u64::from(position % 5_000);
                let distinct = best_of_each(&all, &text);
                let kept = &distinct[..k.min(distinct.len())];
                assert_eq!(search.search_distinct(k, &text), kept, "{k} of {query:?}");
            }
            let count = search.count(u32::MAX);
            assert!(count.exact && count.records as usize == all.len());
            let limited = search.count(1_000);
            assert_eq!(limited.exact, all.len() <= 1_000);
            assert_eq!(limited.records as usize, all.len().min(1_000));
        }
    }
}

#[test]
fn completions_are_those_of_most_live_records() {
    let texts: Vec<String> = (0..200usize)
        .flat_map(|word| (0..=word % 90).map(move |_| named("ab", word)))
        .collect();
    let (first, second) = (index(&texts[..4_000]), index(&texts[4_000..]));
    let rest = (texts.len() - 4_000) as u32;
    let live: Live = (0..rest).filter(|at| at % 5 > 0).collect();
    let parts = [
        part(&first),
        TextPart {
            live: Some(&live),
            offset: 4_000,
            ..part(&second)
        },
    ];
    let mut holding: Vec<(std::cmp::Reverse<usize>, &str)> = Vec::new();
    let mut kept: Vec<&str> = texts[..4_000].iter().map(String::as_str).collect();
    kept.extend(live.iter().map(|at| texts[4_000 + at as usize].as_str()));
    kept.sort_unstable();
    for same in kept.chunk_by(|a, b| a == b) {
        holding.push((std::cmp::Reverse(same.len()), same[0]));
    }
    holding.sort_unstable();
    let query = asked(&parts, "ab", PREFIX);
    let terms: Vec<&str> = query.terms().collect();
    let expected: Vec<&str> = holding.iter().take(50).map(|(_, word)| *word).collect();
    assert_eq!(terms, expected);
}

/// A few texts, which of them are deleted, and which pass the filters.
fn texts() -> impl Strategy<Value = Vec<(String, bool, bool)>> {
    let text = prop::collection::vec(0..VOCABULARY.len() * 3, 0..8).prop_map(|words| {
        // Low numbers are common, so that word frequencies differ widely.
        let words = words
            .into_iter()
            .map(|word| VOCABULARY[(word * word / 72).min(7)]);
        words.collect::<Vec<_>>().join(" ")
    });
    prop::collection::vec(
        (text, prop::bool::weighted(0.9), prop::bool::weighted(0.8)),
        0..400,
    )
}

/// BM25 as in the formula, record by record, from the texts alone. Stop words do not add to a
/// record's length, and are looked up only if there is nothing else.
fn by_the_formula(records: &[&str], query: &str, of: Parameters) -> Vec<f64> {
    let Parameters { k1, b } = of;
    let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
    let rest = |words: &[String]| words.iter().filter(|word| *word != "the").count();
    let records: Vec<Vec<String>> = records.iter().map(|text| words(text)).collect();
    let mut asked = words(query);
    if rest(&asked) > 0 {
        asked.retain(|word| word != "the");
    }
    let length = |record: &Vec<String>| rest(record) - usize::from(record[0].is_empty());
    let n = records.len() as f64;
    let total: usize = records.iter().map(length).sum();
    let average = (total as f64 / n.max(1.0)).max(1.0);
    let score = |record: &Vec<String>| {
        let of_word = |word: &String| {
            let holding = records.iter().filter(|record| record.contains(word));
            let holding = holding.count() as f64;
            let tf = record.iter().filter(|own| *own == word).count() as f64;
            let idf = (1.0 + (n - holding + 0.5) / (holding + 0.5)).ln();
            // 0 / 0 where neither the frequency nor k1 counts.
            match tf > 0.0 {
                true => idf * tf / (tf + k1 * (1.0 - b + b * length(record) as f64 / average)),
                false => 0.0,
            }
        };
        asked.iter().map(of_word).sum()
    };
    records.iter().map(score).collect()
}

proptest! {
    /// With parts, deletions and filters, results are bit-identical to scoring every live
    /// record, and the scores are those of the formula.
    #[test]
    fn pruning_changes_nothing(
        first in texts(), second in texts(),
        words in prop::collection::vec(0..VOCABULARY.len(), 1..5), k in 1usize..20,
        k1 in prop::sample::select(vec![0.0, 0.4, K1, 3.0]),
        b in prop::sample::select(vec![0.0, 0.3, B, 1.0])
    ) {
        let parameters = Parameters { k1, b };
        let query: Vec<&str> = words.into_iter().map(|word| VOCABULARY[word]).collect();
        let query = query.join(" ");
        let both = [&first, &second];
        let indexes: Vec<TextIndex> = both.iter()
            .map(|texts| index(&texts.iter().map(|text| &text.0).collect::<Vec<_>>()))
            .collect();
        let chosen = |keep: fn(&(String, bool, bool)) -> bool| -> Vec<RoaringBitmap> {
            let of = |texts: &&Vec<(String, bool, bool)>| {
                (0..).zip(texts.iter()).filter(|(_, text)| keep(text)).map(|(at, _)| at).collect()
            };
            both.iter().map(of).collect()
        };
        let (live, passing) = (chosen(|text| text.1), chosen(|text| text.1 && text.2));
        let live: Vec<Live> = live.into_iter().map(Live::new).collect();
        let mut parts = Vec::new();
        let mut offset = 0;
        for (at, index) in indexes.iter().enumerate() {
            let lengths = index.lengths();
            parts.push(TextPart {
                index,
                live: Some(&live[at]),
                terms: live[at].iter().map(|p| u64::from(lengths[p as usize])).sum(),
                passing: Some(&passing[at]),
                corpus: None,
                offset,
            });
            offset += lengths.len() as u32;
        }
        let query_words = TextQuery { parameters, ..plain(&parts, &query) };
        let all = exhaustive(&parts, &query_words);
        prop_assert_eq!(&search(&parts, &query_words, k), &all[..k.min(all.len())]);
        prop_assert_eq!(count(&parts, &query_words, u32::MAX).records as usize, all.len());
        let words = WordSearch::new(&parts, &query_words);
        let positions: Vec<u32> = (0..offset).collect();
        prop_assert_eq!(
            words.scores_and_coverage_with(&positions, words.search(k)),
            words.scores_and_coverage(&positions)
        );
        for texts in [1, 7, 90] {
            let text = |position: u32| u64::from(position % texts);
            let distinct = best_of_each(&all, &text);
            let kept = &distinct[..k.min(distinct.len())];
            prop_assert_eq!(&words.search_distinct(k, &text), kept);
        }
        let small = TextQuery { parameters, ..plain(&parts, "\"the\"") };
        let all_small = exhaustive(&parts, &small);
        prop_assert_eq!(&search(&parts, &small, k), &all_small[..k.min(all_small.len())]);

        let whole: Vec<&(String, bool, bool)> = first.iter().chain(&second).collect();
        let kept: Vec<(u32, &str)> = (0..).zip(&whole)
            .filter(|(_, text)| text.1).map(|(at, text)| (at, text.0.as_str())).collect();
        let texts: Vec<&str> = kept.iter().map(|(_, text)| *text).collect();
        let scores = by_the_formula(&texts, &query, parameters);
        for found in &all {
            let at = kept.iter().position(|(at, _)| *at == found.position).unwrap();
            prop_assert!((scores[at] - f64::from(found.score)).abs() < 1e-4 * scores[at].max(1.0));
        }
    }
}
