//! Uploads that are sent twice, withdrawn or restored, and the sample.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::tests::KEY;
use super::write_tests::Api;
use crate::tasks::Settings;

const NOTES: &str = "{\"text\": \"goats give milk\"}\n{\"text\": \"solar panels\"}\n";

async fn send(api: &Api, name: &str, upload: &str) -> (StatusCode, Value) {
    let uri = format!("/collections/{name}/import?file=a.jsonl&text=text&upload={upload}");
    api.ask("POST", &uri, Body::from(NOTES)).await
}

async fn records(api: &Api, name: &str) -> Value {
    api.get(&format!("/collections/{name}")).await["records"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_sent_again_is_imported_once() {
    let api = Api::new();
    let (status, first) = send(&api, "notes", "one").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{first}");
    let (status, second) = send(&api, "notes", "one").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{second}");
    assert_eq!(first["task"]["id"], second["task"]["id"]);
    assert_eq!(api.over(&first).await["state"], "done");
    // Also after it is over.
    let (_, third) = send(&api, "notes", "one").await;
    assert_eq!(first["task"]["id"], third["task"]["id"]);
    assert_eq!(records(&api, "notes").await, 2);
    // The same name for another file or another collection is a mistake.
    let (status, refused) = send(&api, "others", "one").await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("notes"), "{message}");
    let uri = "/collections/notes/import?file=b.jsonl&text=text&upload=one";
    let (status, refused) = api.ask("POST", uri, Body::from(NOTES)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    assert_eq!(records(&api, "notes").await, 2);
    // Another upload of the same file adds it again.
    let (_, other) = send(&api, "notes", "two").await;
    assert_eq!(api.over(&other).await["state"], "done");
    assert_eq!(records(&api, "notes").await, 4);

    for bad in ["", "a/b", "a%20b", &"x".repeat(65)] {
        let (status, _) = send(&api, "notes", bad).await;
        assert_ne!(status, StatusCode::ACCEPTED, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_upload_is_not_imported() {
    let api = Api::new();
    let withdraw = async |upload: &str| {
        let uri = format!("/uploads/{upload}");
        api.ask("DELETE", &uri, Body::empty()).await
    };
    // Its bytes arrive afterwards.
    let (status, withdrawn) = withdraw("early").await;
    assert_eq!((status, &withdrawn["task"]), (StatusCode::OK, &Value::Null));
    let (status, refused) = send(&api, "notes", "early").await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    assert_eq!(api.get("/tasks").await["tasks"], json!([]));
    // However often others are withdrawn.
    for _ in 0..200 {
        withdraw("other").await;
    }
    let (status, refused) = send(&api, "notes", "early").await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");

    // It had become a task.
    let (_, started) = send(&api, "notes", "late").await;
    let (_, withdrawn) = withdraw("late").await;
    assert_eq!(withdrawn["task"]["id"], started["task"]["id"]);
    let task = api.over(&started).await;
    // It may have been over before.
    let kept = task["state"] == "done";
    let (status, _) = api.ask("GET", "/collections/notes", Body::empty()).await;
    assert_eq!(status == StatusCode::OK, kept, "{task}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_holds_after_a_restart() {
    let api = Api::new();
    api.ask("DELETE", "/uploads/early", Body::empty()).await;
    let api = api.restarted(Settings::default());
    let (status, refused) = send(&api, "notes", "early").await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("withdrawn"), "{message}");
    let (status, started) = send(&api, "notes", "other").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
}

async fn snapshot(api: &Api, name: &str) -> Vec<u8> {
    let request = Request::get(format!("/api/v1/collections/{name}/snapshot"))
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"));
    let request = request.body(Body::empty()).unwrap();
    let response = api.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_restored_under_another_name() {
    let api = Api::new();
    api.notes().await;
    let file = snapshot(&api, "notes").await;
    let uri = "/collections/copy/restore";
    let (status, info) = api.ask("POST", uri, Body::from(file.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{info}");
    assert_eq!(
        (&info["name"], &info["records"]),
        (&json!("copy"), &json!(3))
    );
    let query = "search?q=milk&mode=text";
    let hits = async |name: &str| {
        let answer = api.get(&format!("/collections/{name}/{query}")).await;
        answer["hits"].clone()
    };
    assert_eq!(hits("copy").await, hits("notes").await);

    // An existing collection is only replaced on purpose.
    let (status, _) = api.ask("POST", uri, Body::from(file.clone())).await;
    assert_eq!(status, StatusCode::CONFLICT);
    api.ask("DELETE", "/collections/copy/records/milk", Body::empty())
        .await;
    let uri = "/collections/copy/restore?replace=true";
    let (status, info) = api.ask("POST", uri, Body::from(file.clone())).await;
    assert_eq!((status, &info["records"]), (StatusCode::CREATED, &json!(3)));

    // A damaged one changes nothing.
    let half = file[..file.len() / 2].to_vec();
    for bad in [half, b"no snapshot".to_vec()] {
        let (status, refused) = api.ask("POST", uri, Body::from(bad)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    }
    assert_eq!(records(&api, "copy").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_collection_that_is_meant_is_deleted() {
    let api = Api::new();
    api.notes().await;
    let meant = api.get("/collections/notes").await["id"].clone();
    let file = snapshot(&api, "notes").await;
    let uri = "/collections/notes/restore?replace=true";
    let (_, other) = api.ask("POST", uri, Body::from(file)).await;
    assert_ne!(meant, other["id"]);
    let delete = async |id: &Value| {
        let uri = format!("/collections/notes?id={id}");
        api.ask("DELETE", &uri, Body::empty()).await
    };
    let (status, refused) = delete(&meant).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    assert_eq!(records(&api, "notes").await, 3);
    let (status, _) = delete(&other["id"]).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_becomes_a_collection_once() {
    let api = Api::new();
    let uri = "/collections/sample/sample?upload=try";
    let (status, started) = api.ask("POST", uri, Body::empty()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
    let task = api.over(&started).await;
    assert_eq!(
        (&task["state"], &task["skipped"]),
        (&json!("done"), &json!(0))
    );
    assert_eq!(records(&api, "sample").await, task["records"]);
    let info = api.get("/collections/sample").await;
    assert_eq!(info["fields"]["title"], "name");
    let (status, _) = api.ask("POST", uri, Body::empty()).await;
    assert_eq!(status, StatusCode::CONFLICT);
}
