//! The settings of a collection, changed through the API.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::write_tests::{Api, LONG};

async fn changed(api: &Api, settings: Value) {
    let path = "/collections/notes/settings";
    let (status, begun) = api.json("POST", path, settings).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{begun}");
    let over = async {
        loop {
            let (status, info) = api.ask("GET", "/collections/notes", Body::empty()).await;
            assert_eq!(status, StatusCode::OK, "it can be read meanwhile");
            if info["reencoding"]["over"] == true {
                assert_eq!(info["reencoding"]["failed"], Value::Null, "{info}");
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, over).await.unwrap();
}

/// The cosines between all records, which depend on their vectors alone.
async fn cosines(api: &Api) -> Vec<Vec<(String, f64)>> {
    let mut all = Vec::new();
    for id in ["milk", "sun", "pet"] {
        let path = format!("/collections/notes/records/{id}/similar");
        let answer = api.get(&path).await;
        let hits = answer["hits"].as_array().unwrap().iter();
        let cosine = |hit: &Value| {
            let id = hit["id"].as_str().unwrap().to_owned();
            (id, hit["score"].as_f64().unwrap())
        };
        all.push(hits.map(cosine).collect());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_weights_and_language_only_index_again() {
    let api = Api::new();
    api.notes().await;
    let before = cosines(&api).await;
    let settings = api.get("/collections/notes/settings").await;
    assert_eq!(settings["fields"]["text"], json!(["text"]));
    assert_eq!(settings["known"], json!(["id", "text", "city", "year"]));

    let mut fields = settings["fields"].clone();
    fields["facets"] = json!(["year:number"]);
    fields["weights"] = json!(["text=4"]);
    fields["language"] = json!("de");
    let estimate = "/collections/notes/settings?estimate=true";
    let (status, cost) = api.json("POST", estimate, fields.clone()).await;
    assert_eq!(status, StatusCode::OK, "{cost}");
    assert_eq!(
        (&cost["changes"], &cost["encodes"]),
        (&json!(true), &json!(0))
    );
    // Only the cost was asked for.
    let now = api.get("/collections/notes/settings").await;
    assert_eq!(now, settings);

    changed(&api, fields.clone()).await;
    let info = api.get("/collections/notes").await;
    assert_eq!(info["fields"]["language"], "de");
    assert_eq!(info["fields"]["weights"], json!(["text=4"]));
    assert_eq!(cosines(&api).await, before);
    assert_eq!(
        api.found("q=a&mode=neural&filter=year:2020..").await.len(),
        2
    );
    let (status, _) = api
        .ask(
            "GET",
            "/collections/notes/search?q=a&filter=city:Oslo",
            Body::empty(),
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "city is no facet any more");
    let (_, cost) = api.json("POST", estimate, fields).await;
    assert_eq!(cost["changes"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_title_is_encoded_again_and_records_can_be_added() {
    let api = Api::new();
    api.notes().await;
    let before = cosines(&api).await;
    let mut fields = api.get("/collections/notes/settings").await["fields"].clone();
    fields["title"] = json!("city");
    let estimate = "/collections/notes/settings?estimate=true";
    let (_, cost) = api.json("POST", estimate, fields.clone()).await;
    assert_eq!(cost["encodes"], 3, "{cost}");
    assert!(cost["seconds"].as_f64().unwrap() > 0.0);
    changed(&api, fields).await;
    assert_ne!(cosines(&api).await, before);
    let hit = &api.get("/collections/notes/search?q=rome&mode=text").await["hits"][0];
    assert_eq!((&hit["id"], &hit["title"]), (&json!("sun"), &json!("Rome")));

    let records = json!({"records": [{"id": "sea", "text": "boats", "city": "Oslo"}]});
    let (status, _) = api.json("PUT", "/collections/notes/records", records).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(api.get("/collections/notes").await["records"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_are_refused() {
    let api = Api::new();
    api.notes().await;
    let fields = api.get("/collections/notes/settings").await["fields"].clone();
    let with = |name: &str, value: Value| {
        let mut fields = fields.clone();
        fields[name] = value;
        fields
    };
    for (bad, said) in [
        (with("id", json!("text")), "ids"),
        (with("text", json!([])), "title or the text"),
        (with("title", json!("none-such")), "none-such"),
        (with("facets", json!(["year:colour"])), "colour"),
        (with("weights", json!(["text=99"])), "1 to 20"),
        (with("language", json!("xx")), "xx"),
        (with("titel", json!("text")), "titel"),
    ] {
        for path in ["", "?estimate=true"] {
            let path = format!("/collections/notes/settings{path}");
            let (status, refused) = api.json("POST", &path, bad.clone()).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}: {refused}");
            let message = refused["error"]["message"].as_str().unwrap();
            assert!(message.contains(said), "{message}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_there_is_not_is_refused_for_a_new_collection_too() {
    let api = Api::new();
    let roles = json!({"id": "id", "titel": "text", "passages": true});
    let (status, refused) = api.json("PUT", "/collections/notes", roles).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("titel") && !message.contains('?'),
        "{message}"
    );
    let roles = json!({"id": "id", "title": "text", "passages": true});
    let (status, made) = api.json("PUT", "/collections/notes", roles).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_change_waits_for_the_first() {
    let api = Api::new();
    api.notes().await;
    let fields = api.get("/collections/notes/settings").await["fields"].clone();
    let path = "/collections/notes/settings";
    let begin = async |title: &str| {
        let mut fields = fields.clone();
        fields["title"] = json!(title);
        api.json("POST", path, fields).await
    };
    let (first, second) = tokio::join!(begin("city"), begin("city"));
    let accepted = [&first, &second].map(|(status, _)| *status == StatusCode::ACCEPTED);
    assert!(accepted.contains(&true), "{first:?} {second:?}");
    // Unless the first was over before the second came.
    if let Some((status, refused)) = [first, second]
        .into_iter()
        .find(|(status, _)| *status != StatusCode::ACCEPTED)
    {
        assert_eq!(status, StatusCode::CONFLICT, "{refused}");
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains("notes"), "{message}");
    }
}
