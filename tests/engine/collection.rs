//! A collection from a user's point of view: what it finds, in every mode. Real model, real store.

use std::collections::HashMap;

use crate::common::sample::{ask, collection_of, sample, sample_file, titles};
use crate::common::{encoder, json_lines};
use parallax::evaluation::{filtered_recall, graph_recall};
use parallax::query::{Fusion, ScorePart};
use parallax::record::FieldRoles;
use parallax::sent::Content;
use parallax::vector::{EF, cosine};
use parallax::{Error, Filter, Mode, Query, Timings};
use serde_json::json;

#[test]
fn meaning_finds_what_shares_no_word_and_words_do_not() {
    let pairs = [
        ("password manager", "Hushwarren"),
        ("dog boarding pet hotel", "Snoutlodge"),
        ("solar panels", "Dawnshingle"),
        ("affordable student notebook laptop", "Slatepenny"),
    ];
    for (query, name) in pairs {
        let by_meaning = titles(&sample(), &ask(query, Mode::Neural));
        assert!(
            by_meaning[..3].iter().any(|t| t == name),
            "{query}: {by_meaning:?}"
        );
        let by_words = titles(&sample(), &ask(query, Mode::Text));
        assert!(!by_words.iter().any(|t| t == name), "{query}: {by_words:?}");
    }
}

#[test]
fn words_find_an_exact_name_first() {
    for record in json_lines(&sample_file()).iter().take(40) {
        let name = record["name"].as_str().unwrap();
        assert_eq!(titles(&sample(), &ask(name, Mode::Text))[0], name);
    }
}

#[test]
fn scores_are_true_cosines_in_order() {
    let query = Query {
        late_share: 0.0,
        ..ask("wooden furniture", Mode::Neural)
    };
    let answer = sample().search(&query).unwrap();
    assert_eq!(answer.ranked_by, [ScorePart::Meaning]);
    let vector = encoder().encode(&query.text).unwrap();
    let schema = sample().schema().clone();
    let mut last = f32::INFINITY;
    for (rank, hit) in (1..).zip(&answer.hits) {
        let text = schema.encoded_text(&hit.record.payload);
        let truth = cosine(&vector, &encoder().encode(&text).unwrap());
        assert!((hit.score - truth).abs() < 1e-6);
        assert!(hit.score <= last);
        assert_eq!(hit.neural.unwrap().rank, rank);
        last = hit.score;
    }
}

#[test]
fn a_hybrid_hit_carries_the_ranks_the_engines_gave_it() {
    let by_ranks = Query {
        fusion: Fusion::ReciprocalRank,
        ..ask("milk company", Mode::Hybrid)
    };
    let answer = sample().search(&by_ranks).unwrap();
    let deep = |mode| Query {
        limit: 100,
        late_share: 0.0,
        ..ask("milk company", mode)
    };
    let (by_meaning, by_words) = (
        titles(&sample(), &deep(Mode::Neural)),
        titles(&sample(), &deep(Mode::Text)),
    );
    let rank = |ranking: &[String], title: &str| {
        ranking
            .iter()
            .position(|t| t == title)
            .map(|at| at as u32 + 1)
    };
    assert!(!answer.hits.is_empty());
    for hit in answer.hits {
        let title = &hit.record.title;
        assert_eq!(hit.neural.map(|s| s.rank), rank(&by_meaning, title));
        assert_eq!(hit.text.map(|s| s.rank), rank(&by_words, title));
        let parts = hit.neural.iter().chain(&hit.text);
        let fused: f32 = parts.map(|s| 1.0 / (60.0 + s.rank as f32)).sum();
        assert!((hit.score - fused).abs() < 1e-6);
    }
}

#[test]
fn a_filter_holds_in_every_mode_and_never_shortens_the_answer() {
    let lines = json_lines(&sample_file());
    let in_berlin = lines.iter().filter(|r| r["city"] == "Berlin").count();
    assert!(in_berlin > 10);
    let filter: Filter = "city:Berlin".parse().unwrap();
    for mode in Mode::ALL {
        let query = Query {
            filters: vec![filter.clone()],
            ..ask("software for people", mode)
        };
        let answer = sample().search(&query).unwrap();
        for hit in &answer.hits {
            assert_eq!(hit.record.payload["city"], "Berlin");
        }
        if mode != Mode::Text {
            assert_eq!(answer.hits.len(), 10);
        }
        assert!(answer.total as usize <= in_berlin);
    }
    let all = Query {
        filters: vec![filter],
        limit: 100,
        ..ask("anything", Mode::Neural)
    };
    assert_eq!(titles(&sample(), &all).len(), in_berlin);
}

/// With few records, the tenth best is not a good match, and even the best may be near only by
/// chance.
#[test]
fn of_a_few_records_the_one_that_holds_the_word_comes_first_where_words_count() {
    let records = json_lines(&sample_file());
    for count in [1, 2, 5, 15, 22, 30] {
        let records = &records[..count];
        let (_folder, catalogue) = collection_of("few", records, &FieldRoles::default());
        let few = catalogue.collection("few").unwrap();
        let last = records[count - 1]["name"].as_str().unwrap();
        let query = Query {
            fusion: Fusion::Weighted { meaning: 0.1 },
            limit: count,
            ..ask(&format!("software for bakeries {last}"), Mode::Hybrid)
        };
        let hits = few.search(&query).unwrap().hits;
        assert_eq!(hits[0].record.title, last, "of {count}");
        let largest = hits.iter().map(|hit| hit.score.abs()).fold(0.0, f32::max);
        assert!(largest < 20.0, "{largest} of {count}");
    }
}

/// A filter excludes records; the scores of the remaining ones stay the same.
#[test]
fn a_filter_changes_no_score() {
    for mode in Mode::ALL {
        let scores = |filters: &[Filter]| -> HashMap<String, f32> {
            let query = Query {
                filters: filters.to_vec(),
                limit: 100,
                ..ask("software for milk farms", mode)
            };
            let hits = sample().search(&query).unwrap().hits;
            hits.into_iter().map(|h| (h.record.id, h.score)).collect()
        };
        let all = scores(&[]);
        let filtered = scores(&["city:Berlin".parse().unwrap()]);
        let both = all.keys().filter(|id| filtered.contains_key(*id));
        assert!(both.clone().count() > 1, "{mode}");
        for id in both {
            assert_eq!(all[id], filtered[id], "{mode}");
        }
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    for mode in Mode::ALL {
        let whole = titles(
            &sample(),
            &Query {
                limit: 60,
                ..ask("food delivery", mode)
            },
        );
        let mut paged = Vec::new();
        for offset in (0..60).step_by(20) {
            let page = Query {
                limit: 20,
                offset,
                ..ask("food delivery", mode)
            };
            paged.extend(titles(&sample(), &page));
        }
        assert_eq!(paged, whole, "{mode}");
    }
}

#[test]
fn a_query_asked_again_has_the_same_answer_until_a_record_changes() {
    let records = json_lines(&sample_file());
    let (_folder, catalogue) = collection_of("again", &records, &FieldRoles::default());
    let collection = catalogue.collection("again").unwrap();
    let answer = |query: &Query| {
        let answer = collection.search(query).unwrap();
        let schema = collection.schema();
        let mut answer = answer.sent(schema, Content::Original(&[])).unwrap();
        answer.timings = Timings::default();
        answer
    };
    for mode in Mode::ALL {
        let query = ask("food delivery", mode);
        let first = answer(&query);
        assert_eq!(answer(&query), first, "{mode}");
        let without_similar = Query {
            neighbours: false,
            late_share: 0.0,
            ..query.clone()
        };
        let ranked_by = answer(&without_similar).ranked_by;
        assert!(!ranked_by.contains(&ScorePart::Neighbours), "{mode}");
        let best = first.hits[0].id.clone();
        collection.delete(vec![best.clone()]).unwrap();
        let after = answer(&query);
        assert!(after.hits.iter().all(|hit| hit.id != best), "{mode}");
    }
}

#[test]
fn similar_records_leave_out_the_record_itself() {
    let collection = sample();
    let own = collection
        .search(&ask("Snoutlodge", Mode::Text))
        .unwrap()
        .hits
        .remove(0)
        .record;
    let answer = collection.similar(&own.id, 10, 0, &[]).unwrap();
    assert_eq!(answer.hits.len(), 10);
    assert!(answer.hits.iter().all(|hit| hit.record.id != own.id));
    let everything = collection.similar(&own.id, 100, 0, &[]).unwrap();
    assert_eq!(everything.hits.len(), 100);
    assert!(matches!(
        collection.similar("999999", 10, 0, &[]),
        Err(Error::NoRecord { .. })
    ));
    assert!(matches!(
        collection.similar("x", 10, 0, &[]),
        Err(Error::NoRecord { .. })
    ));
}

#[test]
fn queries_past_their_limits_are_refused_with_what_is_allowed() {
    let ask = |change: fn(&mut Query)| {
        let mut query = Query::new("milk");
        change(&mut query);
        sample().search(&query).unwrap_err().to_string()
    };
    assert!(ask(|q| q.text = "x".repeat(10_000)).contains("2000"));
    let empty = Query::new(" \n").check().unwrap_err();
    assert!(empty.to_string().contains("empty"));
    assert!(ask(|q| q.limit = 0).contains("between 1 and 100"));
    assert!(ask(|q| q.limit = 101).contains("between 1 and 100"));
    assert!(ask(|q| q.offset = 5_000).contains("1000"));
    assert!(ask(|q| q.offset = usize::MAX).contains("1000"));
    assert!(ask(|q| q.filters = vec!["town:x".parse().unwrap()]).contains("city"));
}

/// Titles may contain query syntax, and a facet may be empty.
#[test]
fn recall_is_measured_with_any_titles_and_facets() {
    let records = ["-away", "\"never closed", "city:Rome", "plain"];
    let records = records.map(|title| json!({"title": title, "text": "milk", "year": null}));
    let options = FieldRoles {
        title: Some("title".into()),
        texts: vec!["text".into()],
        facets: vec!["year:number".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("odd", &records, &options);
    let odd = catalogue.collection("odd").unwrap();
    let measured = filtered_recall(&odd, 20, 1).unwrap();
    assert_eq!((measured.pairs, measured.scan_equal), (20, 20));
}

#[test]
fn a_number_is_an_id_in_its_own_spelling_only() {
    let records = json_lines(&sample_file());
    let records = &records[..3];
    let (_folder, catalogue) = collection_of("few", records, &FieldRoles::default());
    let few = catalogue.collection("few").unwrap();
    assert!(few.schema().id.is_none());
    for id in ["00", "002", "+1", "-0", " 1", "1 ", "1.0", ""] {
        let found = few.record(id);
        assert!(matches!(found, Err(Error::NoRecord { .. })), "{id:?}");
        assert_eq!(few.delete(vec![id.into()]).unwrap().removed, 0, "{id:?}");
    }
    let last = few.record("2").unwrap();
    assert_eq!(last.title, records[2]["name"].as_str().unwrap());
    assert_eq!(few.delete(vec!["2".into()]).unwrap().removed, 1);
    assert!(few.record("2").is_err());
}

#[test]
fn the_graph_recalls_what_the_scan_finds() {
    let recall = graph_recall(&sample(), 100, 7);
    assert_eq!((recall.queries, recall.records), (100, 240));
    let point = recall.curve.iter().find(|point| point.ef == EF).unwrap();
    assert!(point.recall_at_10 >= 0.98, "{recall:?}");
}
