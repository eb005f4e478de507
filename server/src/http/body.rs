//! Reading a request's body.

use axum::http::{HeaderMap, header};
use serde::Deserializer;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::Failure;

/// The body as JSON, said to be JSON by its content type: a form on a web page elsewhere
/// can send other types here without asking, and not that one.
///
/// # Errors
/// What is wrong with it, by field where it has fields.
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
    // A list would be read as a record's fields in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Failure::bad_request("the body is no JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = read(&mut reader)?;
    reader
        .end()
        .map_err(|error| Failure::bad_request(format!("the body: {error}")))?;
    Ok(value)
}

/// The rest of a body that was read as JSON, of which something was taken out.
///
/// # Errors
/// What is wrong with it, by field.
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
