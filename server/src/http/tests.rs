//! The API as its clients see it: the router itself, with the real model and the sample.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use parallax::encoder::QueryEncoder;
use parallax::{Catalogue, Encoder};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Guard, api};
use crate::opened::Opened;
use crate::service::Service;
use crate::tasks::{self, Tasks};
use crate::{paths, sample};

/// The API key of the tests.
pub(super) const KEY: &str = "key-of-the-tests";

/// The real encoder, loaded once for all tests.
pub fn encoder() -> Arc<QueryEncoder> {
    static ENCODER: OnceLock<Arc<QueryEncoder>> = OnceLock::new();
    let load = || {
        let model = std::env::var_os("PARALLAX_TEST_MODEL")
            .map_or_else(|| paths::model_dir().unwrap(), Into::into);
        let encoder = Encoder::load(&model).unwrap();
        encoder.make_piece_vectors().unwrap();
        Arc::new(QueryEncoder::new(encoder))
    };
    Arc::clone(ENCODER.get_or_init(load))
}

/// The API over the sample.
pub(super) fn ready() -> Router {
    api(opened(), Guard::new(Some(KEY.into())))
}

/// A service with the sample.
pub(super) fn opened() -> Service {
    opened_with(Service::new(2))
}

/// Opens a service with the sample, which is indexed once for all tests.
pub(super) fn opened_with(service: Service) -> Service {
    static OPENED: OnceLock<(tempfile::TempDir, Arc<Catalogue>, Arc<Tasks>)> = OnceLock::new();
    let (_, catalogue, tasks) = OPENED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(folder.path(), encoder()).unwrap();
        sample::build(&catalogue).unwrap();
        catalogue.set_default(sample::NAME).unwrap();
        let catalogue = Arc::new(catalogue);
        let settings = tasks::Settings::default();
        let tasks = Tasks::open(folder.path(), Arc::clone(&catalogue), settings).unwrap();
        (folder, catalogue, tasks)
    });
    service.open(Opened {
        local: Arc::clone(catalogue),
        tasks: Arc::clone(tasks),
        reencodings: Arc::default(),
        cluster: None,
    });
    service
}

pub(super) async fn send(router: Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

async fn get(uri: &str) -> (StatusCode, Value) {
    send(ready(), Request::get(uri).body(Body::empty()).unwrap()).await
}

async fn post(body: impl Into<Body>) -> (StatusCode, Value) {
    let request = Request::post("/search").header(header::CONTENT_TYPE, "application/json");
    send(ready(), request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn the_tutorials_search_answers_with_at_most_five_payloads() {
    let (status, neural) = get("/api/search?q=password%20manager").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        neural.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["result"]
    );
    let result = neural["result"].as_array().unwrap();
    assert_eq!(result.len(), 5);
    assert!(result.iter().any(|r| r["name"] == "Hushwarren"));
    let fields: Vec<_> = result[0].as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        ["name", "images", "alt", "description", "link", "city"]
    );

    let (_, same) = get("/api/search?q=password%20manager&neural=true").await;
    assert_eq!(same, neural);
    let (_, text) = get("/api/search?q=Hushwarren&neural=false").await;
    assert_eq!(text["result"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_faiss_services_search_answers_with_ids_scores_and_texts() {
    let (status, answer) = post(r#"{"query":"solar panels","top_k":3}"#).await;
    assert_eq!(status, StatusCode::OK);
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert!(results[0]["id"].is_u64() && results[0]["score"].is_f64());
    assert!(
        results
            .iter()
            .any(|r| r["text"].as_str().unwrap().starts_with("Dawnshingle"))
    );
    let (_, ten) = post(r#"{"query":"solar panels"}"#).await;
    assert_eq!(ten["results"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_search_carries_signals_total_and_timings() {
    let base = "/api/v1/collections/sample/search?q=milk+company";
    let (status, answer) = get(&format!("{base}&mode=hybrid&limit=3&offset=1")).await;
    assert_eq!(status, StatusCode::OK);
    let hits = answer["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 3);
    assert!(hits[0]["signals"]["neural"]["rank"].is_u64());
    assert_eq!(hits[0]["payload"]["name"], hits[0]["title"]);
    let total = answer["total"].as_u64().unwrap();
    assert!((1..340).contains(&total), "{total}");
    assert_eq!(answer["total_relation"], "eq");
    assert_eq!(answer["counted"], "answers");
    assert!(answer["timings"]["total_ms"].as_f64().unwrap() > 0.0);

    // Ranked by both, unless a mode is named.
    let (_, usual) = get(&format!("{base}&limit=3&offset=1")).await;
    assert_eq!(usual["ranked_by"], answer["ranked_by"]);
    assert_eq!(usual["hits"], answer["hits"]);

    let (_, text) = get(&format!("{base}&mode=text")).await;
    let words = &text["hits"][0]["highlights"];
    assert!(!words["text"].as_array().unwrap().is_empty());
    assert!(text.get("route").is_none());
    assert_eq!(text["counted"], "matching");
    assert!(text.get("unread").is_none());
    let (status, exact) = get(&format!("{base}&mode=text&track_total_hits=true")).await;
    assert_eq!((status, &exact["total"]), (StatusCode::OK, &text["total"]));
    assert_eq!(exact["total_relation"], "eq");

    let emoji = "/api/v1/collections/sample/search?q=%F0%9F%AA%B1";
    let (status, unread) = get(emoji).await;
    assert_eq!(
        (status, &unread["fits"]),
        (StatusCode::OK, &Value::Bool(false))
    );
    assert!(unread["unread"].as_str().unwrap().contains("by words"));
}

#[tokio::test]
async fn a_hit_is_explained_alike_in_a_search_and_by_itself() {
    let base = "/api/v1/collections/sample";
    let (_, plain) = get(&format!("{base}/search?q=password%20manager&limit=1")).await;
    assert!(plain["hits"][0].get("explanation").is_none());
    let (_, found) = get(&format!(
        "{base}/search?q=password%20manager&mode=neural&limit=3&explain=true"
    ))
    .await;
    for hit in found["hits"].as_array().unwrap() {
        let meaning = &hit["explanation"]["meaning"];
        assert_eq!(meaning["rank"], hit["signals"]["neural"]["rank"]);
        assert_eq!(meaning["cosine"], hit["signals"]["neural"]["score"]);
        let late = &hit["explanation"]["late_interaction"];
        assert_eq!(late["score"], hit["score"]);
        assert!(!late["words"].as_array().unwrap().is_empty());
        assert!(!meaning["split"]["pairs"].as_array().unwrap().is_empty());
        let id = hit["id"].as_str().unwrap();
        let alone = format!("{base}/records/{id}/explain?q=password+manager&mode=neural");
        let (status, alone) = get(&alone).await;
        assert_eq!((status, &alone), (StatusCode::OK, &hit["explanation"]));
    }
}

#[tokio::test]
async fn filters_repeat_and_records_are_found_by_id() {
    let (_, berlin) = get("/api/v1/collections/sample/search?q=tools&filter=city:Berlin").await;
    for hit in berlin["hits"].as_array().unwrap() {
        assert_eq!(hit["payload"]["city"], "Berlin");
    }
    let both = "/api/v1/collections/sample/search?q=x&filter=city:Berlin&filter=city:London";
    assert_eq!(get(both).await.1["total"], 0);

    let id = berlin["hits"][0]["id"].as_str().unwrap();
    let (_, record) = get(&format!("/api/v1/collections/sample/records/{id}")).await;
    assert_eq!(record["payload"], berlin["hits"][0]["payload"]);
    let similar = format!("/api/v1/collections/sample/records/{id}/similar?limit=3");
    let (_, similar) = get(&similar).await;
    let ids: Vec<_> = similar["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| &h["id"])
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(!ids.contains(&&json!(id)));
}

#[tokio::test]
async fn collections_say_what_they_hold() {
    let (_, all) = get("/api/v1/collections").await;
    let (_, one) = get("/api/v1/collections/sample").await;
    assert_eq!(all["collections"], json!([one]));
    assert_eq!(
        (&one["records"], &one["graph"]),
        (&json!(340), &json!("none"))
    );
    let counts = one["facets"][0]["values"].as_array().unwrap();
    let sum: u64 = counts.iter().map(|c| c["count"].as_u64().unwrap()).sum();
    assert_eq!(sum, 340);
}

#[tokio::test]
async fn bad_requests_get_a_code_and_a_sentence() {
    let long = format!("/api/search?q={}", "x".repeat(10_000));
    let cases = [
        ("/api/search", 400, "bad_query", "missing field `q`"),
        (
            "/api/search?q=a&neural=maybe",
            400,
            "bad_query",
            "true or false",
        ),
        (long.as_str(), 400, "bad_query", "2000"),
        ("/api/search?q=%20", 400, "bad_query", "empty"),
        ("/api/search?q=%E2%80%8B%00", 400, "bad_query", "empty"),
        (
            "/api/v1/collections/sample/search?q=a&mode=psychic",
            400,
            "bad_query",
            "neural, text, hybrid",
        ),
        (
            "/api/v1/collections/sample/search?q=a&filter=town:x",
            400,
            "bad_query",
            "city",
        ),
        (
            "/api/v1/collections/sample/search?q=a&filter=x",
            400,
            "bad_query",
            "field:value",
        ),
        (
            "/api/v1/collections/sample/search?q=a&limit=many",
            400,
            "bad_query",
            "limit",
        ),
        (
            "/api/v1/collections/sample/search?q=a&q=b",
            400,
            "bad_query",
            "q is given twice",
        ),
        (
            "/api/v1/collections/sample/search?q=a&limit=-1",
            400,
            "bad_query",
            "it must be a whole number",
        ),
        (
            "/api/v1/collections/sample/search?q=a&facets=city&facets=city",
            400,
            "bad_query",
            "'city' twice",
        ),
        (
            "/api/v1/collections/sample/search?q=a&mode=text&sentences=true",
            400,
            "bad_query",
            "found by meaning",
        ),
        (
            "/api/v1/collections/sample/search?q=a&limit=0",
            400,
            "bad_query",
            "between 1 and 100",
        ),
        (
            "/api/v1/collections/none/search?q=a",
            404,
            "not_found",
            "there are: sample",
        ),
        (
            "/api/v1/collections/sample/records/77777",
            404,
            "not_found",
            "77777",
        ),
        (
            "/api/v1/collections/sample/records/x/similar",
            404,
            "not_found",
            "'x'",
        ),
        (
            "/api/v1/collections/sample/search?q=a&explain=true&limit=21",
            400,
            "bad_query",
            "between 1 and 20",
        ),
        (
            "/api/v1/collections/sample/records/x/explain?q=a",
            404,
            "not_found",
            "'x'",
        ),
        (
            "/api/v1/collections/sample/records/1/explain",
            400,
            "bad_query",
            "the query is empty",
        ),
        (
            "/api/v1/collections/sample/search?q=a&limit=-1",
            400,
            "bad_query",
            "limit is '-1'",
        ),
        (
            "/api/v1/collections/sample/search?q=a&ofset=10",
            400,
            "bad_query",
            "unknown field `ofset`",
        ),
        ("/api/v2/other", 404, "not_found", "/api/v2/other"),
        ("/api/", 404, "not_found", "/api/"),
        ("/api/v1/collections/%ff", 400, "bad_query", "UTF-8"),
    ];
    for (uri, status, code, needle) in cases {
        let (got, body) = get(uri).await;
        assert_eq!(got.as_u16(), status, "{uri}: {body}");
        assert_eq!(body["error"]["code"], code, "{uri}");
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{uri}: {message}");
    }
    for (body, status, code) in [
        ("{", 400, "bad_query"),
        (r#"{"top_k":3}"#, 400, "bad_query"),
        (r#"{"query":"a","top_k":-1}"#, 400, "bad_query"),
        (r#"{"query":"a","top_k":1000}"#, 400, "bad_query"),
        (r#"{"query":"","top_k":1}"#, 400, "bad_query"),
    ] {
        let (got, answer) = post(body).await;
        assert_eq!(
            (got.as_u16(), &answer["error"]["code"]),
            (status, &json!(code)),
            "{body}"
        );
    }
    let (_, answer) = post(r#"{"query":"a","top_k":101}"#).await;
    assert_eq!(
        answer["error"]["message"],
        "top_k is 101; it must be between 1 and 100"
    );
    let form = Request::post("/search").header(header::CONTENT_TYPE, "text/plain");
    let (status, answer) = send(ready(), form.body(Body::from("{}")).unwrap()).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            &json!("unsupported_media_type")
        )
    );
    let (status, answer) = post("x".repeat(100_000)).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large"))
    );
    let delete = Request::delete("/search").body(Body::empty()).unwrap();
    let (status, answer) = send(ready(), delete).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer["error"]["code"], "method_not_allowed");
}

#[tokio::test]
async fn while_it_starts_it_says_so() {
    let starting = || api(Service::new(1), Guard::default());
    let ask = |uri: &str| Request::get(uri).body(Body::empty()).unwrap();
    assert_eq!(send(starting(), ask("/healthz")).await.0, StatusCode::OK);
    assert_eq!(
        send(starting(), ask("/readyz")).await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
    let response = starting().oneshot(ask("/api/search?q=a")).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    assert_eq!(send(ready(), ask("/readyz")).await.0, StatusCode::OK);
}
