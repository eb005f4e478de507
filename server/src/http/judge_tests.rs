//! Blind comparisons and judgements through the API.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Cursor, Read};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use parallax::Catalogue;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::tests::{KEY, encoder, ready, send};
use super::{Guard, api};
use crate::opened::Opened;
use crate::service::Service;
use crate::tasks::{self, Tasks};

const NOTES: &str = "/collections/notes";

/// The API over a data folder of its own, with a collection of notes.
struct Notes {
    router: Router,
    _folder: tempfile::TempDir,
}

impl Notes {
    async fn new(judgements: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(Catalogue::open(folder.path(), encoder()).unwrap());
        let service = Service::new(2);
        if judgements {
            service.allow_judgements();
        }
        service.open(Opened {
            tasks: Tasks::open(
                folder.path(),
                Arc::clone(&catalogue),
                tasks::Settings::default(),
            )
            .unwrap(),
            local: catalogue,
            reencodings: Arc::default(),
            cluster: None,
        });
        let notes = Self {
            router: api(service, Guard::new(Some(KEY.into()))),
            _folder: folder,
        };
        let fields = json!({"id": "id", "title": "title", "text": "text"});
        notes.ask("PUT", NOTES, Some(fields)).await;
        let records = json!({"records": [
            {"id": "milk", "title": "Goats", "text": "Goats give milk."},
            {"id": "sun", "title": "Panels", "text": "Solar panels on the roof."},
        ]});
        let path = format!("{NOTES}/records");
        let (status, _) = notes.ask("PUT", &path, Some(records)).await;
        assert_eq!(status, StatusCode::OK);
        notes
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
            .header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        send(self.router.clone(), request.body(body).unwrap()).await
    }

    async fn judge(&self, q: &str, id: &str, grade: u8) -> (StatusCode, Value) {
        let body = json!({"q": q, "id": id, "grade": grade});
        self.ask("POST", &format!("{NOTES}/judgements"), Some(body))
            .await
    }
}

async fn sample(path: &str) -> (StatusCode, Value) {
    let uri = format!("/api/v1/collections/sample/{path}");
    send(ready(), Request::get(uri).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_teams_are_not_sent_before_the_picks() {
    let (status, blind) = sample("interleave?q=milk+company&a=neural&b=text").await;
    assert_eq!(status, StatusCode::OK, "{blind}");
    let fields: Vec<&String> = blind.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["seed", "list", "records"]);
    let first = &blind["records"][0];
    let told: Vec<&String> = first.as_object().unwrap().keys().collect();
    let allowed = ["id", "title", "text", "cut", "facets"];
    assert!(
        told.iter().all(|field| allowed.contains(&&***field)),
        "{first}"
    );

    let (seed, list) = (&blind["seed"], blind["list"].as_str().unwrap());
    let same = format!("q=milk+company&a=neural&b=text&seed={seed}");
    assert_eq!(sample(&format!("interleave?{same}")).await.1, blind);
    let reveal = format!("interleave/reveal?{same}&list={list}&pick=1&won_a=2&ties=1");
    let (status, revealed) = sample(&reveal).await;
    assert_eq!(status, StatusCode::OK, "{revealed}");
    assert_eq!(revealed["records"], blind["records"]);
    assert_eq!(revealed["winner"], revealed["teams"][0]);
    let tally = &revealed["standing"]["tally"];
    let won = if revealed["winner"] == "a" {
        (3, 0)
    } else {
        (2, 1)
    };
    assert_eq!((&tally["a"], &tally["b"]), (&json!(won.0), &json!(won.1)));
    assert_eq!(tally["ties"], 1);

    for (path, why) in [
        ("interleave?q=milk&a=neural&b=neural", "rank alike"),
        ("interleave?q=milk&a=neural", "missing field `b`"),
        ("interleave?q=milk&a=neural&b=text&seed=-1", "whole number"),
        (
            "interleave/reveal?q=milk&a=neural&b=text&seed=1&list=x",
            "no longer the one",
        ),
        (
            "interleave/reveal?q=milk&a=neural&b=text&seed=1&list=x&won_a=100001",
            "at most 100000",
        ),
        ("judgements/pool?q=milk&depth=31", "between 1 and 30"),
    ] {
        let (status, refused) = sample(path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains(why), "{path}: {message}");
    }
    let elsewhere = sample("interleave?q=milk&a=neural&b=text@none").await;
    assert_eq!(elsewhere.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn judgements_are_kept_only_if_the_operator_allows_it() {
    let notes = Notes::new(false).await;
    let (status, refused) = notes.judge("milk", "milk", 2).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("parallax serve --judgements"), "{message}");
    let (_, pool) = notes
        .ask("GET", &format!("{NOTES}/judgements/pool?q=milk"), None)
        .await;
    assert_eq!(pool["allowed"], false);
    assert_eq!(pool["records"].as_array().unwrap().len(), 2);
    let (status, _) = notes
        .ask("GET", &format!("{NOTES}/judgements/export"), None)
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn judgements_are_written_by_who_may_write_and_read_by_all() {
    let notes = Notes::new(true).await;
    let body = json!({"q": "milk", "id": "milk", "grade": 2}).to_string();
    let request = Request::post("/api/v1/collections/notes/judgements")
        .header(header::CONTENT_TYPE, "application/json");
    let stranger = send(
        notes.router.clone(),
        request.body(Body::from(body)).unwrap(),
    )
    .await;
    assert_eq!(stranger.0, StatusCode::UNAUTHORIZED);

    let (status, now) = notes.judge("milk", "milk", 2).await;
    assert_eq!(status, StatusCode::OK, "{now}");
    assert_eq!(now, json!({"queries": 1, "judgements": 1}));
    notes.judge("milk", "sun", 0).await;
    assert_eq!(
        notes.judge("milk", "none", 0).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        notes.judge("milk", "sun", 9).await.0,
        StatusCode::BAD_REQUEST
    );

    let list = Request::get("/api/v1/collections/notes/judgements");
    let (_, listed) = send(notes.router.clone(), list.body(Body::empty()).unwrap()).await;
    let expected = json!({
        "allowed": true, "queries": 1, "judgements": 2,
        "judged": [{"q": "milk", "grades": [["milk", 2], ["sun", 0]]}],
    });
    assert_eq!(listed, expected);
    let (_, pool) = notes
        .ask("GET", &format!("{NOTES}/judgements/pool?q=milk"), None)
        .await;
    for record in pool["records"].as_array().unwrap() {
        let grade = if record["record"]["id"] == "milk" {
            2
        } else {
            0
        };
        assert_eq!(record["grade"], grade);
    }

    let back = format!("{NOTES}/judgements?q=milk&id=sun");
    let (status, now) = notes.ask("DELETE", &back, None).await;
    assert_eq!((status, &now["judgements"]), (StatusCode::OK, &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_export_is_an_archive_with_three_files() {
    let notes = Notes::new(true).await;
    notes.judge("milk", "milk", 2).await;
    let request = Request::get("/api/v1/collections/notes/judgements/export");
    let response = notes
        .router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap());
    let response = response.await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/zip");
    let name = response.headers()[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap();
    assert_eq!(name, "attachment; filename=\"notes-judgements.zip\"");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        let mut file = archive.by_name(&format!("notes/{name}")).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    };
    assert_eq!(read("corpus.jsonl").lines().count(), 2);
    let query: Value = serde_json::from_str(&read("queries.jsonl")).unwrap();
    assert_eq!(query["text"], "milk");
    let id = query["_id"].as_str().unwrap();
    let expected = format!("query-id\tcorpus-id\tscore\n{id}\tmilk\t2\n");
    assert_eq!(read("qrels/test.tsv"), expected);
}
