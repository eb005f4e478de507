//! Filters leave the same records as in a folder.

use std::sync::Arc;

use parallax::record::FieldRoles;
use parallax::remote::Remote;
use parallax::{Error, Filter, Mode, Query};
use serde_json::json;

use super::{check_same, on_cluster, oracle::Oracle};
use crate::common::query_encoder;
use crate::common::sample::{ask, collection_of, sample};

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
fn a_misspelt_word_is_corrected_to_one_of_the_whole_collection() {
    let mut records: Vec<_> = (0..300)
        .map(|at| json!({"title": format!("Page {at}"), "text": "Of boats.", "city": "Bern"}))
        .collect();
    records.extend(
        (0..5)
            .map(|at| json!({"title": format!("A vaccine {at}"), "text": "New.", "city": "Oslo"})),
    );
    let options = FieldRoles {
        title: Some("title".into()),
        texts: vec!["text".into()],
        facets: vec!["city".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("clinics", &records, &options);
    let here = catalogue.collection("clinics").unwrap();
    let there = on_cluster(&here);
    for mode in [Mode::Text, Mode::Hybrid] {
        for city in ["city:Oslo", "city:Bern"] {
            let query = Query {
                filters: vec![city.parse().unwrap()],
                ..ask("vccine", mode)
            };
            assert_eq!(here.search(&query).unwrap().corrections.len(), 1);
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
