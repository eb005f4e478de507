//! `/` and `/collections` are pages for browsers, and answers for Qdrant's clients.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

/// The paths that both ask for.
const SHARED: [&str; 2] = ["/", "/collections"];

/// How the names of Qdrant's clients begin. They send `Accept: */*`, like programs that want a page, so
/// only the name tells them apart.
const CLIENTS: [&str; 3] = ["python-client/", "qdrant-", "rust-client/"];

/// Answers clients by the routes given, and passes on all other requests.
pub async fn divert(State(routes): State<Router>, request: Request, next: Next) -> Response {
    if request.method() != Method::GET || !SHARED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let mut response = match is_client(request.headers()) {
        true => routes.oneshot(request).await.into_response(),
        false => next.run(request).await,
    };
    let vary = HeaderValue::from_static("accept, user-agent");
    response.headers_mut().append(header::VARY, vary);
    response
}

/// Whether a request comes from a client: by its name, or because it accepts JSON and no page.
fn is_client(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let (agent, accepted) = (text(header::USER_AGENT), text(header::ACCEPT));
    let accepts = |kind| accepted.contains(kind);
    CLIENTS.iter().any(|client| agent.starts_with(client))
        || accepts("application/json") && !accepts("text/html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    #[test]
    fn browsers_get_pages_and_clients_answers() {
        let is_client = |agent: &'static str, accepted: &'static str| {
            let headers: [(HeaderName, HeaderValue); 2] = [
                (header::USER_AGENT, HeaderValue::from_static(agent)),
                (header::ACCEPT, HeaderValue::from_static(accepted)),
            ];
            is_client(&headers.into_iter().collect())
        };
        assert!(is_client("python-client/1.20.0 python/3.11.7", "*/*"));
        assert!(is_client("qdrant-js/1.19.0", "*/*"));
        assert!(is_client("curl/8.0", "application/json"));
        assert!(!is_client("curl/8.0", "*/*"));
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert!(!is_client("Mozilla/5.0", browser));
        assert!(!is_client("Mozilla/5.0", "text/html, application/json"));
    }
}
