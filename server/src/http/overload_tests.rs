//! More requests than the service can answer, as its callers see them.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::tests::{KEY, opened_with};
use super::{Guard, api, page};
use crate::pool::{Settings, Stats};
use crate::service::Service;
use crate::site::{Files, Site};

/// A service with one core, in whose queues so many requests of each kind may wait for as long as a
/// test takes.
fn narrow(max_waiting: usize) -> Service {
    let minutes = 10 * 60 * 1_000;
    let settings = Settings {
        max_waiting,
        query_wait_ms: minutes,
        slow_wait_ms: minutes,
        write_wait_ms: minutes,
    };
    opened_with(Service::with_settings(1, &settings))
}

fn router(service: &Service) -> Router {
    api(service.clone(), Guard::new(Some(KEY.into())))
}

async fn get(router: Router, uri: &str) -> (StatusCode, HeaderMap, Value) {
    let request = Request::get(uri).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    (parts.status, parts.headers, body)
}

/// What is known about a pool.
fn stats(service: &Service, pool: &str) -> Stats {
    let pools = service.pools();
    pools.iter().find(|(name, _)| *name == pool).unwrap().1
}

/// Waits until a pool is in a state.
async fn until(service: &Service, pool: &str, reached: impl Fn(Stats) -> bool) {
    let start = Instant::now();
    while !reached(stats(service, pool)) {
        let late = start.elapsed() > Duration::from_secs(60);
        assert!(!late, "{pool}: {:?}", stats(service, pool));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Occupies the core of a pool until the sender is dropped.
async fn occupy(service: &Service, pool: &'static str) -> (Sender<()>, JoinHandle<()>) {
    let (release, held) = channel::<()>();
    let busy = tokio::spawn({
        let service = service.clone();
        async move {
            let name = Some("sample".to_owned());
            let hold = move || {
                let _ = held.recv();
                Ok(())
            };
            let done = match pool {
                "meaning" => {
                    service
                        .with_collection_encoding(name, move |_| hold())
                        .await
                }
                "slow" => {
                    service
                        .with_collection_thoroughly(name, move |_| hold())
                        .await
                }
                _ => service.with_collection(name, move |_| hold()).await,
            };
            done.unwrap();
        }
    });
    until(service, pool, |stats| stats.running == 1).await;
    (release, busy)
}

/// A search of the sample.
fn search(q: &str, mode: &str) -> String {
    let q = q.replace(' ', "+");
    format!("/api/v1/collections/sample/search?q={q}&mode={mode}&limit=5&facets=city")
}

#[tokio::test]
async fn while_encoding_is_saturated_words_go_on_and_hybrid_says_that_it_fell_back() {
    let service = narrow(1);
    let ask = |uri: String| {
        let router = router(&service);
        async move { get(router, &uri).await }
    };
    // Its vector is in the cache.
    let known = "an amber lamp for reading";
    assert_eq!(ask(search(known, "neural")).await.0, StatusCode::OK);

    let (release, busy) = occupy(&service, "meaning").await;
    let waits = tokio::spawn({
        let (router, uri) = (router(&service), search("a slow kettle", "hybrid"));
        async move { get(router, &uri).await }
    });
    until(&service, "meaning", |stats| stats.waiting == 1).await;

    let (status, _, by_words) = ask(search("milk company tram", "text")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(by_words.get("fallback").is_none());
    let (status, _, both) = ask(search("milk company tram", "hybrid")).await;
    assert_eq!(status, StatusCode::OK, "{both}");
    assert_eq!(both["fallback"]["from"], "hybrid");
    assert_eq!(both["fallback"]["to"], "text");
    assert_eq!(both["fallback"]["reason"], "encoding_saturated");
    for part in ["hits", "total", "total_relation", "counted", "facets"] {
        assert_eq!(both[part], by_words[part], "{part}");
    }
    let (status, headers, refused) = ask(search("a quiet kettle", "neural")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused["error"]["code"], "overloaded");
    let seconds: u64 = headers[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(seconds >= 1);
    // What needs no encoding is answered as asked.
    for mode in ["neural", "hybrid"] {
        let (status, _, answer) = ask(search(known, mode)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert!(answer.get("fallback").is_none());
    }
    // The one that waits has waited all the time.
    assert_eq!(stats(&service, "meaning").waiting, 1);

    drop(release);
    busy.await.unwrap();
    let (status, _, answer) = waits.await.unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(answer.get("fallback").is_none());
}

#[tokio::test]
async fn past_its_queue_it_says_when_to_try_again_before_it_reads_a_body() {
    let service = narrow(1);
    let mut held = Vec::new();
    let mut releases = Vec::new();
    // Writes run several at once; the last of these waits.
    for _ in 0..9 {
        let (release, gate) = channel::<()>();
        let before = stats(&service, "writes");
        let writer = service.clone();
        held.push(tokio::spawn(async move {
            let hold = move |_: &dyn parallax::backend::Backend| {
                let _ = gate.recv();
                Ok(())
            };
            writer.write("sample".to_owned(), hold).await.unwrap();
        }));
        releases.push(release);
        until(&service, "writes", |now| {
            now.running + now.waiting > before.running + before.waiting
        })
        .await;
    }
    assert_eq!(stats(&service, "writes").waiting, 1);
    // Its body never ends, so it is answered only if the body is not read.
    for (method, path) in [
        ("PUT", "records"),
        ("PATCH", "records/a"),
        ("PATCH", "records/delete"),
    ] {
        let (sender, endless) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(1);
        let body = Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(endless));
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/collections/sample/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
            .header(header::CONTENT_TYPE, "application/json");
        let answered = router(&service).oneshot(request.body(body).unwrap());
        let response = tokio::time::timeout(Duration::from_secs(60), answered)
            .await
            .expect("it must not wait for the body")
            .unwrap();
        drop(sender);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
    drop(releases);
    for held in held {
        held.await.unwrap();
    }
}

#[tokio::test]
async fn what_a_page_needs_is_dropped_when_its_reader_leaves() {
    let service = narrow(64);
    let site = Site {
        files: Files::InFolder("no-site".into()),
        page: Default::default(),
    };
    let router = page::router(service.clone(), site, Guard::default());
    let (one, words) = occupy(&service, "words").await;
    let (two, meaning) = occupy(&service, "meaning").await;
    let reading = tokio::spawn(async move {
        let request = Request::get("/c/sample?q=a+bright+kettle").body(Body::empty());
        let response = router.oneshot(request.unwrap()).await.unwrap();
        response.into_body().collect().await.unwrap();
    });
    until(&service, "words", |stats| stats.waiting > 0).await;
    let ran = stats(&service, "words").ran;
    reading.abort();
    for pool in ["words", "meaning"] {
        until(&service, pool, |stats| stats.waiting == 0).await;
    }
    drop((one, two));
    words.await.unwrap();
    meaning.await.unwrap();
    assert_eq!(stats(&service, "words").ran, ran + 1);
}

#[tokio::test]
async fn a_request_that_fails_leaves_a_service_that_answers() {
    let service = narrow(1);
    for _ in 0..3 {
        let name = Some("sample".to_owned());
        let failed = service.with_collection_encoding(name, |_| -> parallax::Result<()> {
            panic!("as an encoder may")
        });
        assert_eq!(failed.await.unwrap_err().code, "internal");
    }
    for mode in ["text", "neural", "hybrid"] {
        let uri = search("a lamp that survives", mode);
        let (status, _, answer) = get(router(&service), &uri).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert!(answer.get("fallback").is_none());
    }
}
