//! Records that are read, compared with others, explained, and written.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parallax::backend::Backend;
use parallax::collection::Incoming;
use parallax::record::FieldRoles;
use parallax::remote::Remote;
use parallax::vocabulary::Mined;
use parallax::{Error, Feedback, Filter, Mode};
use serde_json::json;

use super::oracle::Oracle;
use super::{check_same, on_cluster};
use crate::common::query_encoder;
use crate::common::sample::{ask, collection_of, sample};

#[test]
fn ranks_are_explained_and_compared_alike() {
    let here = sample();
    let there = on_cluster(&here);
    let last = here.page(None, 1_000).unwrap().records.pop().unwrap().id;
    for mode in [Mode::Text, Mode::Neural, Mode::Hybrid] {
        for text in ["online food delivery", "solar energy", "helth care"] {
            let query = ask(text, mode);
            let hits = here.search(&query).unwrap().hits;
            let ids = hits.iter().map(|hit| hit.record.id.clone());
            for id in ids.take(3).chain([last.clone()]) {
                let ours = here.explain(&query, &id).unwrap();
                let theirs = there.explain(&query, &id).unwrap();
                assert_eq!(ours.meaning, theirs.meaning, "{text} {mode:?} {id}");
                assert_eq!(ours.words, theirs.words, "{text} {mode:?} {id}");
                assert_eq!(ours.fusion, theirs.fusion, "{text} {mode:?} {id}");
            }
            let (_, ours) = here.search_explained(&query).unwrap();
            let (_, theirs) = there.search_explained(&query).unwrap();
            assert_eq!(ours, theirs, "{text} {mode:?}");
        }
    }
    for text in ["online food delivery", "solar energy", "helth care", "the"] {
        let query = ask(text, Mode::Hybrid);
        let (ours, theirs) = (
            here.compare(&query).unwrap(),
            there.compare(&query).unwrap(),
        );
        let places = |comparison: &parallax::query::Comparison| -> Vec<_> {
            let records = comparison.records.iter();
            let place = records.map(|row| {
                let id = row.hit.record.id.clone();
                (
                    id,
                    row.by_meaning,
                    row.by_words,
                    row.by_both,
                    row.contains.clone(),
                )
            });
            place.collect()
        };
        assert_eq!(places(&ours), places(&theirs), "{text}");
        assert_eq!(ours.words, theirs.words, "{text}");
        assert_eq!(
            (ours.searched, ours.matching),
            (theirs.searched, theirs.matching)
        );
    }
}

#[test]
fn similar_records_and_recommendations_are_the_same() {
    let here = sample();
    let there = on_cluster(&here);
    let records = here.page(None, 5).unwrap().records;
    let ids: Vec<String> = records.into_iter().map(|record| record.id).collect();
    for id in &ids {
        let near = |of: &dyn Backend, filters: &[Filter]| {
            let answer = of.similar(id, 7, 3, filters).unwrap();
            let hits = answer.hits.iter();
            let hits: Vec<_> = hits
                .map(|hit| (hit.record.id.clone(), format!("{:.4}", hit.score)))
                .collect();
            (hits, answer.total)
        };
        let berlin: [Filter; 1] = ["city:Berlin".parse().unwrap()];
        assert_eq!(near(&*here, &[]), near(&there, &[]));
        assert_eq!(near(&*here, &berlin), near(&there, &berlin));
        assert_eq!(
            here.record_view(id).unwrap(),
            there.record_view(id).unwrap()
        );
    }
    let feedback = Feedback {
        like: ids[..2].to_vec(),
        dislike: ids[4..].to_vec(),
        text: Some("food".into()),
    };
    let recommended = |of: &dyn Backend| {
        let recommended = of.recommend(&feedback, 5, 0, &[]).unwrap();
        let hits = recommended.answer.hits.iter();
        let ids: Vec<String> = hits.map(|hit| hit.record.id.clone()).collect();
        (ids, recommended.reasons, recommended.answer.total)
    };
    assert_eq!(recommended(&*here), recommended(&there));
    for of in [&*here as &dyn Backend, &there] {
        assert!(matches!(
            of.similar("no-such-id", 5, 0, &[]),
            Err(Error::NoRecord { .. })
        ));
        assert!(matches!(
            of.record("no-such-id"),
            Err(Error::NoRecord { .. })
        ));
    }
}

#[test]
fn all_records_are_read_page_by_page_and_exported() {
    let here = sample();
    let there = on_cluster(&here);
    let pages = |of: &dyn Backend| {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = of.page(after, 13).unwrap();
            ids.extend(page.records.into_iter().map(|record| record.id));
            after = page.next;
            if after.is_none() {
                return ids;
            }
        }
    };
    assert_eq!(pages(&*here), pages(&there));
    let exported = |of: &dyn Backend| {
        let mut lines = Vec::new();
        of.export(&mut |line| {
            lines.push(line.to_vec());
            Ok(())
        })
        .unwrap();
        lines
    };
    assert_eq!(exported(&*here), exported(&there));
}

#[test]
fn what_is_written_is_found_and_what_is_deleted_is_not() {
    let records: Vec<_> = (0..60)
        .map(|at| json!({"id": format!("m{at}"), "title": format!("Mill {at}"), "text": "It grinds."}))
        .collect();
    let options = FieldRoles {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("mills", &records, &options);
    let here = catalogue.collection("mills").unwrap();
    let there = on_cluster(&here);
    let incoming = |fields: serde_json::Value| {
        let serde_json::Value::Object(payload) = fields else {
            panic!("an object")
        };
        Incoming {
            payload,
            vector: None,
        }
    };
    let both: [&dyn Backend; 2] = [&*here, &there];
    for of in both {
        let new =
            json!({"id": "new", "title": "Windmill", "text": "It pumps water out of the polder."});
        let changed = json!({"id": "m7", "title": "Sawmill", "text": "It saws planks."});
        let written = of.put(vec![incoming(new), incoming(changed)]).unwrap();
        assert_eq!(
            (written.ids, written.removed),
            (vec!["new".into(), "m7".into()], 1)
        );
        assert_eq!(of.records().unwrap(), 61);
        let patch = json!({"text": "It saws oak."});
        let serde_json::Value::Object(patch) = patch else {
            panic!()
        };
        of.patch("m7", &patch).unwrap();
        assert_eq!(of.record("m7").unwrap().payload["text"], "It saws oak.");
        assert_eq!(of.record("m7").unwrap().payload["title"], "Sawmill");
        assert!(of.patch("nothing", &patch).is_err());
        assert_eq!(
            of.delete(vec!["m1".into(), "m2".into(), "none".into()])
                .unwrap()
                .removed,
            2
        );
        assert_eq!(of.records().unwrap(), 59);
        assert!(of.record("m1").is_err());
        let error = of.put(vec![incoming(json!({"title": "no id", "text": "x"}))]);
        assert!(matches!(error, Err(Error::BadRecord { at: 1, .. })));
        assert!(of.delete_matching(Vec::new()).is_err());
    }
    for (text, mode) in [
        ("polder", Mode::Text),
        ("oak", Mode::Text),
        ("draining land", Mode::Neural),
        ("timber", Mode::Hybrid),
    ] {
        let first = |of: &dyn Backend| {
            let hits = of.search(&ask(text, mode)).unwrap().hits;
            (hits[0].record.id.clone(), hits[0].score)
        };
        let (ours, theirs) = (first(&*here), first(&there));
        assert_eq!(ours.0, theirs.0, "{text}");
        // The average length of a record is that of before.
        assert!(
            (ours.1 / theirs.1 - 1.0).abs() < 0.02,
            "{ours:?} {theirs:?}"
        );
    }
    // Writing the same again changes nothing.
    let again =
        json!({"id": "new", "title": "Windmill", "text": "It pumps water out of the polder."});
    there.put(vec![incoming(again)]).unwrap();
    assert_eq!(there.records().unwrap(), 59);
}

#[test]
fn a_record_written_since_counts_as_soon_as_the_cluster_has_it() {
    let records = [json!({"title": "Mill", "text": "It grinds grain."})];
    let (_folder, catalogue) = collection_of("shops", &records, &FieldRoles::default());
    let here = catalogue.collection("shops").unwrap();
    let payload = json!({"title": "Dairy", "text": "Cheese from goats."});
    let dairy = Incoming {
        payload: payload.as_object().unwrap().clone(),
        vector: None,
    };
    here.put(vec![dairy]).unwrap();
    let there = on_cluster(&here);
    check_same(&here, &there, &ask("goat cheese", Mode::Hybrid));
}

#[test]
fn a_new_word_that_another_server_wrote_is_found_at_once() {
    let oracle = Oracle::of(&sample());
    let server = || {
        let oracle = Box::new(oracle.clone());
        Remote::new("sample", oracle, query_encoder()).unwrap()
    };
    let (one, other) = (server(), server());
    for (at, mode) in [Mode::Text, Mode::Neural, Mode::Hybrid]
        .into_iter()
        .enumerate()
    {
        let word = format!("quixotry{at}");
        let query = ask(&format!("solar {word}"), mode);
        // It counts its words, and not again for a while.
        assert!(!one.search(&query).unwrap().hits.is_empty());
        let record = json!({"name": "Mill", "description": format!("A place for {word}.")});
        let payload = record.as_object().unwrap().clone();
        let vector = None;
        let written = other.put(vec![Incoming { payload, vector }]).unwrap();
        let answer = one.search(&query).unwrap();
        assert!(
            answer
                .hits
                .iter()
                .any(|hit| hit.record.id == written.ids[0])
        );
        let explained = one.explain(&query, &written.ids[0]).unwrap();
        assert_eq!(explained.words.rank, Some(1), "{mode:?}");
    }
}

#[test]
fn a_list_is_as_long_as_its_total_whoever_wrote_last() {
    let records = [json!({"title": "Mill"}), json!({"title": "Dairy"})];
    let (_folder, catalogue) = collection_of("shops", &records, &FieldRoles::default());
    let oracle = Oracle::of(&catalogue.collection("shops").unwrap());
    let server = || {
        let oracle = Box::new(oracle.clone());
        Remote::new("shops", oracle, query_encoder()).unwrap()
    };
    let (one, other) = (server(), server());
    for count in 2..6 {
        let answer = one.search(&ask("*", Mode::Text)).unwrap();
        assert_eq!((answer.hits.len(), answer.total), (count, count as u32));
        let record = json!({"title": format!("Shop {count}")});
        let payload = record.as_object().unwrap().clone();
        let vector = None;
        other.put(vec![Incoming { payload, vector }]).unwrap();
    }
}

#[test]
fn the_queries_found_before_it_was_copied_are_kept() {
    let here = sample();
    let mined = here.explore_now(&AtomicBool::new(false)).unwrap();
    let explored = |mined: Option<Mined>| {
        let oracle = Oracle::of(&here).with_mined(mined);
        let there = Remote::new("sample", Box::new(oracle), query_encoder()).unwrap();
        Arc::new(there).explore()
    };
    let found = explored(Some(mined.clone())).unwrap();
    assert_eq!(found.mined, Some(mined));
    assert_eq!((found.mining, found.changes_since), (false, 0));
    let error = explored(None).unwrap_err();
    assert!(matches!(error, Error::BadQuery(_)), "{error}");
}
