//! Parsing request bodies.

use axum::http::{HeaderMap, header};
use serde::Deserializer;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::Failure;

/// Parses a JSON body. Its content type must be JSON: a form on another website can send other
/// types without a CORS preflight, but not this one.
///
/// # Errors
/// What is wrong with the body, naming the field if there is one.
pub fn json_body<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Failure> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Failure::new(
            "unsupported_media_type",
            format!("the body's content type is '{kind}', expected application/json"),
        ));
    }
    // serde would accept a list as the fields in order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Failure::bad_request("the body is not a JSON object"));
    }
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
        let message = match error.path().to_string().as_str() {
            "." => format!("the body: {}", error.inner()),
            field => format!("the body's {field}: {}", error.inner()),
        };
        Failure::bad_request(message)
    })
}
