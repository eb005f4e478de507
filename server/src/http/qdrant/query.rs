//! Searches for the nearest points, one at a time or several together.

use axum::Json;
use axum::extract::State;
use parallax::Collection;
use parallax::payload::{Filter, PointId};
use parallax::points::{Budget, MAX_POINTS, Nearest, Scored, Stored, Target};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::{Began, Done};
use super::input::{Body, MayFilter, Unsupported, check_points};
use super::prepared;
use super::wanted::{Fields, PointOut, Wanted, WithVector};
use crate::http::Failure;
use crate::http::extract::PathParams;
use crate::service::Service;

/// How many points are found if the request does not say.
const FOUND: usize = 10;

/// The most searches in one request.
const MAX_SEARCHES: usize = 100;

/// A search.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    query: Option<Value>,
    #[serde(default)]
    filter: MayFilter,
    #[serde(default)]
    params: Option<Params>,
    score_threshold: Option<f32>,
    limit: Option<usize>,
    offset: Option<usize>,
    with_payload: Option<Fields>,
    #[serde(default)]
    with_vector: WithVector,
    #[serde(default, rename = "using")]
    _using: Unsupported,
    #[serde(default, rename = "prefetch")]
    _prefetch: Unsupported,
    #[serde(default, rename = "lookup_from")]
    _lookup_from: Unsupported,
    #[serde(default, rename = "shard_key")]
    _shard_key: Unsupported,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    #[serde(default)]
    exact: Option<bool>,
    // Parallax itself decides how far a graph is searched.
    #[serde(default, rename = "hnsw_ef")]
    _ef: IgnoredAny,
    #[serde(default, rename = "quantization")]
    _quantization: IgnoredAny,
    #[serde(default)]
    indexed_only: Option<bool>,
}

/// A point that was found.
#[derive(Serialize)]
pub struct Hit {
    version: u64,
    score: f32,
    #[serde(flatten)]
    point: PointOut,
}

impl From<Scored<PointOut>> for Hit {
    fn from(found: Scored<PointOut>) -> Self {
        Self {
            version: found.version,
            score: found.score,
            point: found.point,
        }
    }
}

/// The points that were found.
#[derive(Serialize)]
pub struct Hits {
    points: Vec<Hit>,
}

/// A search that was read.
struct Asked {
    nearest: Nearest,
    wanted: Wanted,
}

impl Asked {
    fn filter(&self) -> &Filter {
        &self.nearest.filter
    }
}

impl Search {
    fn read(self) -> Result<Asked, Failure> {
        let limit = self.limit.unwrap_or(FOUND);
        if limit > MAX_POINTS {
            return Err(Failure::bad_request(format!(
                "the body's limit: at most {MAX_POINTS} points are found by one search, not {limit}"
            )));
        }
        let params = self.params.unwrap_or_default();
        if params.indexed_only == Some(true) {
            let message = "the body's params.indexed_only: all points are searched";
            return Err(Failure::bad_request(message));
        }
        Ok(Asked {
            nearest: Nearest {
                target: target(self.query)?,
                filter: self.filter.0,
                limit,
                offset: self.offset.unwrap_or(0),
                threshold: self.score_threshold,
                exact: params.exact.unwrap_or(false),
            },
            wanted: Wanted {
                fields: self.with_payload.unwrap_or(Fields::None),
                vector: self.with_vector.0,
            },
        })
    }
}

/// What is searched for: a vector, the id of a point, or either as `nearest`.
fn target(query: Option<Value>) -> Result<Target, Failure> {
    const EXPECTED: &str = "the body's query: expected a list of numbers, the id of a point, or \
                            {\"nearest\": …} with one of them; other queries are not supported";
    let bad = || Failure::bad_request(EXPECTED);
    let query = match query.ok_or_else(bad)? {
        Value::Object(mut members) if members.len() == 1 => {
            members.shift_remove("nearest").ok_or_else(bad)?
        }
        query => query,
    };
    match query {
        Value::Array(components) => {
            let components = components.iter().map(Value::as_f64);
            let components = components.map(|component| component.map(|x| x as f32));
            let vector: Option<Vec<f32>> = components.collect();
            vector.map(Target::Vector).ok_or_else(bad)
        }
        Value::Number(_) | Value::String(_) => {
            let id = PointId::from_json(&query).map_err(Failure::bad_request)?;
            Ok(Target::Point(id))
        }
        _ => Err(bad()),
    }
}

fn found(collection: &Collection, asked: &Asked, budget: &Budget) -> parallax::Result<Hits> {
    let read = |stored: Stored<'_>| asked.wanted.read(&stored);
    let found = collection.nearest_points(&asked.nearest, budget, read)?;
    Ok(Hits {
        points: found.into_iter().map(Hit::from).collect(),
    })
}

/// Finds the nearest points.
pub async fn query(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(search): Body<Search>,
) -> Result<Json<Done<Hits>>, Failure> {
    let asked = search.read()?;
    let hits = prepared::run(&service, name, asked, Asked::filter, |collection, asked| {
        found(collection, asked, &Budget::default())
    });
    Ok(began.done(hits.await?))
}

/// Several searches.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searches {
    searches: Vec<Search>,
}

/// Finds the nearest points for several searches.
pub async fn batch(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(Searches { searches }): Body<Searches>,
) -> Result<Json<Done<Vec<Hits>>>, Failure> {
    if searches.len() > MAX_SEARCHES {
        let message = format!("the body's searches: at most {MAX_SEARCHES} are allowed");
        return Err(Failure::bad_request(message));
    }
    let asked: Vec<Asked> = searches
        .into_iter()
        .map(Search::read)
        .collect::<Result<_, _>>()?;
    let hits = service.with_embedded_thoroughly(Some(name), move |collection| {
        check_points(collection)?;
        let budget = Budget::default();
        let each = asked.iter().map(|asked| found(collection, asked, &budget));
        each.collect()
    });
    Ok(began.done(hits.await?))
}
