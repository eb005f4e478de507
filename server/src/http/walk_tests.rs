//! The API's walkthrough of a query, and the measurement of recall.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use super::tests::{ready, send};

async fn get(path: &str) -> (StatusCode, Value) {
    let uri = format!("/api/v1/collections/{path}");
    send(ready(), Request::get(uri).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_walkthrough_is_of_the_search_with_the_same_parameters() {
    let parameters = "q=milk+company&balance=0.3&k1=1.2&b=0.5&filter=city:Berlin";
    let (status, told) = get(&format!("sample/walkthrough?{parameters}")).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let (_, answer) = get(&format!("sample/search?{parameters}&limit=3")).await;
    let ids = |hits: &Value| -> Vec<Value> {
        let hits = hits.as_array().unwrap().iter();
        hits.map(|hit| hit["id"].clone()).collect()
    };
    assert_eq!(ids(&told["fusion"]["hits"]), ids(&answer["hits"]));
    assert_eq!(told["collection"], "sample");
    let is = |number: &Value, expected: f64| (number.as_f64().unwrap() - expected).abs() < 1e-6;
    assert!(is(&told["fusion"]["balance"], 0.3) && is(&told["words"]["k1"], 1.2));
    assert!(told["searched"].as_u64().unwrap() < told["records"].as_u64().unwrap());
    assert_eq!(told["nearest"]["parts"][0]["scanned_because"], "filtered");
    assert!(told["timings"]["total_ms"].is_f64());
    assert_eq!(told["vector"]["values"].as_array().unwrap().len(), 384);
}

#[tokio::test]
async fn a_small_collection_says_why_there_is_no_recall_to_measure() {
    let (status, measured) = get("sample/recall?q=milk").await;
    assert_eq!(status, StatusCode::OK, "{measured}");
    assert_eq!(measured["scanned_because"], "small");
    assert!(measured["graph_min_records"].as_u64().unwrap() > 340);
    assert!(measured.get("query").is_none());
}

#[tokio::test]
async fn what_cannot_be_followed_gets_one_clear_error() {
    for path in [
        "sample/walkthrough?q=",
        "sample/walkthrough?q=*",
        "sample/walkthrough?q=milk&mode=nonsense",
        "sample/walkthrough?q=milk&unknown=1",
        "sample/recall?q=%F0%9F%AA%B1",
    ] {
        let (status, refused) = get(path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(refused["error"]["code"], "bad_query", "{path}");
        assert!(!refused["error"]["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(
        get("unknown/walkthrough?q=milk").await.0,
        StatusCode::NOT_FOUND
    );
}
