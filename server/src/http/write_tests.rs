//! Writing through the API: the router itself, with the real model and a data folder for each
//! test.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use parallax::Catalogue;
use parallax::encoder::QueryEncoder;
use serde_json::{Value, json};

use super::tests::{KEY, encoder, send};
use super::{Guard, api};
use crate::opened::Opened;
use crate::service::Service;
use crate::tasks::{self, Tasks};

/// Much longer than anything here should take.
pub const LONG: Duration = Duration::from_secs(120);

/// The API over its own data folder.
pub(super) struct Api {
    pub router: Router,
    pub catalogue: Arc<Catalogue>,
    pub tasks: Arc<Tasks>,
    folder: tempfile::TempDir,
}

impl Api {
    pub fn new() -> Self {
        Self::with(encoder())
    }

    /// The API with another default model.
    pub fn with(encoder: Arc<QueryEncoder>) -> Self {
        Self::limited(encoder, tasks::Settings::default())
    }

    /// The API with other limits of imports.
    pub fn limited(encoder: Arc<QueryEncoder>, settings: tasks::Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(Catalogue::open(folder.path(), encoder).unwrap());
        Self::in_folder(folder, catalogue, settings)
    }

    fn in_folder(
        folder: tempfile::TempDir,
        catalogue: Arc<Catalogue>,
        settings: tasks::Settings,
    ) -> Self {
        let tasks = Tasks::open(folder.path(), Arc::clone(&catalogue), settings).unwrap();
        let service = Service::new(2);
        service.open(Opened {
            tasks: Arc::clone(&tasks),
            local: Arc::clone(&catalogue),
            reencodings: Arc::default(),
            cluster: None,
        });
        Self {
            router: api(service, Guard::new(Some(KEY.into()))),
            catalogue,
            tasks,
            folder,
        }
    }

    /// The service after a clean stop and a start.
    pub fn restarted(self, settings: tasks::Settings) -> Self {
        self.tasks.stop(LONG);
        Self::in_folder(self.folder, self.catalogue, settings)
    }

    pub async fn ask(&self, method: &str, uri: &str, body: Body) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{uri}"))
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
            .header(header::CONTENT_TYPE, "application/json");
        send(self.router.clone(), request.body(body).unwrap()).await
    }

    pub async fn json(&self, method: &str, uri: &str, body: Value) -> (StatusCode, Value) {
        self.ask(method, uri, Body::from(body.to_string())).await
    }

    pub async fn get(&self, uri: &str) -> Value {
        self.ask("GET", uri, Body::empty()).await.1
    }

    pub async fn found(&self, query: &str) -> Vec<String> {
        let answer = self
            .get(&format!("/collections/notes/search?{query}"))
            .await;
        let hits = answer["hits"].as_array();
        let hits = hits.unwrap_or_else(|| panic!("{answer}"));
        hits.iter()
            .map(|hit| hit["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Creates a collection of notes and writes a few.
    pub async fn notes(&self) {
        let fields = json!({"id": "id", "text": "text", "facets": ["city", "year:number"]});
        let (status, made) = self.json("PUT", "/collections/notes", fields).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let records = json!({"records": [
            {"id": "milk", "text": "goats give milk", "city": "Oslo", "year": 1999},
            {"id": "sun", "text": "solar panels on the roof", "city": "Rome", "year": 2020},
            {"id": "pet", "text": "a hotel for dogs", "city": "Oslo", "year": 2021},
        ]});
        let (status, written) = self
            .json("PUT", "/collections/notes/records", records)
            .await;
        assert_eq!(status, StatusCode::OK, "{written}");
        assert_eq!(written["ids"], json!(["milk", "sun", "pet"]));
    }

    /// Waits until a task has ended.
    pub async fn over(&self, started: &Value) -> Value {
        let id = &started["task"]["id"];
        let end = async {
            loop {
                let task = self.get(&format!("/tasks/{id}")).await;
                if ["done", "failed", "cancelled"].contains(&task["state"].as_str().unwrap()) {
                    return task;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let over = tokio::time::timeout(LONG, end).await;
        over.expect("the task must end")
    }
}

#[tokio::test]
async fn what_is_written_is_found_and_what_is_deleted_is_not() {
    let api = Api::new();
    api.notes().await;
    assert_eq!(api.found("q=milk&mode=text").await, ["milk"]);
    assert_eq!(
        api.found("q=photovoltaics&mode=neural&limit=1").await,
        ["sun"]
    );
    assert_eq!(api.found("q=kennel&mode=hybrid&limit=1").await, ["pet"]);
    assert_eq!(
        api.found("q=a&mode=neural&filter=year:%3E%3D2020&filter=city:Oslo")
            .await,
        ["pet"]
    );

    let replaced = json!({"records": [{"id": "milk", "text": "cheese of sheep", "city": "Oslo"}]});
    let (_, written) = api
        .json("PUT", "/collections/notes/records", replaced)
        .await;
    assert_eq!(
        (&written["ids"], &written["replaced"]),
        (&json!(["milk"]), &json!(1))
    );
    assert!(api.found("q=goats&mode=text").await.is_empty());
    assert_eq!(api.found("q=sheep&mode=text").await, ["milk"]);

    let answer = api
        .get("/collections/notes/search?q=x&mode=neural&facets=city&filter=city:Rome")
        .await;
    let city = &answer["facets"][0];
    assert_eq!(
        (&city["field"], &city["counted"]),
        (&json!("city"), &json!("all"))
    );
    assert_eq!(
        city["values"],
        json!([{"value": "Oslo", "count": 2}, {"value": "Rome", "count": 1}])
    );

    let (status, deleted) = api
        .ask("DELETE", "/collections/notes/records/sun", Body::empty())
        .await;
    assert_eq!((status, &deleted["deleted"]), (StatusCode::OK, &json!(1)));
    let (status, _) = api
        .ask("DELETE", "/collections/notes/records/sun", Body::empty())
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let by_filter = json!({"filter": ["city:Oslo"]});
    let (_, deleted) = api
        .json("POST", "/collections/notes/records/delete", by_filter)
        .await;
    assert_eq!(deleted["deleted"], 2);
    assert!(api.found("q=anything&mode=neural").await.is_empty());
}

#[tokio::test]
async fn a_record_called_as_a_path_is_reached_as_others_are() {
    let api = Api::new();
    api.notes().await;
    let at = "/collections/notes/records/delete";
    let (status, _) = api.ask("GET", at, Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let records = json!({"records": [{"id": "delete", "text": "the key above the return key"}]});
    let (status, written) = api.json("PUT", "/collections/notes/records", records).await;
    assert_eq!(status, StatusCode::OK, "{written}");

    // Reading it needs no key, as for any other record.
    let request = Request::get(format!("/api/v1{at}")).body(Body::empty());
    let (status, read) = send(api.router.clone(), request.unwrap()).await;
    assert_eq!((status, &read["id"]), (StatusCode::OK, &json!("delete")));
    let similar = api.get(&format!("{at}/similar?limit=2")).await;
    assert_eq!(similar["hits"].as_array().unwrap().len(), 2, "{similar}");

    let (status, deleted) = api.ask("DELETE", at, Body::empty()).await;
    assert_eq!((status, &deleted["deleted"]), (StatusCode::OK, &json!(1)));
    let (status, _) = api.ask("DELETE", at, Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // Its path still serves the bulk delete.
    let ids = json!({"ids": ["milk", "sun"]});
    let (status, deleted) = api.json("POST", at, ids).await;
    assert_eq!((status, &deleted["deleted"]), (StatusCode::OK, &json!(2)));
}

#[tokio::test]
async fn a_batch_that_cannot_be_taken_changes_nothing() {
    let api = Api::new();
    api.notes().await;
    let vector = vec![0.5; 383];
    let records = "/collections/notes/records";
    for (body, needle) in [
        (
            json!({"records": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]}),
            "record 2 of the batch: the id 'a' was already given by record 1",
        ),
        (
            json!({"records": [{"id": "a", "text": "x"}, {"text": "y"}]}),
            "record 2 of the batch: no id in id",
        ),
        (
            json!({"records": [{"id": [1, 2], "text": "x"}]}),
            "record 1 of the batch: the id is neither a text nor a number",
        ),
        (json!({"records": [{"id": "a", "text": " "}]}), "no text"),
        (
            json!({"records": [{"id": "a", "text": "x", "year": "soon"}]}),
            "year",
        ),
        (
            json!({"records": [{"id": "a", "text": "x"}], "vectors": [vector]}),
            "383 components",
        ),
        (
            json!({"records": [{"id": "a", "text": "x"}], "vectors": [vec![0.0; 384]]}),
            "zero",
        ),
        (
            json!({"records": [{"id": "a", "text": "x"}], "vectors": []}),
            "1 records and 0 vectors",
        ),
        (
            json!({"records": vec![json!({"id": "a", "text": "x"}); 1_001]}),
            "at most 1000",
        ),
        (json!({"record": []}), "record"),
    ] {
        let (status, answer) = api.json("PUT", records, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
    let long = json!({"records": [{"id": "a", "text": "x".repeat(33 << 20)}]});
    let (status, answer) = api.json("PUT", records, long).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large"))
    );
    for body in [
        json!({}),
        json!({"ids": [], "filter": []}),
        json!({"filter": []}),
        json!({"filter": ["town:x"]}),
    ] {
        let (status, answer) = api
            .json("POST", "/collections/notes/records/delete", body)
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    }
    assert_eq!(api.get("/collections/notes").await["records"], 3);
}

#[tokio::test]
async fn writing_needs_the_key_and_reading_does_not() {
    let api = Api::new();
    api.notes().await;
    for (method, uri) in [
        ("PUT", "/collections/notes/records"),
        ("PUT", "/collections/new"),
        ("DELETE", "/collections/notes"),
        ("DELETE", "/collections/notes/records/milk"),
        ("POST", "/collections/notes/records/delete"),
        ("DELETE", "/collections/notes/records/delete"),
        ("POST", "/collections/notes/import?file=a.csv"),
        ("POST", "/collections/notes/rename"),
        ("GET", "/collections/notes/snapshot"),
        ("POST", "/preview?name=a.csv"),
        ("DELETE", "/tasks/1"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{uri}"));
        let (status, answer) = send(api.router.clone(), request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (StatusCode::UNAUTHORIZED, &json!("unauthorized")),
            "{method} {uri}"
        );
    }
    let request = Request::get("/api/v1/tasks").body(Body::empty()).unwrap();
    assert_eq!(send(api.router.clone(), request).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_file_is_looked_at_imported_and_added_to() {
    let api = Api::new();
    let csv = "id;head;city\n1;bread and butter;Oslo\n2;too;many;fields\n3;a train at night;Rome\n";
    let (status, preview) = api
        .ask("POST", "/preview?name=a.csv", Body::from(csv))
        .await;
    assert_eq!(status, StatusCode::OK, "{preview}");
    assert_eq!(
        (&preview["format"], &preview["fields"]),
        (&json!("CSV"), &json!(["id", "head", "city"]))
    );
    assert_eq!(
        (&preview["rows"][1]["head"], &preview["skipped"][0]["line"]),
        (&json!("a train at night"), &json!(3))
    );

    let import = "/collections/notes/import?file=a.csv&id=id&title=head&facet=city";
    let (status, started) = api.ask("POST", import, Body::from(csv)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
    let task = api.over(&started).await;
    assert_eq!(
        (&task["state"], &task["records"], &task["skipped"]),
        (&json!("done"), &json!(2), &json!(1))
    );
    assert_eq!(task["listed"][0]["line"], 3);
    assert_eq!(api.found("q=railway&mode=neural&limit=1").await, ["3"]);

    let more = r#"[{"id": "3", "head": "a boat by day"}, {"id": "4", "head": "milk"}]"#;
    let (_, started) = api
        .ask(
            "POST",
            "/collections/notes/import?file=b.json",
            Body::from(more),
        )
        .await;
    assert_eq!(api.over(&started).await["state"], "done");
    assert!(api.found("q=train&mode=text").await.is_empty());
    assert_eq!(api.found("q=boat&mode=text").await, ["3"]);
    assert_eq!(api.get("/collections/notes").await["records"], 3);

    for (file, body, needle) in [("c.csv", "", "empty"), ("c.jsonl", "{]", "line 1")] {
        let uri = format!("/collections/other/import?file={file}");
        let (status, started) = api.ask("POST", &uri, Body::from(body)).await;
        let message = if status == StatusCode::ACCEPTED {
            let task = api.over(&started).await;
            assert_eq!(task["state"], "failed");
            task["message"].clone()
        } else {
            started["error"]["message"].clone()
        };
        assert!(message.as_str().unwrap().contains(needle), "{message}");
    }
    assert_eq!(
        api.get("/tasks").await["tasks"].as_array().unwrap().len(),
        3
    );
    let (status, _) = api.ask("DELETE", "/tasks/77", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn collections_are_renamed_dropped_and_kept_as_a_file() {
    let api = Api::new();
    api.notes().await;
    let request = Request::get("/api/v1/collections/notes/snapshot")
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"));
    let response =
        tower::ServiceExt::oneshot(api.router.clone(), request.body(Body::empty()).unwrap());
    let body = http_body_util::BodyExt::collect(response.await.unwrap().into_body());
    let snapshot = body.await.unwrap().to_bytes();
    let path = std::path::Path::new("snapshot");
    api.catalogue
        .restore("copy", snapshot.as_ref(), path, false)
        .unwrap();
    for query in [
        "q=milk&mode=text",
        "q=kennel&mode=neural",
        "q=roof&mode=hybrid",
    ] {
        let hits = |answer: Value| answer["hits"].clone();
        let ours = hits(api.get(&format!("/collections/notes/search?{query}")).await);
        assert_eq!(
            hits(api.get(&format!("/collections/copy/search?{query}")).await),
            ours
        );
    }
    for end in [0, 1, 30, snapshot.len() / 2, snapshot.len() - 1] {
        let cut = api.catalogue.restore("cut", &snapshot[..end], path, false);
        assert!(
            cut.unwrap_err().to_string().contains("snapshot"),
            "cut to {end} bytes"
        );
    }

    let to = json!({"to": "copy"});
    let (status, _) = api.json("POST", "/collections/notes/rename", to).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let to = json!({"to": "letters"});
    let (status, info) = api.json("POST", "/collections/notes/rename", to).await;
    assert_eq!((status, &info["name"]), (StatusCode::OK, &json!("letters")));
    let (status, _) = api.ask("DELETE", "/collections/copy", Body::empty()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let all = api.get("/collections").await;
    let names: Vec<&Value> = all["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["name"])
        .collect();
    assert_eq!(names, ["letters"]);
    let more = json!({"records": [{"id": "x", "text": "under the new name"}]});
    let (status, _) = api.json("PUT", "/collections/letters/records", more).await;
    assert_eq!(status, StatusCode::OK);
}
