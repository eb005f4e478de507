//! What caches may do with responses of the API, and the tags by which a client learns that it has
//! the current answer already.

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use twox_hash::XxHash3_128;

use super::error::Failure;
use crate::problem::internal;

/// The largest body that gets a tag, because it is kept in memory until its tag is known.
const MAX_TAGGED_BYTES: usize = 1 << 20;

/// How much of the end of a body the times of an answer may take.
const MAX_TIMINGS_BYTES: usize = 512;

/// The tags of the answers that a client has.
#[derive(Debug, Clone)]
pub struct Known(Vec<String>);

impl Known {
    /// Those that a request names.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get_all(header::IF_NONE_MATCH).into_iter();
        let tags = given.flat_map(|tags| tags.to_str().unwrap_or_default().split(','));
        Self(tags.map(|tag| opaque(tag.trim()).to_owned()).collect())
    }

    /// Whether a tag is among them. A proxy that compresses an answer marks its tag as a weak one,
    /// so that is not compared.
    pub fn has(&self, tag: &str) -> bool {
        let tag = opaque(tag);
        self.0.iter().any(|known| known == "*" || known == tag)
    }
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// Tells caches that an answer is the caller's own, and gives JSON that was read a tag.
pub async fn tag(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let known = Known::of(request.headers());
    let mut response = next.run(request).await;
    let found = reads && response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    // Who asks may decide what may be read.
    headers.append(header::VARY, HeaderValue::from_static("authorization"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        // An answer may be kept by the caller alone, and used again once its tag has been compared.
        let kept = if found {
            "private, no-cache"
        } else {
            "no-store"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    }
    if found && is_json(headers) && !headers.contains_key(header::ETAG) {
        tagged(response, &known).await
    } else {
        response
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let json = HeaderValue::from_static("application/json");
    headers.get(header::CONTENT_TYPE) == Some(&json)
}

/// The response with a tag, unless it is long or streamed; without a body if the client has it.
async fn tagged(response: Response, known: &Known) -> Response {
    let length = response.body().size_hint().exact();
    if length.is_none_or(|length| length > MAX_TAGGED_BYTES as u64) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_TAGGED_BYTES).await else {
        return Failure::from(internal()).into_response();
    };
    let tag = tag_of(&body);
    let has = known.has(&tag);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if has {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(body))
}

/// A weak tag: answers that differ only in how long they took have the same one. A tag protects
/// nothing, so its hash is a fast one. On a processor without instructions for it, SHA-256 took a tenth
/// of the time of a search by words.
fn tag_of(body: &[u8]) -> String {
    format!("W/\"{:032x}\"", XxHash3_128::oneshot(without_timings(body)))
}

/// The body up to the member `timings`, if that is its last one. Quotes within a text are escaped, so
/// what looks like this member is one; it is the object's own if only the object ends after it.
fn without_timings(body: &[u8]) -> &[u8] {
    const TIMINGS: &[u8] = b",\"timings\":{";
    let from = body.len().saturating_sub(MAX_TIMINGS_BYTES);
    let mut places = body[from..].windows(TIMINGS.len());
    let Some(at) = places.rposition(|place| place == TIMINGS) else {
        return body;
    };
    let (before, timings) = body.split_at(from + at);
    let inside = timings[TIMINGS.len()..].strip_suffix(b"}}");
    match inside {
        Some(inside) if !inside.iter().any(|byte| b"{}[]".contains(byte)) => before,
        _ => body,
    }
}

#[cfg(test)]
mod tests {
    use super::tag_of;

    #[test]
    fn only_the_times_of_the_answer_itself_are_left_out() {
        let same = |a: &str, b: &str| tag_of(a.as_bytes()) == tag_of(b.as_bytes());
        assert!(same(
            r#"{"total":1,"timings":{"total_ms":1.5}}"#,
            r#"{"total":1,"timings":{"total_ms":2.5}}"#
        ));
        for (one, other) in [
            (
                r#"{"total":1,"timings":{"total_ms":1.5}}"#,
                r#"{"total":2,"timings":{"total_ms":1.5}}"#,
            ),
            (
                r#"{"id":"a","payload":{"b":1,"timings":{"c":1}}}"#,
                r#"{"id":"a","payload":{"b":1,"timings":{"c":2}}}"#,
            ),
            (
                r#"{"a":1,"timings":{"b":1},"c":{"d":1}}"#,
                r#"{"a":1,"timings":{"b":1},"c":{"d":2}}"#,
            ),
        ] {
            assert!(!same(one, other), "{one}");
        }
    }
}
