//! The map through the API: its form, its bytes, and its bounds.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::write_tests::Api;

const SUBJECTS: [&str; 4] = ["goat milk", "solar panels", "dog hotels", "piano lessons"];

/// Sixty notes, a third of them without a city.
async fn notes() -> Api {
    let api = Api::new();
    let fields = json!({"id": "id", "title": "title", "facets": ["city"]});
    api.json("PUT", "/collections/notes", fields).await;
    let records = (0..60).map(|at| {
        let mut record = json!({"id": format!("n{at}"),
            "title": format!("{} number {at}", SUBJECTS[at % 4])});
        match at % 3 {
            0 => {}
            1 => record["city"] = "Oslo".into(),
            _ => record["city"] = format!("City {at}").into(),
        }
        record
    });
    let body = json!({"records": records.collect::<Vec<_>>()});
    let (status, written) = api.json("PUT", "/collections/notes/records", body).await;
    assert_eq!(status, StatusCode::OK, "{written}");
    let collection = api.catalogue.collection("notes").unwrap();
    collection.make_map(&|_| {}).unwrap();
    api
}

/// A response as bytes.
async fn read(api: &Api, path: &str, known: Option<&str>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = Request::get(format!("/api/v1/collections/notes/map{path}"));
    if let Some(known) = known {
        request = request.header(header::IF_NONE_MATCH, known);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = api.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, body.to_vec())
}

fn words(bytes: &[u8]) -> Vec<u32> {
    let words = bytes.chunks_exact(4);
    words
        .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
        .collect()
}

fn message(answer: &Value) -> &str {
    answer["error"]["message"].as_str().unwrap()
}

#[tokio::test]
async fn a_map_is_described() {
    let api = notes().await;
    let map = api.get("/collections/notes/map").await;
    assert_eq!(map["state"], "ready");
    assert_eq!(map["progress"], Value::Null);
    assert_eq!(
        (&map["points"], &map["of_records"]),
        (&json!(60), &json!(60))
    );
    assert_eq!(map["outdated"], 0);
    assert_eq!(map["extent"], json!([0, 0, 65_535, 65_535]));
    assert_eq!(map["facets"], json!(["city"]));
    assert!(map["trustworthiness"].is_number() && map["took_s"].is_number());
    for region in map["regions"].as_array().unwrap() {
        assert!(region["words"].as_array().unwrap().len() <= 3);
        assert!(region["x"].is_u64() && region["y"].is_u64() && region["level"].is_u64());
    }
}

#[tokio::test]
async fn points_are_sent_once() {
    let api = notes().await;
    let (status, headers, bytes) = read(&api, "/points", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    assert_eq!(&bytes[..4], b"PXMP");
    assert_eq!(words(&bytes[4..16]), [1, 60, 0]);
    assert_eq!(bytes.len(), 16 + 4 * 60);
    let number = |at: usize| u16::from_le_bytes([bytes[16 + 2 * at], bytes[17 + 2 * at]]);
    let named = api.get("/collections/notes/map/at?index=7&index=0").await;
    let records = named["records"].as_array().unwrap();
    assert_eq!(records.len(), 2);
    for record in records {
        let at = record["index"].as_u64().unwrap() as usize;
        assert_eq!(record["x"], number(at));
        assert_eq!(record["y"], number(60 + at));
    }

    let tag = headers[header::ETAG].to_str().unwrap();
    assert!(tag.starts_with('"') && tag.ends_with('"'));
    for known in [tag, &format!("W/{tag}"), &format!("\"a\", W/{tag}"), "*"] {
        let (status, _, body) = read(&api, "/points", Some(known)).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    let gone = json!({"ids": ["n5"]});
    api.json("POST", "/collections/notes/records/delete", gone)
        .await;
    let (status, _, body) = read(&api, "/points", Some(tag)).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(body, bytes);
}

#[tokio::test]
async fn colours_and_legend_agree() {
    let api = notes().await;
    let (status, _, bytes) = read(&api, "/colours?facet=city", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(&bytes[..4], b"PXMC");
    let legend = api.get("/collections/notes/map/legend?facet=city").await;
    let classes = legend["classes"].as_array().unwrap();
    assert_eq!(words(&bytes[4..16]), [1, 60, classes.len() as u32]);
    let own = &bytes[16..];
    assert_eq!(own.len(), 60);
    let count = |class: u64| own.iter().filter(|&&own| u64::from(own) == class).count();
    assert_eq!(classes[0]["value"], "Oslo");
    assert_eq!(classes[0]["records"], 20);
    for class in classes {
        let number = class["class"].as_u64().unwrap();
        assert_eq!(class["records"], count(number));
    }
    assert_eq!((&legend["none"], count(0)), (&json!(20), 20));
    assert_eq!(legend["other"], count(255));

    let at = "/collections/notes/map/legend?facet=country";
    let (status, answer) = api.ask("GET", at, Body::empty()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(message(&answer).contains("country"), "{answer}");
}

#[tokio::test]
async fn a_query_and_a_polygon_find_records_on_the_map() {
    let api = notes().await;
    let hits = api
        .get("/collections/notes/map/hits?q=goat+milk&limit=5")
        .await;
    assert!(hits["query"]["x"].is_u64());
    for engine in ["meaning", "words"] {
        let hits = hits[engine].as_array().unwrap();
        assert_eq!(hits.len(), 5);
        assert_eq!(hits[0]["rank"], 1);
        assert!(hits[0]["title"].as_str().unwrap().starts_with("goat milk"));
    }
    let polygon = json!([[0, 0], [65_535, 0], [65_535, 65_535], [0, 65_535]]);
    let body = json!({"polygon": polygon, "q": "goat milk", "limit": 3});
    let (status, inside) = api
        .json("POST", "/collections/notes/map/inside", body)
        .await;
    assert_eq!((status, &inside["total"]), (StatusCode::OK, &json!(60)));
    assert_eq!(inside["ids"].as_array().unwrap().len(), 60);
    let records = inside["records"].as_array().unwrap();
    assert_eq!(records.len(), 3);
    for record in records {
        assert!(record["title"].as_str().unwrap().starts_with("goat milk"));
    }
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let api = notes().await;
    for (at, part) in [
        ("/hits?q=", "empty"),
        ("/hits?q=a&limit=51", "between 1 and 50"),
        ("/at", "1 to 50"),
        ("/at?index=60", "60 records"),
        ("/at?index=-1", "index"),
        ("/colours", "facet"),
        ("/colours?facet=city&more=1", "more"),
    ] {
        let uri = format!("/collections/notes/map{at}");
        let (status, answer) = api.ask("GET", &uri, Body::empty()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{at}");
        assert!(message(&answer).contains(part), "{at}: {answer}");
    }
    for (body, part) in [
        (json!({"polygon": [[0, 0], [1, 1]]}), "2 vertices"),
        (json!({"polygon": vec![[0, 0]; 257]}), "257 vertices"),
        (
            json!({"polygon": [[0, 0], [1, 70_000], [2, 2]]}),
            "polygon[1][1]",
        ),
        (
            json!({"polygon": [[0, 0], [1, 1], [2, 0]], "limit": 101}),
            "limit",
        ),
        (json!({}), "polygon"),
    ] {
        let (status, answer) = api
            .json("POST", "/collections/notes/map/inside", body)
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(message(&answer).contains(part), "{answer}");
    }
}

#[tokio::test]
async fn too_few_records_have_no_map() {
    let api = Api::new();
    api.notes().await;
    let map = api.get("/collections/notes/map").await;
    assert_eq!(
        (&map["state"], &map["of_records"]),
        (&json!("none"), &json!(3))
    );
    let (status, _, body) = read(&api, "/points", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert!(message(&answer).contains("too few records"), "{answer}");
}
