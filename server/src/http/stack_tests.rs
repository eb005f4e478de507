//! What holds for every route: names, other websites, caches, ids and the log.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::settings::{Cors, Settings};
use super::streams::Streams;
use super::tests::{KEY, opened, ready, send};
use super::write_tests::Api;
use super::{Guard, api_with, request_id, router, stack};
use crate::service::Service;
use crate::site::{Files, Site};

/// Paths of routes that read.
const READING: [&str; 24] = [
    "/search",
    "/api/search",
    "/api/version",
    "/api/v1/collections",
    "/api/v1/collections/sample",
    "/api/v1/collections/sample/search",
    "/api/v1/collections/sample/compare",
    "/api/v1/collections/sample/explore",
    "/api/v1/collections/sample/lab",
    "/api/v1/collections/sample/walkthrough",
    "/api/v1/collections/sample/recall",
    "/api/v1/collections/sample/map",
    "/api/v1/collections/sample/map/inside",
    "/api/v1/collections/sample/records",
    "/api/v1/collections/sample/records/1",
    "/api/v1/collections/sample/records/delete",
    "/api/v1/collections/sample/records/1/similar",
    "/api/v1/collections/sample/export",
    "/api/v1/collections/sample/suggest",
    "/api/v1/collections/sample/answer",
    "/api/v1/collections/sample/recommend",
    "/api/v1/collections/sample/judgements",
    "/api/v1/tasks",
    "/api/v1/tasks/1/events",
];

async fn ask(
    router: Router,
    method: Method,
    uri: &str,
    headers: &[(HeaderName, &str)],
) -> Response {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_request_to_another_name_is_refused_on_every_route() {
    let site = tempfile::tempdir().unwrap();
    std::fs::write(site.path().join("favicon.svg"), "<svg/>").unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    std::fs::write(site.path().join("pkg/app.js"), "//").unwrap();
    let settings = Settings {
        hosts: vec!["search.example".into()],
        ..Settings::default()
    };
    let page = Site {
        files: Files::InFolder(site.path().to_owned()),
        page: Default::default(),
    };
    let streams = Streams::new(&settings.limits, Default::default());
    let whole = router(Service::new(1), page, Guard::default(), &settings, streams);
    for uri in [
        "/",
        "/about",
        "/no/such/page",
        "/favicon.svg",
        "/pkg/app.js",
        "/pkg/none.js",
        "/card.png",
        "/fn/names",
        "/healthz",
        "/readyz",
        "/api/version",
        "/api/v1/collections",
        "/api/v1/none",
        "/search",
    ] {
        for refused in [
            "evil.example",
            "evil.example:3000",
            "localhost.evil.example",
        ] {
            let headers = [(header::HOST, refused)];
            let response = ask(whole.clone(), Method::GET, uri, &headers).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{uri} {refused}");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let told: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(told["error"]["code"], "forbidden");
            let message = told["error"]["message"].as_str().unwrap();
            assert!(message.contains("PARALLAX_HOSTS"), "{message}");
        }
        for allowed in [
            "localhost:3000",
            "127.0.0.1",
            "[::1]:3000",
            "Search.example",
        ] {
            let headers = [(header::HOST, allowed)];
            let response = ask(whole.clone(), Method::GET, uri, &headers).await;
            assert_ne!(response.status(), StatusCode::FORBIDDEN, "{uri} {allowed}");
        }
    }
    // The page itself is the reader's own.
    let response = ask(whole.clone(), Method::GET, "/", &[]).await;
    let caching = text(response.headers(), header::CACHE_CONTROL);
    assert_eq!(caching, Some("private, no-cache"));
    let elsewhere = "http://evil.example/api/version";
    let headers = [(header::HOST, "localhost")];
    let response = ask(whole, Method::GET, elsewhere, &headers).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

fn for_origins(origins: &[&str]) -> Router {
    let origins = origins.iter().map(|&origin| origin.to_owned()).collect();
    let settings = Settings {
        cors: Cors { origins },
        ..Settings::default()
    };
    api_with(opened(), Guard::new(Some(KEY.into())), &settings)
}

/// The headers of a page of `origin` that asks whether it may send a request.
fn preflight(origin: &str) -> [(HeaderName, &str); 3] {
    [
        (header::ORIGIN, origin),
        (header::ACCESS_CONTROL_REQUEST_METHOD, "POST"),
        (header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type"),
    ]
}

#[tokio::test]
async fn a_preflight_is_answered_on_every_reading_route() {
    let shop = "https://shop.example";
    for uri in READING {
        let router = for_origins(&[shop]);
        let response = ask(router, Method::OPTIONS, uri, &preflight(shop)).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        let headers = response.headers();
        let allowed = text(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(allowed, Some(shop), "{uri}");
        let methods = text(headers, header::ACCESS_CONTROL_ALLOW_METHODS).unwrap();
        assert!(methods.contains("GET") && methods.contains("POST"));
        assert!(!methods.contains("PUT") && !methods.contains("DELETE"));
        let names = text(headers, header::ACCESS_CONTROL_ALLOW_HEADERS).unwrap();
        assert!(names.contains("content-type"), "{names}");

        // By default, no other website may.
        let response = ask(ready(), Method::OPTIONS, uri, &preflight(shop)).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        let allowed = text(response.headers(), header::ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(allowed, None, "{uri}");
    }
}

#[tokio::test]
async fn only_configured_origins_may_read() {
    let uri = "/api/v1/collections";
    let allowed = async |origins: &[&str], origin: &str| {
        let headers = [(header::ORIGIN, origin)];
        let response = ask(for_origins(origins), Method::GET, uri, &headers).await;
        assert_eq!(response.status(), StatusCode::OK);
        let allowed = text(response.headers(), header::ACCESS_CONTROL_ALLOW_ORIGIN);
        allowed.map(str::to_owned)
    };
    let shop = "https://shop.example";
    assert_eq!(allowed(&[], shop).await, None);
    assert_eq!(allowed(&[shop], shop).await.as_deref(), Some(shop));
    assert_eq!(allowed(&[shop], "https://evil.example").await, None);
    assert_eq!(allowed(&["*"], shop).await.as_deref(), Some("*"));
}

#[tokio::test]
async fn a_sane_request_id_is_returned_and_another_is_replaced() {
    let id = async |given: &[(HeaderName, &str)]| {
        let response = ask(ready(), Method::GET, "/healthz", given).await;
        text(response.headers(), request_id::HEADER)
            .unwrap()
            .to_owned()
    };
    let given = "3f2a-7.b_Z";
    assert_eq!(id(&[(request_id::HEADER, given)]).await, given);
    assert_ne!(id(&[]).await, id(&[]).await);
    let long = "a".repeat(65);
    for odd in ["", "a b", "a\"b", "level=error", &long] {
        let made = id(&[(request_id::HEADER, odd)]).await;
        assert!(!made.is_empty() && made != odd, "{made}");
    }
}

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn requests_and_panics_are_logged_with_their_id() {
    let kept = Kept::default();
    let writer = kept.clone();
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // While there is only one subscriber, tracing asks that of the thread that comes to a statement
    // first, which may be another test's, and has none.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let log = tracing::subscriber::set_default(log);
    let broken = get(|| async {
        if true {
            panic!("out of cheese");
        }
    });
    let routes = Router::new().route("/broken/{name}", broken);
    let routes = stack::everything(routes, &Settings::default(), Default::default());
    let id = [(request_id::HEADER, "id-of-the-test")];
    let response = ask(routes, Method::GET, "/broken/secret", &id).await;
    drop(log);

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers();
    assert_eq!(text(headers, request_id::HEADER), Some("id-of-the-test"));
    assert_eq!(
        text(headers, header::X_CONTENT_TYPE_OPTIONS),
        Some("nosniff")
    );
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(told["error"]["code"], "internal");
    assert!(!told.to_string().contains("cheese"), "{told}");

    let logged = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = logged
        .lines()
        .filter(|line| line.contains("id-of-the-test"))
        .collect();
    assert_eq!(lines.len(), 2, "{logged}");
    assert!(lines[0].contains("ERROR") && lines[0].contains("out of cheese"));
    assert!(lines[1].contains("INFO") && lines[1].contains("500"));
    for line in lines {
        for part in ["GET", "/broken/{name}"] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    assert!(!logged.contains("secret"), "{logged}");
}

async fn read(api: &Api, uri: &str, known: &str) -> (Response, Option<String>) {
    let headers = [(header::IF_NONE_MATCH, known)];
    let response = ask(api.router.clone(), Method::GET, uri, &headers).await;
    let tag = text(response.headers(), header::ETAG).map(str::to_owned);
    (response, tag)
}

#[tokio::test]
async fn an_answer_that_the_caller_has_is_not_sent_again() {
    let api = Api::new();
    api.notes().await;
    for uri in [
        "/api/v1/collections/notes/facets/city",
        "/api/v1/collections/notes/records/milk",
        "/api/v1/collections/notes/search?q=goats&mode=text",
    ] {
        let (first, tag) = read(&api, uri, "").await;
        assert_eq!(first.status(), StatusCode::OK, "{uri}");
        let tag = tag.expect("an answer has a tag");
        let caching = text(first.headers(), header::CACHE_CONTROL);
        assert_eq!(caching, Some("private, no-cache"));
        let vary = first.headers().get_all(header::VARY).into_iter();
        assert!(
            vary.into_iter().any(|vary| vary == "authorization"),
            "{uri}"
        );

        let known = format!("\"other\", {tag}");
        let (again, same) = read(&api, uri, &known).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{uri}");
        assert_eq!(same.as_deref(), Some(tag.as_str()));
        let body = again.into_body().collect().await.unwrap().to_bytes();
        assert!(body.is_empty());
        let (other, _) = read(&api, uri, "\"other\"").await;
        assert_eq!(other.status(), StatusCode::OK, "{uri}");
    }

    let uri = "/api/v1/collections/notes/search?q=goats&mode=text";
    let (_, before) = read(&api, uri, "").await;
    let record = json!({"records": [{"id": "milk", "text": "goats give cheese"}]});
    let (status, _) = api.json("PUT", "/collections/notes/records", record).await;
    assert_eq!(status, StatusCode::OK);
    let (changed, after) = read(&api, uri, before.as_deref().unwrap()).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert_ne!(after, before);
}

#[tokio::test]
async fn errors_and_streams_have_no_tag() {
    let missing = "/api/v1/collections/none";
    let response = ask(ready(), Method::GET, missing, &[]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(text(response.headers(), header::ETAG), None);
    let caching = text(response.headers(), header::CACHE_CONTROL);
    assert_eq!(caching, Some("no-store"));
    let export = "/api/v1/collections/sample/export";
    let response = ask(ready(), Method::GET, export, &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(text(response.headers(), header::ETAG), None);
}

#[tokio::test]
async fn an_event_stream_tells_until_its_task_is_over() {
    let api = Api::new();
    let uri = "/collections/notes/import?file=a.jsonl&text=text";
    let line = Body::from("{\"text\": \"goats give milk\"}\n");
    let (_, started) = api.ask("POST", uri, line).await;
    let id = &started["task"]["id"];
    let events = format!("/api/v1/tasks/{id}/events");
    // It tells until the task is over, and then ends.
    let response = ask(api.router.clone(), Method::GET, &events, &[]).await;
    assert_eq!(
        text(response.headers(), header::CONTENT_TYPE),
        Some("text/event-stream")
    );
    let told = response.into_body().collect();
    let told = tokio::time::timeout(super::write_tests::LONG, told).await;
    let told = told.expect("the stream must end").unwrap().to_bytes();
    let told = String::from_utf8(told.to_vec()).unwrap();
    let last = told
        .lines()
        .rfind(|line| line.starts_with("data: "))
        .unwrap();
    assert!(last.contains("\"done\""), "{told}");
}

#[tokio::test]
async fn the_version_is_told_while_the_service_starts() {
    let starting = api_with(Service::new(1), Guard::default(), &Settings::default());
    let request = Request::get("/api/version").body(Body::empty()).unwrap();
    let (status, version) = send(starting, request).await;
    assert_eq!(status, StatusCode::OK);
    let program = env!("CARGO_PKG_VERSION");
    assert_eq!(version, json!({"version": program, "api": "v1"}));
}
