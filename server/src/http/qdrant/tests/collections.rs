//! Collections come and go, and may have texts and a model.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Client;

#[tokio::test(flavor = "multi_thread")]
async fn collections_come_and_go() {
    let client = Client::new();
    assert_eq!(
        client.result("GET", "/collections", json!({})).await,
        json!({"collections": []})
    );
    assert_eq!(
        client
            .result("GET", "/collections/towns/exists", json!({}))
            .await["exists"],
        false
    );
    client.create("towns", "Cosine").await;
    assert_eq!(
        client
            .result("GET", "/collections/towns/exists", json!({}))
            .await["exists"],
        true
    );
    let listed = client.result("GET", "/collections", json!({})).await;
    assert_eq!(listed, json!({"collections": [{"name": "towns"}]}));
    let again = json!({"vectors": {"size": 2, "distance": "Cosine"}});
    let (status, error) = client.error("PUT", "/collections/towns", again).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(error.contains("towns"), "{error}");
    assert_eq!(
        client
            .result("DELETE", "/collections/towns", json!({}))
            .await,
        true
    );
    assert_eq!(
        client
            .result("DELETE", "/collections/towns", json!({}))
            .await,
        false
    );
    let (status, version) = client.ask("GET", "/", json!({})).await;
    assert_eq!(
        (status, &version["version"]),
        (StatusCode::OK, &json!(super::super::VERSION))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn named_texts_are_searched_by_words() {
    let client = Client::new();
    let body = json!({
        "vectors": {"size": 2, "distance": "Cosine"},
        "metadata": {"parallax": {"title": "name", "text": ["about"]}},
    });
    client.result("PUT", "/collections/shops", body).await;
    let shops = json!([
        {"id": 1, "vector": [1, 0], "payload": {"name": "Mill", "about": "flour and rye", "secret": "zebra"}},
        {"id": 2, "vector": [0, 1], "payload": {"name": "Dairy", "about": "goats give milk"}},
    ]);
    client.put("shops", shops).await;
    let search = "/api/v1/collections/shops/search";
    let found = async |query: &str| {
        let (status, answer) = client
            .ask("GET", &format!("{search}?{query}"), json!({}))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let hits = answer["hits"].as_array().unwrap();
        hits.iter()
            .map(|hit| hit["title"].clone())
            .collect::<Value>()
    };
    assert_eq!(found("q=rye&mode=text").await, json!(["Mill"]));
    assert_eq!(found("q=milk&mode=hybrid").await, json!(["Dairy"]));
    // A field that was not named is not searched.
    assert_eq!(found("q=zebra&mode=text").await, json!([]));
    // No model made these vectors, so meaning is not known, and words are searched instead.
    assert_eq!(found("q=milk&mode=neural").await, json!(["Dairy"]));
    // Ranks are explained, without a part for meaning.
    let explained = format!("{search}?q=milk&mode=text&explain=true");
    let (status, answer) = client.ask("GET", &explained, json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    // The id of a point is written in one way, or it could not be found by it.
    let other = "550E8400-E29B-41D4-A716-446655440000";
    let body = json!({"records": [{"_point": other, "about": "x"}], "vectors": [[1, 0]]});
    let records = "/api/v1/collections/shops/records";
    let (status, answer) = client.ask("PUT", records, body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    let (status, _) = client
        .ask("GET", "/api/v1/collections/shops/records/2", json!({}))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_named_if_it_made_the_vectors() {
    let client = Client::new();
    let width = crate::http::tests::encoder().encoder().dimension();
    let create = |size: usize, model: &str| {
        json!({
            "vectors": {"size": size, "distance": "Cosine"},
            "metadata": {"parallax": {"text": ["about"], "model": model}},
        })
    };
    let name = "all-MiniLM-L6-v2";
    for (body, needle) in [
        (create(2, name), "components"),
        (create(width, "other"), "other"),
    ] {
        let (_, error) = client.error("PUT", "/collections/farms", body).await;
        assert!(error.contains(needle), "{error}");
    }
    client
        .result("PUT", "/collections/farms", create(width, name))
        .await;
    let about = ["goats give milk", "solar panels on the roof"];
    let encoder = crate::http::tests::encoder();
    let points: Vec<Value> = (1..)
        .zip(about)
        .map(|(id, about)| {
            let vector = encoder.encoder().encode(about).unwrap().to_vec();
            json!({"id": id, "vector": vector, "payload": {"about": about}})
        })
        .collect();
    client.put("farms", json!(points)).await;
    let search = "/api/v1/collections/farms/search?q=dairy+animals&mode=neural&limit=1";
    let (_, answer) = client.ask("GET", search, json!({})).await;
    assert_eq!(answer["hits"][0]["id"], "1", "{answer}");
}
