//! Imports through the API that do not simply succeed: watched, cancelled, previewed, and given
//! malicious files.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::write_tests::{Api, LONG};
use crate::tasks::Settings;
use crate::tasks::tests::{Hold, hold};

fn lines(count: usize) -> String {
    let line = |at| format!("{{\"id\": \"n{at}\", \"text\": \"note {at}\"}}\n");
    (0..count).map(line).collect()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// The states in a task's event stream, once it has ended.
async fn events(api: &Api, id: &Value) -> Vec<Value> {
    let request = Request::get(format!("/api/v1/tasks/{id}/events"));
    let response = api
        .router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap());
    let body = response.await.unwrap().into_body().collect();
    let body = tokio::time::timeout(LONG, body).await;
    let body = body.expect("the stream must end").unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

/// The result of uploading a file: the task's message, or why it was rejected at once.
async fn import(api: &Api, uri: &str, file: impl Into<Body>) -> Result<Value, String> {
    let (status, started) = api.ask("POST", uri, file.into()).await;
    if status != StatusCode::ACCEPTED {
        return Err(started["error"]["message"].as_str().unwrap().to_owned());
    }
    let task = api.over(&started).await;
    match task["state"].as_str().unwrap() {
        "done" => Ok(task),
        _ => Err(task["message"].as_str().unwrap().to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_a_task_end_with_it() {
    let api = Api::new();
    let uri = "/collections/notes/import?file=a.jsonl";
    let (_, started) = api.ask("POST", uri, Body::from(lines(300))).await;
    let id = &started["task"]["id"];
    let followed = events(&api, id).await;
    let last = followed.last().unwrap();
    assert_eq!(
        (&last["state"], &last["records"]),
        (&json!("done"), &json!(300))
    );
    assert!(
        followed[..followed.len() - 1]
            .iter()
            .all(|task| task["state"] != "done"),
        "the last state is sent once"
    );
    // A client that connects after the end receives the last state, and nothing more.
    assert_eq!(events(&api, id).await, std::slice::from_ref(last));

    // A task that is cancelled also ends its events.
    let held = hold(&api.tasks, Hold::FirstBatch);
    let (_, started) = api.ask("POST", uri, Body::from(lines(1_500))).await;
    let id = started["task"]["id"].clone();
    tokio::task::block_in_place(|| held.wait());
    let (followed, cancelled) = tokio::join!(events(&api, &id), async {
        let uri = format!("/tasks/{id}");
        let cancelled = api.ask("DELETE", &uri, Body::empty()).await;
        drop(held);
        cancelled
    });
    assert_eq!(cancelled.0, StatusCode::OK);
    assert_eq!(followed.last().unwrap()["state"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_says_what_was_kept() {
    let api = Api::new();
    let fields = json!({"id": "id", "text": "text"});
    api.json("PUT", "/collections/notes", fields).await;
    let uri = "/collections/notes/import?file=a.jsonl";
    let records = || async { api.get("/collections/notes").await["records"].as_u64() };
    let held = hold(&api.tasks, Hold::FirstBatch);
    let (_, started) = api.ask("POST", uri, Body::from(lines(3_000))).await;
    let id = &started["task"]["id"];
    tokio::task::block_in_place(|| held.wait());
    api.ask("DELETE", &format!("/tasks/{id}"), Body::empty())
        .await;
    drop(held);
    let task = api.over(&started).await;
    assert_eq!(task["state"], "cancelled");
    let kept = records().await.unwrap();
    assert!((1..3_000).contains(&kept), "{kept}");
    let message = task["message"].as_str().unwrap();
    assert!(
        message.contains(&format!("the first {kept} lines were added and kept")),
        "{kept} are there: {message}"
    );
    assert_eq!(task["records"], kept);
    let last = api
        .get(&format!("/collections/notes/records/n{}", kept - 1))
        .await;
    assert_eq!(last["payload"]["text"], format!("note {}", kept - 1));

    // A task that creates a collection leaves nothing behind, and does not claim to.
    let uri = "/collections/other/import?file=a.jsonl";
    let api = api.restarted(Settings::default());
    let held = hold(&api.tasks, Hold::FirstBatch);
    let (_, started) = api.ask("POST", uri, Body::from(lines(3_000))).await;
    let id = &started["task"]["id"];
    tokio::task::block_in_place(|| held.wait());
    api.ask("DELETE", &format!("/tasks/{id}"), Body::empty())
        .await;
    drop(held);
    let task = api.over(&started).await;
    assert_eq!(
        (&task["state"], &task["message"]),
        (&json!("cancelled"), &Value::Null)
    );
    let all = api.get("/collections").await;
    assert_eq!(all["collections"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_as_it_was_previewed() {
    let csv = "id,text\n1,bread and butter\n2,a train at night\n";
    let json_lines = "{\"id\": 1, \"text\": \"bread\"}\n{\"id\": 2, \"text\": \"train\"}\n";
    let array = "[{\"id\": 1, \"text\": \"bread\"}, {\"id\": 2, \"text\": \"train\"}]";
    let api = Api::new();
    let long = format!("{}.csv", "long".repeat(60));
    let (mut at, mut imports) = (0, 0);
    for (body, expected) in [
        (csv, "CSV"),
        (json_lines, "JSON lines"),
        (array, "a JSON array"),
    ] {
        for name in [
            "a.csv",
            "a.jsonl",
            "a.json",
            "a.txt",
            "a",
            "notes.CSV",
            "b/../c.json",
            "d.csv.gz",
            &long,
            "..",
            "e .jsonl",
            "f.json.csv",
        ] {
            let packed = gzip(body.as_bytes());
            for body in [body.as_bytes(), &packed] {
                let file: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
                let uri = format!("/preview?name={file}");
                let (status, preview) = api.ask("POST", &uri, Body::from(body.to_vec())).await;
                at += 1;
                let uri = format!("/collections/c{at}/import?file={file}");
                let imported = import(&api, &uri, body.to_vec()).await;
                let about = format!("{expected} as {name}: {preview} {imported:?}");
                match imported {
                    Err(message) => {
                        assert_eq!(status, StatusCode::BAD_REQUEST, "{about}");
                        assert_eq!(preview["error"]["message"], message, "{about}");
                    }
                    Ok(task) => {
                        assert_eq!(status, StatusCode::OK, "{about}");
                        let rows = preview["rows"].as_array().unwrap().len();
                        assert_eq!(task["records"], rows, "{about}");
                        assert_eq!(
                            task["skipped"],
                            preview["skipped"].as_array().unwrap().len()
                        );
                        let any = format!("/collections/c{at}/search?q=x&mode=neural&limit=1");
                        let any = &api.get(&any).await["hits"][0]["payload"];
                        assert!(preview["rows"].as_array().unwrap().contains(any), "{about}");
                        imports += 1;
                    }
                }
            }
        }
    }
    assert!(
        imports > at / 2,
        "{imports} of {at} files could be imported"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_little_that_unpacks_into_very_much_is_refused_clearly() {
    let api = Api::new();
    // 128 MB in 128 KB: first without a line ending, then as blank lines.
    let endless = gzip(&vec![b'x'; 128 << 20]);
    assert!(endless.len() < 1 << 18);
    let open = {
        let mut open = b"{\"text\": \"".to_vec();
        open.resize(128 << 20, b'x');
        gzip(&open)
    };
    let blank = gzip(&vec![b'\n'; 128 << 20]);
    for (name, bomb, needle) in [
        ("a.jsonl.gz", &endless, "longer than 4194304 bytes"),
        ("a.csv.gz", &endless, "longer than"),
        ("a.json.gz", &open, "longer than 4194304 bytes"),
        ("a.jsonl.gz", &blank, "it has no lines"),
    ] {
        let uri = format!("/preview?name={name}");
        for uri in [uri.clone(), format!("{uri}&cut=true")] {
            let (status, answer) = api.ask("POST", &uri, Body::from(bomb.clone())).await;
            let message = answer["error"]["message"].as_str().unwrap();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {message}");
            assert!(message.contains(needle), "{name}: {message}");
        }
        let uri = format!("/collections/bomb/import?file={name}");
        let message = import(&api, &uri, bomb.clone()).await.unwrap_err();
        assert!(message.contains(needle), "{name}: {message}");
    }

    // Many valid records in a small file: only the beginning is shown.
    let many = gzip(
        "{\"text\": \"bread\", \"more\": 1}\n"
            .repeat(2_000_000)
            .as_bytes(),
    );
    assert!(many.len() < 1 << 20);
    let (status, preview) = api
        .ask("POST", "/preview?name=a.jsonl.gz", Body::from(many))
        .await;
    assert_eq!(status, StatusCode::OK, "{preview}");
    assert_eq!(preview["rows"].as_array().unwrap().len(), 5);
}
