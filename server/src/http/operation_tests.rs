//! What operators see: metrics, and snapshots over HTTP.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use parallax::Catalogue;
use serde_json::{Value, json};

use super::tests::{KEY, encoder, opened, send};
use super::{Guard, api};
use crate::opened::Opened;
use crate::sample;
use crate::service::Service;
use crate::tasks::Tasks;

/// The API of a service, with its requests counted.
fn counted(service: &Service) -> Router {
    api(service.clone(), Guard::new(Some(KEY.into())))
}

fn with_key(request: axum::http::request::Builder) -> axum::http::request::Builder {
    request.header(header::AUTHORIZATION, format!("Bearer {KEY}"))
}

async fn get(router: &Router, uri: &str) -> (StatusCode, Value) {
    let request = with_key(Request::get(uri)).body(Body::empty()).unwrap();
    send(router.clone(), request).await
}

async fn post(router: &Router, uri: &str, body: Option<Value>) -> (StatusCode, Value) {
    let request = with_key(Request::post(uri));
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    send(router.clone(), request.body(body).unwrap()).await
}

async fn scrape(router: &Router) -> String {
    let (status, text) = get(router, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    text.as_str().unwrap().to_owned()
}

/// The value of a metric with its labels; 0 if it is not there.
fn value(text: &str, metric: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn after_a_search_the_counts_rise() {
    let service = opened();
    let router = counted(&service);
    let before = scrape(&router).await;
    let search = "/api/v1/collections/sample/search?q=a+fresh+query+about+bees&mode=hybrid";
    for _ in 0..2 {
        assert_eq!(get(&router, search).await.0, StatusCode::OK);
    }
    let listing = "/api/v1/collections/sample/search?q=";
    assert_eq!(get(&router, listing).await.0, StatusCode::OK);
    let vector = encoder().encode("bees").unwrap().to_vec();
    let near = post(
        &router,
        "/api/v1/collections/sample/search",
        Some(json!({"vector": vector})),
    );
    assert_eq!(near.await.0, StatusCode::OK);
    let after = scrape(&router).await;
    let rose = |metric: &str| value(&after, metric) - value(&before, metric);
    let route = "parallax_http_request_duration_seconds_count{route=\"/api/v1/collections/{name}/search\",method=\"GET\",status=\"2xx\"}";
    assert_eq!(rose(route), 3.0, "{after}");
    let hybrid = "parallax_search_duration_seconds_count{mode=\"hybrid\"}";
    assert_eq!(rose(hybrid), 2.0, "{after}");
    assert_eq!(
        rose("parallax_search_duration_seconds_count{mode=\"list\"}"),
        1.0
    );
    let neural = "parallax_search_duration_seconds_count{mode=\"neural\"}";
    assert_eq!(rose(neural), 1.0, "{after}");
    let words = "parallax_search_stage_duration_seconds_count{mode=\"hybrid\",stage=\"text\"}";
    assert!(rose(words) >= 1.0, "{after}");
    // Other tests share the encoder, so there may be more.
    assert!(rose("parallax_query_cache_lookups_total{result=\"miss\"}") >= 1.0);
    assert_eq!(
        value(&after, "parallax_records{collection=\"sample\"}"),
        340.0
    );
    assert!(value(&after, "parallax_segments{collection=\"sample\"}") >= 1.0);
    let version = format!(
        "parallax_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(value(&after, &version), 1.0);
    assert!(after.ends_with("# EOF\n"));
}

#[tokio::test]
async fn paths_that_anybody_invents_are_no_labels() {
    let router = counted(&opened());
    // Other lines may change, because other tests share the data folder.
    let lines = |text: &str| {
        let of_requests = text.lines().filter(|line| {
            line.starts_with("parallax_http_request") && !line.contains("route=\"/metrics\"")
        });
        of_requests.count()
    };
    let ask = |n: usize| {
        let router = router.clone();
        async move {
            for uri in [
                format!("/api/v1/collections/none-{n}/search?q=a"),
                format!("/api/v1/nothing-{n}"),
                format!("/nothing-{n}/at/all"),
            ] {
                assert_eq!(get(&router, &uri).await.0, StatusCode::NOT_FOUND, "{uri}");
            }
            let method = format!("MADE-UP-{n}");
            let request = Request::builder().method(method.as_str()).uri("/healthz");
            send(router, request.body(Body::empty()).unwrap()).await;
        }
    };
    ask(0).await;
    let few = scrape(&router).await;
    for n in 1..20 {
        ask(n).await;
    }
    let many = scrape(&router).await;
    assert!(
        !many.contains("none-7") && !many.contains("nothing-7"),
        "{many}"
    );
    assert!(!many.contains("MADE-UP"), "{many}");
    assert_eq!(lines(&many), lines(&few), "{many}");
}

#[tokio::test]
async fn metrics_name_collections_so_they_need_the_key() {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let (status, answer) = send(counted(&opened()), request).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer["error"]["code"], "unauthorized");
}

#[tokio::test]
async fn a_service_that_starts_has_metrics_already() {
    let text = scrape(&counted(&Service::new(1))).await;
    assert_eq!(value(&text, "parallax_open_collections"), 0.0);
    assert!(
        text.contains("parallax_pool_running{pool=\"words\"} 0"),
        "{text}"
    );
}

/// A service with a sample of its own.
fn own() -> (tempfile::TempDir, Service) {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path(), encoder()).unwrap();
    sample::build(&catalogue).unwrap();
    let catalogue = Arc::new(catalogue);
    let service = Service::new(2);
    service.open(Opened {
        tasks: Tasks::open(folder.path(), Arc::clone(&catalogue), Default::default()).unwrap(),
        reencodings: Arc::default(),
        cluster: None,
        local: catalogue,
    });
    (folder, service)
}

#[tokio::test]
async fn a_snapshot_is_made_listed_and_restored_over_http() {
    let (_folder, service) = own();
    let router = counted(&service);
    let (status, made) = post(&router, "/api/v1/snapshots", None).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let name = made["snapshots"][0]["name"].as_str().unwrap().to_owned();
    assert_eq!(made["snapshots"][0]["records"], 340);
    let (_, listed) = get(&router, "/api/v1/snapshots").await;
    assert_eq!(listed, made);

    let restore = format!("/api/v1/collections/again/restore?from={name}");
    let (status, restored) = post(&router, &restore, None).await;
    assert_eq!(status, StatusCode::CREATED, "{restored}");
    assert_eq!(restored["records"], 340);
    let search = |of: &str| format!("/api/v1/collections/{of}/search?q=password+manager");
    let (_, original) = get(&router, &search("sample")).await;
    let (_, copy) = get(&router, &search("again")).await;
    assert_eq!(copy["hits"], original["hits"]);
    let (status, refused) = post(&router, &restore, None).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    let replace = format!("{restore}&replace=true");
    assert_eq!(post(&router, &replace, None).await.0, StatusCode::CREATED);

    let text = scrape(&router).await;
    assert_eq!(
        value(&text, "parallax_snapshots_total{result=\"made\"}"),
        1.0
    );
}

#[tokio::test]
async fn what_is_no_snapshot_is_not_restored() {
    let (_folder, service) = own();
    let router = counted(&service);
    for name in ["none", "..%2F..%2Fcatalogue.redb", "%2Fetc%2Fpasswd"] {
        let restore = format!("/api/v1/collections/again/restore?from={name}");
        let (status, refused) = post(&router, &restore, None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {refused}");
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains("no such snapshot"), "{message}");
    }
    let unknown = json!({"collection": "none"});
    let (status, refused) = post(&router, "/api/v1/snapshots", Some(unknown)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{refused}");
}
