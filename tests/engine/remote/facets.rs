//! Values of facets and titles in order, and their counts.

use parallax::backend::Backend;
use parallax::record::FieldRoles;
use parallax::{Mode, Query};
use serde_json::json;

use super::{check_same, on_cluster};
use crate::common::sample::{ask, collection_of, sample};

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
fn the_same_titles_are_suggested() {
    let titles = [
        "International Bakery",
        "international Zoo",
        "  The Éclair",
        "the eclair",
        "Solar",
        "solar panels",
        "Solar panels",
        "¡Solar!",
        "太陽電池",
    ];
    let many = (0..40).map(|at| format!("International Mill {at}"));
    let titles = titles.iter().map(|&title| title.to_owned()).chain(many);
    let records = titles.map(|title| json!({"title": title, "text": "A text."}));
    let options = FieldRoles {
        title: Some("title".into()),
        texts: vec!["text".into()],
        ..FieldRoles::default()
    };
    let records: Vec<_> = records.collect();
    let (_folder, catalogue) = collection_of("titles", &records, &options);
    let here = catalogue.collection("titles").unwrap();
    let there = on_cluster(&here);
    for typed in [
        "s",
        "SOLAR",
        "solar p",
        "solar panels",
        "int",
        "international",
        "international z",
        "international mill 3",
        "the e",
        "thé éc",
        "太",
        "x",
        " ",
        "",
        "zz top",
    ] {
        let suggested = |of: &dyn Backend| of.suggest(typed).unwrap().titles;
        assert_eq!(suggested(&*here), suggested(&there), "{typed}");
    }
    assert_eq!(there.suggest("international z").unwrap().titles.len(), 1);
}
