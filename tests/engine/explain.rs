//! The parts of an explained score add up to the score shown.

use crate::common::json_lines;
use crate::common::sample::{ask as asked, collection_of, sample, sample_file};
use parallax::collection::Incoming;
use parallax::query::Fusion;
use parallax::record::FieldRoles;
use parallax::{Catalogue, Mode, Query};
use serde_json::json;

/// The taglines of every tenth record: what someone who half remembers one might type.
fn queries() -> Vec<String> {
    let records = json_lines(&sample_file());
    let taglines = records.iter().step_by(10).map(|record| {
        let description = record["description"].as_str().unwrap();
        description.lines().next().unwrap().to_owned()
    });
    taglines.collect()
}

#[test]
fn the_parts_of_a_thousand_hits_add_up() {
    let collection = sample();
    let mut checked = 0;
    for text in queries() {
        for mode in Mode::ALL {
            let query = asked(&text, mode);
            for (rank, hit) in (1..).zip(collection.search(&query).unwrap().hits) {
                let why = collection.explain(&query, &hit.record.id).unwrap();
                let near = |sum: f32, score: f32, what: &str| {
                    assert!(
                        (sum - score).abs() < 1e-4,
                        "{text} {mode} {what}: {sum} {score}"
                    );
                };
                let words = why.words;
                let sum = words.terms.iter().map(|term| term.contribution).sum();
                near(sum, words.score, "words");
                let meaning = why.meaning.unwrap();
                let split = meaning.split.unwrap();
                for shares in [&split.query_words, &split.record_words] {
                    let sum: f32 = shares.iter().map(|word| word.share).sum();
                    near(sum + split.special, meaning.cosine, "meaning");
                }
                match mode {
                    Mode::Text => {
                        near(words.score, hit.score, "shown");
                        assert_eq!(words.rank, Some(rank));
                    }
                    Mode::Neural => {
                        let late = why.late_interaction.unwrap();
                        near(late.score, hit.score, "shown");
                        near(late.from_meaning + late.from_words, hit.score, "parts");
                        near(
                            (1.0 - late.share) * meaning.cosine,
                            late.from_meaning,
                            "cosine",
                        );
                        near(late.share * hit.late.unwrap(), late.from_words, "late");
                        let sum = late.words.iter().map(|of| of.added).sum();
                        near(sum, late.from_words, "words that met");
                        let weights = late.words.iter().map(|of| of.weight).sum();
                        near(weights, 1.0, "weights");
                        assert_eq!(meaning.rank, Some(hit.neural.unwrap().rank));
                    }
                    Mode::Hybrid => {
                        let fusion = why.fusion.unwrap();
                        let own = fusion.from_words + fusion.from_meaning;
                        near(own + fusion.from_neighbours, hit.score, "shown");
                        near(fusion.score, hit.score, "the same");
                        assert!(!fusion.neighbours.is_empty());
                        let sum = fusion.neighbours.iter().map(|of| of.added).sum();
                        near(sum, fusion.from_neighbours, "neighbours");
                    }
                }
                checked += 1;
            }
        }
    }
    assert!(checked >= 1_000, "{checked}");
}

#[test]
fn every_way_of_fusing_adds_up() {
    let collection = sample();
    for fusion in [
        Fusion::ReciprocalRank,
        Fusion::Weighted { meaning: 0.0 },
        Fusion::Weighted { meaning: 1.0 },
    ] {
        let query = Query {
            fusion,
            ..asked("goat milk delivered", Mode::Hybrid)
        };
        for hit in collection.search(&query).unwrap().hits {
            let why = collection.explain(&query, &hit.record.id).unwrap();
            let fused = why.fusion.unwrap();
            assert!(fused.neighbours.is_empty());
            assert!((fused.from_words + fused.from_meaning - hit.score).abs() < 1e-5);
        }
    }
}

/// The next hit is the one that is listed next, and at the balance named the two change places.
#[test]
fn two_hits_change_places_at_the_balance_that_is_named() {
    let collection = sample();
    let (mut turned, mut never) = (0, 0);
    for text in queries().iter().step_by(3) {
        for neighbours in [true, false] {
            let query = Query {
                neighbours,
                ..asked(text, Mode::Hybrid)
            };
            let at = |balance: f32, id: &str| -> f32 {
                let query = Query {
                    fusion: Fusion::Weighted { meaning: balance },
                    ..query.clone()
                };
                let why = collection.explain(&query, id).unwrap();
                why.fusion.unwrap().score
            };
            let hits = collection.search(&query).unwrap().hits;
            for pair in hits.windows(2).take(3) {
                let (this, other) = (&pair[0].record.id, &pair[1].record.id);
                let fusion = collection.explain(&query, this).unwrap().fusion.unwrap();
                assert_eq!(fusion.balance, Some(0.5));
                let next = fusion.next.unwrap();
                assert_eq!((&next.id, &next.title), (other, &pair[1].record.title));
                assert!((next.score - pair[1].score).abs() < 1e-5);
                let parts = next.from_words + next.from_meaning + next.from_neighbours;
                assert!((parts - next.score).abs() < 1e-5);
                let Some(turns) = next.turns_at else {
                    for balance in [0.05, 0.95] {
                        assert!(at(balance, this) >= at(balance, other) - 1e-5, "{text}");
                    }
                    never += 1;
                    continue;
                };
                assert!((at(turns, this) - at(turns, other)).abs() < 1e-4, "{text}");
                let beyond = if turns > 0.5 {
                    turns + 0.02
                } else {
                    turns - 0.02
                };
                if (0.01..0.99).contains(&beyond) {
                    assert!(
                        at(beyond, this) <= at(beyond, other) + 1e-5,
                        "{text} {turns}"
                    );
                    turned += 1;
                }
            }
        }
    }
    assert!(turned > 5 && never > 5, "{turned} {never}");
}

#[test]
fn where_ranks_are_fused_or_one_engine_counts_no_balance_is_named() {
    let collection = sample();
    for (fusion, balance) in [
        (Fusion::ReciprocalRank, None),
        (Fusion::Weighted { meaning: 0.0 }, Some(0.0)),
    ] {
        let query = Query {
            fusion,
            ..asked("goat milk delivered", Mode::Hybrid)
        };
        let hits = collection.search(&query).unwrap().hits;
        let why = collection.explain(&query, &hits[0].record.id).unwrap();
        let fused = why.fusion.unwrap();
        assert_eq!(fused.balance, balance);
        let next = fused.next.unwrap();
        assert_eq!(next.id, hits[1].record.id);
        assert_eq!(next.turns_at, None);
    }
}

/// Each pair of words stands once, and a word's pairs add up to its share.
#[test]
fn what_two_words_share_is_summed_over_their_occurrences() {
    let collection = sample();
    for text in queries().iter().step_by(5) {
        let query = asked(text, Mode::Neural);
        for hit in collection.search(&query).unwrap().hits.iter().take(3) {
            let why = collection.explain(&query, &hit.record.id).unwrap();
            let meaning = why.meaning.unwrap();
            let split = meaning.split.unwrap();
            let table = &split.partners;
            assert_eq!(table.shares.len(), table.query.len());
            for (at, shares) in table.shares.iter().enumerate() {
                assert_eq!(shares.len(), table.record.len());
                let own = split.query_words.iter();
                let own = own.filter(|word| word.partner == Some(at as u32));
                let sum: f32 = own.map(|word| word.share).sum();
                assert!((sum - shares.iter().sum::<f32>()).abs() < 1e-4, "{text}");
            }
            let all: f32 = table.shares.iter().flatten().sum();
            assert!((all + table.rest + split.special - meaning.cosine).abs() < 1e-4);
            for (words, read) in [
                (&split.query_words, &meaning.query_text),
                (&split.record_words, &meaning.record_text),
            ] {
                assert!(!words.is_empty());
                for word in words {
                    assert_eq!(read[word.at.clone()], word.word);
                }
            }
            let mut pairs: Vec<(String, String)> = split
                .pairs
                .iter()
                .map(|pair| (pair.query.to_lowercase(), pair.record.to_lowercase()))
                .collect();
            let count = pairs.len();
            pairs.sort();
            pairs.dedup();
            assert_eq!(pairs.len(), count);
            for of in why.late_interaction.unwrap().words {
                let place = of.query_at.unwrap();
                assert_eq!(meaning.query_text[place], of.query);
                if let (Some(word), Some(place)) = (of.record, of.record_at) {
                    assert_eq!(meaning.record_text[place], word);
                }
            }
        }
    }
}

/// With other parameters of BM25, the list, its scores and the explanation all follow.
#[test]
fn k1_and_b_rank_and_are_explained() {
    let collection = sample();
    let plain = asked("company milk for people", Mode::Text);
    let order = |k1, b| -> Vec<(String, f32)> {
        let query = Query {
            k1,
            b,
            ..plain.clone()
        };
        let hits = collection.search(&query).unwrap().hits;
        for hit in &hits {
            let words = collection.explain(&query, &hit.record.id).unwrap().words;
            assert_eq!((words.k1, words.b), (k1, b));
            assert!((words.score - hit.score).abs() < 1e-5);
            for term in &words.terms {
                let relative = term.length as f32 / term.average_length;
                let norm = k1 * (1.0 - b + b * relative);
                assert!((norm - term.norm).abs() < 1e-4);
                let frequency = term.frequency as f32;
                let added = term.boost * term.idf * frequency / (frequency + norm);
                assert!((added - term.contribution).abs() < 1e-3);
            }
            let held = words.terms.iter().map(|term| term.word.as_str());
            let lacks = |word: &str| words.missing.iter().any(|of| of.word == word);
            assert!(held.into_iter().all(|word| !lacks(word)));
        }
        let hits = hits.into_iter();
        hits.map(|hit| (hit.record.id, hit.score)).collect()
    };
    let usual = order(1.5, 0.75);
    let hits = collection.search(&plain).unwrap().hits.into_iter();
    let shown: Vec<(String, f32)> = hits.map(|hit| (hit.record.id, hit.score)).collect();
    assert_eq!(usual, shown);
    assert_ne!(usual, order(0.0, 0.0));
    // By both, too, where rankings may be kept.
    let fused = |k1, b| -> Vec<f32> {
        let query = Query {
            k1,
            b,
            ..asked(&plain.text, Mode::Hybrid)
        };
        let hits = collection.search(&query).unwrap().hits;
        hits.iter().map(|hit| hit.score).collect()
    };
    assert_ne!(fused(1.5, 0.75), fused(0.0, 0.0));
    for (k1, b, named) in [
        (-0.1, 0.5, "k1"),
        (3.1, 0.5, "k1"),
        (1.0, 1.1, "b is"),
        (f32::NAN, 0.5, "k1"),
    ] {
        let query = Query {
            k1,
            b,
            ..plain.clone()
        };
        let refused = collection.search(&query).unwrap_err().to_string();
        assert!(refused.contains(named), "{refused}");
    }
}

/// With the scores of similar records, each score is a weighted mean of what the records score
/// without: it lies between its own and those of the records named.
#[test]
fn similar_records_draw_scores_together_and_can_be_left_out() {
    let collection = sample();
    let with = asked("goat milk delivered", Mode::Hybrid);
    let without = Query {
        neighbours: false,
        ..with.clone()
    };
    let alone = |id: &str| -> f32 {
        let fused = collection.explain(&without, id).unwrap().fusion.unwrap();
        assert!(fused.neighbours.is_empty() && fused.from_neighbours == 0.0);
        fused.score
    };
    let mut moved = 0;
    for hit in collection.search(&with).unwrap().hits {
        let why = collection.explain(&with, &hit.record.id).unwrap();
        let neighbours = why.fusion.unwrap().neighbours;
        let own = alone(&hit.record.id);
        let (mut least, mut most) = (own, own);
        for near in neighbours {
            assert_ne!(near.id, hit.record.id);
            assert!(near.cosine > 0.0 && near.cosine <= 1.001);
            least = least.min(alone(&near.id));
            most = most.max(alone(&near.id));
        }
        assert!(least - 1e-4 <= hit.score && hit.score <= most + 1e-4);
        moved += usize::from((hit.score - own).abs() > 1e-3);
    }
    assert!(moved > 5, "{moved}");
}

/// Identical records in several cities, among the first of the sample.
fn with_copies(cities: &[&str]) -> (tempfile::TempDir, Catalogue) {
    let mut records = json_lines(&sample_file());
    records.truncate(80);
    records.extend(cities.iter().map(|city| {
        json!({
            "name": "Geitost", "alt": "Geitost - goat milk", "city": city, "images": "", "link": "",
            "description": "Goat milk delivered to your door.",
        })
    }));
    collection_of("copies", &records, &FieldRoles::default())
}

/// The nearest in meaning is the first of them, and words prefer the one in the city asked for.
#[test]
fn identical_records_are_one_hit_although_the_indexes_find_different_ones() {
    let (_folder, catalogue) = with_copies(&["Oslo", "Bergen", "Tromso"]);
    let collection = catalogue.collection("copies").unwrap();
    let answer = collection
        .search(&asked("goat milk Bergen", Mode::Hybrid))
        .unwrap();
    let same = answer
        .hits
        .iter()
        .filter(|hit| hit.record.title == "Geitost");
    let same: Vec<_> = same.collect();
    assert_eq!(same.len(), 1);
    assert_eq!(same[0].copies.count, 2);
    assert_eq!(same[0].record.facets[0].value, "Bergen");
}

#[test]
fn a_copy_takes_no_place_among_similar_records() {
    let (_folder, catalogue) = with_copies(&["Oslo", "Bergen", "Tromso", "Bodo", "Moss", "Hamar"]);
    let collection = catalogue.collection("copies").unwrap();
    let query = Query {
        collapse: false,
        ..asked("goat milk", Mode::Hybrid)
    };
    let (answer, explained) = collection.search_explained(&query).unwrap();
    let mut counted = 0;
    for (hit, explained) in answer.hits.iter().zip(explained) {
        let fusion = explained.unwrap().fusion.unwrap();
        assert!((fusion.score - hit.score).abs() < 1e-5);
        let copies = fusion
            .neighbours
            .iter()
            .filter(|near| near.title == "Geitost");
        let copies = copies.count();
        assert!(copies <= usize::from(hit.record.title != "Geitost"));
        counted += copies;
    }
    assert!(counted > 0);
}

/// A filter selects hits and changes no score: what counts as near, and which records are similar,
/// is determined on the whole collection.
#[test]
fn a_filter_changes_no_fused_score_and_its_hits_are_explained_truly() {
    let collection = sample();
    let all = Query {
        limit: 30,
        ..asked("goat milk delivered", Mode::Hybrid)
    };
    let unfiltered = collection.search(&all).unwrap().hits;
    let facets = unfiltered.iter().flat_map(|hit| &hit.record.facets);
    let mut compared = 0;
    for facet in facets.take(6) {
        let filtered = Query {
            filters: vec![format!("{}:{}", facet.field, facet.value).parse().unwrap()],
            ..all.clone()
        };
        for hit in collection.search(&filtered).unwrap().hits {
            let why = collection.explain(&filtered, &hit.record.id).unwrap();
            assert!((why.fusion.unwrap().score - hit.score).abs() < 1e-6);
            let same = unfiltered
                .iter()
                .find(|other| other.record.id == hit.record.id);
            if let Some(same) = same {
                assert!(
                    (same.score - hit.score).abs() < 1e-6,
                    "{}",
                    hit.record.title
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 6, "{compared}");
}

#[test]
fn the_other_engine_s_rank_is_true_or_said_to_be_none() {
    let collection = sample();
    let text = "milk";
    let by_words = collection.search(&asked(text, Mode::Text)).unwrap();
    assert!(by_words.total > 1);
    for hit in collection.search(&asked(text, Mode::Neural)).unwrap().hits {
        let why = collection
            .explain(&asked(text, Mode::Neural), &hit.record.id)
            .unwrap();
        let place = by_words
            .hits
            .iter()
            .position(|found| found.record.id == hit.record.id);
        let rank = why.words.rank;
        assert_eq!(rank, place.map(|at| at as u32 + 1), "{}", hit.record.title);
    }
}

#[test]
fn a_record_that_the_query_keeps_out_has_no_place_in_any_ranking() {
    let collection = sample();
    let holding = collection.search(&asked("milk", Mode::Text)).unwrap();
    let kept_out = &holding.hits[0].record.id;
    let query = asked("company -milk", Mode::Hybrid);
    let why = collection.explain(&query, kept_out).unwrap();
    assert_eq!(why.words.rank, None);
    assert_eq!(why.meaning.unwrap().rank, None);
    assert!(why.fusion.is_none());
}

#[test]
fn hits_are_explained_in_a_search_as_each_by_itself() {
    let collection = sample();
    let query = asked("goat milk delivered", Mode::Hybrid);
    let (answer, explained) = collection.search_explained(&query).unwrap();
    assert_eq!((answer.hits.len(), explained.len()), (10, 10));
    for (hit, explained) in answer.hits.iter().zip(explained) {
        let alone = collection.explain(&query, &hit.record.id).unwrap();
        assert_eq!(format!("{:?}", Some(alone)), format!("{explained:?}"));
    }
    assert!(collection.explain(&query, "9999").is_err());
}

/// The explanation matches the hits shown, even while another thread writes.
#[test]
fn an_explanation_is_true_of_its_answer_while_records_come_and_go() {
    let records = &json_lines(&sample_file())[..60];
    let (_folder, catalogue) = collection_of("busy", &records[..40], &FieldRoles::default());
    let busy = catalogue.collection("busy").unwrap();
    let query = Query {
        limit: 5,
        ..asked("software for milk farms", Mode::Hybrid)
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for payload in records.iter().cycle().take(200) {
                let mut vector = vec![0.1; 384];
                vector[payload.to_string().len() % 384] = 3.0;
                let payload = payload.as_object().unwrap().clone();
                let vector = Some(vector);
                busy.put(vec![Incoming { payload, vector }]).unwrap();
            }
        });
        while !writer.is_finished() {
            let (answer, explained) = busy.search_explained(&query).unwrap();
            for (hit, explained) in answer.hits.iter().zip(explained) {
                let fusion = explained.unwrap().fusion.unwrap();
                assert!((fusion.score - hit.score).abs() < 1e-4);
            }
        }
    });
}
