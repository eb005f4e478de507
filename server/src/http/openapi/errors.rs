//! The one shape of errors, and the responses that have it.

use axum::http::StatusCode;
use parallax_app::problem::CODES;
use serde_json::{Map, Value, json};

use super::schemas;

/// The name of the shape.
const SHAPE: &str = "Error";

/// A reference to the response of failures with a status.
pub fn reference(status: u16) -> String {
    format!("#/components/responses/{}", name(status))
}

/// The schema of errors.
pub fn schema() -> (String, Value) {
    let names: Vec<&str> = CODES.iter().map(|code| code.name).collect();
    let schema = json!({
        "type": "object",
        "description": "Why a request was not answered.",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "string", "enum": names, "description": "For programs; it will not change."},
                    "message": {"type": "string", "description": "For people: what is wrong, where, and what to do."},
                },
                "required": ["code", "message"],
            },
        },
        "required": ["error"],
    });
    (SHAPE.to_owned(), schema)
}

/// The responses of failures, one for each status.
pub fn responses() -> Map<String, Value> {
    let mut responses = Map::new();
    for status in CODES.iter().map(|code| code.status) {
        let codes = CODES.iter().filter(|code| code.status == status);
        let meanings: Vec<String> = codes
            .map(|code| format!("`{}`: {}", code.name, code.means))
            .collect();
        let mut response = json!({
            "description": meanings.join(" "),
            "content": {"application/json": {"schema": schemas::reference(SHAPE)}},
        });
        if matches!(status, 429 | 503) {
            response["headers"] = json!({
                "Retry-After": {"description": "In how many seconds.", "schema": {"type": "integer"}},
            });
        }
        responses.insert(name(status), response);
    }
    responses
}

/// The name of a status, such as `NotFound`.
fn name(status: u16) -> String {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reason = status.canonical_reason().unwrap_or_default();
    reason.chars().filter(char::is_ascii_alphabetic).collect()
}
