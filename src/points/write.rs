//! Stores and deletes points, and creates collections of them.

use std::collections::HashMap;
use std::path::PathBuf;

use super::ID_FIELD;
use super::passing::passing;
use crate::catalogue::Catalogue;
use crate::collection::{Collection, Work, Written, check_size};
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::payload::{Filter, PointId};
use crate::record::{Payload, RecordNumber, Schema};
use crate::storage::layout::{About, Encoded};
use crate::vector::{Distance, MAX_DIMENSION};

/// The most points that are written or deleted by one request.
const MAX_WRITTEN: usize = 100_000;

/// A point to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Its id.
    pub id: PointId,
    /// Its vector.
    pub vector: Vec<f32>,
    /// Its fields.
    pub payload: Payload,
}

/// What a collection of points is like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Points {
    /// The width of its vectors.
    pub dimension: usize,
    /// How they are compared.
    pub distance: Distance,
    /// The field of the payload that is the title of a record, if any.
    pub title: Option<String>,
    /// The fields that are its text.
    pub texts: Vec<String>,
    /// The name of the model that makes its vectors from these fields, if it is that of the service.
    pub model: Option<String>,
}

impl Points {
    fn schema(&self) -> Schema {
        let encoded = self.title.iter().chain(&self.texts).cloned();
        Schema {
            id: Some(ID_FIELD.into()),
            title: self.title.clone(),
            texts: self.texts.clone(),
            encoded: encoded.collect(),
            separator: ". ".into(),
            points: true,
            ..Schema::default()
        }
    }
}

impl Catalogue {
    /// Creates an empty collection of points. If its model is named, texts are searched by meaning as
    /// well, otherwise only by words.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a width that is not possible, and for a model that the service does not
    /// use, or whose vectors are others; those of [`Catalogue::create`].
    pub fn create_points(&self, name: &str, points: &Points) -> Result<()> {
        if !(1..=MAX_DIMENSION).contains(&points.dimension) {
            return Err(Error::BadQuery(format!(
                "vectors have 1 to {MAX_DIMENSION} components, not {}",
                points.dimension
            )));
        }
        let schema = points.schema();
        let mut named: Vec<&String> = points.title.iter().chain(&points.texts).collect();
        named.sort_unstable();
        let twice = named.windows(2).any(|pair| pair[0] == pair[1]);
        if twice
            || named
                .iter()
                .any(|name| name.is_empty() || *name == ID_FIELD)
        {
            return Err(Error::BadQuery(format!(
                "title and text name different fields of the payload, none of them empty or {ID_FIELD}"
            )));
        }
        let encoder = self.encoder().encoder();
        if let Some(model) = &points.model {
            check_model(model, points, encoder)?;
        }
        let made = About::new(schema, encoder, false);
        let about = if points.model.is_some() {
            made
        } else {
            About {
                model: String::new(),
                model_dir: PathBuf::new(),
                dimension: points.dimension,
                distance: points.distance,
                ..made
            }
        };
        self.create_as(name, about)
    }
}

/// Checks that a model can have made the vectors of a collection.
fn check_model(model: &str, points: &Points, encoder: &Encoder) -> Result<()> {
    let own = encoder.folder().file_name().unwrap_or_default();
    let own = own.to_string_lossy();
    let width = encoder.dimension();
    let why = if *own != *model {
        format!("the model of this service is {own}, not '{model}'")
    } else if !points.distance.is_cosine() || points.dimension != width {
        format!("vectors of the model {own} have {width} components and are compared by cosine")
    } else if points.title.is_none() && points.texts.is_empty() {
        "name the fields that the model has read, as title or text".into()
    } else {
        return Ok(());
    };
    Err(Error::BadQuery(why))
}

impl Collection {
    /// Writes points, replacing those with the same ids: all of them or, if one is not valid, none.
    /// Of several with one id, the last counts.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for too many points; [`Error::BadRecord`] with the point's place, from 1;
    /// [`Error::Write`].
    pub fn put_points(&self, points: Vec<Point>) -> Result<Written> {
        check_count(points.len())?;
        let mut places: HashMap<PointId, usize> = HashMap::new();
        let mut records: Vec<Encoded> = Vec::with_capacity(points.len());
        for (at, point) in points.into_iter().enumerate() {
            let bad = |reason: String| Error::BadRecord { at: at + 1, reason };
            let id = point.id;
            let record = self.record_of(point).map_err(bad)?;
            match places.get(&id).and_then(|&place| records.get_mut(place)) {
                Some(earlier) => *earlier = record,
                None => {
                    places.insert(id, records.len());
                    records.push(record);
                }
            }
        }
        self.put_encoded(records, None)
    }

    fn record_of(&self, point: Point) -> Result<Encoded, String> {
        let about = self.about();
        if point.payload.contains_key(ID_FIELD) {
            return Err(format!("the field '{ID_FIELD}' is for the id of the point"));
        }
        let vector = about.distance.prepared(point.vector, about.dimension)?;
        let mut payload = Payload::new();
        payload.insert(ID_FIELD.into(), point.id.to_json());
        payload.extend(point.payload);
        check_size(&payload)?;
        Ok(Encoded {
            payload,
            vectors: vec![vector],
            ranges: Vec::new(),
            read_in_part: false,
        })
    }

    /// Deletes the points with some ids. Those that do not exist do not count.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for too many ids; [`Error::Write`].
    pub fn delete_points(&self, ids: &[PointId]) -> Result<Written> {
        check_count(ids.len())?;
        let ids = ids.iter().map(ToString::to_string).collect();
        self.writer.submit(&self.name(), Work::Delete(ids))
    }

    /// Deletes the points that pass a filter now. One that is written again in the meantime stays.
    ///
    /// # Errors
    /// [`Error::Write`]; the store's read errors.
    pub fn delete_points_matching(&self, filter: &Filter) -> Result<Written> {
        let numbers: Vec<RecordNumber> = {
            let (generation, view) = self.now()?;
            let passing = passing(&generation, &view, filter)?;
            let positions = generation.positions();
            let positions = positions.filter(|&at| generation.passes(at, &passing));
            positions.filter_map(|at| generation.number(at)).collect()
        };
        self.writer
            .submit(&self.name(), Work::DeleteNumbered(numbers))
    }
}

fn check_count(count: usize) -> Result<()> {
    if count <= MAX_WRITTEN {
        return Ok(());
    }
    Err(Error::BadQuery(format!(
        "{count} points are too many for one request; at most {MAX_WRITTEN} are allowed"
    )))
}
