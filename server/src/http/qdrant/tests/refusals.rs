//! What is not supported is refused, with a message that names it.

use axum::http::StatusCode;
use serde_json::json;

use super::{Client, towns};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_supported_is_refused_by_name() {
    let client = Client::new();
    client.create("towns", "Cosine").await;
    client.put("towns", towns()).await;
    let points = "/collections/towns/points";
    let query = "/collections/towns/points/query";
    let cosine = json!({"size": 2, "distance": "Cosine"});
    for (method, path, body, needle) in [
        (
            "PUT",
            "/collections/a",
            json!({"vectors": {"size": 2, "distance": "Euclid"}}),
            "Euclid",
        ),
        (
            "PUT",
            "/collections/a",
            json!({"vectors": {"text": cosine}}),
            "text",
        ),
        (
            "PUT",
            "/collections/a",
            json!({"vectors": {"size": 0, "distance": "Dot"}}),
            "components",
        ),
        (
            "PUT",
            "/collections/a",
            json!({"vectors": cosine, "sparse_vectors": {"w": {}}}),
            "sparse_vectors",
        ),
        ("PUT", "/collections/a b", json!({"vectors": cosine}), "a b"),
        (
            "PUT",
            points,
            json!({"points": [{"id": 1, "vector": [1, 0, 0]}]}),
            "expected 2",
        ),
        (
            "PUT",
            points,
            json!({"points": [{"id": 1, "vector": {"text": [1, 0]}}]}),
            "vectors are not supported",
        ),
        (
            "PUT",
            points,
            json!({"points": [{"id": "a", "vector": [1, 0]}]}),
            "UUID",
        ),
        (
            "PUT",
            points,
            json!({"points": [{"id": 1, "vector": [1, 0], "payload": {"_point": 1}}]}),
            "_point",
        ),
        (
            "PUT",
            points,
            json!({"points": [{"id": 1, "vector": [1, 0]}], "shard_key": "a"}),
            "shard_key",
        ),
        (
            "PUT",
            points,
            json!({"batch": {"ids": [1], "vectors": []}}),
            "1 ids",
        ),
        ("POST", query, json!({"query": [1, 0, 0]}), "3 components"),
        (
            "POST",
            query,
            json!({"query": {"recommend": {"positive": [1]}}}),
            "query",
        ),
        ("POST", query, json!({}), "query"),
        (
            "POST",
            query,
            json!({"query": [1, 0], "prefetch": [{}]}),
            "prefetch",
        ),
        (
            "POST",
            query,
            json!({"query": [1, 0], "using": "text"}),
            "using",
        ),
        (
            "POST",
            query,
            json!({"query": [1, 0], "limit": 1_000_000}),
            "10000",
        ),
        (
            "POST",
            query,
            json!({"query": [1, 0], "colour": 1}),
            "colour",
        ),
        (
            "POST",
            query,
            json!({"query": [1, 0], "filter": {"must": [{"key": "a", "geo_radius": {}}]}}),
            "geo_radius",
        ),
        (
            "POST",
            query,
            json!({"query": [1, 0], "filter": {"must": [{"key": "a", "match": {"text": "x"}}]}}),
            "match.text",
        ),
        (
            "POST",
            "/collections/towns/points/scroll",
            json!({"order_by": "city"}),
            "order_by",
        ),
        (
            "PUT",
            "/collections/towns/index",
            json!({"field_name": "city", "field_schema": "geo"}),
            "index",
        ),
    ] {
        let path = path.replace(' ', "%20");
        let (status, error) = client.error(method, &path, body.clone()).await;
        assert_eq!(
            status,
            StatusCode::BAD_REQUEST,
            "{method} {path} {body}: {error}"
        );
        assert!(
            error.starts_with("Wrong input: ") && error.contains(needle),
            "{body}: {error}"
        );
    }
    for (path, expected) in [
        // As a path this is that of a point, which is read by GET.
        (
            "/collections/towns/points/recommend",
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        ("/collections/towns/snapshots", StatusCode::NOT_FOUND),
    ] {
        let (status, error) = client.error("POST", path, json!({})).await;
        assert_eq!(status, expected, "{path}: {error}");
        assert!(error.contains("not supported by Parallax"), "{error}");
    }
    let (status, error) = client
        .error("POST", "/collections/nothing/points/count", json!({}))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(
        error.starts_with("Not found: ") && error.contains("nothing"),
        "{error}"
    );
    let twice = r#"{"filter": {"must": [], "must": [{"has_id": [9]}]}}"#;
    let count = "/collections/towns/points/count";
    let (status, answer) = client.ask_raw("POST", count, twice.into()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    let (status, answer) = client.ask_raw("POST", query, "{".into()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer["status"]["error"].is_string(), "{answer}");
    // Nothing of a refused write was written.
    let bad = json!([{"id": 50, "vector": [1, 0]}, {"id": 51, "vector": [1]}]);
    let (_, error) = client.error("PUT", points, json!({"points": bad})).await;
    assert!(error.contains("record 2") || error.contains('2'), "{error}");
    assert_eq!(
        client
            .passing("towns", json!({"must": {"has_id": [50, 51]}}))
            .await,
        json!([])
    );
}
