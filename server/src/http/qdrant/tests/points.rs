//! Points are found, filtered, listed, read, counted and deleted.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Client, UUID, towns};

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_points_are_found_by_cosine_or_dot_product() {
    let client = Client::new();
    client.create("towns", "Cosine").await;
    client.put("towns", towns()).await;
    let found = client.query("towns", json!({"query": [3.0, 0.0]})).await;
    let ids: Vec<_> = found.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(ids[..2], [json!(10), json!(UUID)]);
    assert_eq!(ids.last(), Some(&json!(2)));
    let scores: Vec<f64> = found.iter().map(|(_, score)| *score).collect();
    assert!(
        (scores[0] - 1.0).abs() < 1e-6 && (scores[1] - 0.6).abs() < 1e-6,
        "{scores:?}"
    );
    assert_eq!(
        client
            .ids("towns", json!({"query": [1, 0], "limit": 1, "offset": 1}))
            .await,
        json!([UUID])
    );
    let near = json!({"query": {"nearest": [1, 0]}, "score_threshold": 0.5});
    assert_eq!(client.ids("towns", near).await, json!([10, UUID]));
    // A point is not similar to itself.
    assert_eq!(
        client.ids("towns", json!({"query": 10, "limit": 1})).await,
        json!([UUID])
    );
    let exact = json!({"query": UUID, "limit": 1, "params": {"exact": true, "hnsw_ef": 7}});
    assert_eq!(client.ids("towns", exact).await, json!([9]));

    client.create("products", "Dot").await;
    client.put("products", towns()).await;
    let found = client.query("products", json!({"query": [1.0, 3.0]})).await;
    let expected = [
        (json!(9), 6.0),
        (json!(UUID), 3.0),
        (json!(10), 1.0),
        (json!(3), 0.0),
        (json!(2), -1.0),
    ];
    for ((id, score), (expected, product)) in found.iter().zip(&expected) {
        assert_eq!(id, expected);
        assert!((score - product).abs() < 1e-5, "{id}: {score}");
    }
    let path = "/collections/products/points";
    let read = client
        .result("POST", path, json!({"ids": [9], "with_vector": true}))
        .await;
    assert_eq!(read[0]["vector"], json!([0.0, 2.0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_compare_values_of_the_same_type() {
    let client = Client::new();
    client.create("towns", "Cosine").await;
    client.put("towns", towns()).await;
    let city = |value: Value| json!({"must": [{"key": "city", "match": {"value": value}}]});
    for (filter, ids) in [
        (json!(null), json!([2, 3, 9, 10, UUID])),
        (json!({}), json!([2, 3, 9, 10, UUID])),
        (city(json!("Oslo")), json!([10])),
        (city(json!("oslo")), json!([])),
        (city(json!("7")), json!([UUID])),
        (city(json!(7)), json!([])),
        (
            json!({"must": {"key": "city", "match": {"any": ["7", "Bergen"]}}}),
            json!([9, UUID]),
        ),
        (
            json!({"must": {"key": "city", "match": {"except": ["7", "Bergen"]}}}),
            json!([10]),
        ),
        (
            json!({"must_not": [{"key": "city", "match": {"any": ["7", "Bergen"]}}]}),
            json!([2, 3, 10]),
        ),
        (
            json!({"must": {"key": "people", "match": {"value": 7}}}),
            json!([2]),
        ),
        (
            json!({"must": {"key": "people", "range": {"gt": 7, "lte": 280.5}}}),
            json!([9]),
        ),
        (
            json!({"must": {"key": "people", "range": {"gte": 7, "lt": null}}}),
            json!([2, 9, 10]),
        ),
        (
            json!({"must": {"key": "tags", "match": {"value": "b"}}}),
            json!([10]),
        ),
        (
            json!({"must": {"key": "tags[]", "match": {"value": "b"}}}),
            json!([10]),
        ),
        (
            json!({"must": {"key": "at.sea", "match": {"value": true}}}),
            json!([9]),
        ),
        (
            json!({"must": {"key": "since", "range": {"gte": "1900-01-01T00:00:00Z"}}}),
            json!([2]),
        ),
        (
            json!({"must": {"key": "since", "range": {"lt": "2024-05-01T12:00:00+01:00"}}}),
            json!([2, UUID]),
        ),
        (
            json!({"must": {"is_empty": {"key": "tags"}}}),
            json!([2, 3, 9, UUID]),
        ),
        (json!({"must": {"is_null": {"key": "city"}}}), json!([2])),
        (
            json!({"must": {"key": "city", "is_null": false}}),
            json!([3, 9, 10, UUID]),
        ),
        (
            json!({"must": {"is_empty": {"key": "_point"}}}),
            json!([2, 3, 9, 10, UUID]),
        ),
        (
            json!({"must": [{"has_id": [UUID, 9, 77]}]}),
            json!([9, UUID]),
        ),
        (
            json!({"should": [city(json!("Oslo")), {"has_id": [3]}]}),
            json!([3, 10]),
        ),
        (
            json!({"min_should": {"min_count": 2, "conditions": [
                {"key": "people", "range": {"gt": 0}}, {"key": "tags", "match": {"value": "a"}}, {"has_id": [9, 10]},
            ]}}),
            json!([9, 10]),
        ),
    ] {
        assert_eq!(
            client.passing("towns", filter.clone()).await,
            ids,
            "{filter}"
        );
    }
    // The conditions hold for what is written later, and for what is searched.
    client
        .put(
            "towns",
            json!([{"id": 4, "vector": [1, 0.1], "payload": {"city": "Oslo"}}]),
        )
        .await;
    client
        .put(
            "towns",
            json!([{"id": 10, "vector": [1, 0], "payload": {"city": "Bergen"}}]),
        )
        .await;
    assert_eq!(
        client.passing("towns", city(json!("Oslo"))).await,
        json!([4])
    );
    let query = json!({"query": [0, 1], "filter": city(json!("Bergen"))});
    assert_eq!(client.ids("towns", query).await, json!([9, 10]));
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_listed_by_id_read_counted_and_deleted() {
    let client = Client::new();
    client.create("towns", "Cosine").await;
    client.put("towns", towns()).await;
    let scroll = "/collections/towns/points/scroll";
    let page = client.result("POST", scroll, json!({"limit": 2})).await;
    assert_eq!(
        page["points"][0],
        json!({"id": 2, "payload": {"city": null, "people": 7, "since": "2024-05-01T10:00:00Z"}})
    );
    assert_eq!(page["next_page_offset"], 9);
    let last = json!({"limit": 3, "offset": 9, "with_payload": ["city"], "with_vector": true});
    let page = client.result("POST", scroll, last).await;
    assert_eq!(
        page["points"][1],
        json!({"id": 10, "payload": {"city": "Oslo"}, "vector": [1.0, 0.0]})
    );
    assert_eq!(page["next_page_offset"], json!(null));

    let one = client
        .result("GET", "/collections/towns/points/9", json!({}))
        .await;
    assert_eq!(one["payload"]["city"], "Bergen");
    let path = "/collections/towns/points";
    let read = client
        .result(
            "POST",
            path,
            json!({"ids": [3, 77, UUID], "with_payload": false}),
        )
        .await;
    assert_eq!(read, json!([{"id": 3}, {"id": UUID}]));
    let (status, _) = client
        .error("GET", "/collections/towns/points/77", json!({}))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let delete = "/collections/towns/points/delete";
    client
        .result("POST", delete, json!({"points": [9, 77]}))
        .await;
    let filter = json!({"must": {"key": "people", "range": {"gt": 600}}});
    client
        .result("POST", delete, json!({"filter": filter}))
        .await;
    assert_eq!(
        client.passing("towns", json!({})).await,
        json!([2, 3, UUID])
    );
    let info = client.result("GET", "/collections/towns", json!({})).await;
    assert_eq!(info["points_count"], 3);
    assert_eq!(
        info["config"]["params"]["vectors"],
        json!({"size": 2, "distance": "Cosine"})
    );

    // Columns instead of points; of several points with one id, the last counts.
    let batch = json!({"batch": {"ids": [1, 1], "vectors": [[1, 0], [0, 1]], "payloads": [{"n": 1}, {"n": 2}]}});
    client.result("PUT", path, batch).await;
    let one = client
        .result("GET", "/collections/towns/points/1", json!({}))
        .await;
    assert_eq!(
        (&one["payload"]["n"], &one["vector"]),
        (&json!(2), &json!([0.0, 1.0]))
    );
}
