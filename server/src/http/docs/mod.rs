//! The API's description as a page, at `/docs`. Everything it needs is in the binary, and without
//! JavaScript it is a readable list; with it, each request can be tried.

mod render;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::Value;

/// Only what belongs to the page, and requests to this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'none'; base-uri 'none'; \
                      frame-ancestors 'none'";

const STYLE: &str = include_str!("docs.css");
const SCRIPT: &str = include_str!("docs.js");

/// `/docs` and its files.
pub fn router(document: &Value) -> Router {
    let page = axum::body::Bytes::from(render::page(document));
    let policy = (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    Router::new()
        .route(
            "/docs",
            get(|| async move { ([policy], Html(page)).into_response() }),
        )
        .route(
            "/docs/docs.css",
            get(|| async { file("text/css; charset=utf-8", STYLE) }),
        )
        .route(
            "/docs/docs.js",
            get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }),
        )
}

/// A file, which may be another one after an upgrade.
fn file(
    content_type: &'static str,
    text: &'static str,
) -> ([(HeaderName, &'static str); 2], &'static str) {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use http_body_util::BodyExt;
    use serde_json::json;
    use tower::ServiceExt;

    async fn get(uri: &str) -> (StatusCode, String, String) {
        let document = json!({
            "info": {"title": "A", "description": "All of it."},
            "tags": [{"name": "Search", "description": "Queries."}],
            "paths": {"/api/x/{name}": {"get": {
                "tags": ["Search"], "operationId": "x", "summary": "Find <b>.",
                "parameters": [{"name": "name", "in": "path", "required": true,
                    "schema": {"type": "string"}, "description": "Its `name`."}],
                "responses": {"200": {"description": "It.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Hit"}}}}},
            }}},
            "components": {"responses": {}, "schemas": {"Hit": {"type": "object",
                "properties": {"id": {"type": ["string", "null"], "description": "Its id."}}}}},
        });
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let response = router(&document).oneshot(request).await.unwrap();
        let status = response.status();
        let policy = response.headers().get(header::CONTENT_SECURITY_POLICY);
        let policy = policy.map(|policy| policy.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        (status, policy.unwrap_or_default(), body)
    }

    #[tokio::test]
    async fn the_page_lists_routes_and_schemas_without_scripts_from_elsewhere() {
        let (status, policy, page) = get("/docs").await;
        assert_eq!(status, StatusCode::OK);
        assert!(policy.contains("script-src 'self';"), "{policy}");
        for part in [
            "/api/x/{name}",
            "Find &lt;b&gt;.",
            "Its <code>name</code>.",
            "href=\"#schema-Hit\"",
            "id=\"schema-Hit\"",
            "string or null",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("://"), "{page}");
        assert!(!page.contains("<b>") && !page.contains(" style="), "{page}");
        for file in ["/docs/docs.css", "/docs/docs.js"] {
            assert!(page.contains(file), "{file}");
            assert_eq!(get(file).await.0, StatusCode::OK);
        }
    }
}
