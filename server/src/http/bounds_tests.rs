//! Limits on an answer: snippets, fields, records with very many keys, and texts that are too
//! long for the model.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::write_tests::Api;

/// A collection called notes with some records, whose ids are in `id`. The records come with
/// vectors, because these tests are not about encoding.
async fn notes(records: Vec<Value>, passages: bool) -> Api {
    let api = Api::new();
    let schema = json!({
        "id": "id", "title": "title", "text": "text", "facets": ["tag"], "passages": passages,
    });
    let (status, answer) = api.json("PUT", "/collections/notes", schema).await;
    assert!(status.is_success(), "{answer}");
    if !records.is_empty() {
        put(&api, records, true).await;
    }
    api
}

async fn put(api: &Api, records: Vec<Value>, with_vectors: bool) {
    let vectors = records.iter().enumerate().map(|(at, _)| {
        let mut vector = vec![0.01; 384];
        vector[at] = 1.0;
        vector
    });
    let vectors: Vec<Vec<f64>> = vectors.collect();
    let body = if with_vectors {
        json!({"records": records, "vectors": vectors})
    } else {
        json!({"records": records})
    };
    let (status, answer) = api.json("PUT", "/collections/notes/records", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// The words marked by a hit's highlights.
fn marked(hit: &Value) -> Vec<&str> {
    let text = hit["text"].as_str().unwrap();
    let ranges = hit["highlights"]["text"].as_array().unwrap().iter();
    let part = |range: &Value| {
        let at = |end: usize| range[end].as_u64().unwrap() as usize;
        &text[at(0)..at(1)]
    };
    ranges.map(part).collect()
}

#[tokio::test]
async fn a_hit_carries_a_bounded_snippet_with_its_own_ranges() {
    let filler = "nothing of note happens here at all. ";
    let long = |times: usize| {
        let filler = filler.repeat(times);
        format!("Début. {filler}Fresh goat milk every morning. {filler}")
    };
    let records = vec![
        json!({"id": "short", "title": "Goat", "text": "A goat."}),
        json!({"id": "long", "title": "x".repeat(5_000), "text": long(100), "tag": "a"}),
        json!({"id": "huge", "title": "Huge", "text": long(50_000), "tag": ["b", "c"]}),
    ];
    let api = notes(records, true).await;
    let start = Instant::now();
    let answer = api
        .get("/collections/notes/search?q=goat%20milk&mode=text")
        .await;
    assert!(start.elapsed() < Duration::from_secs(5));
    let hits = answer["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 3);
    for hit in hits {
        let text = hit["text"].as_str().unwrap();
        if hit["id"] == "short" {
            assert_eq!((text, &hit["snippet"]), ("A goat.", &Value::Null));
            assert_eq!(marked(hit), ["goat"]);
            continue;
        }
        assert!(
            text.len() <= 1_200 && text.contains("Fresh goat milk every"),
            "{text}"
        );
        assert!(hit["title"].as_str().unwrap().len() <= 400);
        assert_eq!(hit["title_cut"] == true, hit["id"] == "long");
        assert_eq!(marked(hit), ["goat", "milk"]);
        let snippet = &hit["snippet"];
        assert_eq!(
            (&snippet["cut_before"], &snippet["cut_after"]),
            (&json!(true), &json!(true))
        );
        let whole = long(if hit["id"] == "long" { 100 } else { 50_000 });
        assert_eq!(snippet["length"], whole.len());
        let from = snippet["start"].as_u64().unwrap() as usize;
        assert_eq!(text, &whole[from..from + text.len()]);
        let passage = hit["passage"].as_array().unwrap();
        let end = passage[1].as_u64().unwrap() as usize;
        assert!(end <= text.len());
    }
    // Without a match to centre it on, the snippet is the beginning.
    let answer = api
        .get("/collections/notes/records/short/similar?limit=2")
        .await;
    for hit in answer["hits"].as_array().unwrap() {
        assert!(hit["text"].as_str().unwrap().starts_with("Début."));
        assert_eq!(hit["snippet"]["cut_before"], false);
    }
}

#[tokio::test]
async fn fields_are_whole_where_they_are_asked_for() {
    let long = "word ".repeat(100_000);
    let records =
        vec![json!({"id": "a", "title": "Mill", "text": long, "n": 7, "big": 1u64 << 60})];
    let api = notes(records.clone(), true).await;
    let hit = |fields: &'static str| {
        let uri = format!("/collections/notes/search?q=mill&mode=text{fields}");
        let api = &api;
        async move { api.get(&uri).await["hits"][0].take() }
    };
    let usual = hit("").await;
    assert_eq!(
        usual["payload"],
        json!({"id": "a", "title": "Mill", "n": 7, "big": 1u64 << 60})
    );
    assert_eq!(usual["left_out"], json!(["text"]));
    let all = hit("&fields=*").await;
    assert_eq!(
        (&all["payload"], &all["left_out"]),
        (&records[0], &Value::Null)
    );
    assert!(all["text"].as_str().unwrap().len() <= 1_200);
    assert_eq!(
        hit("&fields=n,title").await["payload"],
        json!({"n": 7, "title": "Mill"})
    );
    assert_eq!(
        hit("&fields=text&fields=n").await["payload"]["text"],
        records[0]["text"]
    );
    assert_eq!(hit("&fields=").await["payload"], json!({}));
    // The record itself is always returned whole.
    assert_eq!(
        api.get("/collections/notes/records/a").await["payload"],
        records[0]
    );

    // The requested fields have a total limit, and the error names it.
    let many: Vec<Value> = (0..12)
        .map(|n| json!({"id": format!("m{n}"), "title": "heavy", "text": "x".repeat(3 << 20)}))
        .collect();
    for chunk in many.chunks(6) {
        put(&api, chunk.to_vec(), true).await;
    }
    let uri = "/collections/notes/search?q=heavy&mode=text&limit=100&collapse=false";
    let answer = api.get(uri).await;
    assert_eq!(answer["hits"].as_array().unwrap().len(), 12);
    assert!(answer.to_string().len() < 100_000);
    let whole = format!("{uri}&fields=*");
    let (status, answer) = api.ask("GET", &whole, Body::empty()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("32 MiB") && message.contains("fewer"),
        "{message}"
    );
}

#[tokio::test]
async fn a_record_of_very_many_keys_is_read_in_time() {
    let record = |id: &str, keys: usize| {
        let mut record: serde_json::Map<String, Value> =
            (0..keys).map(|n| (format!("k{n}"), json!(n))).collect();
        record.insert("id".into(), json!(id));
        record.insert("title".into(), json!("wide"));
        Value::Object(record)
    };
    let took = |keys: usize| async move {
        let api = notes(Vec::new(), true).await;
        let start = Instant::now();
        put(&api, vec![record("a", keys)], true).await;
        let answer = api.get("/collections/notes/search?q=wide&mode=text").await;
        assert!(
            answer["hits"][0]["left_out"]
                .as_array()
                .is_none_or(|l| l.len() <= 20)
        );
        let again = api.get("/collections/notes/records/a").await;
        assert_eq!(again["payload"]["title"], "wide");
        start.elapsed()
    };
    let few = took(10_000).await;
    let many = took(100_000).await;
    assert!(
        many < Duration::from_secs(2) + 30 * few,
        "{few:?}, {many:?}"
    );
}

#[tokio::test]
async fn a_text_longer_than_meaning_reads_is_told() {
    let sentence = "The miller grinds rye by the river. ";
    let records = vec![
        json!({"id": "short", "title": "Mill", "text": sentence}),
        json!({"id": "long", "title": "Mill", "text": sentence.repeat(100)}),
    ];
    // Without passages, the model reads 256 tokens of a text.
    let api = notes(Vec::new(), false).await;
    put(&api, records.clone(), false).await;
    let told = |answer: &Value| answer["read_in_part"].clone();
    assert_eq!(
        told(&api.get("/collections/notes/records/short").await),
        Value::Null
    );
    assert_eq!(
        told(&api.get("/collections/notes/records/long").await),
        true
    );
    for mode in ["text", "neural", "hybrid"] {
        let uri = format!("/collections/notes/search?q=rye&mode={mode}");
        for hit in api.get(&uri).await["hits"].as_array().unwrap() {
            let expected = if hit["id"] == "long" {
                json!(true)
            } else {
                Value::Null
            };
            assert_eq!(told(hit), expected, "{mode}");
        }
    }
    // With passages, all of it is read. Nothing is known about a vector computed elsewhere.
    let api = notes(Vec::new(), true).await;
    put(&api, records.clone(), false).await;
    assert_eq!(
        told(&api.get("/collections/notes/records/long").await),
        Value::Null
    );
    let api = notes(records, false).await;
    assert_eq!(
        told(&api.get("/collections/notes/records/long").await),
        Value::Null
    );
    // An import counts them.
    let lines = format!(
        "{}\n{}\n",
        json!({"id": "short", "text": sentence}),
        json!({"id": "long", "text": sentence.repeat(100)})
    );
    for (passages, partly_read) in [(true, 0), (false, 1)] {
        let uri = format!("/collections/p{passages}/import?file=a.jsonl&passages={passages}");
        let (status, started) = api.ask("POST", &uri, Body::from(lines.clone())).await;
        assert!(status.is_success(), "{started}");
        let task = api.over(&started).await;
        assert_eq!(
            (&task["state"], &task["partly_read"]),
            (&json!("done"), &json!(partly_read))
        );
    }
}
