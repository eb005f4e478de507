//! A collection's map: what is near on it is near in meaning, and it shows what the collection has.
//! Real model, the bundled sample.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::sync::{Arc, OnceLock};

use crate::common::query_encoder;
use crate::common::sample::{ask, build, sample, sample_file, titles};
use parallax::collection::Incoming;
use parallax::vocabulary::{InsideRequest, MAP_EXTENT, MAX_INSIDE_IDS, MapState, OTHER_VALUE};
use parallax::{Catalogue, Collection, Error, Mode, Query};
use serde_json::{Value, json};

/// The sample, with a map.
fn mapped() -> Arc<Collection> {
    static MADE: OnceLock<()> = OnceLock::new();
    let collection = sample();
    MADE.get_or_init(|| {
        collection.make_map(&|_| {}).unwrap();
    });
    collection
}

/// The whole map as a polygon.
fn everything() -> InsideRequest {
    let edge = MAP_EXTENT;
    InsideRequest {
        polygon: vec![[0, 0], [edge, 0], [edge, edge], [0, edge]],
        limit: 100,
        ..InsideRequest::default()
    }
}

#[test]
fn a_map_shows_all_records_and_can_be_trusted() {
    let collection = mapped();
    let view = collection.map_view().unwrap();
    let records = collection.generation().records();
    assert_eq!((view.state, view.outdated), (MapState::Ready, 0));
    assert_eq!((view.points, view.of_records), (records, records));
    assert_eq!(view.facets, ["city"]);
    let trust = view.trustworthiness.unwrap();
    assert!((0.75..=1.0).contains(&trust), "{trust}");

    let [x, y] = collection.map_points().unwrap();
    assert_eq!((x.len(), y.len()), (records as usize, records as usize));
    assert!(x.iter().chain(&y).all(|&at| at > 0 && at < MAP_EXTENT));
    let distinct: BTreeSet<(u16, u16)> = x.into_iter().zip(y).collect();
    assert!(distinct.len() * 10 > records as usize * 9);
}

#[test]
fn records_that_are_similar_are_near_on_the_map() {
    let collection = mapped();
    let [x, y] = collection.map_points().unwrap();
    let distance = |a: usize, b: usize| {
        let along = f64::from(x[a]) - f64::from(x[b]);
        let across = f64::from(y[a]) - f64::from(y[b]);
        along.hypot(across)
    };
    let count = x.len();
    let all: f64 = (0..count)
        .map(|at| distance(at, (at * 7 + count / 2) % count))
        .sum();
    let places: HashMap<String, usize> = (0..count as u32)
        .flat_map(|index| collection.map_names(&[index]).unwrap())
        .map(|record| (record.id, record.index as usize))
        .collect();
    let near: f64 = places
        .iter()
        .map(|(id, &at)| {
            let similar = collection.similar(id, 1, 0, &[]).unwrap().hits;
            distance(at, places[&similar[0].record.id])
        })
        .sum();
    assert!(near * 3.0 < all, "{near} and {all}");
}

#[test]
fn regions_are_named_by_words_of_their_records() {
    let collection = mapped();
    let view = collection.map_view().unwrap();
    for level in [0, 1] {
        let own = view.regions.iter().filter(|region| region.level == level);
        let records: u32 = own.clone().map(|region| region.records).sum();
        assert!(own.count() >= 2);
        assert!(records <= view.points);
    }
    for region in &view.regions {
        assert!((1..=3).contains(&region.words.len()), "{region:?}");
        for word in &region.words {
            let found = titles(&collection, &ask(word, Mode::Text));
            assert!(!found.is_empty(), "{word}");
        }
    }
}

#[test]
fn a_query_is_shown_with_the_hits_that_a_search_finds() {
    let collection = mapped();
    let text = "wooden furniture";
    let found = collection.map_hits(text, 50).unwrap();
    for (mode, hits) in [(Mode::Neural, &found.meaning), (Mode::Text, &found.words)] {
        let query = Query {
            limit: 50,
            ..ask(text, mode)
        };
        let expected = collection.search(&query).unwrap().hits;
        assert_eq!(hits.len(), expected.len());
        for (rank, (hit, expected)) in (1..).zip(hits.iter().zip(&expected)) {
            assert_eq!((hit.rank, &hit.id), (rank, &expected.record.id));
            assert_eq!(hit.title, expected.record.title);
            let named = &collection.map_names(&[hit.index]).unwrap()[0];
            assert_eq!((&named.id, named.x, named.y), (&hit.id, hit.x, hit.y));
        }
    }
    let place = found.query.unwrap();
    let nearest = &found.meaning[..10];
    let within = |at: u16, of: fn(&parallax::vocabulary::MapHit) -> u16| {
        let along: Vec<u16> = nearest.iter().map(of).collect();
        *along.iter().min().unwrap() <= at && at <= *along.iter().max().unwrap()
    };
    assert!(within(place.x, |hit| hit.x) && within(place.y, |hit| hit.y));

    let few = collection.map_hits(text, 3).unwrap();
    assert_eq!(few.meaning, found.meaning[..3]);
    assert_eq!(few.query, found.query);
    assert!(matches!(
        collection.map_hits(text, 51),
        Err(Error::BadQuery(_))
    ));
    assert!(matches!(
        collection.map_hits(" ", 5),
        Err(Error::BadQuery(_))
    ));
}

#[test]
fn a_polygon_selects_the_records_inside() {
    let collection = mapped();
    let [x, y] = collection.map_points().unwrap();
    let all = collection.map_inside(&everything()).unwrap();
    assert_eq!(all.total as usize, x.len());
    assert_eq!(all.ids.len(), x.len().min(MAX_INSIDE_IDS));
    assert_eq!(all.records.len(), 100);

    let (left, top, right, bottom) = (10_000, 15_000, 40_000, 60_000);
    let request = InsideRequest {
        polygon: vec![[left, top], [right, top], [right, bottom], [left, bottom]],
        ..everything()
    };
    let inside = collection.map_inside(&request).unwrap();
    let expected = x.iter().zip(&y);
    let expected = expected.filter(|&(&x, &y)| left < x && x < right && top < y && y < bottom);
    assert_eq!(inside.total as usize, expected.count());
    assert_eq!(inside.ids.len(), inside.total as usize);
    let distance = |x: u16, y: u16| (f64::from(x) - 25_000.0).hypot(f64::from(y) - 37_500.0);
    let records = &inside.records;
    assert!(records.is_sorted_by(|a, b| distance(a.x, a.y) <= distance(b.x, b.y)));
    let shown: Vec<&String> = records.iter().map(|record| &record.id).collect();
    assert_eq!(shown, inside.ids.iter().take(100).collect::<Vec<_>>());

    let page = InsideRequest {
        limit: 5,
        offset: 7,
        ..request.clone()
    };
    assert_eq!(
        collection.map_inside(&page).unwrap().records,
        records[7..12]
    );
    let refused = [
        InsideRequest {
            polygon: vec![[1, 1], [2, 2]],
            ..request.clone()
        },
        InsideRequest {
            limit: 101,
            ..request
        },
    ];
    for request in refused {
        assert!(matches!(
            collection.map_inside(&request),
            Err(Error::BadQuery(_))
        ));
    }
}

#[test]
fn a_query_puts_the_best_records_of_a_polygon_first() {
    let collection = mapped();
    let text = "wooden furniture";
    let request = InsideRequest {
        q: text.into(),
        ..everything()
    };
    let ranked = collection.map_inside(&request).unwrap();
    let query = Query {
        limit: 100,
        collapse: false,
        ..ask(text, Mode::Hybrid)
    };
    let hits = collection.search(&query).unwrap().hits;
    let expected: Vec<&String> = hits.iter().map(|hit| &hit.record.id).collect();
    let found: Vec<&String> = ranked.ids.iter().take(expected.len()).collect();
    assert_eq!(found, expected);
    // The others follow, and none is missing or there twice.
    let distinct: BTreeSet<&String> = ranked.ids.iter().collect();
    assert_eq!(distinct.len(), ranked.total as usize);
}

#[test]
fn classes_are_the_most_frequent_values_of_a_facet() {
    let collection = mapped();
    let (classes, legend) = collection.map_classes("city").unwrap();
    let counts = collection.facet_values("city", "", 200, &[]).unwrap();
    assert_eq!(classes.len(), collection.generation().records() as usize);
    assert!(legend.classes.len() <= 11 && legend.classes.len() <= counts.values.len());
    for (class, counted) in legend.classes.iter().zip(&counts.values) {
        assert_eq!(class.records, counted.count);
        let own = classes.iter().filter(|&&own| own == class.class);
        assert_eq!(own.count(), class.records as usize);
        let named = counts
            .values
            .iter()
            .find(|value| value.value == class.value);
        assert_eq!(named.map(|value| value.count), Some(class.records));
    }
    let others = classes.iter().filter(|&&own| own == OTHER_VALUE).count();
    assert_eq!(others, legend.other as usize);
    let known: u32 = legend.classes.iter().map(|class| class.records).sum();
    let all = collection.generation().records();
    assert_eq!(known + legend.other + legend.none, all);
    assert!(matches!(
        collection.map_classes("country"),
        Err(Error::BadQuery(_))
    ));
}

/// Lines of the sample as records, with ids and a year.
fn records(count: usize) -> Vec<Incoming> {
    let lines = crate::common::json_lines(&sample_file());
    let records = lines.into_iter().take(count).enumerate();
    let incoming = records.map(|(at, record)| {
        let payload: Value = json!({"id": format!("r{at}"), "title": record["name"],
            "text": record["description"], "year": 1950 + at});
        Incoming {
            payload: payload.as_object().unwrap().clone(),
            vector: None,
        }
    });
    incoming.collect()
}

/// An empty collection with ids and years.
fn empty(catalogue: &Catalogue) -> Arc<Collection> {
    let file = tempfile::NamedTempFile::with_suffix(".jsonl").unwrap();
    let first = &records(1)[0].payload;
    fs::write(file.path(), Value::Object(first.clone()).to_string()).unwrap();
    let roles = parallax::record::FieldRoles {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        facets: vec!["year:number".into()],
        ..Default::default()
    };
    crate::common::sample::build_with(catalogue, "own", file.path(), false, None, &roles).unwrap();
    catalogue.collection("own").unwrap()
}

#[test]
fn numbers_are_divided_into_intervals() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    let collection = empty(&catalogue);
    collection.put(records(80)).unwrap();
    collection.make_map(&|_| {}).unwrap();
    let (classes, legend) = collection.map_classes("year").unwrap();
    let names: Vec<&str> = legend
        .classes
        .iter()
        .map(|own| own.value.as_str())
        .collect();
    assert_eq!(names[0], "1950–1959");
    assert_eq!(names[7], "2020–2029");
    assert_eq!(names.len(), 8);
    assert!(legend.classes.iter().all(|class| class.records == 10));
    assert!(classes.iter().all(|class| (1..=8).contains(class)));
}

#[test]
fn a_map_shows_what_still_exists_and_says_what_it_misses() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    let collection = empty(&catalogue);
    let view = collection.map_view().unwrap();
    assert_eq!((view.state, view.of_records), (MapState::None, 1));
    assert!(matches!(collection.map_points(), Err(Error::NoMap { .. })));

    collection.put(records(200)).unwrap();
    let view = collection.make_map(&|_| {}).unwrap();
    assert_eq!((view.points, view.outdated), (200, 0));
    let [before, _] = collection.map_points().unwrap();
    let tag = collection.map_tag().unwrap();

    let gone: Vec<String> = (20..25).map(|at| format!("r{at}")).collect();
    let names: HashMap<String, u32> = (0..200)
        .flat_map(|index| collection.map_names(&[index]).unwrap())
        .map(|record| (record.id, record.index))
        .collect();
    collection.delete(gone.clone()).unwrap();
    let mut more = records(207).split_off(200);
    more.extend(records(1));
    collection.put(more).unwrap();
    let view = collection.map_view().unwrap();
    assert_eq!((view.state, view.progress), (MapState::Ready, None));
    // Five are deleted, seven are new, and one was replaced.
    assert_eq!((view.points, view.of_records), (194, 202));
    assert_eq!(view.outdated, 8);
    assert_ne!(collection.map_tag().unwrap(), tag);
    let [after, _] = collection.map_points().unwrap();
    assert_eq!(after.len(), before.len());
    let hidden: BTreeSet<u32> = (0u32..)
        .zip(&after)
        .filter(|&(_, &x)| x == 0)
        .map(|(index, _)| index)
        .collect();
    let expected = gone.iter().map(String::as_str).chain(["r0"]);
    let expected: BTreeSet<u32> = expected.map(|id| names[id]).collect();
    assert_eq!(hidden, expected);
    let shown = (0..200usize).filter(|&at| !hidden.contains(&(at as u32)));
    assert!(shown.into_iter().all(|at| after[at] == before[at]));
    let named = collection.map_names(&[names["r22"], names["r30"]]).unwrap();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].id, "r30");
    assert!(matches!(
        collection.map_names(&[200]),
        Err(Error::BadQuery(_))
    ));
}

#[test]
fn the_same_records_have_the_same_map_and_a_damaged_file_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Catalogue::open(folder.path(), query_encoder()).unwrap();
    let catalogue = open();
    build(&catalogue, "sample", &sample_file(), false).unwrap();
    let collection = catalogue.collection("sample").unwrap();
    let made = collection.make_map(&|_| {}).unwrap();
    let points = collection.map_points().unwrap();
    assert_eq!(points, mapped().map_points().unwrap());
    drop((collection, catalogue));

    let catalogue = open();
    let collection = catalogue.collection("sample").unwrap();
    assert_eq!(collection.map_view().unwrap(), made);
    assert_eq!(collection.map_points().unwrap(), points);
    drop((collection, catalogue));

    let file = folder.path().join("collections/1/map.idx");
    let mut bytes = fs::read(&file).unwrap();
    // In the first section, which starts at the first multiple of 64.
    bytes[70] ^= 1;
    fs::write(&file, bytes).unwrap();
    let catalogue = open();
    let collection = catalogue.collection("sample").unwrap();
    assert!(!file.exists());
    assert!(matches!(collection.map_points(), Err(Error::NoMap { .. })));
    collection.make_map(&|_| {}).unwrap();
    assert_eq!(collection.map_points().unwrap(), points);
    assert!(file.exists());
}
