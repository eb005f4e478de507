//! Why a request was not answered.

use serde::{Deserialize, Serialize};

/// Why a request was not answered. The API sends it wrapped in `{"error": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// A code for programs; see [`Problem::status`] for the possible values.
    pub code: String,
    /// A message for people: what happened, where, and what to do.
    pub message: String,
}

impl Problem {
    /// The HTTP status for the code, for the page and the API alike.
    pub fn status(&self) -> u16 {
        match self.code.as_str() {
            "bad_query" => 400,
            "unauthorized" => 401,
            "forbidden" => 403,
            "not_found" => 404,
            "method_not_allowed" => 405,
            "too_slow" => 408,
            "conflict" | "other_model" => 409,
            "too_large" => 413,
            "unsupported_media_type" => 415,
            "rate_limited" => 429,
            "overloaded" | "starting" | "timeout" => 503,
            "no_space" => 507,
            _ => 500,
        }
    }
}
