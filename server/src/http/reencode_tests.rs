//! Collections that are encoded anew by another model, through the API.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use parallax::encoder::{Encoder, Prefixes, QueryEncoder, install_with};
use serde_json::{Value, json};

use super::tests::encoder;
use super::write_tests::{Api, LONG};

#[tokio::test]
async fn a_collection_is_encoded_by_another_model_while_it_answers() {
    // Two models of the same weights with different prefixes.
    let models = tempfile::tempdir().unwrap();
    let installed = encoder().encoder().folder().to_owned();
    let install = |name: &str, prefix: Option<&str>| {
        let prefixes = Prefixes {
            query: None,
            passage: prefix.map(str::to_owned),
        };
        install_with(&installed, &models.path().join(name), &prefixes).unwrap();
    };
    install("one", None);
    install("other", Some("passage: "));
    let one = Encoder::load(&models.path().join("one")).unwrap();
    let api = Api::with(Arc::new(QueryEncoder::new(one)));

    let (status, info) = api
        .json(
            "PUT",
            "/collections/notes",
            json!({"id": "id", "text": "text"}),
        )
        .await;
    assert_eq!(
        (status, &info["model"]),
        (StatusCode::CREATED, &json!("one"))
    );
    let text = |at: usize| ["bread and milk", "wind and sun", "trains at night"][at % 3];
    let records: Vec<Value> = (0..300)
        .map(|at| json!({"id": at.to_string(), "text": format!("{} {at}", text(at))}))
        .collect();
    let body = json!({ "records": records });
    let (status, _) = api.json("PUT", "/collections/notes/records", body).await;
    assert_eq!(status, StatusCode::OK);

    let path = "/collections/notes/reencode";
    for model in ["third", "../other", ""] {
        let (status, error) = api.json("POST", path, json!({ "model": model })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{error}");
    }
    let (status, begun) = api.json("POST", path, json!({"model": "other"})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{begun}");
    let over = async {
        loop {
            let uri = "/collections/notes/search?q=railway&limit=1";
            let (status, answer) = api.ask("GET", uri, Body::empty()).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            let (_, info) = api.ask("GET", "/collections/notes", Body::empty()).await;
            if info["reencoding"]["over"] == true {
                return info;
            }
            tokio::task::yield_now().await;
        }
    };
    let info = tokio::time::timeout(LONG, over).await.unwrap();
    assert_eq!(info["reencoding"]["failed"], Value::Null, "{info}");
    assert_eq!(
        (&info["model"], &info["records"]),
        (&json!("other"), &json!(300))
    );
    let collection = api.catalogue.collection("notes").unwrap();
    let other = Encoder::load(&models.path().join("other")).unwrap();
    assert_eq!(collection.about().model, other.model_hash());
}
