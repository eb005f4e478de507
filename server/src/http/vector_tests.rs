//! Searching by a vector, and several searches at once.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::tests::{encoder, ready, send};

const SEARCH: &str = "/api/v1/collections/sample/search";

async fn post(uri: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::post(uri).header(header::CONTENT_TYPE, "application/json");
    send(ready(), request.body(Body::from(body.to_string())).unwrap()).await
}

/// Ids and scores of the hits.
fn ranked(answer: &Value) -> Vec<(Value, Value)> {
    let hits = answer["hits"].as_array().unwrap();
    hits.iter()
        .map(|hit| (hit["id"].clone(), hit["score"].clone()))
        .collect()
}

#[tokio::test]
async fn a_vector_finds_what_its_text_finds_by_meaning() {
    let text = "a company that sells milk";
    let vector = encoder().encode(text).unwrap().to_vec();
    let by_text = json!({"q": text, "mode": "neural", "late_interaction": false,
        "filter": {"or": ["city:Berlin", "city:London"]}, "limit": 20, "facets": ["city"]});
    let (status, by_text) = post(SEARCH, by_text).await;
    assert_eq!(status, StatusCode::OK, "{by_text}");
    // The length of a vector does not matter.
    let longer: Vec<f32> = vector.iter().map(|x| x * 4.0).collect();
    for vector in [&vector, &longer] {
        let body = json!({"vector": vector, "limit": 20, "facets": ["city"],
            "filter": {"or": ["city:Berlin", "city:London"]}});
        let (status, by_vector) = post(SEARCH, body).await;
        assert_eq!(status, StatusCode::OK, "{by_vector}");
        assert_eq!(by_vector["ranked_by"], json!(["meaning"]));
        let (by_text, by_vector) = (ranked(&by_text), ranked(&by_vector));
        assert_eq!(by_text.len(), by_vector.len());
        for ((id, score), (same_id, same_score)) in by_text.iter().zip(&by_vector) {
            assert_eq!(id, same_id);
            let (score, same) = (score.as_f64().unwrap(), same_score.as_f64().unwrap());
            assert!((score - same).abs() < 1e-6, "{score} {same}");
        }
    }
    // A vector has no words, and another one is another query.
    let other = encoder().encode("solar panels").unwrap().to_vec();
    let (_, answer) = post(SEARCH, json!({"vector": other, "limit": 5})).await;
    let asked =
        json!({"q": "solar panels", "mode": "neural", "late_interaction": false, "limit": 5});
    let (_, asked) = post(SEARCH, asked).await;
    assert_eq!(ranked(&answer)[0].0, ranked(&asked)[0].0);
}

#[tokio::test]
async fn a_vector_that_cannot_be_searched_for_is_refused_with_the_reason() {
    let good = vec![0.5; 384];
    for (body, needle) in [
        (
            json!({"vector": vec![0.5; 383]}),
            "383 components, expected 384",
        ),
        (json!({"vector": vec![0.0; 384]}), "zero"),
        (json!({"vector": ["a"]}), "list of numbers"),
        (json!({"vector": 7}), "list of numbers"),
        (json!({"vector": vec![1e300; 384]}), "not a finite number"),
        (json!({"vector": good, "q": "milk"}), "either q or vector"),
        (json!({"vector": good, "mode": "hybrid"}), "mode neural"),
        (json!({"vector": good, "mode": "text"}), "mode neural"),
        (json!({"vector": good, "sort": "city"}), "sort"),
        (json!({"vector": good, "explain": true}), "explain"),
    ] {
        let (status, answer) = post(SEARCH, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{needle}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
    // None is as good as absent.
    let (status, _) = post(SEARCH, json!({"q": "milk", "vector": null})).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn several_searches_have_an_answer_or_an_error_each_in_order() {
    let batch = format!("{SEARCH}/batch");
    let vector = encoder().encode("milk").unwrap().to_vec();
    let queries = json!({"queries": [
        {"q": "milk", "limit": 2},
        {"q": "milk", "mode": "psychic"},
        {"vector": vector, "limit": 1},
        {"q": "solar", "filter": {"xor": []}},
        {"q": "solar", "mode": "text", "size": 3},
        {"q": "solar", "mode": "text"},
    ]});
    let (status, answer) = post(&batch, queries).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 6);
    for (at, needle) in [(1, "psychic"), (3, "xor"), (4, "size")] {
        assert_eq!(results[at]["error"]["code"], "bad_query");
        let message = results[at]["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
    for (at, body) in [
        (0, json!({"q": "milk", "limit": 2})),
        (5, json!({"q": "solar", "mode": "text"})),
    ] {
        let (_, alone) = post(SEARCH, body).await;
        assert_eq!(ranked(&results[at]), ranked(&alone));
    }
    assert_eq!(results[2]["hits"].as_array().unwrap().len(), 1);

    let many: Vec<Value> = (0..33).map(|_| json!({"q": "milk"})).collect();
    for queries in [json!([]), Value::Array(many)] {
        let (status, answer) = post(&batch, json!({"queries": queries})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    }
    let elsewhere = "/api/v1/collections/none/search/batch";
    let (status, answer) = post(elsewhere, json!({"queries": [{"q": "milk"}]})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["results"][0]["error"]["code"], "not_found");
}

#[tokio::test]
async fn a_member_that_is_given_twice_is_refused() {
    for (uri, body) in [
        (
            SEARCH,
            r#"{"q": "milk", "filter": "city:Toronto", "filter": "city:Berlin"}"#,
        ),
        (SEARCH, r#"{"q": "milk", "q": "goats"}"#),
        (
            "/api/v1/collections/sample/compare",
            r#"{"q": "milk", "limit": 3, "limit": 4}"#,
        ),
        (
            "/api/v1/collections/sample/search/batch",
            r#"{"queries": [{"q": "milk"}, {"q": "milk", "mode": "text", "mode": "neural"}]}"#,
        ),
    ] {
        let request = Request::post(uri).header(header::CONTENT_TYPE, "application/json");
        let (status, told) = send(ready(), request.body(Body::from(body)).unwrap()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains("duplicate field"), "{message}");
    }
}
