//! Why a request was not answered.

use serde::{Deserialize, Serialize};

/// Why a request was not answered. The API sends it wrapped in `{"error": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// A code for programs; see [`CODES`] for the possible values.
    pub code: String,
    /// A message for people: what happened, where, and what to do.
    pub message: String,
}

/// A code of a [`Problem`]. Clients may depend on it; the messages are for people and may change.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The code.
    pub name: &'static str,
    /// The HTTP status of responses with it.
    pub status: u16,
    /// When it is sent, and what to do.
    pub means: &'static str,
}

/// All codes, by status.
pub const CODES: &[Code] = &[
    code(
        "bad_query",
        400,
        "The request cannot be answered as asked; the message names the parameter or the field, and what it allows.",
    ),
    code(
        "unauthorized",
        401,
        "The request needs an API key, or the one given is not valid.",
    ),
    code(
        "forbidden",
        403,
        "This caller may not do this; the message says why.",
    ),
    code(
        "not_found",
        404,
        "There is no such route, collection, record, map or task.",
    ),
    code(
        "method_not_allowed",
        405,
        "The route does not support the method.",
    ),
    code(
        "too_slow",
        408,
        "The request's body stopped arriving; send it again.",
    ),
    code(
        "conflict",
        409,
        "The state of the collection does not allow it now: a name is taken, or another change is under way.",
    ),
    code(
        "other_model",
        409,
        "The model that encoded the collection is missing, or is another one than the server has.",
    ),
    code(
        "too_large",
        413,
        "The body is larger than the route accepts.",
    ),
    code(
        "unsupported_media_type",
        415,
        "The body is not of the content type that the route takes.",
    ),
    code(
        "rate_limited",
        429,
        "This caller has sent too many requests; `Retry-After` says when to try again.",
    ),
    code(
        "internal",
        500,
        "Something failed in the server; its log says what.",
    ),
    code(
        "cluster_away",
        503,
        "The Qdrant cluster that has the collections does not answer, or too few of its nodes do; `Retry-After` says when to try again.",
    ),
    code(
        "overloaded",
        503,
        "Too many requests are waiting, or too many connections or event streams are open; `Retry-After` says when to try again.",
    ),
    code(
        "starting",
        503,
        "The server is loading its model and its collections.",
    ),
    code(
        "timeout",
        503,
        "The answer took longer than the server allows.",
    ),
    code(
        "no_space",
        507,
        "The server's disk is full; nothing was written.",
    ),
];

const fn code(name: &'static str, status: u16, means: &'static str) -> Code {
    Code {
        name,
        status,
        means,
    }
}

impl Problem {
    /// The HTTP status for the code, for the page and the API alike.
    pub fn status(&self) -> u16 {
        let code = CODES.iter().find(|code| code.name == self.code);
        code.map_or(500, |code| code.status)
    }
}
