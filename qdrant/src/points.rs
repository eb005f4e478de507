//! A record as a point.
//!
//! A point's id is the number of the record, and its payload holds the record's fields, so that other
//! clients can filter by them and show them. A field of Parallax's own has the record as it came, because
//! Qdrant keeps neither the order of fields nor all numbers. Records that are points themselves have their
//! own ids, and nothing is added to their payload: they are as a client of Qdrant would have written them.

use std::ops::Range;

use parallax::collection::{About, Stored};
use parallax::payload::{ID_FIELD, PointId};
use parallax::record::MAX_LINE_BYTES;
use parallax::remote::{Candidate, Keys, With};
use qdrant_client::Payload;
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::vector_output::Vector as Output;
use qdrant_client::qdrant::{
    NamedVectors, PointId as QdrantId, PointStruct, RetrievedPoint, Vector, Vectors,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::layout::{
    FACETS, FINGERPRINT, ID, LENGTH, NEAREST, OWN, PIECES, TERMS, TITLE, WORDS, numbers_of,
    texts_of,
};

/// The most numbers that Qdrant allows in the vectors of a point.
const MAX_NUMBERS: usize = (1 << 20) - 1;

/// What [`OWN`] holds of a record, beside its keys.
#[derive(Serialize, Deserialize)]
struct Own {
    /// The record as it came: JSON.
    record: String,
    /// The byte ranges of its passages in the encoded text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    passages: Vec<Range<u32>>,
    /// The pieces that its passages consist of, if they were read: see [`PIECES`].
    #[serde(default, skip_serializing)]
    pieces: Vec<u32>,
}

/// The fields of [`OWN`] that a record is read from.
pub const READ: [&str; 2] = ["record", "passages"];

/// About how many bytes of a request the point of a record takes.
pub fn size_of(record: &Stored) -> usize {
    // Its fields are in its payload, and as they came.
    2 * record.fields.len() + 4 * record.vectors.len()
}

/// Checks that Qdrant can store a record as it is.
///
/// # Errors
/// [`Error::Record`].
pub fn check(record: &Stored, about: &About) -> Result<()> {
    point_of(record, None, about).map(drop)
}

/// The point of a record. Those that are points themselves have no keys.
///
/// # Errors
/// [`Error::Record`] if Qdrant could not store it.
pub fn point_of(record: &Stored, keys: Option<&Keys>, about: &About) -> Result<PointStruct> {
    let bad = |why: String| Error::Record {
        number: record.number,
        why,
    };
    if record.vectors.len() > MAX_NUMBERS {
        return Err(bad(format!(
            "its passages have {} numbers, and Qdrant allows {MAX_NUMBERS}",
            record.vectors.len()
        )));
    }
    let fields = serde_json::from_str(&record.fields).map_err(|error| bad(error.to_string()))?;
    let (id, fields) = if about.schema.points {
        own_id(fields).map_err(bad)?
    } else {
        let fields = with_own(fields, record, keys).map_err(bad)?;
        (record.number.into(), fields)
    };
    let vectors = if about.passages {
        let passages = record.vectors.chunks(about.dimension);
        Vector::from(passages.map(<[f32]>::to_vec).collect::<Vec<_>>())
    } else {
        Vector::from(record.vectors.clone())
    };
    let vectors = match keys {
        Some(keys) => {
            let named = NamedVectors::default().add_vector(NEAREST, vectors);
            Vectors::from(named.add_vector(WORDS, Vector::from(keys.terms.as_slice())))
        }
        None => Vectors::from(vectors),
    };
    Ok(PointStruct::new(id, vectors, Payload::from(fields)))
}

/// The id of a record that is a point, and its payload.
fn own_id(mut fields: Map<String, Value>) -> Result<(QdrantId, Map<String, Value>), String> {
    let id = fields.shift_remove(ID_FIELD).unwrap_or_default();
    let id = match PointId::from_json(&id)? {
        PointId::Number(number) => number.into(),
        PointId::Uuid(uuid) => uuid.to_string().into(),
    };
    match fields.iter().find(|(_, value)| !is_kept(value)) {
        Some((field, _)) => Err(format!(
            "field {field} has a number that Qdrant cannot hold"
        )),
        None => Ok((id, fields)),
    }
}

/// Whether Qdrant keeps all numbers of a value: those of 64 bits with a sign, and of floating point.
fn is_kept(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_i64() || number.is_f64(),
        Value::Array(values) => values.iter().all(is_kept),
        Value::Object(fields) => fields.values().all(is_kept),
        _ => true,
    }
}

fn with_own(
    mut fields: Map<String, Value>,
    record: &Stored,
    keys: Option<&Keys>,
) -> Result<Map<String, Value>, String> {
    let mut own = json!(Own {
        record: record.fields.clone(),
        passages: record.passages.clone(),
        pieces: Vec::new(),
    });
    if let Some(keys) = keys {
        let terms: Vec<u32> = keys.terms.iter().map(|&(term, _)| term).collect();
        own[TERMS] = json!(terms);
        if let Some(id) = &keys.id {
            own[ID] = json!(id);
        }
        own[PIECES] = json!(keys.pieces);
        own[LENGTH] = json!(keys.length);
        own[FINGERPRINT] = json!(signed(keys.fingerprint));
        if let Some(title) = keys.title {
            own[TITLE] = json!(title);
        }
        let facets = keys.facets.iter().enumerate().flat_map(|(at, facet)| {
            let texts = (texts_of(at), json!(facet.texts));
            [texts, (numbers_of(at), json!(facet.numbers))]
        });
        own[FACETS] = facets.collect();
    }
    match fields.insert(OWN.to_owned(), json!(own)) {
        Some(_) => Err(format!("it has a field {OWN}, which the copy needs")),
        None => Ok(fields),
    }
}

/// A fingerprint as one of Qdrant's integers, in the same order.
pub fn signed(fingerprint: u64) -> i64 {
    (fingerprint ^ (1 << 63)).cast_signed()
}

/// The record of a point with its vectors. Records that are points get the number `next`.
///
/// # Errors
/// [`Error::Point`] if Parallax did not write it.
pub fn record_of(
    mut point: RetrievedPoint,
    name: &str,
    about: &About,
    next: u64,
) -> Result<Stored> {
    let vectors = vectors_of(&mut point, name, about)?;
    if !about.schema.points {
        let (record, _) = own_of(point, name)?;
        return Ok(Stored { vectors, ..record });
    }
    let bad = bad(name, shown(point.id.as_ref()));
    let id = match point.id.and_then(|id| id.point_id_options) {
        Some(PointIdOptions::Num(number)) => number.into(),
        Some(PointIdOptions::Uuid(uuid)) => uuid.into(),
        None => return Err(bad("has no id")),
    };
    let mut payload = Map::from(Payload::from(point.payload));
    if payload.contains_key(ID_FIELD) {
        return Err(bad("has a field _point, in which Parallax keeps its id"));
    }
    let mut fields = Map::from_iter([(ID_FIELD.to_owned(), id)]);
    // Qdrant has no order of fields.
    payload.sort_keys();
    fields.append(&mut payload);
    let fields = Value::Object(fields).to_string();
    if fields.len() > MAX_LINE_BYTES {
        return Err(bad("has a payload of more than 4 MiB"));
    }
    let vector = about.distance.prepared(vectors, about.dimension);
    Ok(Stored {
        number: next,
        fields,
        vectors: vector
            .map_err(|_| bad("has a vector that cannot be compared"))?
            .into(),
        passages: Vec::new(),
    })
}

/// The record of a point that Parallax wrote, with the details that were read.
///
/// # Errors
/// [`Error::Point`] if Parallax did not write it.
pub fn candidate_of(
    mut point: RetrievedPoint,
    name: &str,
    about: &About,
    with: With,
) -> Result<Candidate> {
    let vectors = match with.vectors {
        true => vectors_of(&mut point, name, about)?,
        false => Vec::new(),
    };
    let (record, pieces) = own_of(point, name)?;
    // The payload does not say which passage a piece is from.
    let has_one = vectors.len() == about.dimension;
    Ok(Candidate {
        record: Stored { vectors, ..record },
        pieces: (with.pieces && has_one).then_some(pieces),
    })
}

/// The vectors of the passages of a point, one after the other.
fn vectors_of(point: &mut RetrievedPoint, name: &str, about: &About) -> Result<Vec<f32>> {
    let bad = bad(name, shown(point.id.as_ref()));
    let vectors = point.vectors.take();
    let vectors = match vectors.and_then(|vectors| vectors.get_vector_by_name(NEAREST)) {
        Some(Output::Dense(vector)) => vector.data,
        Some(Output::MultiDense(passages)) => {
            let passages = passages.vectors.into_iter();
            passages.flat_map(|passage| passage.data).collect()
        }
        _ => return Err(bad("has no vector")),
    };
    match vectors.is_empty() || !vectors.len().is_multiple_of(about.dimension) {
        true => Err(bad("has a vector of another width")),
        false => Ok(vectors),
    }
}

/// The record of a point that is not a record of its own, without its vectors, and its pieces.
fn own_of(point: RetrievedPoint, name: &str) -> Result<(Stored, Vec<u32>)> {
    let bad = bad(name, shown(point.id.as_ref()));
    let Some(PointIdOptions::Num(number)) = point.id.and_then(|id| id.point_id_options) else {
        return Err(bad("was not written by Parallax"));
    };
    let own = Map::from(Payload::from(point.payload)).remove(OWN);
    let own: Own = serde_json::from_value(own.unwrap_or_default())
        .map_err(|_| bad("was not written by Parallax"))?;
    let record = Stored {
        number,
        fields: own.record,
        vectors: Vec::new(),
        passages: own.passages,
    };
    Ok((record, own.pieces))
}

/// The number of a record.
///
/// # Errors
/// [`Error::Point`] if Parallax did not write it.
pub fn number_of(id: Option<QdrantId>, name: &str) -> Result<u64> {
    match id.as_ref().and_then(|id| id.point_id_options.as_ref()) {
        Some(PointIdOptions::Num(number)) => Ok(*number),
        _ => Err(bad(name, shown(id.as_ref()))("was not written by Parallax")),
    }
}

fn shown(id: Option<&QdrantId>) -> String {
    match id.and_then(|id| id.point_id_options.as_ref()) {
        Some(PointIdOptions::Num(number)) => number.to_string(),
        Some(PointIdOptions::Uuid(uuid)) => uuid.clone(),
        None => "without an id".to_owned(),
    }
}

/// What is wrong with a point, as an error.
fn bad(name: &str, id: String) -> impl Fn(&'static str) -> Error {
    move |why| Error::Point {
        name: name.to_owned(),
        id: id.clone(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use parallax::Schema;
    use parallax::remote::FacetKeys;
    use parallax::vector::Distance;
    use qdrant_client::qdrant::vectors::VectorsOptions;
    use qdrant_client::qdrant::vectors_output::VectorsOptions as OutputOptions;
    use qdrant_client::qdrant::{VectorOutput, VectorsOutput, vector};

    use super::*;
    use crate::keys::{fingerprint_of, texts_in};

    /// Records that have passages, or points, which have none.
    fn about(points: bool) -> About {
        About {
            schema: Schema {
                points,
                ..Schema::startups()
            },
            model: "hash".into(),
            dimension: 2,
            distance: Distance::Dot,
            model_dir: PathBuf::new(),
            source: String::new(),
            passages: !points,
        }
    }

    fn stored(number: u64, fields: &str, vectors: &[f32]) -> Stored {
        Stored {
            number,
            fields: fields.into(),
            vectors: vectors.to_vec(),
            passages: Vec::new(),
        }
    }

    /// A point as Qdrant returns it.
    #[allow(deprecated)]
    fn returned(point: PointStruct) -> RetrievedPoint {
        let vector = match point.vectors.unwrap().vectors_options.unwrap() {
            VectorsOptions::Vector(vector) => vector,
            VectorsOptions::Vectors(mut named) => named.vectors.remove(NEAREST).unwrap(),
        };
        let vector = match vector.vector.unwrap() {
            vector::Vector::Dense(dense) => Output::Dense(dense),
            vector::Vector::MultiDense(passages) => Output::MultiDense(passages),
            other => panic!("{other:?}"),
        };
        let output = VectorOutput {
            vector: Some(vector),
            ..Default::default()
        };
        RetrievedPoint {
            id: point.id,
            payload: point.payload,
            vectors: Some(VectorsOutput {
                vectors_options: Some(OutputOptions::Vector(output)),
            }),
            ..Default::default()
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was() {
        let fields = r#"{"z":18446744073709551615,"a":{"y":1.0,"x":null},"name":"Mill"}"#;
        let mut record = stored(7, fields, &[0.6, 0.8, -1.0, 0.0]);
        record.passages = vec![0..10, 8..20];
        let point = point_of(&record, None, &about(false)).unwrap();
        assert!(point.payload.contains_key("name"));
        let back = record_of(returned(point), "shops", &about(false), 0).unwrap();
        assert_eq!(back, record);
        let plain = stored(8, "{}", &[0.6, 0.8]);
        let point = point_of(&plain, None, &about(false)).unwrap();
        let back = record_of(returned(point), "shops", &about(false), 0).unwrap();
        assert_eq!(back, plain);
    }

    #[test]
    fn keys_are_beside_the_record_and_do_not_change_it() {
        let record = stored(7, r#"{"name":"Mill","city":"Bern"}"#, &[0.6, 0.8]);
        let largest = Keys {
            terms: vec![(3, 0.5), (u32::MAX, 0.25)],
            pieces: vec![101, 30_000],
            fingerprint: u64::MAX,
            length: 2,
            title: Some(1 << 47),
            id: Some("mill".into()),
            facets: vec![FacetKeys {
                texts: vec!["*".into(), "=Bern".into(), "~bern".into()],
                numbers: vec![-1.5],
            }],
        };
        let smallest = Keys {
            fingerprint: 0,
            ..Keys::default()
        };
        let point = |keys| point_of(&record, Some(keys), &about(false)).unwrap();
        let own = Map::from(Payload::from(point(&largest).payload)).remove(OWN);
        let own = own.unwrap();
        assert_eq!(own["id"], json!("mill"));
        assert_eq!(own["terms"], json!([3, u32::MAX]));
        assert_eq!(own["pieces"], json!([101, 30_000]));
        assert_eq!(
            own["facets"],
            json!({"t0": ["*", "=Bern", "~bern"], "n0": [-1.5]})
        );
        // Qdrant's integers have a sign, and the order must be the same.
        assert_eq!(own["fingerprint"], json!(i64::MAX));
        let texts = texts_in(&point(&largest).payload, 2);
        assert_eq!(texts, [vec!["*", "=Bern", "~bern"], vec![]]);
        for keys in [&largest, &smallest] {
            let point = point(keys);
            assert_eq!(fingerprint_of(&point.payload), keys.fingerprint);
            let back = record_of(returned(point), "shops", &about(false), 0).unwrap();
            assert_eq!(back, record);
        }
        assert!(signed(0) < signed(1) && signed(u64::MAX >> 1) < signed(u64::MAX));
    }

    #[test]
    fn a_point_keeps_its_id_and_nothing_is_added_to_its_payload() {
        let uuid = "\"5c56c793-69f3-4fbf-87e6-c4bf54c28c26\"";
        for id in [uuid, "0", "18446744073709551615"] {
            let record = stored(
                3,
                &format!(r#"{{"_point":{id},"b":[1.5,null],"a":7}}"#),
                &[3.0, 4.0],
            );
            let point = point_of(&record, None, &about(true)).unwrap();
            assert_eq!(point.payload.len(), 2);
            let back = record_of(returned(point), "shops", &about(true), 12).unwrap();
            let expected = format!(r#"{{"_point":{id},"a":7,"b":[1.5,null]}}"#);
            assert_eq!(back, stored(12, &expected, &[3.0, 4.0]));
        }
    }

    #[test]
    fn what_would_not_come_back_is_refused() {
        let refused = |fields: &str, points: bool, needle: &str| {
            let error = point_of(&stored(5, fields, &[1.0, 0.0]), None, &about(points));
            let error = error.unwrap_err().to_string();
            assert!(
                error.contains("record 5") && error.contains(needle),
                "{error}"
            );
        };
        refused(r#"{"_parallax": 1}"#, false, "_parallax");
        refused(
            r#"{"_point": 1, "big": [18446744073709551615]}"#,
            true,
            "big",
        );
        refused(r#"{"_point": "shop"}"#, true, "not a valid point ID");
        let many = stored(5, "{}", &vec![0.0; 1 << 20]);
        let error = point_of(&many, None, &about(false))
            .unwrap_err()
            .to_string();
        assert!(error.contains("Qdrant allows"), "{error}");
        // What another client wrote.
        let point = point_of(&stored(5, "{}", &[1.0, 0.0]), None, &about(false)).unwrap();
        let mut foreign = returned(point);
        foreign.payload.clear();
        let error = record_of(foreign, "shops", &about(false), 0).unwrap_err();
        assert!(error.to_string().contains("point 5 of collection 'shops'"));
        let point = point_of(
            &stored(5, r#"{"_point": 5}"#, &[1.0, 0.0]),
            None,
            &about(true),
        );
        let mut foreign = returned(point.unwrap());
        foreign.payload.insert(ID_FIELD.into(), "6".into());
        let error = record_of(foreign, "shops", &about(true), 0).unwrap_err();
        assert!(error.to_string().contains("_point"));
    }
}
