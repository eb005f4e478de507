//! Parsing request bodies, and reading on in those that are not wanted.

use std::fmt;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use super::error::Failure;
use crate::keys::{content_type, essence};
use crate::problem::internal;

/// The members of an object, each given once. Of a repeated one, the last would count, and what the
/// others ask for would be lost without a word.
#[derive(Debug)]
pub struct Members(pub Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Members, A::Error> {
                distinct::<Value, _>(access).map(Members)
            }
        }

        deserializer.deserialize_map(Each)
    }
}

/// Any JSON whose objects have each member once, also those inside of others.
pub struct Strict(pub Value);

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

            fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Strict, A::Error> {
                let members = distinct::<Strict, _>(access)?;
                Ok(Strict(members.into()))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl From<Strict> for Value {
    fn from(strict: Strict) -> Self {
        strict.0
    }
}

/// The members of an object, unless one is repeated.
fn distinct<'de, V: Deserialize<'de> + Into<Value>, A: MapAccess<'de>>(
    mut access: A,
) -> Result<Map<String, Value>, A::Error> {
    let mut members = Map::new();
    while let Some((name, value)) = access.next_entry::<String, V>()? {
        if members.contains_key(&name) {
            return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
        }
        members.insert(name, value.into());
    }
    Ok(members)
}

/// Parses a JSON body. Its content type must be JSON: a form on another website can send other
/// types without a CORS preflight, but not this one.
///
/// # Errors
/// What is wrong with the body, naming the field if there is one.
pub fn json_body<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Failure> {
    check_type(headers)?;
    // serde would accept a list as the fields in order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Failure::bad_request("the body is not a JSON object"));
    }
    whole(body)
}

/// Parses a body on another thread: 32 MiB of JSON would block the async thread for too long.
///
/// # Errors
/// Those of `parse`.
pub async fn parsed<T: Send + 'static>(
    body: Bytes,
    parse: impl FnOnce(&[u8]) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let parsed = tokio::task::spawn_blocking(move || parse(&body));
    parsed.await.map_err(|_| Failure::from(internal()))?
}

/// Parses a JSON body that is a list; `None` if it is none.
///
/// # Errors
/// What is wrong with the body.
pub fn json_list<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<Vec<T>>, Failure> {
    check_type(headers)?;
    let is_list = body.trim_ascii_start().first() == Some(&b'[');
    is_list.then(|| whole(body)).transpose()
}

fn check_type(headers: &HeaderMap) -> Result<(), Failure> {
    let essence = essence(headers);
    let known = ["application/json", "application/merge-patch+json"];
    if known
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known))
    {
        return Ok(());
    }
    Err(Failure::new(
        "unsupported_media_type",
        format!(
            "the body's content type is '{}', expected application/json",
            content_type(headers)
        ),
    ))
}

fn whole<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = read(&mut reader)?;
    reader
        .end()
        .map_err(|error| Failure::bad_request(format!("the body: {error}")))?;
    Ok(value)
}

/// Parses the rest of a JSON body from which a part was taken out.
///
/// # Errors
/// What is wrong with it, naming the field.
pub fn json_value<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    read(value)
}

fn read<'de, T: DeserializeOwned>(
    reader: impl Deserializer<'de, Error = serde_json::Error>,
) -> Result<T, Failure> {
    serde_path_to_error::deserialize(reader).map_err(|error| {
        Failure::bad_request(format!("{}: {}", place(error.path()), error.inner()))
    })
}

/// The place of an error. A field whose name is the error, because there is no such field, is named by
/// the error itself.
fn place(path: &serde_path_to_error::Path) -> String {
    let known = path
        .iter()
        .take_while(|segment| !matches!(segment, Segment::Unknown));
    let mut place = String::new();
    for segment in known {
        match segment {
            Segment::Seq { index } => place.push_str(&format!("[{index}]")),
            segment => {
                if !place.is_empty() {
                    place.push('.');
                }
                place.push_str(&segment.to_string());
            }
        }
    }
    match place.as_str() {
        "" => "the body".to_owned(),
        place => format!("the body's {place}"),
    }
}

/// Reads on in a body that is not wanted, to its end or until this many bytes have arrived, so that
/// its sender gets the answer instead of a broken connection.
pub async fn skip(body: &mut Body, most: u64) {
    let mut skipped = 0;
    while skipped < most
        && let Some(Ok(frame)) = body.frame().await
    {
        skipped += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header};
    use axum::response::IntoResponse;
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Inner {
        number: u32,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
        list: Option<Vec<Inner>>,
    }

    fn read_as<T: DeserializeOwned>(body: &str) -> Result<T, Failure> {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        json_body(&headers, body.as_bytes())
    }

    async fn refused<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> String {
        let response = read_as::<T>(body).unwrap_err().into_response();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let told: Value = serde_json::from_slice(&bytes).unwrap();
        told["error"]["message"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn an_error_says_where_it_is() {
        for (body, place, why) in [
            (r#"{"nubmer": 1}"#, "the body", "nubmer"),
            (r#"{"number": "x"}"#, "the body", "invalid type"),
            (
                r#"{"number": 1, "number": 2}"#,
                "the body",
                "duplicate field",
            ),
            (r#"{"number": 1"#, "the body", "EOF"),
        ] {
            let message = refused::<Inner>(body).await;
            assert!(message.starts_with(place), "{message}");
            assert!(message.contains(why) && !message.contains('?'), "{message}");
        }
        for body in [
            r#"{"nubmer": 1}"#,
            r#"{"list": [{"number": 1}, {"nubmer": 1}]}"#,
        ] {
            let message = refused::<Outer>(body).await;
            assert!(message.contains("nubmer"), "{message}");
            assert!(!message.contains('?'), "{message}");
        }
        let read: Outer = read_as(r#"{"number": 1, "list": [{}]}"#).unwrap();
        let expected = Outer {
            inner: Inner { number: 1 },
            list: Some(vec![Inner::default()]),
        };
        assert_eq!(read, expected);
        let message = refused::<Outer>(r#"{"list": [{"number": 1}, {"number": -1}]}"#).await;
        assert!(message.starts_with("the body's list[1]"), "{message}");
    }
}
