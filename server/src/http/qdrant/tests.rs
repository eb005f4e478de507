//! The interface as Qdrant's clients use it, over the real router. `.ci/qdrant_client.py` does the same
//! with the Python client.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::http::tests::send;
use crate::http::write_tests::Api;

/// A client of a service without collections.
struct Client(Api);

impl Client {
    fn new() -> Self {
        Self(Api::new())
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask_raw(method, path, body.to_string()).await
    }

    async fn ask_raw(&self, method: &str, path: &str, body: String) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header("api-key", crate::http::tests::KEY)
            .header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body)).unwrap();
        send(self.0.router.clone(), request).await
    }

    /// The result of a request that succeeds.
    async fn result(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(method, path, body).await;
        assert_eq!(status, StatusCode::OK, "{method} {path}: {answer}");
        assert_eq!(answer["status"], "ok");
        assert!(answer["time"].is_number());
        answer["result"].clone()
    }

    /// The reason why a request is refused.
    async fn error(&self, method: &str, path: &str, body: Value) -> (StatusCode, String) {
        let (status, answer) = self.ask(method, path, body).await;
        let error = answer["status"]["error"].as_str();
        (
            status,
            error.unwrap_or_else(|| panic!("{answer}")).to_owned(),
        )
    }

    async fn create(&self, name: &str, distance: &str) {
        let body = json!({"vectors": {"size": 2, "distance": distance}});
        let made = self
            .result("PUT", &format!("/collections/{name}"), body)
            .await;
        assert_eq!(made, true);
    }

    async fn put(&self, name: &str, points: Value) {
        let path = format!("/collections/{name}/points?wait=true");
        let done = self.result("PUT", &path, json!({"points": points})).await;
        assert_eq!(done["status"], "completed");
    }

    /// The ids and scores of the nearest points.
    async fn query(&self, name: &str, body: Value) -> Vec<(Value, f64)> {
        let path = format!("/collections/{name}/points/query");
        let found = self.result("POST", &path, body).await;
        let points = found["points"].as_array().unwrap();
        let pair = |point: &Value| (point["id"].clone(), point["score"].as_f64().unwrap());
        points.iter().map(pair).collect()
    }

    async fn ids(&self, name: &str, body: Value) -> Value {
        let found = self.query(name, body).await;
        found.into_iter().map(|(id, _)| id).collect()
    }

    /// The ids of the points that pass a filter, in order.
    async fn passing(&self, name: &str, filter: Value) -> Value {
        let path = format!("/collections/{name}/points/scroll");
        let body = json!({"filter": filter, "limit": 100, "with_payload": false});
        let listed = self.result("POST", &path, body).await;
        let count_path = format!("/collections/{name}/points/count");
        let count = self
            .result("POST", &count_path, json!({"filter": filter}))
            .await;
        let ids = listed["points"].as_array().unwrap();
        assert_eq!(count["count"], ids.len());
        ids.iter().map(|point| point["id"].clone()).collect()
    }
}

const UUID: &str = "550e8400-e29b-41d4-a716-446655440000";

fn towns() -> Value {
    json!([
        {"id": 10, "vector": [1.0, 0.0], "payload": {"city": "Oslo", "people": 700, "tags": ["a", "b"]}},
        {"id": 9, "vector": [0.0, 2.0], "payload": {"city": "Bergen", "people": 280.5, "at": {"sea": true}}},
        {"id": UUID, "vector": [0.6, 0.8], "payload": {"city": "7", "tags": [], "since": "1048-01-01"}},
        {"id": 2, "vector": [-1.0, 0.0], "payload": {"city": null, "people": 7, "since": "2024-05-01T10:00:00Z"}},
        {"id": 3, "vector": [0.0, 0.0]},
    ])
}

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

#[tokio::test(flavor = "multi_thread")]
async fn collections_come_and_go() {
    let client = Client::new();
    assert_eq!(
        client.result("GET", "/collections", json!({})).await,
        json!({"collections": []})
    );
    assert_eq!(
        client
            .result("GET", "/collections/towns/exists", json!({}))
            .await["exists"],
        false
    );
    client.create("towns", "Cosine").await;
    assert_eq!(
        client
            .result("GET", "/collections/towns/exists", json!({}))
            .await["exists"],
        true
    );
    let listed = client.result("GET", "/collections", json!({})).await;
    assert_eq!(listed, json!({"collections": [{"name": "towns"}]}));
    let again = json!({"vectors": {"size": 2, "distance": "Cosine"}});
    let (status, error) = client.error("PUT", "/collections/towns", again).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(error.contains("towns"), "{error}");
    assert_eq!(
        client
            .result("DELETE", "/collections/towns", json!({}))
            .await,
        true
    );
    assert_eq!(
        client
            .result("DELETE", "/collections/towns", json!({}))
            .await,
        false
    );
    let (status, version) = client.ask("GET", "/", json!({})).await;
    assert_eq!(
        (status, &version["version"]),
        (StatusCode::OK, &json!(super::VERSION))
    );
}

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
    for path in [
        "/collections/towns/points/recommend",
        "/collections/towns/snapshots",
    ] {
        let (status, error) = client.error("POST", path, json!({})).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
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

#[tokio::test(flavor = "multi_thread")]
async fn named_texts_are_searched_by_words() {
    let client = Client::new();
    let body = json!({
        "vectors": {"size": 2, "distance": "Cosine"},
        "metadata": {"parallax": {"title": "name", "text": ["about"]}},
    });
    client.result("PUT", "/collections/shops", body).await;
    let shops = json!([
        {"id": 1, "vector": [1, 0], "payload": {"name": "Mill", "about": "flour and rye", "secret": "zebra"}},
        {"id": 2, "vector": [0, 1], "payload": {"name": "Dairy", "about": "goats give milk"}},
    ]);
    client.put("shops", shops).await;
    let search = "/api/v1/collections/shops/search";
    let found = async |query: &str| {
        let (status, answer) = client
            .ask("GET", &format!("{search}?{query}"), json!({}))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let hits = answer["hits"].as_array().unwrap();
        hits.iter()
            .map(|hit| hit["title"].clone())
            .collect::<Value>()
    };
    assert_eq!(found("q=rye&mode=text").await, json!(["Mill"]));
    assert_eq!(found("q=milk&mode=hybrid").await, json!(["Dairy"]));
    // A field that was not named is not searched.
    assert_eq!(found("q=zebra&mode=text").await, json!([]));
    // No model made these vectors, so meaning is not known, and words are searched instead.
    assert_eq!(found("q=milk&mode=neural").await, json!(["Dairy"]));
    // Ranks are explained, without a part for meaning.
    let explained = format!("{search}?q=milk&mode=text&explain=true");
    let (status, answer) = client.ask("GET", &explained, json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    // The id of a point is written in one way, or it could not be found by it.
    let other = "550E8400-E29B-41D4-A716-446655440000";
    let body = json!({"records": [{"_point": other, "about": "x"}], "vectors": [[1, 0]]});
    let records = "/api/v1/collections/shops/records";
    let (status, answer) = client.ask("PUT", records, body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    let (status, _) = client
        .ask("GET", "/api/v1/collections/shops/records/2", json!({}))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_named_if_it_made_the_vectors() {
    let client = Client::new();
    let width = crate::http::tests::encoder().encoder().dimension();
    let create = |size: usize, model: &str| {
        json!({
            "vectors": {"size": size, "distance": "Cosine"},
            "metadata": {"parallax": {"text": ["about"], "model": model}},
        })
    };
    let name = "all-MiniLM-L6-v2";
    for (body, needle) in [
        (create(2, name), "components"),
        (create(width, "other"), "other"),
    ] {
        let (_, error) = client.error("PUT", "/collections/farms", body).await;
        assert!(error.contains(needle), "{error}");
    }
    client
        .result("PUT", "/collections/farms", create(width, name))
        .await;
    let about = ["goats give milk", "solar panels on the roof"];
    let encoder = crate::http::tests::encoder();
    let points: Vec<Value> = (1..)
        .zip(about)
        .map(|(id, about)| {
            let vector = encoder.encoder().encode(about).unwrap().to_vec();
            json!({"id": id, "vector": vector, "payload": {"about": about}})
        })
        .collect();
    client.put("farms", json!(points)).await;
    let search = "/api/v1/collections/farms/search?q=dairy+animals&mode=neural&limit=1";
    let (_, answer) = client.ask("GET", search, json!({})).await;
    assert_eq!(answer["hits"][0]["id"], "1", "{answer}");
}
