//! A collection on a cluster answers like the same collection in a folder. The cluster is an oracle here:
//! it scores every record exactly. `server/tests/program/qdrant.rs` has tests with Qdrant itself.

mod oracle;

use std::sync::Arc;

use parallax::backend::Backend;
use parallax::collection::Incoming;
use parallax::query::Relation;
use parallax::record::FieldRoles;
use parallax::remote::Remote;
use parallax::{Collection, Error, Feedback, Filter, Mode, Query};
use serde_json::json;

use crate::common::query_encoder;
use crate::common::sample::{ask, collection_of, sample};
use oracle::Oracle;

fn on_cluster(collection: &Collection) -> Remote {
    let oracle = Box::new(Oracle::of(collection));
    Remote::new("sample", oracle, query_encoder()).unwrap()
}

/// Checks that a query has the same hits with the same scores, and the same total where one is exact.
fn check_same(here: &Collection, there: &Remote, query: &Query) {
    let (ours, theirs) = (here.search(query).unwrap(), there.search(query).unwrap());
    let hits = |answer: &parallax::Answer| -> Vec<(u64, String)> {
        let hits = answer.hits.iter();
        hits.map(|hit| (hit.record.number.0, format!("{:.4}", hit.score)))
            .collect()
    };
    assert_eq!(hits(&ours), hits(&theirs), "{query:?}");
    let highlights = |answer: &parallax::Answer| -> Vec<_> {
        let hits = answer.hits.iter();
        hits.map(|hit| hit.highlights.clone()).collect()
    };
    assert_eq!(highlights(&ours), highlights(&theirs), "{query:?}");
    if theirs.total_relation == Relation::Equal && ours.total_relation == Relation::Equal {
        assert_eq!(
            (ours.total, ours.counted),
            (theirs.total, theirs.counted),
            "{query:?}"
        );
    }
    assert_eq!(ours.corrections, theirs.corrections, "{query:?}");
    assert_eq!(ours.fits, theirs.fits, "{query:?}");
}

const QUERIES: [&str; 18] = [
    "online food delivery",
    "solar energy",
    "the",
    "payments for small shops in Berlin",
    "goat-cheese",
    "wi fi hotspots",
    "\"social network\"",
    "music -streaming",
    "name:labs",
    "machine learning \"health care\" -dentist",
    "xylophone zebra quux",
    "health helth",
    "couscous",
    "bakrey",
    "kintsugl",
    "deliverry of vegetabels",
    "solarpanels",
    "iPhone e-mail",
];

#[test]
fn a_query_has_the_same_answer_in_every_mode() {
    let here = sample();
    let there = on_cluster(&here);
    assert_eq!(there.records().unwrap(), here.generation().records());
    for text in QUERIES {
        for mode in [Mode::Text, Mode::Neural, Mode::Hybrid] {
            for (limit, offset) in [(10, 0), (7, 5)] {
                let query = Query {
                    limit,
                    offset,
                    ..ask(text, mode)
                };
                check_same(&here, &there, &query);
            }
        }
    }
}

#[test]
fn filters_leave_the_same_records() {
    let here = sample();
    let there = on_cluster(&here);
    let filters: [&[&str]; 6] = [
        &["city:Berlin"],
        &["city:berlin|LONDON"],
        &["-city:Berlin"],
        &["city:*"],
        &["-city:*"],
        &["city:Nowhere"],
    ];
    for texts in filters {
        let filters: Vec<Filter> = texts.iter().map(|text| text.parse().unwrap()).collect();
        for (text, mode) in [
            ("software for teams", Mode::Hybrid),
            ("software for teams", Mode::Text),
            ("software for teams", Mode::Neural),
            ("", Mode::Text),
        ] {
            let query = Query {
                filters: filters.clone(),
                ..ask(text, mode)
            };
            check_same(&here, &there, &query);
        }
    }
}

#[test]
fn numbers_dates_and_booleans_are_filtered_alike() {
    let records: Vec<_> = (0..40)
        .map(|at| {
            json!({
                "id": format!("r{at}"),
                "title": format!("Mill number {at}"),
                "text": "It grinds grain for the valley.",
                "price": f64::from(at) * 1.5 - 6.0,
                "built": format!("19{:02}-0{}-11", at + 20, at % 9 + 1),
                "open": at % 3 == 0,
            })
        })
        .collect();
    let options = FieldRoles {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        facets: vec![
            "price:number".into(),
            "built:date".into(),
            "open:boolean".into(),
        ],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("mills", &records, &options);
    let here = catalogue.collection("mills").unwrap();
    let there = on_cluster(&here);
    for filter in [
        "price:3",
        "price:..0",
        "price:>3",
        "price:4.5..20",
        "-price:>=10",
        "price:*",
        "built:1930",
        "built:>1930-06",
        "built:..1925-06-11",
        "-built:1940..1950",
        "open:true",
        "-open:true",
    ] {
        for mode in [Mode::Text, Mode::Hybrid] {
            let query = Query {
                filters: vec![filter.parse().unwrap()],
                limit: 50,
                ..ask("mill", mode)
            };
            check_same(&here, &there, &query);
        }
    }
}

#[test]
fn what_a_cluster_cannot_do_is_refused_with_the_reason() {
    let here = sample();
    let oracle = Oracle::of(&here);
    let broken = Arc::clone(&oracle.broken);
    let there = Remote::new("sample", Box::new(oracle), query_encoder()).unwrap();
    let unknown = Query {
        filters: vec!["planet:Mars".parse().unwrap()],
        ..ask("food", Mode::Text)
    };
    let error = there.search(&unknown).err().unwrap();
    assert!(
        matches!(&error, Error::BadQuery(why) if why.contains("planet")),
        "{error}"
    );
    *broken.lock().unwrap() = true;
    for mode in [Mode::Text, Mode::Neural, Mode::Hybrid] {
        let error = there.search(&ask("food", mode)).err().unwrap();
        assert!(matches!(error, Error::Cluster(_)), "{error}");
    }
}

#[test]
fn a_vector_finds_the_nearest_records() {
    let here = sample();
    let there = on_cluster(&here);
    let vector = query_encoder().encode("online food delivery").unwrap();
    for (limit, offset) in [(10, 0), (5, 20)] {
        let query = Query {
            vector: Some(vector.to_vec()),
            limit,
            offset,
            ..ask("", Mode::Neural)
        };
        check_same(&here, &there, &query);
    }
}

#[test]
fn pages_of_records_with_equal_scores_do_not_overlap() {
    let records: Vec<_> = (0..600)
        .map(|at| json!({"title": "Cat", "text": format!("black {at}")}))
        .collect();
    let (_folder, catalogue) = collection_of("cats", &records, &FieldRoles::default());
    let here = catalogue.collection("cats").unwrap();
    let there = on_cluster(&here);
    for mode in [Mode::Text, Mode::Hybrid] {
        let mut seen = std::collections::HashSet::new();
        for page in 0..5 {
            let query = Query {
                limit: 20,
                offset: page * 20,
                ..ask("cat", mode)
            };
            for hit in there.search(&query).unwrap().hits {
                assert!(seen.insert(hit.record.number), "{mode:?}, page {page}");
            }
        }
        assert_eq!(seen.len(), 100);
    }
}

#[test]
fn filters_mean_the_same_although_only_some_records_are_known() {
    // Two values that differ in case, and a word that only records of another place contain.
    let mut records: Vec<_> = (0..400)
        .map(|at| {
            let tag = if at % 2 == 0 { "Red" } else { "blue" };
            json!({"title": format!("Hansen bakery {at}"), "tag": tag, "city": "Oslo"})
        })
        .collect();
    records.push(json!({"title": "Hanssen bakery", "tag": "red", "city": "Bergen"}));
    let options = FieldRoles {
        title: Some("title".into()),
        facets: vec!["tag:text".into(), "city:text".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("bakeries", &records, &options);
    let here = catalogue.collection("bakeries").unwrap();
    let there = on_cluster(&here);
    for filters in [
        &["tag:red"][..],
        &["-tag:red"],
        &["tag:red", "city:Oslo"],
        &["tag:RED"],
    ] {
        for (text, mode) in [
            ("bakery", Mode::Text),
            ("bakery", Mode::Hybrid),
            ("", Mode::Text),
        ] {
            let query = Query {
                filters: filters.iter().map(|text| text.parse().unwrap()).collect(),
                ..ask(text, mode)
            };
            check_same(&here, &there, &query);
        }
    }
    let query = Query {
        filters: vec!["city:Oslo".parse().unwrap()],
        ..ask("hanssen bakery", Mode::Text)
    };
    check_same(&here, &there, &query);
}

#[test]
fn enough_is_gathered_where_most_candidates_are_no_hits() {
    let mut records: Vec<_> = (0..700)
        .map(|_| json!({"title": "Terms of service", "text": "The same text on every page."}))
        .collect();
    records.extend((0..300).map(|at| {
        let middle = if at < 200 { "social network" } else { "network of social clubs" };
        json!({"title": format!("Page {at}"), "text": format!("Service of a {middle} number {at}.")})
    }));
    let (_folder, catalogue) = collection_of("pages", &records, &FieldRoles::default());
    let here = catalogue.collection("pages").unwrap();
    let there = on_cluster(&here);
    for (text, mode) in [
        ("service", Mode::Text),
        ("terms of service", Mode::Neural),
        ("* -\"social network\"", Mode::Text),
        ("service \"social clubs\"", Mode::Text),
    ] {
        let (ours, theirs) = (
            here.search(&ask(text, mode)),
            there.search(&ask(text, mode)),
        );
        let titles = |answer: parallax::Answer| -> Vec<String> {
            answer
                .hits
                .into_iter()
                .map(|hit| hit.record.title)
                .collect()
        };
        assert_eq!(titles(ours.unwrap()), titles(theirs.unwrap()), "{text}");
    }
}

#[test]
fn a_word_that_stands_for_two_is_among_the_best() {
    let mut records: Vec<_> = (0..400)
        .map(|at| {
            let text = if at % 2 == 0 {
                "a house of many rooms"
            } else {
                "work for many hands"
            };
            json!({"title": format!("House work {}", at % 7), "text": text})
        })
        .collect();
    records.push(json!({"title": "Housework", "text": "garden"}));
    let (_folder, catalogue) = collection_of("houses", &records, &FieldRoles::default());
    let here = catalogue.collection("houses").unwrap();
    let there = on_cluster(&here);
    check_same(&here, &there, &ask("house work", Mode::Text));
    check_same(&here, &there, &ask("house work", Mode::Hybrid));
}

#[test]
fn facets_of_words_that_are_found_in_sequence_are_counted() {
    let records: Vec<_> = (0..300)
        .map(|at| {
            let (text, city) = match at % 3 {
                0 => ("新幹線の駅", "東京"),
                1 => ("新幹線", "京都"),
                _ => ("駅の幹", "奈良"),
            };
            json!({"title": format!("{text} {at}"), "city": city})
        })
        .collect();
    let options = FieldRoles {
        title: Some("title".into()),
        facets: vec!["city:text".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("trains", &records, &options);
    let here = catalogue.collection("trains").unwrap();
    let there = on_cluster(&here);
    let query = Query {
        facets: vec!["city".into()],
        ..ask("新幹線", Mode::Text)
    };
    let counts = [&*here as &dyn Backend, &there].map(|of| {
        let facets = of.search(&query).unwrap().facets;
        let values = facets.into_iter().flat_map(|facet| facet.values);
        let mut values: Vec<String> = values.map(|value| format!("{value:?}")).collect();
        values.sort();
        values
    });
    assert_eq!(counts[0].len(), 2, "{counts:?}");
    assert_eq!(counts[0], counts[1]);
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
fn records_are_sorted_and_facets_counted_alike() {
    let here = sample();
    let there = on_cluster(&here);
    for sort in ["city", "-city"] {
        for text in ["", "online", "software for teams"] {
            let query = Query {
                sort: Some(sort.parse().unwrap()),
                limit: 20,
                ..ask(text, Mode::Text)
            };
            check_same(&here, &there, &query);
        }
    }
    for (text, mode) in [
        ("", Mode::Text),
        ("online", Mode::Text),
        ("online food delivery", Mode::Neural),
        ("online food delivery", Mode::Hybrid),
    ] {
        for filter in [None, Some("city:Berlin")] {
            let query = Query {
                facets: vec!["*".into()],
                filters: filter.iter().map(|text| text.parse().unwrap()).collect(),
                ..ask(text, mode)
            };
            let (ours, theirs) = (here.search(&query).unwrap(), there.search(&query).unwrap());
            assert_eq!(ours.facets, theirs.facets, "{query:?}");
            assert_eq!(ours.total, theirs.total, "{query:?}");
        }
    }
    assert_eq!(here.facet_counts().unwrap(), there.facet_counts().unwrap());
    for prefix in ["", "b", "SAN"] {
        let values = |of: &dyn Backend| of.facet_values("city", prefix, 7, &[]).unwrap();
        assert_eq!(values(&*here), values(&there));
        let suggested = |of: &dyn Backend| of.suggest(prefix).unwrap().values;
        assert_eq!(suggested(&*here), suggested(&there));
    }
}

#[test]
fn numbers_have_the_same_histogram() {
    let records: Vec<_> = (0..300)
        .map(|at| {
            json!({
                "title": format!("Mill {at}"),
                "text": if at % 3 == 0 { "It grinds grain." } else { "It saws wood." },
                "price": f64::from(at * at % 97) * 0.5,
                "years": [1900 + at % 50, 1950 + at % 7],
            })
        })
        .collect();
    let options = FieldRoles {
        title: Some("title".into()),
        texts: vec!["text".into()],
        facets: vec!["price:number".into(), "years:number".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("mills", &records, &options);
    let here = catalogue.collection("mills").unwrap();
    let there = on_cluster(&here);
    for (text, mode) in [
        ("", Mode::Text),
        ("grain", Mode::Text),
        ("flour", Mode::Hybrid),
    ] {
        let mut query = Query {
            facets: vec!["price".into(), "years".into()],
            ..ask(text, mode)
        };
        query.facet_options.buckets = 12;
        let (ours, theirs) = (here.search(&query).unwrap(), there.search(&query).unwrap());
        assert_eq!(ours.facets, theirs.facets, "{text}");
    }
}

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
