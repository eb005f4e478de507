//! Uploads in parts: in order and out of order, broken off, sent again, withdrawn and restarted; and
//! how many bytes all uploads may have.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tower::ServiceExt;

use super::tests::{KEY, encoder, send};
use super::write_tests::{Api, LONG};
use crate::tasks::Settings;
use crate::tasks::tests::{Hold, hold};

const NOTES: &str = "{\"text\": \"goats give milk\"}\n{\"text\": \"solar panels\"}\n";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

async fn ask(api: &Api, method: &str, uri: &str, key: Option<&str>, body: Body) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{uri}"))
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let request = request.body(body).unwrap();
    let response = api.router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    Answer {
        status,
        headers,
        body,
    }
}

fn order() -> Value {
    json!({"file": "a.jsonl", "bytes": NOTES.len(), "fields": {"text": "text"}})
}

/// Creates an upload, and returns the path of its own.
async fn create(api: &Api, name: &str, order: Value) -> String {
    let uri = format!("/collections/{name}/uploads");
    let made = ask(api, "POST", &uri, None, Body::from(order.to_string())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let place = made.headers[header::LOCATION].to_str().unwrap();
    let path = place.strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(
        path,
        format!("/uploads/{}", made.body["id"].as_str().unwrap())
    );
    path
}

async fn part(api: &Api, path: &str, offset: usize, bytes: &str) -> Answer {
    let uri = format!("{path}?offset={offset}");
    ask(api, "PATCH", &uri, None, Body::from(bytes.to_owned())).await
}

async fn records(api: &Api, name: &str) -> Value {
    api.get(&format!("/collections/{name}")).await["records"].clone()
}

async fn tasks(api: &Api) -> usize {
    api.get("/tasks").await["tasks"].as_array().unwrap().len()
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_sent_in_parts_is_imported_when_all_of_it_is_there() {
    let api = Api::new();
    let mut order = order();
    order["sha256"] = json!(sha256(NOTES).to_uppercase());
    let path = create(&api, "notes", order).await;
    let (first, rest) = NOTES.split_at(10);
    let told = api.get(&path).await;
    assert_eq!(
        (&told["offset"], &told["bytes"]),
        (&json!(0), &json!(NOTES.len()))
    );
    assert_eq!(told["task"]["state"], "receiving");

    let sent = part(&api, &path, 0, first).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    assert_eq!(sent.headers["upload-offset"], "10");
    assert_eq!(api.get(&path).await, sent.body);
    let listed = api.get("/tasks").await["tasks"][0].clone();
    assert_eq!(
        (&listed["state"], &listed["received"], &listed["bytes"]),
        (&json!("receiving"), &json!(10), &json!(NOTES.len()))
    );

    // Out of order: before, behind, and sent again.
    for offset in [0, 9, 11, NOTES.len()] {
        let refused = part(&api, &path, offset, rest).await;
        assert_eq!(
            refused.status,
            StatusCode::CONFLICT,
            "{offset}: {}",
            refused.body
        );
        assert_eq!(refused.headers["upload-offset"], "10");
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains("at 10"), "{message}");
    }
    // More than was declared.
    let refused = part(&api, &path, 10, &format!("{rest}{{}}")).await;
    assert_eq!(
        refused.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "{}",
        refused.body
    );
    assert_eq!(api.get(&path).await["offset"], 10);

    let sent = part(&api, &path, 10, rest).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let task = api.over(&sent.body).await;
    assert_eq!(
        (&task["state"], &task["records"]),
        (&json!("done"), &json!(2))
    );
    // The answer may have been lost: the last part is sent again, or any other.
    for (offset, bytes) in [(10, rest), (0, first), (NOTES.len(), "")] {
        let again = part(&api, &path, offset, bytes).await;
        assert_eq!(again.status, StatusCode::OK, "{}", again.body);
        assert_eq!(again.body["task"], task);
    }
    assert_eq!(records(&api, "notes").await, 2);
    assert_eq!(tasks(&api).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_created_once() {
    let api = Api::new();
    let uri = "/collections/notes/uploads";
    let post = async |key: Option<&str>, order: &Value| {
        ask(&api, "POST", uri, key, Body::from(order.to_string())).await
    };
    let made = post(Some("one"), &order()).await;
    assert_eq!(
        (made.status, &made.body["id"]),
        (StatusCode::CREATED, &json!("one"))
    );
    let again = post(Some("one"), &order()).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.body, made.body);
    assert_eq!(again.headers[header::LOCATION], "/api/v1/uploads/one");
    // The key of another order is a mistake.
    for (field, value) in [
        ("file", json!("b.jsonl")),
        ("bytes", json!(7)),
        ("fields", json!({"title": "text"})),
        ("replace", json!(true)),
    ] {
        let mut other = order();
        other[field] = value;
        let refused = post(Some("one"), &other).await;
        assert_eq!(
            refused.status,
            StatusCode::CONFLICT,
            "{field}: {}",
            refused.body
        );
    }
    // Without a key, the digest tells the same file, as long as it is not over.
    let mut known = order();
    known["sha256"] = json!(sha256(NOTES));
    let first = post(None, &known).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let second = post(None, &known).await;
    assert_eq!(
        (second.status, &second.body["id"]),
        (StatusCode::OK, &first.body["id"])
    );
    let path = format!("/uploads/{}", first.body["id"].as_str().unwrap());
    api.over(&part(&api, &path, 0, NOTES).await.body).await;
    assert_eq!(post(None, &known).await.status, StatusCode::CREATED);
    // Without both, each is another one.
    assert_eq!(post(None, &order()).await.status, StatusCode::CREATED);

    for (bad, needle) in [
        (json!({"file": "a.jsonl"}), "bytes"),
        (json!({"file": "a.jsonl", "bytes": 0}), "empty"),
        (
            json!({"file": "a.jsonl", "bytes": 1, "sha256": "ab"}),
            "sha256",
        ),
        (json!({"file": "a.jsonl", "bytes": 1, "size": 1}), "size"),
    ] {
        let refused = post(None, &bad).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
    let refused = post(Some("a/b"), &order()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let missing = ask(&api, "GET", "/uploads/none", None, Body::empty()).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

/// A body whose bytes the test sends as it likes. Dropping the sender after an error breaks it off.
fn body() -> (mpsc::Sender<Result<String, std::io::Error>>, Body) {
    let (sender, sent) = mpsc::channel(1);
    (sender, Body::from_stream(ReceiverStream::new(sent)))
}

fn broken() -> Result<String, std::io::Error> {
    Err(std::io::ErrorKind::ConnectionReset.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_breaks_off_goes_on_where_it_ended() {
    let api = Api::new();
    let path = create(&api, "notes", order()).await;
    let (sender, streamed) = body();
    let uri = format!("{path}?offset=0");
    let (answer, ()) = tokio::join!(ask(&api, "PATCH", &uri, None, streamed), async {
        sender.send(Ok(NOTES[..7].to_owned())).await.unwrap();
        sender.send(broken()).await.unwrap();
    });
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    let message = answer.body["error"]["message"].as_str().unwrap();
    for needle in ["is kept", "offset"] {
        assert!(message.contains(needle), "{message}");
    }
    let offset = api.get(&path).await["offset"].as_u64().unwrap() as usize;
    assert_eq!(offset, 7);

    // A connection that is not known to be broken yet does not hold up the next one.
    let (silent, streamed) = body();
    let uri = format!("{path}?offset=7");
    let waits = ask(&api, "PATCH", &uri, None, streamed);
    let goes_on = async {
        silent.send(Ok(NOTES[7..9].to_owned())).await.unwrap();
        // The first part goes on until it has taken this.
        silent.reserve().await.unwrap();
        loop {
            let offset = api.get(&path).await["offset"].as_u64().unwrap() as usize;
            let sent = part(&api, &path, offset, &NOTES[offset..]).await;
            if sent.status == StatusCode::OK {
                return sent;
            }
        }
    };
    let both = async { tokio::join!(waits, goes_on) };
    let (taken, sent) = tokio::time::timeout(LONG, both).await.unwrap();
    assert_eq!(
        taken.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        taken.body
    );
    let task = api.over(&sent.body).await;
    assert_eq!(
        (&task["state"], &task["records"]),
        (&json!("done"), &json!(2))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_refused_does_not_stop_the_one_that_is_sent() {
    let api = Api::new();
    let path = create(&api, "notes", order()).await;
    let (sender, streamed) = body();
    let uri = format!("{path}?offset=0");
    let sent = ask(&api, "PATCH", &uri, None, streamed);
    let others = async {
        sender.send(Ok(NOTES[..7].to_owned())).await.unwrap();
        sender.reserve().await.unwrap();
        for offset in [3, 7, NOTES.len()] {
            let refused = part(&api, &path, offset, "{}").await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
            assert_eq!(refused.headers["upload-offset"], "0");
        }
        let refused = announce(&api, "PATCH", &uri, NOTES.len() as u64 + 1).await;
        assert_eq!(refused.0, StatusCode::PAYLOAD_TOO_LARGE, "{}", refused.1);
        sender.send(Ok(NOTES[7..].to_owned())).await.unwrap();
        drop(sender);
    };
    let (sent, ()) = tokio::join!(sent, others);
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    assert_eq!(api.over(&sent.body).await["records"], 2);
}

/// The answer to a request that says how many bytes it will send, and sends none. It comes long
/// before the service would give up waiting for them.
async fn announce(api: &Api, method: &str, uri: &str, bytes: u64) -> (StatusCode, Value) {
    let (_silent, streamed) = body();
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{uri}"))
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
        .header(header::CONTENT_LENGTH, bytes);
    let answer = send(api.router.clone(), request.body(streamed).unwrap());
    let answer = tokio::time::timeout(Duration::from_secs(10), answer).await;
    answer.expect("it must be refused at once")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_announced_to_be_too_large_is_refused_before_it_is_sent() {
    let settings = Settings {
        max_spooled_bytes: 1_000,
        max_upload_bytes: 900,
        ..Settings::default()
    };
    let api = Api::limited(encoder(), settings);
    let uri = "/collections/notes/import?file=a.jsonl&text=text";
    for bytes in [901, i64::MAX as u64, u64::MAX - 2] {
        let (status, refused) = announce(&api, "POST", uri, bytes).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{bytes}: {refused}");
    }
    // With what another upload will have, it would be too much.
    let mut large = order();
    large["bytes"] = json!(800);
    let path = create(&api, "notes", large).await;
    let (status, refused) = announce(&api, "POST", uri, 201).await;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{refused}");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("max_spooled_bytes"), "{message}");
    assert_eq!(tasks(&api).await, 1);
    // A part with more than the upload has left.
    let uri = format!("{path}?offset=0");
    for bytes in [801, i64::MAX as u64, u64::MAX - 2] {
        let (status, refused) = announce(&api, "PATCH", &uri, bytes).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{bytes}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_a_file_count_as_they_arrive() {
    let settings = Settings {
        max_spooled_bytes: NOTES.len() as u64 + 10,
        ..Settings::default()
    };
    let api = Api::limited(encoder(), settings);
    let uri = |name: &str| format!("/collections/{name}/import?file=a.jsonl&text=text");
    let (first, second) = (uri("first"), uri("second"));
    let (sender, streamed) = body();
    let sent = ask(&api, "POST", &first, None, streamed);
    let others = async {
        // The first piece is written when the second one is taken.
        for piece in [&NOTES[..40], &NOTES[40..]] {
            sender.send(Ok(piece.to_owned())).await.unwrap();
        }
        sender.reserve().await.unwrap();
        // Nothing tells how many bytes this has.
        let refused = ask(&api, "POST", &second, None, Body::from(NOTES)).await;
        assert_eq!(
            refused.status,
            StatusCode::INSUFFICIENT_STORAGE,
            "{}",
            refused.body
        );
        let (status, refused) = announce(&api, "POST", &second, NOTES.len() as u64).await;
        assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{refused}");
        drop(sender);
    };
    let (sent, ()) = tokio::join!(sent, others);
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    assert_eq!(api.over(&sent.body).await["records"], 2);
    // There is room again, and what was refused takes up none.
    let sent = ask(&api, "POST", &second, None, Body::from(NOTES)).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    assert_eq!(api.over(&sent.body).await["records"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_a_name_that_can_be_shown() {
    let api = Api::new();
    let uploads = "/collections/notes/uploads";
    let with_name = |file: &str| {
        let mut order = order();
        order["file"] = json!(file);
        Body::from(order.to_string())
    };
    let long = "x".repeat(256);
    let long = long.as_str();
    for (bad, needle) in [
        ("a\0.jsonl", "U+0000"),
        ("a\n.jsonl", "U+000A"),
        ("a\u{85}.jsonl", "U+0085"),
        ("lnosj.\u{202e}csv", "U+202E"),
        ("\u{2066}a.jsonl", "U+2066"),
        ("a\u{200f}.jsonl", "U+200F"),
        (long, "256 characters"),
    ] {
        let refused = ask(&api, "POST", uploads, None, with_name(bad)).await;
        let name: String = form_urlencoded::byte_serialize(bad.as_bytes()).collect();
        let uri = format!("/collections/notes/import?file={name}&text=text");
        let also = ask(&api, "POST", &uri, None, Body::from(NOTES)).await;
        for (answer, member) in [(refused, "the body's file "), (also, "file ")] {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad:?}");
            let message = answer.body["error"]["message"].as_str().unwrap();
            assert!(message.starts_with(member), "{message}");
            assert!(message.contains(needle), "{message}");
        }
    }
    assert_eq!(tasks(&api).await, 0);
    let good = format!("{}.jsonl", "\u{e9}".repeat(249));
    let made = ask(&api, "POST", uploads, None, with_name(&good)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.body["task"]["file"], good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_one_request_that_breaks_off_leaves_nothing() {
    let api = Api::new();
    let uri = "/collections/notes/import?file=a.jsonl&text=text&upload=one";
    let (sender, streamed) = body();
    let (answer, ()) = tokio::join!(ask(&api, "POST", uri, None, streamed), async {
        sender.send(Ok(NOTES.to_owned())).await.unwrap();
        sender.send(broken()).await.unwrap();
    });
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    let message = answer.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("nothing was imported"), "{message}");
    assert_eq!(tasks(&api).await, 0);
    let answer = ask(&api, "POST", uri, None, Body::from(NOTES)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    assert_eq!(api.over(&answer.body).await["records"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_another_digest_than_declared_is_not_imported() {
    let api = Api::new();
    let mut order = order();
    order["sha256"] = json!(sha256("another file"));
    let path = create(&api, "notes", order).await;
    let refused = part(&api, &path, 0, NOTES).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
    let message = refused.body["error"]["message"].as_str().unwrap();
    assert!(message.contains(&sha256(NOTES)), "{message}");
    let upload = api.get(&path).await;
    assert_eq!(upload["task"]["state"], "failed");
    assert_eq!(upload["task"]["message"], message);
    assert_eq!(
        part(&api, &path, 0, NOTES).await.status,
        StatusCode::CONFLICT
    );
    let (status, _) = api.ask("GET", "/collections/notes", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_after_a_restart() {
    let api = Api::new();
    let path = create(&api, "notes", order()).await;
    part(&api, &path, 0, &NOTES[..20]).await;
    let before = api.get(&path).await;
    let api = api.restarted(Settings::default());
    assert_eq!(api.get(&path).await, before);
    let sent = part(&api, &path, 20, &NOTES[20..]).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    assert_eq!(sent.body["task"]["id"], before["task"]["id"]);
    assert_eq!(api.over(&sent.body).await["state"], "done");
    assert_eq!(records(&api, "notes").await, 2);
    // Its name is still known.
    let api = api.restarted(Settings::default());
    assert_eq!(
        part(&api, &path, 20, &NOTES[20..]).await.status,
        StatusCode::OK
    );
    assert_eq!(records(&api, "notes").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_cancelled_in_whatever_state_it_is() {
    let api = Api::new();
    let cancel = async |id: &Value| {
        let uri = format!("/tasks/{id}");
        let (status, task) = api.ask("DELETE", &uri, Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{task}");
        task
    };
    let held = hold(&api.tasks, Hold::Indexing);
    // While it is received: its upload ends, and nothing more is taken.
    let path = create(&api, "receiving", order()).await;
    let (sender, streamed) = body();
    let uri = format!("{path}?offset=0");
    let (answer, cancelled) = tokio::join!(ask(&api, "PATCH", &uri, None, streamed), async {
        sender.send(Ok(NOTES[..5].to_owned())).await.unwrap();
        sender.reserve().await.unwrap();
        let withdrawn = ask(&api, "DELETE", &path, None, Body::empty()).await;
        drop(sender);
        withdrawn.body["task"].clone()
    });
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert_eq!(
        part(&api, &path, 0, NOTES).await.status,
        StatusCode::CONFLICT
    );

    // While its indexes are built, and while it waits for that.
    let path = create(&api, "indexing", order()).await;
    let indexing = part(&api, &path, 0, NOTES).await.body;
    tokio::task::block_in_place(|| held.wait());
    let path = create(&api, "queued", order()).await;
    let queued = part(&api, &path, 0, NOTES).await.body;
    assert_eq!(cancel(&queued["task"]["id"]).await["state"], "cancelled");
    let id = &indexing["task"]["id"];
    let task = api.get(&format!("/tasks/{id}")).await;
    assert_eq!(task["state"], "indexing");
    cancel(id).await;
    drop(held);
    let over = api.over(&indexing).await;
    assert_eq!(
        (&over["state"], &over["message"]),
        (&json!("cancelled"), &Value::Null)
    );

    // When it is over, nothing changes.
    let path = create(&api, "done", order()).await;
    let done = part(&api, &path, 0, NOTES).await.body;
    assert_eq!(api.over(&done).await["state"], "done");
    assert_eq!(cancel(&done["task"]["id"]).await["state"], "done");
    let all = api.get("/collections").await;
    let names: Vec<&Value> = all["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["name"])
        .collect();
    assert_eq!(names, ["done"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_little_that_unpacks_into_too_much_is_not_imported() {
    let settings = Settings {
        max_unpacked_bytes: 1_000,
        ..Settings::default()
    };
    let api = Api::limited(encoder(), settings);
    let import = async |text: String| {
        let uri = "/collections/notes/import?file=a.jsonl.gz&text=text";
        let packed = super::task_tests::gzip(text.as_bytes());
        let (_, started) = api.ask("POST", uri, Body::from(packed)).await;
        api.over(&started).await
    };
    let task = import(NOTES.repeat(100)).await;
    assert_eq!(task["state"], "failed");
    let message = task["message"].as_str().unwrap();
    for needle in ["1000 bytes", "max_unpacked_bytes"] {
        assert!(message.contains(needle), "{message}");
    }
    assert_eq!(import(NOTES.to_owned()).await["state"], "done");
}
