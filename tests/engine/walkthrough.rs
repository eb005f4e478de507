//! A walkthrough tells what the answer to the same query was made of, and the recall of a graph is
//! measured against the exact scan.

use std::sync::Arc;

use crate::common::sample::{ask, build, sample, sample_file};
use crate::common::{encoder, query_encoder};
use parallax::collection::Tuning;
use parallax::query::{FUSION_DEPTH, Fusion, Route};
use parallax::vocabulary::{ScanReason, ScoreOnScale, Walkthrough};
use parallax::{Catalogue, Collection, Error, Filter, Mode, Query};
use tempfile::TempDir;

const QUERIES: [&str; 4] = [
    "milk company",
    "somewhere for the dog while we are away",
    "solar panels for a balcony in Berlin",
    "Hushwarren",
];

/// The sample with a graph.
fn with_graph() -> (TempDir, Catalogue, Arc<Collection>) {
    let folder = tempfile::tempdir().unwrap();
    let tuning = Tuning {
        graph_min_records: 30,
        ..Tuning::default()
    };
    let catalogue = Catalogue::open_with(folder.path(), query_encoder(), tuning).unwrap();
    build(&catalogue, "large", &sample_file(), false).unwrap();
    let large = catalogue.collection("large").unwrap();
    large.settle();
    (folder, catalogue, large)
}

fn walk(text: &str) -> Walkthrough {
    sample().walkthrough(&Query::new(text)).unwrap()
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-4 * (1.0 + b.abs())
}

#[test]
fn the_hits_are_those_of_the_answer_and_their_parts_add_up() {
    for text in QUERIES {
        let fusion = walk(text).fusion.unwrap();
        let answer = sample().search(&Query::new(text)).unwrap();
        let hits = answer.hits.iter().take(fusion.hits.len());
        for (told, hit) in fusion.hits.iter().zip(hits) {
            assert_eq!((&told.id, &told.title), (&hit.record.id, &hit.record.title));
            assert!(close(told.score, hit.score), "{text}");
            let sum = told.meaning.added + told.words.added + told.from_neighbours;
            assert!(close(sum, told.score), "{text}: {sum} {}", told.score);
            if let Some(signal) = hit.neural {
                assert_eq!(told.meaning.score, signal.score, "{text}");
            }
            if let Some(signal) = hit.text {
                assert_eq!(told.words.score, signal.score, "{text}");
            }
        }
    }
}

#[test]
fn hits_lie_where_the_ends_of_the_scales_put_them() {
    for text in QUERIES {
        let fusion = walk(text).fusion.unwrap();
        let (meaning, words) = (fusion.meaning.unwrap(), fusion.words.unwrap());
        assert_eq!(words.zero, 0.0);
        let on =
            |of: ScoreOnScale, zero: f32, one: f32| ((of.score - zero) / (one - zero)).max(0.0);
        for hit in &fusion.hits {
            let expected = on(hit.meaning, meaning.zero, meaning.one);
            assert!(close(hit.meaning.on_scale, expected), "{text}");
            // Or, if that is more, by the share of the query that it contains.
            let share = hit.coverage / fusion.good_coverage.unwrap();
            let expected = on(hit.words, words.zero, words.one).max(share * share);
            assert!(close(hit.words.on_scale, expected), "{text}");
        }
    }
}

#[test]
fn ranks_are_fused_without_scales() {
    let query = Query {
        fusion: Fusion::ReciprocalRank,
        ..Query::new("milk company")
    };
    let fusion = sample().walkthrough(&query).unwrap().fusion.unwrap();
    assert_eq!(
        (fusion.balance, fusion.meaning, fusion.words),
        (None, None, None)
    );
    assert_eq!(fusion.hits.len(), 3);
}

#[test]
fn the_vector_is_that_of_the_query_and_its_tokens_are_the_models() {
    let told = walk("milk company 🪱");
    let tokens = told.tokens.unwrap();
    let marks = |token: &parallax::vocabulary::Token| token.special;
    assert!(marks(&tokens.tokens[0]) && marks(tokens.tokens.last().unwrap()));
    let pieces: Vec<&str> = tokens
        .tokens
        .iter()
        .map(|token| token.piece.as_str())
        .collect();
    assert_eq!(pieces, ["[CLS]", "milk", "company", "[UNK]", "[SEP]"]);
    let unknown: Vec<bool> = tokens.tokens.iter().map(|token| token.unknown).collect();
    assert_eq!(unknown, [false, false, false, true, false]);
    assert!(!tokens.cut);
    let vector = encoder().encode_query(&tokens.text).unwrap();
    assert_eq!(told.vector.unwrap().values, vector.to_vec());

    let long = "milk ".repeat(390);
    let tokens = walk(&long).tokens.unwrap();
    assert!(tokens.cut && tokens.tokens.len() == 256);
}

#[test]
fn a_vector_is_remembered_once_it_was_asked_for() {
    let text = "a query that no other test asks";
    assert!(!walk(text).vector.unwrap().remembered);
    assert!(walk(text).vector.unwrap().remembered);
}

#[test]
fn the_scan_reads_every_vector_and_rescores_those_it_must() {
    for text in QUERIES {
        let nearest = walk(text).nearest.unwrap();
        assert_eq!(nearest.route, Route::Exact);
        for part in &nearest.parts {
            assert_eq!(part.scanned_because, Some(ScanReason::Small));
            assert!(part.walk.is_none());
            let scan = part.scan.unwrap();
            assert!(scan.codes >= part.vectors, "{text}");
            assert!(scan.rescored as usize >= FUSION_DEPTH && scan.rescored <= scan.codes);
        }
        assert!(nearest.cosines.is_sorted_by(|a, b| a >= b));
        let hits = sample().search(&ask(text, Mode::Hybrid)).unwrap().hits;
        let near = hits.iter().filter_map(|hit| hit.neural);
        for signal in near.filter(|signal| signal.rank <= 10) {
            assert_eq!(nearest.cosines[signal.rank as usize - 1], signal.score);
        }
    }
}

#[test]
fn a_filter_is_the_reason_for_a_scan() {
    let (_folder, _catalogue, large) = with_graph();
    let query = Query {
        filters: Filter::from_texts(&["city:Berlin".into()]).unwrap(),
        ..Query::new("coffee")
    };
    let told = large.walkthrough(&query).unwrap();
    assert!(told.searched < told.records);
    let part = &told.nearest.unwrap().parts[0];
    assert_eq!(part.scanned_because, Some(ScanReason::Filtered));
    let measured = large.measure_recall(&query).unwrap();
    assert_eq!(measured.scanned_because, Some(ScanReason::Filtered));
    assert_eq!((measured.query, measured.around), (None, None));
}

#[test]
fn a_walk_is_told_step_by_step() {
    let (_folder, _catalogue, large) = with_graph();
    let told = large.walkthrough(&Query::new("coffee")).unwrap();
    let nearest = told.nearest.unwrap();
    assert_eq!(nearest.route, Route::Graph);
    let part = &nearest.parts[0];
    let walk = part.walk.as_ref().unwrap();
    assert!(!walk.gave_up && part.scan.is_none() && part.scanned_because.is_none());
    assert!(walk.entries > 0 && walk.entries + walk.compared <= part.vectors);
    assert_eq!(walk.followed as usize, walk.steps.len());
    let compared: u32 = walk.steps.iter().map(|step| step.compared).sum();
    assert_eq!(compared, walk.compared);
    assert!(walk.steps.iter().all(|step| step.cosine <= step.best));
    assert!(walk.steps.is_sorted_by(|a, b| a.best <= b.best));
    // Estimates are those of one-byte codes.
    let best = walk.steps.last().unwrap().best;
    assert!((best - nearest.cosines[0]).abs() < 0.02);
}

#[test]
fn recall_is_the_overlap_with_the_scan() {
    let (_folder, _catalogue, large) = with_graph();
    let measured = large.measure_recall(&Query::new("coffee")).unwrap();
    assert_eq!(measured.scanned_because, None);
    let (own, around) = (measured.query.unwrap(), measured.around.unwrap());
    assert_eq!(own.queries, 1);
    assert!((1..=50).contains(&around.queries));
    for figures in [own, around] {
        assert!(figures.least <= figures.recall_at_10 && figures.recall_at_10 <= 1.0);
        assert!(figures.perfect <= figures.queries);
        // The walk keeps more vectors than the sample has.
        assert!(figures.recall_at_10 > 0.9, "{figures:?}");
    }
    let small = sample().measure_recall(&Query::new("coffee")).unwrap();
    assert_eq!(small.scanned_because, Some(ScanReason::Small));
}

#[test]
fn of_postings_no_more_is_read_than_there_is() {
    for text in QUERIES {
        let told = walk(text);
        let answer = sample().search(&ask(text, Mode::Text)).unwrap();
        assert_eq!(told.words.matching, answer.total, "{text}");
        for word in told.words.words.iter().filter(|word| !word.is_title) {
            for term in &word.terms {
                assert!(term.read <= term.blocks, "{text}: {term:?}");
                assert!(term.blocks <= term.postings, "{text}: {term:?}");
                assert_eq!(term.postings.div_ceil(told.words.block), term.blocks);
            }
            // Each record is counted once, whichever of the terms it contains.
            let postings: u32 = word.terms.iter().map(|term| term.postings).sum();
            assert!(word.records <= postings, "{text}: {word:?}");
        }
        assert!(told.words.scored <= told.words.candidates);
    }
}

#[test]
fn what_cannot_be_followed_is_refused_or_told() {
    for text in ["", "*"] {
        let refused = sample().walkthrough(&Query::new(text));
        assert!(matches!(refused, Err(Error::BadQuery(_))), "{text}");
    }
    let unread = walk("🪱🐄");
    assert!(unread.unread);
    assert!(unread.tokens.is_none() && unread.vector.is_none() && unread.fusion.is_none());
    let refused = sample().measure_recall(&Query::new("🪱🐄"));
    assert!(matches!(refused, Err(Error::BadQuery(_))));
}
