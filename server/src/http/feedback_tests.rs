//! Recommendations, answers to questions, nearest sentences and field weights, through the API.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::tests::{ready, send};
use super::write_tests::Api;

async fn recommend(body: Value) -> (StatusCode, Value) {
    let request = Request::post("/api/v1/collections/sample/recommend");
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let body = Body::from(body.to_string());
    send(ready(), request.body(body).unwrap()).await
}

async fn get(uri: &str) -> (StatusCode, Value) {
    let uri = format!("/api/v1/collections{uri}");
    send(ready(), Request::get(uri).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn recommendations_need_no_key_and_leave_out_what_was_named() {
    let asked = json!({"like": ["1", "2"], "dislike": ["3"], "text": "farming", "limit": 100});
    let (status, answer) = recommend(asked).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let hits = answer["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 100);
    assert!(answer["total"].as_u64().unwrap() < 337);
    let named = |hit: &Value| ["1", "2", "3"].contains(&hit["id"].as_str().unwrap());
    assert!(!hits.iter().any(named));
    assert!(hits[0]["payload"]["name"].is_string());
    // A reason for each, with every record that was named.
    let reasons = answer["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), hits.len());
    for reason in reasons {
        let ids = |of: &str| {
            let all = reason[of].as_array().unwrap().iter();
            let mut ids: Vec<&str> = all.map(|near| near["id"].as_str().unwrap()).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!((ids("liked"), ids("disliked")), (vec!["1", "2"], vec!["3"]));
        assert!(reason["text"].is_f64());
    }
}

#[tokio::test]
async fn bad_feedback_says_what_is_wrong() {
    for (body, expected, needle) in [
        (json!({}), StatusCode::BAD_REQUEST, "nothing to go by"),
        (
            json!({"like": ["1"], "hate": ["2"]}),
            StatusCode::BAD_REQUEST,
            "hate",
        ),
        (json!({"like": "1"}), StatusCode::BAD_REQUEST, "like"),
        (json!([["1"]]), StatusCode::BAD_REQUEST, "not a JSON object"),
        (json!({"like": ["nobody"]}), StatusCode::NOT_FOUND, "nobody"),
        (
            json!({"like": ["1"], "limit": 101}),
            StatusCode::BAD_REQUEST,
            "limit is 101",
        ),
        (
            json!({"like": ["1"], "filter": ["town:Oslo"]}),
            StatusCode::BAD_REQUEST,
            "town",
        ),
    ] {
        let (status, answer) = recommend(body).await;
        assert_eq!(status, expected, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
}

#[tokio::test]
async fn a_search_tells_the_nearest_sentence_of_each_hit_where_asked() {
    let search = "/sample/search?q=repair+shoes&mode=neural";
    let (_, plain) = get(search).await;
    assert!(plain["hits"][0].get("sentence").is_none());
    let (status, answer) = get(&format!("{search}&sentences=true")).await;
    assert_eq!(status, StatusCode::OK);
    let hits = answer["hits"].as_array().unwrap();
    let marked = hits.iter().filter(|hit| hit.get("sentence").is_some());
    assert!(marked.count() >= 5);

    // Of three sentences, the one that says what is asked is the nearest.
    let api = Api::new();
    let fields = json!({"id": "id", "text": "text"});
    api.json("PUT", "/collections/shops", fields).await;
    let text = "The office is closed on Mondays. We repair shoes by hand. Parking is free.";
    let records = json!({"records": [{"id": "a", "text": text}]});
    api.json("PUT", "/collections/shops/records", records).await;
    let search = "/collections/shops/search?q=repair+shoes&mode=neural&sentences=true";
    let answer = api.get(search).await;
    let hit = &answer["hits"][0];
    let place = |at: usize| hit["sentence"][at].as_u64().unwrap() as usize;
    let shown = hit["text"].as_str().unwrap();
    assert_eq!(shown[place(0)..place(1)].trim(), "We repair shoes by hand.");
}

#[tokio::test]
async fn a_collection_of_pairs_answers_questions() {
    let api = Api::new();
    let fields = json!({"question": "ask", "answer": "say", "facets": ["topic"]});
    let (status, made) = api.json("PUT", "/collections/faq", fields).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let records = json!({"records": [
        {"ask": "How do I reset my password?", "say": "By the link below the form.", "topic": "account"},
        {"ask": "Do you deliver abroad?", "say": "To all of Europe.", "topic": "shipping"},
    ]});
    let (status, written) = api.json("PUT", "/collections/faq/records", records).await;
    assert_eq!(status, StatusCode::OK, "{written}");

    let answer = api
        .get("/collections/faq/answer?q=I+forgot+my+password")
        .await;
    assert_eq!(answer["answer"], "By the link below the form.");
    assert_eq!(answer["nearest"]["title"], "How do I reset my password?");
    assert!(answer["nearest"]["score"].as_f64().unwrap() > 0.475);
    let unknown = api
        .get("/collections/faq/answer?q=Who+wrote+Faust%3F")
        .await;
    assert_eq!(unknown["answer"], Value::Null);
    assert!(unknown["nearest"].is_object());
    assert_eq!(unknown["unknown"], "nothing_near");
    assert_eq!(unknown["others"].as_array().unwrap().len(), 1);
    assert!(answer.get("unknown").is_none());
    assert!(answer["nearest"]["score"].as_f64() >= answer["needed"].as_f64());
    assert_eq!(api.get("/collections/faq").await["pairs"], true);
    let filtered = api
        .get("/collections/faq/answer?q=I+forgot+my+password&filter=topic:shipping")
        .await;
    assert_eq!(filtered["answer"], Value::Null);

    let (status, refused) = get("/sample/answer?q=Why%3F").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("questions and answers"), "{message}");
}

#[tokio::test]
async fn weights_of_fields_change_what_words_rank_first() {
    let api = Api::new();
    for (name, weight) in [("flat", "head=1"), ("steep", "head=20")] {
        let fields = json!({"id": "id", "title": "head", "text": "body", "weights": [weight]});
        let uri = format!("/collections/{name}");
        let (status, made) = api.json("PUT", &uri, fields).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let records = json!({"records": [
            {"id": "in-head", "head": "milk and other things of a farm", "body": "a few words"},
            {"id": "in-body", "head": "things", "body": "milk milk milk"},
        ]});
        api.json("PUT", &format!("{uri}/records"), records).await;
        let answer = api.get(&format!("{uri}/search?q=milk&mode=text")).await;
        let expected = if name == "flat" { "in-body" } else { "in-head" };
        assert_eq!(answer["hits"][0]["id"], expected, "{name}");
    }
    let fields = json!({"title": "head", "weights": ["head=100"]});
    let (status, refused) = api.json("PUT", "/collections/bad", fields).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("1 to 20"), "{message}");
}
