//! Blind comparisons of real rankings, pools to grade, and what becomes of judgements.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::common::query_encoder;
use crate::common::sample::{ask, build_with, collection_of, sample};
use parallax::backend::Backend;
use parallax::collection::{Cores, Incoming, Reencode};
use parallax::evaluation::Benchmark;
use parallax::judging::{Exported, OnDisk, export, interleave, pool, reveal};
use parallax::query::Route;
use parallax::record::FieldRoles;
use parallax::vocabulary::{InterleaveRequest, Judgement, Progress, RevealRequest, Side};
use parallax::{Catalogue, Error, Mode, Result, Schema};
use serde_json::{Value, json};

const QUERIES: [&str; 5] = [
    "fresh milk for people in the city",
    "find a babysitter tonight",
    "wooden furniture",
    "learn a language with a tutor",
    "solar panels",
];

fn request(q: &str, a: &str, b: &str, seed: u32) -> InterleaveRequest {
    InterleaveRequest {
        q: q.into(),
        a: a.into(),
        b: b.into(),
        seed: Some(seed),
    }
}

fn revealing(request: &InterleaveRequest, list: &str, pick: &[u32]) -> RevealRequest {
    RevealRequest {
        q: request.q.clone(),
        a: request.a.clone(),
        b: request.b.clone(),
        seed: request.seed.unwrap(),
        list: list.into(),
        pick: pick.into(),
        won_a: 4,
        won_b: 1,
        ties: 2,
    }
}

fn here(name: Option<&str>) -> Result<Arc<dyn Backend>> {
    match name {
        None | Some("sample") => Ok(sample()),
        Some(other) => Err(Error::NoCollection {
            name: other.into(),
            known: vec!["sample".into()],
        }),
    }
}

fn refused(result: Result<impl std::fmt::Debug>, why: &str) {
    match result {
        Err(Error::BadQuery(message)) => assert!(message.contains(why), "{message}"),
        other => panic!("{other:?} instead of: {why}"),
    }
}

fn ids(mode: Mode, q: &str) -> Vec<String> {
    let hits = sample().search(&ask(q, mode)).unwrap().hits;
    hits.into_iter().map(|hit| hit.record.id).collect()
}

#[test]
fn a_blind_list_is_the_draft_of_the_two_rankings() {
    for q in QUERIES {
        let (by_meaning, by_words) = (ids(Mode::Neural, q), ids(Mode::Text, q));
        for seed in 0..10 {
            let request = request(q, "neural", "text", seed);
            let blind = interleave(&request, 99, &here).unwrap();
            assert_eq!(blind, interleave(&request, 98, &here).unwrap());
            let listed: Vec<String> = blind
                .records
                .iter()
                .map(|record| record.id.clone().unwrap())
                .collect();
            let revealed = reveal(&revealing(&request, &blind.list, &[]), &here).unwrap();
            assert_eq!(revealed.records, blind.records);
            let of = |side: Side, ranking: &[String]| -> Vec<usize> {
                let team = listed.iter().zip(&revealed.teams);
                let team = team.filter(|(_, of)| **of == side);
                team.map(|(id, _)| ranking.iter().position(|of| of == id).unwrap())
                    .collect()
            };
            let (a, b) = (of(Side::A, &by_meaning), of(Side::B, &by_words));
            assert!(a.is_sorted() && b.is_sorted(), "{q}: {a:?} {b:?}");
            assert!(a.len().abs_diff(b.len()) <= 1);
            for (id, (in_a, in_b)) in listed.iter().zip(&revealed.places) {
                let place = |ranking: &[String]| {
                    let at = ranking.iter().position(|of| of == id);
                    at.map(|at| at as u32 + 1)
                };
                assert_eq!((*in_a, *in_b), (place(&by_meaning), place(&by_words)));
            }
        }
    }
}

#[test]
fn picks_decide_who_wins_and_count_in_the_tally() {
    let request = request(QUERIES[0], "neural", "text", 5);
    let blind = interleave(&request, 0, &here).unwrap();
    let teams = reveal(&revealing(&request, &blind.list, &[]), &here)
        .unwrap()
        .teams;
    let of = |side: Side| -> Vec<u32> {
        let places = (1..).zip(&teams).filter(|(_, of)| **of == side);
        places.map(|(place, _)| place).collect()
    };
    let (a, b) = (of(Side::A), of(Side::B));
    for (picks, winner, tally) in [
        (vec![], None, (4, 1, 3)),
        (a.clone(), Some(Side::A), (5, 1, 2)),
        (vec![b[0], b[0]], Some(Side::B), (4, 2, 2)),
        (vec![a[0], b[0]], None, (4, 1, 3)),
    ] {
        let revealed = reveal(&revealing(&request, &blind.list, &picks), &here).unwrap();
        assert_eq!(revealed.winner, winner);
        let now = revealed.standing.tally;
        assert_eq!((now.a, now.b, now.ties), tally);
    }
    let revealing = |list: &str, pick: u32| reveal(&revealing(&request, list, &[pick]), &here);
    refused(revealing("another", 1), "no longer the one");
    refused(revealing(&blind.list, 0), "a place in the list");
    refused(revealing(&blind.list, 11), "from 1 to");
}

#[test]
fn only_rankings_that_differ_are_compared() {
    let ask = |a: &str, b: &str| interleave(&request("milk", a, b, 1), 0, &here);
    assert!(ask("hybrid:0.25", "hybrid").is_ok());
    refused(ask("hybrid:0.5", "hybrid"), "rank alike");
    refused(ask("text", "text@sample"), "rank alike");
    refused(ask("text", "psychic"), "unknown mode");
    assert!(matches!(
        ask("text", "text@none"),
        Err(Error::NoCollection { .. })
    ));
    let listed = interleave(&request("*", "text", "neural", 1), 0, &here);
    refused(listed, "no ranks to judge");
    refused(
        interleave(&request(" ", "text", "neural", 1), 0, &here),
        "empty",
    );
}

#[test]
fn two_collections_are_compared_without_telling_them_apart() {
    let records = [
        json!({"id": "x1", "title": "Goats", "text": "Goats give milk."}),
        json!({"id": "x2", "title": "Cows", "text": "Cows give milk, too."}),
    ];
    let (_folder, catalogue) = collection_of("others", &records, &FieldRoles::default());
    let others = catalogue.collection("others").unwrap();
    let find = |name: Option<&str>| -> Result<Arc<dyn Backend>> {
        match name {
            Some("others") => Ok(others.clone()),
            _ => here(name),
        }
    };
    let request = request("milk", "text", "text@others", 3);
    let blind = interleave(&request, 0, &find).unwrap();
    assert!(blind.records.len() >= 3, "{blind:?}");
    assert!(blind.records.iter().all(|record| record.id.is_none()));
    let revealed = reveal(&revealing(&request, &blind.list, &[1]), &find).unwrap();
    for (record, team) in revealed.records.iter().zip(&revealed.teams) {
        let other = ["Goats", "Cows"].contains(&&*record.title);
        assert_eq!(other, *team == Side::B, "{record:?}");
    }
}

#[test]
fn a_pool_holds_the_best_of_all_rankings_once() {
    for q in QUERIES {
        let pooled = pool(&sample(), q, 10).unwrap();
        let found: BTreeSet<String> = pooled.iter().map(|record| record.id.clone()).collect();
        assert_eq!(found.len(), pooled.len());
        let expected = Mode::ALL.into_iter().flat_map(|mode| ids(mode, q));
        assert_eq!(found, expected.collect());
        // The order is the same each time, and none of the rankings'.
        assert_eq!(pooled, pool(&sample(), q, 10).unwrap());
        let order: Vec<String> = pooled.into_iter().map(|record| record.id).collect();
        for mode in Mode::ALL {
            let ranked = ids(mode, q);
            let first = ranked.get(..5).unwrap_or(&order[1..]);
            assert!(!order.starts_with(first), "{q}, {mode}");
        }
    }
    refused(pool(&sample(), "milk", 0), "between 1 and");
    refused(pool(&sample(), "milk", 31), "between 1 and");
    refused(pool(&sample(), "*", 10), "no ranks to judge");
}

fn judgement(q: &str, id: &str, grade: u8) -> Judgement {
    Judgement {
        q: q.into(),
        id: id.into(),
        grade,
    }
}

fn notes() -> Vec<Value> {
    vec![
        json!({"id": "milk", "title": "Goats", "text": "Goats give milk twice a day."}),
        json!({"id": "sun", "title": "Panels", "text": "Solar panels on the roof."}),
        json!({"id": "pet", "title": "Kennel", "text": "A hotel for dogs and their owners."}),
        json!({"id": "pet2", "title": "Kennel", "text": "A hotel for dogs and their owners."}),
    ]
}

fn roles() -> FieldRoles {
    FieldRoles {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        ..FieldRoles::default()
    }
}

fn all(catalogue: &Catalogue, name: &str) -> BTreeMap<String, Vec<(String, u8)>> {
    let judged = catalogue.judgements(name).unwrap().into_iter();
    judged.map(|judged| (judged.q, judged.grades)).collect()
}

#[test]
fn a_judgement_can_be_changed_and_taken_back() {
    let (_folder, catalogue) = collection_of("notes", &notes(), &roles());
    let judge = |q: &str, id: &str, grade| catalogue.judge("notes", &judgement(q, id, grade));
    let progress = |queries, judgements| Progress {
        queries,
        judgements,
    };
    assert_eq!(judge("fresh milk", "milk", 2).unwrap(), progress(1, 1));
    assert_eq!(judge("fresh milk", "sun", 0).unwrap(), progress(1, 2));
    assert_eq!(judge("power", "sun", 1).unwrap(), progress(2, 3));
    // Changed, not added; white space around a query does not make it another one.
    assert_eq!(judge(" power ", "sun", 2).unwrap(), progress(2, 3));
    let expected = [
        (
            "fresh milk".to_owned(),
            vec![("milk".to_owned(), 2), ("sun".to_owned(), 0)],
        ),
        ("power".to_owned(), vec![("sun".to_owned(), 2)]),
    ];
    assert_eq!(all(&catalogue, "notes"), BTreeMap::from(expected));
    let (grades, now) = catalogue.judged("notes", "fresh milk").unwrap();
    assert_eq!(
        grades,
        BTreeMap::from([("milk".into(), 2), ("sun".into(), 0)])
    );
    assert_eq!(now, catalogue.progress("notes").unwrap());

    let back = |q: &str, id: &str| catalogue.take_back("notes", q, id).unwrap();
    assert_eq!(back("power", "sun"), progress(1, 2));
    assert_eq!(back("power", "sun"), progress(1, 2));
    refused(judge("milk", "milk", 3), "grade is 3");
    refused(judge("  ", "milk", 1), "empty");
    refused(judge(&"x".repeat(2_001), "milk", 1), "2001 characters");
    assert!(matches!(
        judge("milk", "none", 1),
        Err(Error::NoRecord { .. })
    ));
    assert!(matches!(
        catalogue.judge("none", &judgement("milk", "milk", 1)),
        Err(Error::NoCollection { .. })
    ));
    assert!(matches!(
        catalogue.judgements("none"),
        Err(Error::NoCollection { .. })
    ));
}

#[test]
fn judgements_follow_their_collection_and_go_with_it() {
    let (folder, catalogue) = collection_of("notes", &notes(), &roles());
    let file = folder.path().join("records.jsonl");
    build_with(&catalogue, "others", &file, false, None, &roles()).unwrap();
    catalogue
        .judge("notes", &judgement("milk", "milk", 2))
        .unwrap();
    catalogue
        .judge("others", &judgement("milk", "milk", 1))
        .unwrap();
    let kept = all(&catalogue, "notes");

    // Replaced by a newer version of its records, and given other settings.
    build_with(&catalogue, "notes", &file, true, None, &roles()).unwrap();
    assert_eq!(all(&catalogue, "notes"), kept);
    let schema = Schema::named(&FieldRoles {
        weights: vec!["title=5".into()],
        ..roles()
    });
    let how = Reencode {
        cores: Cores::All,
        progress: &|_| {},
        cancelled: &AtomicBool::new(false),
    };
    assert!(
        catalogue
            .change_schema("notes", schema.unwrap(), how)
            .unwrap()
    );
    assert_eq!(all(&catalogue, "notes"), kept);

    // After a restart.
    drop(catalogue);
    let data = folder.path().join("data");
    let catalogue = Catalogue::open(&data, query_encoder()).unwrap();
    assert_eq!(all(&catalogue, "notes"), kept);

    catalogue.rename("notes", "renamed").unwrap();
    assert_eq!(all(&catalogue, "renamed"), kept);
    build_with(&catalogue, "notes", &file, false, None, &roles()).unwrap();
    assert!(all(&catalogue, "notes").is_empty());

    catalogue.drop_collection("renamed").unwrap();
    build_with(&catalogue, "renamed", &file, false, None, &roles()).unwrap();
    assert!(all(&catalogue, "renamed").is_empty());
    let others = all(&catalogue, "others");
    assert_eq!(others["milk"], [("milk".to_owned(), 1)]);
}

fn benchmark(folder: &Path) -> Benchmark {
    let cache = folder.join("cache");
    Benchmark::load(folder, true, &cache, &query_encoder(), &|_| {}).unwrap()
}

#[test]
fn what_is_exported_is_a_benchmark_with_all_records() {
    let (folder, catalogue) = collection_of("notes", &notes(), &roles());
    let notes = catalogue.collection("notes").unwrap();
    let odd = json!({"id": "odd\tid ", "title": "Owls", "text": "Owls see at night."});
    let incoming = |record: &Value| Incoming {
        payload: record.as_object().unwrap().clone(),
        vector: None,
    };
    notes.put(vec![incoming(&odd)]).unwrap();
    let at = folder.path().join("exported");
    let write = || {
        let judged = catalogue.judgements("notes").unwrap();
        export(&notes, &judged, &mut OnDisk::new(&at)?)
    };
    refused(write(), "judge some first");
    for (q, id, grade) in [
        ("fresh milk", "milk", 2),
        ("fresh milk", "sun", 0),
        ("a kennel", "pet", 1),
        ("birds that see at night", "odd\tid ", 2),
        ("nothing of this", "sun", 0),
        ("fresh milk", "pet2", 0),
    ] {
        catalogue.judge("notes", &judgement(q, id, grade)).unwrap();
    }
    catalogue
        .judge("notes", &judgement("a kennel", "sun", 1))
        .unwrap();
    notes.delete(vec!["sun".into()]).unwrap();
    let exported = write().unwrap();
    let expected = Exported {
        records: 4,
        queries: 3,
        // Of `milk`, of both kennels for two queries, and of the owls.
        judgements: 6,
        without_relevant: 1,
        gone: 3,
    };
    assert_eq!(exported, expected);

    let benchmark = benchmark(&at);
    assert_eq!(benchmark.records(), 4);
    assert!(benchmark.gaps().told().is_empty(), "{:?}", benchmark.gaps());
    for mode in Mode::ALL {
        let quality = benchmark.run(mode, Route::Auto).unwrap().quality();
        assert_eq!(quality.queries, 3);
        assert!(quality.ndcg_at_10.mean > 0.5, "{mode}: {quality:?}");
    }
    // Both kennels are relevant, although only one was judged: they read the same.
    let qrels = std::fs::read_to_string(at.join("qrels/test.tsv")).unwrap();
    assert_eq!(qrels.matches("\tpet\t1").count(), 1);
    assert_eq!(qrels.matches("\tpet2\t1").count(), 1);
    assert_eq!(qrels.matches("\tpet2\t0").count(), 1);
}
