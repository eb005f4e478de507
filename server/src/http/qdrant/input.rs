//! What requests have in common: how bodies are parsed, and members that are known but not supported.

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::Request;
use parallax::Collection;
use parallax::payload::{Filter, PointId};
use parallax::vector::MAX_DIMENSION;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::http::Failure;
use crate::http::body::json_body;
use crate::problem::internal;

/// Bodies up to this size are parsed at once, larger ones on a thread of their own: 32 MiB of JSON
/// would block all other requests of the thread for too long.
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
        let parsed = tokio::task::spawn_blocking(move || json_body(&headers, &body));
        parsed
            .await
            .map_err(|_| Failure::from(internal()))?
            .map(Self)
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

/// Any JSON, without repeated members. Of a repeated one, the last would count, so that conditions of
/// a filter would be lost.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Strict;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E: Error>(self) -> Result<Strict, E> {
                Ok(Strict(Value::Null))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Strict, A::Error> {
                let mut members = Vec::new();
                while let Some(Strict(member)) = access.next_element()? {
                    members.push(member);
                }
                Ok(Strict(members.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Strict, A::Error> {
                let mut members = serde_json::Map::new();
                while let Some((name, Strict(value))) = access.next_entry::<String, Strict>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format!("duplicate field `{name}`")));
                    }
                    members.insert(name, value);
                }
                Ok(Strict(members.into()))
            }
        }

        deserializer.deserialize_any(Any)
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

/// Any value, which does not change the answer.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct Ignored;

impl From<IgnoredAny> for Ignored {
    fn from(_: IgnoredAny) -> Self {
        Self
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
