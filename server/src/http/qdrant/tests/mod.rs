//! The interface as Qdrant's clients use it, over the real router. `.ci/qdrant_client_check.py` does the same
//! with the Python client. `points.rs` tests what is done with points, `collections.rs` what is done with
//! collections, and `refusals.rs` what is refused.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod collections;
mod points;
mod refusals;

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
