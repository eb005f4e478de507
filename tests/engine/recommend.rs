//! Records similar to several others. The oracle is Rocchio's sum over vectors that are encoded
//! again from each record.

use crate::common::sample::{build, sample, sample_file};
use crate::common::{encoder, json_lines, query_encoder, startup_text};
use parallax::query::Recommendations;
use parallax::vocabulary::Nearness;
use parallax::{Catalogue, Error, Feedback};
use serde_json::Value;

fn feedback(like: &[&str], dislike: &[&str], text: Option<&str>) -> Feedback {
    let owned = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    Feedback {
        like: owned(like),
        dislike: owned(dislike),
        text: text.map(str::to_owned),
    }
}

fn ids(recommended: &Recommendations) -> Vec<&str> {
    let hits = recommended.answer.hits.iter();
    hits.map(|hit| hit.record.id.as_str()).collect()
}

fn dot(a: &[f64], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, &b)| a * f64::from(b)).sum()
}

/// All texts of a record, in lower case.
fn startup_words(record: &Value) -> String {
    let fields = record.as_object().unwrap().values();
    let texts: Vec<&str> = fields.filter_map(Value::as_str).collect();
    texts.join(" ").to_lowercase()
}

#[test]
fn the_ranking_is_that_of_the_sum() {
    let records = json_lines(&sample_file());
    let texts: Vec<String> = records.iter().map(startup_text).collect();
    let vectors = encoder().encode_all(&texts, |_| ()).unwrap();
    let asked = "help for small farms";
    let of_text = encoder().encode(asked).unwrap();
    let (like, dislike) = ([3usize, 57, 120], [11usize, 200]);
    for text in [None, Some(asked)] {
        let mut wanted = vec![0.0; of_text.len()];
        let mut add = |weight: f64, vector: &[f32]| {
            for (sum, &value) in wanted.iter_mut().zip(vector) {
                *sum += weight * f64::from(value);
            }
        };
        if text.is_some() {
            add(1.0, &of_text);
        }
        like.iter().for_each(|&at| add(0.75 / 3.0, &vectors[at]));
        dislike
            .iter()
            .for_each(|&at| add(-0.15 / 2.0, &vectors[at]));
        let length = wanted.iter().map(|value| value * value).sum::<f64>().sqrt();
        let mut expected: Vec<(f64, usize)> = vectors
            .iter()
            .enumerate()
            .filter(|(at, _)| !like.contains(at) && !dislike.contains(at))
            .map(|(at, vector)| (dot(&wanted, vector) / length, at))
            .collect();
        expected.sort_by(|a, b| b.0.total_cmp(&a.0));

        let names = |places: &[usize]| places.iter().map(usize::to_string).collect();
        let feedback = Feedback {
            like: names(&like),
            dislike: names(&dislike),
            text: text.map(str::to_owned),
        };
        let recommended = sample().recommend(&feedback, 100, 0, &[]).unwrap();
        let answer = &recommended.answer;
        let scores = answer.hits.iter().map(|hit| f64::from(hit.score));
        for ((rank, score), (hit, (near, at))) in
            (1..).zip(scores).zip(answer.hits.iter().zip(&expected))
        {
            assert!((score - near).abs() < 1e-5, "{rank}: {score} {near}");
            // Texts too similar to be distinguished in single precision may swap places.
            let own: usize = hit.record.id.parse().unwrap();
            let of_own = dot(&wanted, &vectors[own]) / length;
            assert!(own == *at || (of_own - near).abs() < 1e-5, "{rank}");
            assert_eq!(hit.neural.map(|signal| signal.rank), Some(rank));
        }
        assert_eq!(answer.hits.len(), 100);
        let line = f64::from(sample().generation().unrelated().unwrap().line());
        let near = expected.iter().filter(|(near, _)| *near >= line).count();
        assert_eq!(answer.total as usize, near);

        // Paging gives the same ranking.
        let mut paged = Vec::new();
        for offset in [0, 10, 20] {
            let page = sample().recommend(&feedback, 10, offset, &[]).unwrap();
            paged.extend(ids(&page).into_iter().map(str::to_owned));
        }
        assert_eq!(paged, ids(&recommended)[..30]);

        // The reasons are the cosines that the scores consist of.
        assert_eq!(recommended.reasons.len(), 100);
        for (hit, reason) in answer.hits.iter().zip(&recommended.reasons) {
            let own: usize = hit.record.id.parse().unwrap();
            let cosine = |vector: &[f32]| {
                let pairs = vector.iter().zip(&*vectors[own]);
                pairs
                    .map(|(&a, &b)| f64::from(a) * f64::from(b))
                    .sum::<f64>()
            };
            assert_eq!(reason.text.is_some(), text.is_some());
            if let Some(told) = reason.text {
                assert!((f64::from(told) - cosine(&of_text)).abs() < 1e-5);
            }
            for (told, given) in [(&reason.liked, &like[..]), (&reason.disliked, &dislike[..])] {
                assert_eq!(told.len(), given.len());
                assert!(told.is_sorted_by(|a, b| a.cosine >= b.cosine));
                for nearness in told {
                    let of: usize = nearness.id.parse().unwrap();
                    assert!(given.contains(&of));
                    assert!((f64::from(nearness.cosine) - cosine(&vectors[of])).abs() < 1e-5);
                }
            }
            let mean = |of: &[Nearness]| {
                of.iter().map(|near| f64::from(near.cosine)).sum::<f64>() / of.len() as f64
            };
            let sum = reason.text.map_or(0.0, f64::from) + 0.75 * mean(&reason.liked)
                - 0.15 * mean(&reason.disliked);
            assert!((sum / length - f64::from(hit.score)).abs() < 1e-5);
            // Both records contain a shared word.
            let nearest: usize = reason.liked[0].id.parse().unwrap();
            for word in &reason.shared {
                assert!(startup_words(&records[own]).contains(&word.to_lowercase()));
                let stem: String = word.to_lowercase().chars().take(2).collect();
                assert!(startup_words(&records[nearest]).contains(&stem), "{word}");
            }
        }
        let shares = recommended.reasons.iter();
        assert!(shares.clone().any(|reason| !reason.shared.is_empty()));
    }
}

#[test]
fn what_was_given_never_comes_back_nor_do_its_copies() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("twice.jsonl");
    let mut lines = Vec::new();
    for city in ["Berlin", "Oslo", "Turin"] {
        for mut record in json_lines(&sample_file()).into_iter().take(40) {
            record["city"] = city.into();
            lines.push(record.to_string());
        }
    }
    std::fs::write(&file, lines.join("\n")).unwrap();
    let catalogue = Catalogue::open(&folder.path().join("data"), query_encoder()).unwrap();
    build(&catalogue, "thrice", &file, false).unwrap();
    let collection = catalogue.collection("thrice").unwrap();

    // Three identical records count as one liked record, with or without a filter.
    let feedback = feedback(&["1", "41", "2"], &["83"], None);
    for filter in [None, Some("city:Oslo")] {
        let filters: Vec<_> = filter.iter().map(|f| f.parse().unwrap()).collect();
        let answer = collection.recommend(&feedback, 100, 0, &filters).unwrap();
        assert_eq!(answer.answer.hits.len(), 37, "{filter:?}");
        assert!(answer.answer.total <= if filter.is_some() { 37 } else { 111 });
        let given = |id: &str| [1, 2, 3].contains(&(id.parse::<u32>().unwrap() % 40));
        assert!(!ids(&answer).into_iter().any(given));
    }
    // No record is liked while its copy is disliked.
    let refused = collection.recommend(&self::feedback(&["1"], &["2", "41"], None), 10, 0, &[]);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("'1'") && refused.contains("'41'"),
        "{refused}"
    );
}

#[test]
fn a_record_liked_twice_counts_once() {
    let once = sample().recommend(&feedback(&["7", "9"], &[], None), 10, 0, &[]);
    let twice = sample().recommend(&feedback(&["7", "9", "7", "7"], &[], None), 10, 0, &[]);
    assert_eq!(ids(&once.unwrap()), ids(&twice.unwrap()));
}

#[test]
fn one_liked_record_is_what_similar_asks_for() {
    let similar = sample().similar("5", 20, 0, &[]).unwrap();
    let liked = sample().recommend(&feedback(&["5"], &[], None), 20, 0, &[]);
    let liked = liked.unwrap();
    let similar: Vec<&str> = similar.hits.iter().map(|hit| &*hit.record.id).collect();
    assert_eq!(similar, ids(&liked));
    for (hit, reason) in liked.answer.hits.iter().zip(&liked.reasons) {
        assert!((hit.score - reason.liked[0].cosine).abs() < 1e-5);
    }
}

#[test]
fn feedback_that_makes_no_sense_is_refused() {
    let message = |feedback: &Feedback| {
        let refused = sample().recommend(feedback, 10, 0, &[]).unwrap_err();
        assert!(matches!(refused, Error::BadQuery(_)), "{refused}");
        refused.to_string()
    };
    assert!(message(&feedback(&[], &[], None)).contains("nothing to go by"));
    assert!(message(&feedback(&[], &["1"], Some("  "))).contains("nothing to go by"));
    assert!(message(&feedback(&["4", "1"], &["1"], None)).contains("'1' is both"));
    let many: Vec<String> = (0..101).map(|id| id.to_string()).collect();
    let many = Feedback {
        like: many,
        ..Feedback::default()
    };
    assert!(message(&many).contains("at most 100"));
    let long = "a".repeat(2_001);
    assert!(message(&feedback(&[], &[], Some(&long))).contains("2001 characters"));
    for unknown in [
        feedback(&["1", "9999"], &[], None),
        feedback(&["1"], &["x"], None),
    ] {
        let refused = sample().recommend(&unknown, 10, 0, &[]).unwrap_err();
        assert!(matches!(refused, Error::NoRecord { .. }), "{refused}");
    }
}
