//! Queries on which the engines disagree, and the query lab, through the API.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use super::tests::{ready, send};
use super::write_tests::LONG;

async fn get(path: &str) -> (StatusCode, Value) {
    let uri = format!("/api/v1/collections/{path}");
    send(ready(), Request::get(uri).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn queries_are_looked_for_when_they_are_asked_for_first() {
    let looked = async {
        loop {
            let (status, found) = get("sample/explore").await;
            assert_eq!(status, StatusCode::OK, "{found}");
            assert_eq!(found["collection"], "sample");
            if found["mining"] == false {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(LONG, looked).await.unwrap();
    let mined = &found["mined"];
    assert_eq!(mined["records"], found["records"]);
    assert!(mined["tried"].as_u64().unwrap() > 0);
    for group in ["meaning_finds", "words_find", "both_struggle"] {
        let examples = mined[group].as_array().unwrap();
        let first = examples.first().unwrap();
        assert!(first["query"].is_string() && first["record"]["hit"]["id"].is_string());
    }
    let example = &mined["words_find"][0];
    let query: String =
        form_urlencoded::byte_serialize(example["query"].as_str().unwrap().as_bytes()).collect();
    let (_, compared) = get(&format!("sample/compare?q={query}")).await;
    let id = &example["record"]["hit"]["id"];
    let records = compared["records"].as_array().unwrap();
    let record = records.iter().find(|record| record["hit"]["id"] == *id);
    assert_eq!(
        record.unwrap()["by_meaning"],
        example["record"]["by_meaning"]
    );
}

#[tokio::test]
async fn the_lab_tells_how_far_each_ranking_moves() {
    let (status, lab) = get("sample/lab?q=goat+milk").await;
    assert_eq!(status, StatusCode::OK, "{lab}");
    assert_eq!(
        (&lab["query"], &lab["depth"]),
        (&"goat milk".into(), &20.into())
    );
    let changes = lab["changes"].as_array().unwrap();
    let kinds: Vec<&str> = changes
        .iter()
        .map(|c| c["change"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"typo") && kinds.contains(&"exclusion"),
        "{kinds:?}"
    );
    for changed in changes {
        for by in ["meaning", "words", "both"] {
            let moved = changed["moved"][by]["moved"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&moved), "{changed}");
        }
    }
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    for (path, status, part) in [
        ("none/explore", StatusCode::NOT_FOUND, "none"),
        ("none/lab?q=milk", StatusCode::NOT_FOUND, "none"),
        ("sample/lab", StatusCode::BAD_REQUEST, "q"),
        ("sample/lab?q=", StatusCode::BAD_REQUEST, "empty"),
        (
            "sample/lab?q=milk&mode=text",
            StatusCode::BAD_REQUEST,
            "mode",
        ),
        ("sample/explore?q=milk", StatusCode::BAD_REQUEST, "q"),
    ] {
        let (found, answer) = get(path).await;
        assert_eq!(found, status, "{path}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(part), "{path}: {message}");
    }
}
