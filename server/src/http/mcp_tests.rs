//! `/mcp` through the router, with the SDK's own client.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, ClientJsonRpcMessage};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpClientTransportConfig, StreamableHttpError,
    StreamableHttpPostResponse,
};
use serde_json::{Value, json};
use sse_stream::Sse;
use tokio_stream::Stream;
use tower::ServiceExt as _;

use super::tests::{ready, send};

/// Sends the client's messages to the router.
#[derive(Clone)]
struct ThroughRouter(Router);

type Events = Pin<Box<dyn Stream<Item = Result<Sse, SseError>> + Send>>;
type Sent<T> = Result<T, StreamableHttpError<io::Error>>;

impl StreamableHttpClient for ThroughRouter {
    type Error = io::Error;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _key: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Sent<StreamableHttpPostResponse> {
        assert_eq!(session, None, "the server keeps no sessions");
        let mut request = post(&uri);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(serde_json::to_vec(&message)?));
        let response = self.0.clone().oneshot(request.unwrap()).await.unwrap();
        assert!(!response.headers().contains_key("mcp-session-id"));
        let status = response.status();
        if status == StatusCode::ACCEPTED {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{status}: {body:?}");
        Ok(StreamableHttpPostResponse::Json(
            serde_json::from_slice(&body)?,
            None,
        ))
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        _session: Arc<str>,
        _key: Option<String>,
        _headers: HashMap<HeaderName, HeaderValue>,
    ) -> Sent<()> {
        Err(StreamableHttpError::ServerDoesNotSupportDeleteSession)
    }

    async fn get_stream(
        &self,
        _uri: Arc<str>,
        _session: Option<Arc<str>>,
        _last_event: Option<String>,
        _key: Option<String>,
        _headers: HashMap<HeaderName, HeaderValue>,
    ) -> Sent<Events> {
        Err(StreamableHttpError::ServerDoesNotSupportSse)
    }
}

fn post(uri: &str) -> axum::http::request::Builder {
    Request::post(uri)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
}

#[tokio::test]
async fn an_assistant_searches_over_http_without_a_session() {
    let config = StreamableHttpClientTransportConfig::with_uri("/mcp");
    let transport = StreamableHttpClientTransport::with_client(ThroughRouter(ready()), config);
    let assistant = ().serve(transport).await.unwrap();
    let tools = assistant.list_all_tools().await.unwrap();
    assert!(tools.iter().any(|tool| tool.name == "search"));
    let arguments = json!({"q": "password manager", "collection": "sample"});
    let call =
        CallToolRequestParams::new("search").with_arguments(arguments.as_object().unwrap().clone());
    let found = assistant.call_tool(call).await.unwrap();
    let found = found.structured_content.unwrap();
    let hits = found["hits"].as_array().unwrap();
    assert!(
        hits.iter().any(|hit| hit["title"] == "Hushwarren"),
        "{found}"
    );
}

#[tokio::test]
async fn a_call_needs_no_handshake_since_nothing_is_kept() {
    let call = json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": {"name": "list_collections", "arguments": {}},
    });
    let request = post("/mcp").body(Body::from(call.to_string())).unwrap();
    let (status, answer) = send(ready(), request).await;
    assert_eq!((status, &answer["id"]), (StatusCode::OK, &json!(7)));
    let listed = &answer["result"]["structuredContent"]["collections"];
    assert_eq!(listed[0]["name"], "sample");
}

#[tokio::test]
async fn other_requests_are_refused() {
    let stream = Request::get("/mcp")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::HOST, "localhost");
    let (status, _) = send(ready(), stream.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    let long = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "search", "arguments": {"q": "x".repeat(100_000)}},
    });
    let request = post("/mcp").body(Body::from(long.to_string())).unwrap();
    let (status, _) = send(ready(), request).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    for (body, code) in [
        ("", -32_700),
        ("{", -32_700),
        ("{\"jsonrpc\": \"2.0\"} x", -32_700),
        ("{}", -32_600),
        ("[]", -32_600),
        ("\"search\"", -32_600),
    ] {
        let request = post("/mcp").body(Body::from(body)).unwrap();
        let (status, answer) = send(ready(), request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {answer}");
        assert_eq!(answer["jsonrpc"], "2.0", "{body}");
        assert_eq!(answer["error"]["code"], code, "{body}: {answer}");
    }
    let accepts = "application/json, text/event-stream";
    for (kind, accept, status, code) in [
        ("text/plain", accepts, 415, "unsupported_media_type"),
        ("application/json", "application/json", 400, "bad_query"),
    ] {
        let request = Request::post("/mcp")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, kind)
            .header(header::ACCEPT, accept);
        let (refused, answer) = send(ready(), request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(refused.as_u16(), status, "{answer}");
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    let unknown = json!({"jsonrpc": "2.0", "id": 1, "method": "resources/unknown"});
    let request = post("/mcp").body(Body::from(unknown.to_string())).unwrap();
    let (_, answer): (_, Value) = send(ready(), request).await;
    assert_eq!(answer["error"]["code"], -32601, "{answer}");
}
