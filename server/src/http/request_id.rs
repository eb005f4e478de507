//! The id of a request, by which it is found in the log. A proxy in front may give it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The header with the id, in requests and responses.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over.
const LONGEST: usize = 64;

/// The id of a request, among its extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Gives the request an id, and returns it with the response.
pub async fn give(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER);
    let given = given.and_then(|given| given.to_str().ok());
    let id = match given {
        Some(given) if is_sane(given) => given.to_owned(),
        _ => new(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, id);
    }
    response
}

/// Whether an id can stand in a log without being mistaken for anything else there.
fn is_sane(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(plain)
}

/// An id that no other request has: when this process started, and a number.
fn new() -> String {
    static START: LazyLock<u64> = LazyLock::new(|| {
        let start = SystemTime::now().duration_since(UNIX_EPOCH);
        start.map_or(0, |start| start.as_micros() as u64)
    });
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{number:x}", *START)
}
