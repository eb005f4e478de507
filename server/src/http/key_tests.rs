//! What keys may do through the API, and what they may not learn.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use parallax::record::FieldRoles;
use parallax::{Catalogue, Schema};
use serde_json::{Value, json};
use tokio_stream::StreamExt;

use super::tests::{encoder, send};
use super::{Guard, api};
use crate::keys::{Key, Keys, Role, Settings, expiry};
use crate::opened::Opened;
use crate::service::Service;
use crate::site::{Files, Site};
use crate::tasks::{self, Tasks};

/// Keys for the collection `films` and one that does not exist, `plays`.
pub(super) const SEARCH: &str = "key-that-searches-films";
pub(super) const WRITE: &str = "key-that-writes-films";
pub(super) const MANAGE: &str = "key-that-manages-films";
/// A key for everything.
pub(super) const ADMIN: &str = "key-for-everything";
const OLD: &str = "key-that-has-expired";

/// A service with two collections, `books` and `films`, in a folder of its own.
pub(super) struct Shop {
    service: Service,
    keys: Arc<Keys>,
    folder: tempfile::TempDir,
}

/// The keys, all of them.
pub(super) fn all_keys() -> Vec<Key> {
    let films = ["films", "plays"].map(str::to_owned);
    let films = Some(Arc::new(films.into_iter().collect()));
    let for_films = |name: &str, secret: &str, role| Key {
        role,
        collections: films.clone(),
        ..Key::of_all(name, secret)
    };
    vec![
        for_films("films reader", SEARCH, Role::Search),
        for_films("films writer", WRITE, Role::Write),
        for_films("films manager", MANAGE, Role::Admin),
        Key::of_all("everything", ADMIN),
        Key {
            expires: Some(expiry("2020-01-01").unwrap()),
            ..Key::of_all("old", OLD)
        },
    ]
}

impl Shop {
    pub async fn new() -> Self {
        Self::with(&Settings::default(), all_keys()).await
    }

    pub async fn with(settings: &Settings, keys: Vec<Key>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(Catalogue::open(folder.path(), encoder()).unwrap());
        for name in ["books", "films"] {
            let options = FieldRoles {
                id: Some("id".into()),
                texts: vec!["text".into()],
                ..FieldRoles::default()
            };
            let schema = Schema::named(&options).unwrap();
            catalogue.create(name, schema, true).unwrap();
        }
        let limits = tasks::Settings::default();
        let tasks = Tasks::open(folder.path(), Arc::clone(&catalogue), limits).unwrap();
        let service = Service::new(2);
        service.open(Opened {
            tasks,
            local: catalogue,
            reencodings: Arc::default(),
            cluster: None,
        });
        let shop = Self {
            service,
            keys: Arc::new(Keys::new(settings, keys).unwrap()),
            folder,
        };
        // Another guard over the same service, so that this counts for no limit.
        let write = Self {
            service: shop.service.clone(),
            keys: Arc::new(Keys::new(&Settings::default(), all_keys()).unwrap()),
            folder: tempfile::tempdir().unwrap(),
        };
        for (name, text) in [
            ("books", "A ship crosses the ocean."),
            ("films", "A gardener plants roses."),
        ] {
            let uri = format!("/api/v1/collections/{name}/records");
            let records = json!({"records": [{"id": "one", "text": text}]});
            let (status, told) = write.ask(Some(ADMIN), "PUT", &uri, Some(records)).await;
            assert_eq!(status, StatusCode::OK, "{told}");
        }
        shop
    }

    /// The API.
    pub fn api(&self) -> Router {
        api(self.service.clone(), Guard::with(Arc::clone(&self.keys)))
    }

    /// The API and the page, with a built site that has one file.
    pub fn site(&self) -> Router {
        let root = self.root();
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        std::fs::write(root.join("pkg/app.js"), "//").unwrap();
        let site = Site {
            files: Files::InFolder(root),
            page: Default::default(),
        };
        let guard = Guard::with(Arc::clone(&self.keys));
        let settings = super::settings::Settings {
            hosts: vec!["search.example".into(), "evil.example".into()],
            ..Default::default()
        };
        let streams = super::streams::Streams::new(&settings.limits, Default::default());
        super::router(self.service.clone(), site, guard, &settings, streams)
    }

    /// The folder of the built site.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    pub async fn ask(
        &self,
        key: Option<&str>,
        method: &str,
        uri: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        send(self.api(), request.body(body).unwrap()).await
    }

    async fn get(&self, key: &str, uri: &str) -> (StatusCode, Value) {
        self.ask(Some(key), "GET", &format!("/api/v1{uri}"), None)
            .await
    }
}

/// The address that a request comes from.
pub(super) fn from(address: &str) -> ConnectInfo<SocketAddr> {
    ConnectInfo(SocketAddr::new(address.parse().unwrap(), 40_000))
}

fn message(answer: &Value) -> &str {
    answer["error"]["message"].as_str().unwrap()
}

#[tokio::test]
async fn without_a_key_one_can_neither_write_nor_read_where_reading_needs_one() {
    let shop = Shop::new().await;
    for (method, uri) in [
        ("GET", "/api/v1/collections"),
        ("GET", "/api/v1/collections/books"),
        ("GET", "/api/v1/collections/none"),
        ("GET", "/api/v1/collections/books/records/one"),
        ("GET", "/api/v1/collections/books/export"),
        ("GET", "/api/search?q=ship"),
        ("POST", "/search"),
        ("GET", "/api/v1/tasks"),
        ("PUT", "/api/v1/collections/books/records"),
        ("DELETE", "/api/v1/collections/books/records/one"),
        ("DELETE", "/api/v1/collections/books"),
        ("POST", "/api/v1/collections/books/import?file=a.jsonl"),
    ] {
        let (status, told) = shop.ask(None, method, uri, Some(json!({}))).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {uri}: {told}");
        assert_eq!(told["error"]["code"], "unauthorized");
        assert!(!told.to_string().contains("films"), "{told}");
    }
    let (status, _) = shop.ask(None, "GET", "/healthz", None).await;
    assert_eq!(status, StatusCode::OK);
    let (_, books) = shop.get(ADMIN, "/collections/books").await;
    assert_eq!(books["records"], 1);
}

#[tokio::test]
async fn a_key_for_one_collection_shows_nothing_of_others() {
    let shop = Shop::new().await;
    let (status, listed) = shop.get(SEARCH, "/collections").await;
    assert_eq!(status, StatusCode::OK);
    let names: Vec<_> = listed["collections"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0]["name"], "films");
    let (status, found) = shop.get(SEARCH, "/collections/films/search?q=roses").await;
    assert_eq!(
        (status, &found["hits"][0]["id"]),
        (StatusCode::OK, &json!("one"))
    );
    // One that exists is refused like one that does not.
    let (status, books) = shop.get(SEARCH, "/collections/books").await;
    let (other, none) = shop.get(SEARCH, "/collections/none").await;
    assert_eq!(
        (status, other),
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
    assert_eq!(message(&books).replace("books", "none"), message(&none));
    let encoded = shop.get(SEARCH, "/collections/%62ooks/records").await;
    assert_eq!(encoded.0, StatusCode::FORBIDDEN);
    // Where none is named, the default one is not used either: that would be `books`.
    let (_, everything) = shop
        .ask(Some(ADMIN), "GET", "/api/search?q=ship", None)
        .await;
    assert!(everything.to_string().contains("ocean"));
    let (status, found) = shop
        .ask(Some(SEARCH), "GET", "/api/search?q=ship", None)
        .await;
    assert_eq!(status, StatusCode::OK, "{found}");
    assert!(!found.to_string().contains("ocean"), "{found}");
}

#[tokio::test]
async fn an_error_names_no_collection_that_the_key_is_not_for() {
    let shop = Shop::new().await;
    let (status, told) = shop.get(SEARCH, "/collections/plays").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(message(&told).contains("films"), "{told}");
    assert!(!message(&told).contains("books"), "{told}");
    let records = json!({"records": [{"id": "two", "text": "A play."}]});
    let uri = "/api/v1/collections/plays/records";
    let (status, told) = shop.ask(Some(WRITE), "PUT", uri, Some(records)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!message(&told).contains("books"), "{told}");
}

#[tokio::test]
async fn a_role_includes_those_below_it_and_none_above() {
    let shop = Shop::new().await;
    let records = || Some(json!({"records": [{"id": "two", "text": "Snow."}]}));
    let uri = "/api/v1/collections/films/records";
    let ask = |key, method, uri, body| shop.ask(Some(key), method, uri, body);
    let (status, told) = ask(SEARCH, "PUT", uri, records()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(message(&told).contains("role write"), "{told}");
    assert_eq!(ask(WRITE, "PUT", uri, records()).await.0, StatusCode::OK);
    assert_eq!(ask(MANAGE, "GET", uri, None).await.0, StatusCode::OK);
    let films = "/api/v1/collections/films";
    let rename = "/api/v1/collections/films/rename";
    let (status, told) = ask(WRITE, "DELETE", films, None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(message(&told).contains("role admin"), "{told}");
    let books = "/api/v1/collections/books/records";
    assert_eq!(
        ask(WRITE, "PUT", books, records()).await.0,
        StatusCode::FORBIDDEN
    );
    // Neither a collection that exists nor another can be made of one's own.
    for to in ["books", "other"] {
        let (status, told) = ask(MANAGE, "POST", rename, Some(json!({"to": to}))).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{told}");
    }
    let renamed = ask(MANAGE, "POST", rename, Some(json!({"to": "plays"}))).await;
    assert_eq!(renamed.0, StatusCode::OK, "{}", renamed.1);
    let plays = "/api/v1/collections/plays";
    assert_eq!(
        ask(MANAGE, "DELETE", plays, None).await.0,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn an_expired_key_says_so() {
    let shop = Shop::new().await;
    let (status, told) = shop.get(OLD, "/collections").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(message(&told).contains("expired"), "{told}");
}

#[tokio::test]
async fn all_wrong_keys_are_answered_alike() {
    let shop = Shop::new().await;
    let long = ADMIN.repeat(100);
    let mut answers = Vec::new();
    for wrong in ["", "x", &ADMIN[1..], &ADMIN[..ADMIN.len() - 1], &long] {
        answers.push(shop.get(wrong, "/collections/books").await);
    }
    for (status, told) in &answers {
        assert_eq!(*status, StatusCode::UNAUTHORIZED);
        assert_eq!(told, &answers[0].1);
    }
    let basic = Request::get("/api/v1/collections").header(header::AUTHORIZATION, ADMIN);
    let (status, _) = send(shop.api(), basic.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn imports_into_other_collections_are_hidden() {
    let shop = Shop::new().await;
    let uri = "/api/v1/collections/books/import?file=a.jsonl";
    let record = Some(json!({"id": "two", "text": "A whale."}));
    let (status, started) = shop.ask(Some(ADMIN), "POST", uri, record).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
    let id = started["task"]["id"].as_u64().unwrap();
    let (status, task) = shop.get(ADMIN, &format!("/tasks/{id}")).await;
    assert_eq!((status, &task["id"]), (StatusCode::OK, &json!(id)));
    let (status, listed) = shop.get(SEARCH, "/tasks").await;
    assert_eq!((status, listed), (StatusCode::OK, json!({"tasks": []})));
    let (_, none) = shop.get(SEARCH, "/tasks/12345").await;
    let none = message(&none).replace("12345", &id.to_string());
    for (key, method, path) in [
        (SEARCH, "GET", format!("/api/v1/tasks/{id}")),
        (SEARCH, "GET", format!("/api/v1/tasks/{id}/events")),
        (WRITE, "DELETE", format!("/api/v1/tasks/{id}")),
    ] {
        let (status, told) = shop.ask(Some(key), method, &path, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(message(&told), none, "{method} {path}");
    }
}

#[tokio::test]
async fn an_upload_into_another_collection_is_hidden() {
    let shop = Shop::new().await;
    let uri = "/api/v1/collections/books/import?file=secret.jsonl&upload=theirs";
    let record = Some(json!({"id": "two", "text": "A whale."}));
    let (status, started) = shop.ask(Some(ADMIN), "POST", uri, record).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
    let theirs = "/api/v1/uploads/theirs";
    let (status, told) = shop.ask(Some(ADMIN), "GET", theirs, None).await;
    assert_eq!((status, &told["id"]), (StatusCode::OK, &json!("theirs")));
    for (method, path) in [
        ("GET", theirs),
        ("PATCH", "/api/v1/uploads/theirs?offset=0"),
    ] {
        let (status, told) = shop.ask(Some(WRITE), method, path, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method}: {told}");
    }
    let (status, told) = shop.ask(Some(WRITE), "DELETE", theirs, None).await;
    assert_eq!((status, told), (StatusCode::OK, json!({"task": null})));
    // Its name is taken, but not told by whom.
    let uri = "/api/v1/collections/films/import?file=b.jsonl&upload=theirs";
    let record = Some(json!({"id": "two", "text": "A whale."}));
    let (status, told) = shop.ask(Some(WRITE), "POST", uri, record).await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    let told = message(&told);
    assert!(
        !told.contains("books") && !told.contains("secret"),
        "{told}"
    );
}

#[tokio::test]
async fn a_withdrawal_counts_only_for_the_key_that_made_it() {
    let shop = Shop::new().await;
    let withdraw = async |key: &str, upload: &str| {
        let uri = format!("/api/v1/uploads/{upload}");
        let (status, told) = shop.ask(Some(key), "DELETE", &uri, None).await;
        assert_eq!((status, told), (StatusCode::OK, json!({"task": null})));
    };
    let import = async |key: &str, collection: &str, upload: &str| {
        let uri = format!("/api/v1/collections/{collection}/import?file=a.jsonl&upload={upload}");
        let record = Some(json!({"id": "two", "text": "A whale."}));
        shop.ask(Some(key), "POST", &uri, record).await.0
    };
    withdraw(ADMIN, "first").await;
    // More than are remembered of one key.
    for at in 0..110 {
        withdraw(WRITE, &format!("plan-{at}")).await;
    }
    assert_eq!(import(ADMIN, "books", "first").await, StatusCode::CONFLICT);
    let refused = import(WRITE, "films", "plan-109").await;
    assert_eq!(refused, StatusCode::CONFLICT);
    // Neither a key for everything nor one for the same collections is refused because of that.
    let created = import(ADMIN, "books", "plan-109").await;
    assert_eq!(created, StatusCode::ACCEPTED);
    let created = import(MANAGE, "films", "plan-108").await;
    assert_eq!(created, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn without_a_key_for_searching_reading_stays_open() {
    let shop = Shop::with(&Settings::default(), vec![Key::of_all("one", ADMIN)]).await;
    let (status, listed) = shop.ask(None, "GET", "/api/v1/collections", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(listed["collections"].as_array().unwrap().len(), 2);
    let records = json!({"records": [{"id": "two", "text": "Snow."}]});
    let uri = "/api/v1/collections/films/records";
    let (status, _) = shop.ask(None, "PUT", uri, Some(records.clone())).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, _) = shop.ask(Some(ADMIN), "PUT", uri, Some(records)).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_is_asked_for_before_the_body_arrives() {
    let shop = Shop::new().await;
    for waits in [false, true] {
        // A client that waits for `100 Continue` sends nothing before, and gets it when the body is
        // read.
        let read = Arc::new(AtomicBool::new(false));
        let body = {
            let read = Arc::clone(&read);
            tokio_stream::once(()).then(move |()| {
                read.store(true, Ordering::Relaxed);
                std::future::pending::<std::io::Result<Vec<u8>>>()
            })
        };
        let mut request = Request::post("/api/v1/collections/books/import?file=a.jsonl");
        if waits {
            request = request.header(header::EXPECT, "100-continue");
        }
        let body = Body::from_stream(body);
        let answered = send(shop.api(), request.body(body).unwrap());
        let answered = tokio::time::timeout(Duration::from_secs(20), answered).await;
        assert_eq!(answered.expect("no answer").0, StatusCode::UNAUTHORIZED);
        tokio::task::yield_now().await;
        assert_eq!(read.load(Ordering::Relaxed), !waits);
    }
}
