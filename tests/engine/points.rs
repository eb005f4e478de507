//! Points are found, listed and counted as a scan of all of them in plain code would do it, whatever
//! was written, replaced and deleted before, and after the collection was closed.

use std::collections::BTreeMap;
use std::sync::Arc;

use parallax::collection::Collection;
use parallax::evaluation::SplitMix64;
use parallax::payload::{Filter, PointId};
use parallax::points::{Budget, Nearest, Point, Points, Target};
use parallax::record::Payload;
use parallax::vector::Distance;
use parallax::{Catalogue, Error};
use serde_json::{Value, json};

use crate::common::query_encoder;

const WIDTH: usize = 24;

/// The points as they should be.
type Model = BTreeMap<PointId, (Vec<f32>, Payload)>;

fn payload(chance: &mut SplitMix64) -> Payload {
    let below = |chance: &mut SplitMix64, end: u64| chance.bits() % end;
    let cities = ["Oslo", "Rome", "Bern"];
    let city = cities.get(below(chance, 4) as usize);
    let years: Vec<u64> = (0..below(chance, 3))
        .map(|_| 1990 + below(chance, 20))
        .collect();
    let payload = json!({"city": city, "years": years, "at": {"open": below(chance, 2) == 0}});
    payload.as_object().unwrap().clone()
}

fn vector(chance: &mut SplitMix64) -> Vec<f32> {
    let component = |_| (chance.bits() % 2_001) as f32 / 1_000.0 - 1.0;
    (0..WIDTH).map(component).collect()
}

/// A filter, and what it says in plain code.
type Said = (Filter, fn(&Payload) -> bool);

fn filters() -> Vec<Said> {
    let filter = |value: Value| Filter::from_json(&value).unwrap();
    vec![
        (Filter::default(), |_| true),
        (
            filter(json!({"must": {"key": "city", "match": {"value": "Oslo"}}})),
            |payload| payload["city"] == "Oslo",
        ),
        (
            filter(json!({"must": [
                {"key": "years", "range": {"gte": 1995, "lt": 2000}},
                {"key": "at.open", "match": {"value": true}},
            ]})),
            |payload| {
                let years = payload["years"].as_array().unwrap().iter();
                let mut years = years.map(|year| year.as_u64().unwrap());
                years.any(|year| (1995..2000).contains(&year)) && payload["at"]["open"] == true
            },
        ),
        (
            filter(json!({"should": [
                {"key": "city", "match": {"any": ["Rome", "Bern"]}},
                {"is_empty": {"key": "years"}},
            ], "must_not": {"is_null": {"key": "city"}}})),
            |payload| {
                let far = payload["city"] == "Rome" || payload["city"] == "Bern";
                let empty = payload["years"] == json!([]);
                (far || empty) && payload["city"] != Value::Null
            },
        ),
    ]
}

fn score(distance: Distance, a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        let products = a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y));
        products.sum()
    };
    match distance {
        Distance::Cosine => dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        Distance::Dot => dot(a, b),
    }
}

/// Compares what a collection finds with the model.
fn check(collection: &Collection, model: &Model, distance: Distance, chance: &mut SplitMix64) {
    for (filter, passes) in filters() {
        let expected = model.iter().filter(|(_, (_, payload))| passes(payload));
        let expected: Vec<(&PointId, &(Vec<f32>, Payload))> = expected.collect();
        assert_eq!(
            collection.count_points(&filter).unwrap() as usize,
            expected.len()
        );
        let listed = collection.list_points(&filter, None, 10_000, |stored| stored.read());
        let listed = listed.unwrap();
        let same = listed
            .points
            .iter()
            .zip(&expected)
            .all(|((id, payload), (other, (_, of)))| id == *other && payload == of);
        assert!(same && listed.points.len() == expected.len() && listed.next.is_none());

        let query = vector(chance);
        let found = collection.nearest_points(
            &Nearest {
                target: Target::Vector(query.clone()),
                filter: filter.clone(),
                limit: 10,
                offset: 3,
                threshold: None,
                exact: false,
            },
            &Budget::default(),
            |stored| Ok((stored.read()?.0, stored.vector())),
        );
        let found = found.unwrap();
        let mut scores: Vec<f64> = expected
            .iter()
            .map(|(_, (vector, _))| score(distance, &query, vector))
            .collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let best: Vec<f64> = scores.into_iter().skip(3).take(10).collect();
        assert_eq!(found.len(), best.len());
        for (point, best) in found.iter().zip(best) {
            let (id, _) = &point.point;
            let (vector, of) = &model[id];
            let own = score(distance, &query, vector);
            let near = |a: f64, b: f64| (a - b).abs() < 1e-4 * (1.0 + a.abs());
            assert!(passes(of) && near(own, best) && near(f64::from(point.score), own));
        }
    }
}

fn lives_like_its_model(distance: Distance) {
    let folder = tempfile::tempdir().unwrap();
    let open = || Catalogue::open(folder.path(), query_encoder()).unwrap();
    let mut catalogue = open();
    let points = Points {
        dimension: WIDTH,
        distance,
        ..Points::default()
    };
    catalogue.create_points("points", &points).unwrap();
    let mut chance = SplitMix64::new(41);
    let mut model = Model::new();
    for round in 0..12 {
        let collection: Arc<Collection> = catalogue.collection("points").unwrap();
        // The largest one becomes the base, which is then merged with the others.
        let count = if round == 3 { 5_000 } else { 40 };
        let batch: Vec<Point> = (0..count)
            .map(|_| {
                let id = PointId::Number(chance.bits() % 6_000);
                let (vector, payload) = (vector(&mut chance), payload(&mut chance));
                model.insert(id, (vector.clone(), payload.clone()));
                Point {
                    id,
                    vector,
                    payload,
                }
            })
            .collect();
        collection.put_points(batch).unwrap();
        let gone: Vec<PointId> = model
            .keys()
            .copied()
            .filter(|_| chance.bits().is_multiple_of(9))
            .collect();
        let written = collection.delete_points(&gone).unwrap();
        assert_eq!(written.removed as usize, gone.len());
        model.retain(|id, _| !gone.contains(id));
        check(&collection, &model, distance, &mut chance);
        if round % 4 == 3 {
            collection.settle();
            check(&collection, &model, distance, &mut chance);
            drop(collection);
            drop(catalogue);
            catalogue = open();
        }
    }
    let collection = catalogue.collection("points").unwrap();
    // Its other views do not fail because of the vectors.
    for id in model.keys().take(3) {
        let view = collection.record_view(&id.to_string()).unwrap();
        assert_eq!(view.similar.is_empty(), distance == Distance::Dot);
    }
    let (filter, passes) = filters().remove(2);
    collection.delete_points_matching(&filter).unwrap();
    model.retain(|_, (_, payload)| !passes(payload));
    check(&collection, &model, distance, &mut chance);
}

#[test]
fn points_compared_by_cosine_live_like_their_model() {
    lives_like_its_model(Distance::Cosine);
}

#[test]
fn points_compared_by_dot_product_live_like_their_model() {
    lives_like_its_model(Distance::Dot);
}

#[test]
fn what_needs_a_model_is_refused_and_a_snapshot_keeps_points() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    let points = Points {
        dimension: 2,
        texts: vec!["about".into()],
        ..Points::default()
    };
    catalogue.create_points("shops", &points).unwrap();
    let shops = catalogue.collection("shops").unwrap();
    let about = json!({"about": "goats give milk"});
    let point = Point {
        id: PointId::Number(7),
        vector: vec![3.0, 4.0],
        payload: about.as_object().unwrap().clone(),
    };
    shops.put_points(vec![point]).unwrap();
    let error = shops.encoder().encode("milk").unwrap_err().to_string();
    assert!(error.contains("words"), "{error}");

    let mut snapshot = Vec::new();
    shops.snapshot(&mut snapshot).unwrap();
    let path = std::path::Path::new("snapshot");
    catalogue
        .restore("copy", &snapshot[..], path, false)
        .unwrap();
    let copy = catalogue.collection("copy").unwrap();
    let read = copy.points(&[PointId::Number(7)], |stored| {
        Ok((stored.read()?, stored.vector()))
    });
    let ((id, payload), vector) = read.unwrap().remove(0);
    assert_eq!(
        (id, &payload["about"]),
        (PointId::Number(7), &about["about"])
    );
    assert_eq!(vector, [0.6, 0.8]);
    assert!(copy.put(vec![]).is_ok());
    let bad = parallax::collection::Incoming {
        payload: json!({"_point": 8, "about": "x"})
            .as_object()
            .unwrap()
            .clone(),
        vector: None,
    };
    assert!(matches!(
        copy.put(vec![bad]),
        Err(Error::BadRecord { at: 1, .. })
    ));
}
