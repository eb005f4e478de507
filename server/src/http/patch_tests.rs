//! Changing records in part, and writing them as a bare list.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;

use super::write_tests::Api;

const MILK: &str = "/collections/notes/records/milk";

#[tokio::test]
async fn a_patch_changes_what_it_names_and_leaves_the_rest() {
    let api = Api::new();
    api.notes().await;
    let patch = json!({"year": 2001, "city": null, "more": {"a": 1, "b": null}});
    let (status, written) = api.json("PATCH", MILK, patch).await;
    assert_eq!(status, StatusCode::OK, "{written}");
    assert_eq!(
        (&written["ids"], &written["replaced"]),
        (&json!(["milk"]), &json!(1))
    );
    assert_eq!(
        api.get(MILK).await["payload"],
        json!({"id": "milk", "text": "goats give milk", "year": 2001, "more": {"a": 1}})
    );
    // Its text is the same, so it is found as before; its facets are the new ones.
    assert_eq!(api.found("q=goat&mode=neural&limit=1").await, ["milk"]);
    assert_eq!(api.found("filter=year:2001").await, ["milk"]);
    assert!(api.found("filter=year:1999").await.is_empty());

    let patch = json!({"text": "a railway at night"});
    let (status, _) = api.json("PATCH", MILK, patch).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(api.found("q=train&mode=neural&limit=1").await, ["milk"]);
    assert!(api.found("q=goats&mode=text").await.is_empty());
    assert_eq!(api.get("/collections/notes").await["records"], 3);
}

#[tokio::test]
async fn a_patch_that_cannot_be_applied_changes_nothing() {
    let api = Api::new();
    api.notes().await;
    let before = api.get(MILK).await;
    for (patch, needle) in [
        (json!({"id": "other"}), "id"),
        (json!({"id": null}), "id"),
        (json!({"text": null, "city": null}), "no text"),
        (
            json!({"year": "soon"}),
            "would not be valid: the facet year",
        ),
        (json!(["text"]), "not a JSON object"),
    ] {
        let (status, answer) = api.json("PATCH", MILK, patch).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
    assert_eq!(api.get(MILK).await, before);
    for missing in [
        "/collections/notes/records/none",
        "/collections/none/records/milk",
    ] {
        let (status, _) = api.json("PATCH", missing, json!({"year": 1})).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let called = "/collections/notes/records/delete";
    let (status, _) = api.json("PATCH", called, json!({"year": 1})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_vector_of_its_own_is_kept_until_the_text_changes() {
    let api = Api::new();
    api.notes().await;
    let mut vector = vec![0.0; 384];
    vector[7] = 2.0;
    let records = json!({"records": [{"id": "own", "text": "goats", "year": 1}],
        "vectors": [vector]});
    api.json("PUT", "/collections/notes/records", records).await;
    let own = "/collections/notes/records/own";
    let nearest = || async {
        let body = json!({"vector": vector, "limit": 1});
        let (_, answer) = api.json("POST", "/collections/notes/search", body).await;
        let hit = &answer["hits"][0];
        (hit["id"].clone(), hit["score"].as_f64().unwrap() > 0.999)
    };
    let (status, _) = api.json("PATCH", own, json!({"year": 2})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(nearest().await, (json!("own"), true));
    api.json("PATCH", own, json!({"text": "goats and sheep"}))
        .await;
    assert!(!nearest().await.1);
}

#[tokio::test]
async fn patches_of_one_record_at_the_same_time_are_all_kept() {
    let api = Arc::new(Api::new());
    api.notes().await;
    let patches = (0..8).map(|at| {
        let api = Arc::clone(&api);
        tokio::spawn(async move {
            let patch = json!({ format!("field{at}"): at });
            api.json("PATCH", MILK, patch).await.0
        })
    });
    for patch in patches.collect::<Vec<_>>() {
        assert_eq!(patch.await.unwrap(), StatusCode::OK);
    }
    let payload = api.get(MILK).await["payload"].clone();
    for at in 0..8 {
        assert_eq!(payload[format!("field{at}")], at, "{payload}");
    }
}

#[tokio::test]
async fn a_bare_list_of_records_is_taken_as_well() {
    let api = Api::new();
    api.notes().await;
    let records = "/collections/notes/records";
    let list = json!([{"id": "a", "text": "a boat", "year": 9_007_199_254_740_993_u64},
        {"id": "b", "text": "a lake"}]);
    let (status, written) = api.json("PUT", records, list).await;
    assert_eq!(
        (status, &written["ids"]),
        (StatusCode::OK, &json!(["a", "b"])),
        "{written}"
    );
    let read = api.get("/collections/notes/records/a").await;
    assert_eq!(read["payload"]["year"], 9_007_199_254_740_993_u64);
    for (list, needle) in [
        (json!([{"id": "c", "text": "x"}, 7]), "[1]"),
        (json!([[]]), "[0]"),
    ] {
        let (status, answer) = api.json("PUT", records, list).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
    assert_eq!(api.get("/collections/notes").await["records"], 5);
}
