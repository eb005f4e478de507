//! What requests have in common: how bodies are parsed, and members that are known but not supported.

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::Request;
use parallax::Collection;
use parallax::payload::{Filter, PointId};
use parallax::vector::MAX_DIMENSION;
use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::http::Failure;
use crate::http::body::{Strict, json_body, parsed};

/// Bodies up to this size are parsed at once, larger ones on another thread.
const SMALL: usize = 64 << 10;

/// A JSON object as the body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await?;
        if body.len() <= SMALL {
            return json_body(&headers, &body).map(Self);
        }
        let parsed = parsed(body, move |body| json_body(&headers, body));
        parsed.await.map(Self)
    }
}

/// A member that is not supported: only null, or something empty, is accepted.
#[derive(Debug, Default)]
pub struct Unsupported;

impl<'de> Deserialize<'de> for Unsupported {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_empty = match Strict::deserialize(deserializer)?.0 {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(members) => members.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        match is_empty {
            true => Ok(Self),
            false => Err(D::Error::custom("this is not supported by Parallax")),
        }
    }
}

/// A vector without a name.
pub struct OneVector(pub Vec<f32>);

impl<'de> Deserialize<'de> for OneVector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Components;

        impl<'de> Visitor<'de> for Components {
            type Value = OneVector;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "a list of numbers; named, sparse and multiple vectors are not supported",
                )
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<OneVector, A::Error> {
                let mut vector = Vec::new();
                while let Some(component) = access.next_element()? {
                    vector.push(component);
                    if vector.len() > MAX_DIMENSION {
                        let message = format!("a vector has at most {MAX_DIMENSION} components");
                        return Err(A::Error::custom(message));
                    }
                }
                Ok(OneVector(vector))
            }
        }

        deserializer.deserialize_any(Components)
    }
}

/// A filter. A missing one is like an empty one.
#[derive(Debug, Default)]
pub struct MayFilter(pub Filter);

impl<'de> Deserialize<'de> for MayFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Strict::deserialize(deserializer)?.0 {
            Value::Null => Ok(Self::default()),
            filter => Filter::from_json(&filter)
                .map(Self)
                .map_err(D::Error::custom),
        }
    }
}

/// The id in a path.
///
/// # Errors
/// What it is instead.
pub fn id_in_path(id: &str) -> Result<PointId, Failure> {
    id.parse().map_err(Failure::bad_request)
}

/// Checks that a collection was made through this interface: the records of others have no ids or
/// vectors that clients could use.
///
/// # Errors
/// [`parallax::Error::BadQuery`].
pub fn check_points(collection: &Collection) -> parallax::Result<()> {
    if collection.schema().points {
        return Ok(());
    }
    Err(parallax::Error::BadQuery(format!(
        "the collection '{}' was not made by a client of Qdrant; use /api/v1 for it",
        collection.name()
    )))
}
