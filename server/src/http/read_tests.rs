//! Browsing through the API: lists, sort orders, facets, combined filters, reading all records.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::write_tests::Api;

/// A collection of 300 widgets, each with a different colour.
async fn widgets() -> Api {
    let api = Api::new();
    let fields = json!({"id": "id", "title": "title",
                        "facets": ["colour", "price:number", "made:date"]});
    let (status, made) = api.json("PUT", "/collections/notes", fields).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let records = (0..300).map(|i| {
        json!({"id": format!("w{i}"), "title": format!("widget {i}"),
               "colour": format!("Colour {i}"), "price": 300 - i, "made": 2000 + i % 20})
    });
    let body = json!({"records": records.collect::<Vec<_>>()});
    let (status, written) = api.json("PUT", "/collections/notes/records", body).await;
    assert_eq!(status, StatusCode::OK, "{written}");
    api
}

fn ids(answer: &Value) -> Vec<&str> {
    let hits = answer["hits"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    hits.iter().map(|hit| hit["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_field_that_is_not_displayed_says_that_it_matched() {
    let api = Api::new();
    let fields = json!({"id": "id", "title": "title", "text": ["body"]});
    api.json("PUT", "/collections/notes", fields).await;
    let records = json!({"records": [
        {"id": "a", "title": "A churn", "body": "For milk", "maker": "The Zinc & Tin works"},
        {"id": "b", "title": "A zinc bath", "body": "For one", "maker": "Zinc works"},
    ]});
    api.json("PUT", "/collections/notes/records", records).await;
    for mode in ["text", "hybrid"] {
        let at = format!("/collections/notes/search?q=zinc&mode={mode}");
        let answer = api.get(&at).await;
        let hits = answer["hits"].as_array().unwrap();
        let hit = |id: &str| hits.iter().find(|hit| hit["id"] == id).unwrap();
        let field = &hit("a")["matched_field"];
        let expected = json!({"field": "maker", "text": "The Zinc & Tin works",
                              "highlights": [[4, 8]]});
        assert_eq!(*field, expected, "{mode}");
        assert!(hit("b").get("matched_field").is_none(), "{mode}");
    }
    let answer = api
        .get("/collections/notes/search?q=zinc&mode=neural")
        .await;
    assert!(answer["hits"][0].get("matched_field").is_none());
}

#[tokio::test]
async fn a_record_can_be_read_whole() {
    let api = widgets().await;
    let collection = api.catalogue.collection("notes").unwrap();
    let view = collection.record_view("w7").unwrap();
    assert_eq!(view.title, "widget 7");
    let fields: Vec<&str> = view.fields.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(fields, ["title", "colour", "price", "made", "id"]);
    assert_eq!(view.passages.len(), 1);
    assert!(view.passages[0].contains("widget 7") && !view.own_vector);
    assert_eq!(view.similar.len(), 6);
    let similar = api
        .get("/collections/notes/records/w7/similar?limit=6")
        .await;
    for (at, record) in view.similar.iter().enumerate() {
        let hit = &similar["hits"][at];
        assert_eq!(record.id, hit["id"].as_str().unwrap());
        let score = hit["score"].as_f64().unwrap();
        assert!((f64::from(record.cosine) - score).abs() < 1e-6);
    }
    assert!(collection.record_view("w-7").is_err());
}

#[tokio::test]
async fn without_a_query_records_are_listed() {
    let api = widgets().await;
    for query in ["", "q=", "q=*", "mode=text&q=", "mode=hybrid&sort="] {
        let at = format!("/collections/notes/search?limit=2&{query}");
        let answer = api.get(&at).await;
        assert_eq!(ids(&answer), ["w0", "w1"], "{query}");
        assert_eq!(answer["total"], 300);
        assert_eq!(answer["hits"][0]["signals"], json!({}));
    }
    let answer = api
        .get("/collections/notes/search?limit=2&sort=price&filter=price:10..")
        .await;
    assert_eq!(ids(&answer), ["w290", "w289"]);
    assert_eq!(answer["total"], 291);
    let answer = api
        .get("/collections/notes/search?limit=1&q=widget&mode=text&sort=-colour")
        .await;
    assert_eq!(ids(&answer), ["w99"]);
    for (query, needle) in [
        ("sort=size", "its facets are colour, price, made"),
        ("q=widget&sort=price", "use mode text"),
        ("filter=colour:a..b", "the facet colour is a text"),
        ("explain=true", "no rank to explain"),
    ] {
        let at = format!("/collections/notes/search?{query}");
        let answer = api.get(&at).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
}

#[tokio::test]
async fn counts_say_how_many_values_more_there_are() {
    let api = widgets().await;
    let answer = api
        .get("/collections/notes/search?limit=1&facets=colour&facets=made")
        .await;
    let facets = &answer["facets"];
    assert_eq!(facets[0]["values"].as_array().unwrap().len(), 200);
    assert_eq!(facets[0]["more"], 100);
    assert_eq!(
        facets[1]["values"][0],
        json!({"value": "2000", "count": 15})
    );
    assert_eq!(facets[1]["more"], 0);
    let info = api.get("/collections/notes").await;
    assert_eq!(info["facets"][0]["more"], 100);

    let values = "/collections/notes/facets/colour?prefix=c%C3%B3lour%2029&limit=5";
    let found = api.get(values).await;
    assert_eq!(found["values"].as_array().unwrap().len(), 5);
    assert_eq!(found["more"], 6);
    let found = api.get(&format!("{values}&filter=price:%3E290")).await;
    assert_eq!(found["values"], json!([]));
    for (at, needle) in [
        ("facets/size", "its facets are"),
        ("facets/colour?limit=500", "between 1 and 200"),
        ("facets/colour?prefx=a", "prefx"),
    ] {
        let answer = api.get(&format!("/collections/notes/{at}")).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
}

#[tokio::test]
async fn every_facet_is_counted_with_intervals_of_numbers_and_dates() {
    let api = widgets().await;
    let asked = "limit=1&facets=*&facet_values=3&facet_prefix=colour%201&histogram=10";
    let answer = api.get(&format!("/collections/notes/search?{asked}")).await;
    let facets = answer["facets"].as_array().unwrap();
    let fields: Vec<&Value> = facets.iter().map(|facet| &facet["field"]).collect();
    assert_eq!(fields, ["colour", "price", "made"]);
    assert_eq!(facets[0]["values"].as_array().unwrap().len(), 3);
    assert_eq!(facets[0]["more"], 108);
    assert_eq!(facets[0].get("histogram"), None);
    assert_eq!(
        facets[1]["histogram"][9],
        json!({"count": 30, "between": ["271", "300"]})
    );
    // Days of the years 2000 to 2019, each of which begins in its interval.
    let made = facets[2]["histogram"].as_array().unwrap();
    assert_eq!(made[0]["between"], json!(["2000-01-01", "2001-01-01"]));
    let counted: u64 = made
        .iter()
        .filter_map(|bucket| bucket["count"].as_u64())
        .sum();
    assert_eq!(counted, 300);

    // A condition on a facet is left aside for its own counts only.
    let narrowed = "limit=1&facets=price&facets=made&histogram=5&filter=price:271..300";
    let answer = api
        .get(&format!("/collections/notes/search?{narrowed}"))
        .await;
    let in_all = |facet: usize| -> u64 {
        let histogram = answer["facets"][facet]["histogram"].as_array().unwrap();
        histogram
            .iter()
            .filter_map(|bucket| bucket["count"].as_u64())
            .sum()
    };
    assert_eq!((in_all(0), in_all(1)), (300, 30));

    for (query, needle) in [
        ("facets=colour&facet_values=0", "between 1 and 200"),
        ("facets=price&histogram=51", "at most 50"),
    ] {
        let answer = api.get(&format!("/collections/notes/search?{query}")).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
}

#[tokio::test]
async fn filters_in_a_body_combine() {
    let api = widgets().await;
    let search = |body: Value| {
        let api = &api;
        async move { api.json("POST", "/collections/notes/search", body).await }
    };
    let filter = json!({"and": ["price:>290", {"or": ["colour:colour 3", {"not": "made:>2001"}]}]});
    let (status, answer) = search(json!({"filter": filter, "sort": "-made", "limit": 5})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(ids(&answer), ["w3", "w1", "w0"]);
    let (_, same) = search(json!({"q": "*", "filter": ["price:300", "made:2000"]})).await;
    assert_eq!(ids(&same), ["w0"]);
    let (_, words) = search(json!({"q": "widget 7", "mode": "text", "limit": 1})).await;
    assert_eq!(ids(&words), ["w7"]);
    for (body, needle) in [
        (json!({"filter": {"xor": []}}), "the body's filter.xor"),
        (json!({"limit": "many"}), "the body's limit"),
        (json!({"filters": "a:b"}), "filters"),
        (json!({"filter": {"or": ["size:1"]}}), "its facets are"),
    ] {
        let (status, answer) = search(body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }

    let like = json!({"like": ["w1"], "filter": {"or": ["colour:colour 2", "colour:colour 4"]}});
    let (_, answer) = api.json("POST", "/collections/notes/recommend", like).await;
    let mut found = ids(&answer);
    found.sort_unstable();
    assert_eq!(found, ["w2", "w4"]);
    let gone = json!({"filter": {"not": {"or": ["price:..10", "made:2000"]}}});
    let (status, answer) = api
        .json("POST", "/collections/notes/records/delete", gone)
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["deleted"], 275);
}

#[tokio::test]
async fn a_collection_is_read_through_while_it_changes() {
    let api = widgets().await;
    let first = api.get("/collections/notes/records?limit=120").await;
    let read = |page: &Value| -> Vec<String> {
        let records = page["records"]
            .as_array()
            .unwrap_or_else(|| panic!("{page}"));
        let ids = records.iter().map(|r| r["id"].as_str().unwrap().to_owned());
        ids.collect()
    };
    let mut met = read(&first);
    assert_eq!(met.len(), 120);
    assert_eq!(first["records"][0]["payload"]["colour"], "Colour 0");
    // Delete a record that is still ahead, and change one that was already read.
    api.ask("DELETE", "/collections/notes/records/w200", Body::empty())
        .await;
    let change = json!({"records": [{"id": "w5", "title": "widget 5, repainted"}]});
    api.json("PUT", "/collections/notes/records", change).await;
    let mut cursor = first["cursor"].as_str().map(str::to_owned);
    while let Some(at) = cursor {
        let page = api
            .get(&format!("/collections/notes/records?limit=120&cursor={at}"))
            .await;
        met.extend(read(&page));
        cursor = page["cursor"].as_str().map(str::to_owned);
    }
    let expected = (0..300).filter(|i| *i != 200).chain([5]);
    let expected: Vec<String> = expected.map(|i| format!("w{i}")).collect();
    assert_eq!(met, expected);
    for query in ["limit=0", "limit=1001", "cursor=17", "page=2"] {
        let at = format!("/collections/notes/records?{query}");
        let (status, _) = api.ask("GET", &at, Body::empty()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn an_export_is_a_line_a_record_and_needs_no_key() {
    let api = widgets().await;
    let request = Request::get("/api/v1/collections/notes/export");
    let request = request.body(Body::empty()).unwrap();
    let response = api.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let kind = &response.headers()[header::CONTENT_TYPE];
    assert_eq!(kind, "application/x-ndjson");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 300);
    assert_eq!(lines[299]["id"], "w299");
    let (status, _) = api
        .ask("GET", "/collections/none/export", Body::empty())
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_comparison_has_the_places_of_a_record_in_each_mode() {
    let api = widgets().await;
    let at = "/collections/notes/compare?q=widget+7&limit=5&filter=price:100..";
    let compared = api.get(at).await;
    let records = compared["records"].as_array().unwrap();
    for (mode, place) in [
        ("neural", "by_meaning"),
        ("text", "by_words"),
        ("hybrid", "by_both"),
    ] {
        let at = at.replace("compare?", &format!("search?mode={mode}&"));
        let answer = api.get(&at).await;
        let mut first: Vec<&Value> = records.iter().collect();
        first.retain(|record| record[place].as_u64().is_some_and(|place| place <= 5));
        first.sort_by_key(|record| record[place].as_u64());
        let first: Vec<_> = first.iter().map(|record| &record["hit"]["id"]).collect();
        let expected: Vec<_> = answer["hits"].as_array().unwrap().iter().collect();
        let expected: Vec<_> = expected.iter().map(|hit| &hit["id"]).collect();
        assert_eq!(first, expected, "{mode}");
    }
    assert_eq!(compared["searched"], 201);
    assert_eq!(
        compared["words"][0],
        json!({"word": "widget", "records": 201})
    );
    let body = json!({"q": "widget 7", "limit": 5, "filter": {"or": ["price:100.."]}});
    let (status, posted) = api.json("POST", "/collections/notes/compare", body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(posted["records"], compared["records"]);
    for (query, needle) in [
        ("q=*", "no ranks to compare"),
        ("q=widget&limit=50", "between 1 and 20"),
        ("q=widget&sort=price", "use mode text"),
    ] {
        let answer = api
            .get(&format!("/collections/notes/compare?{query}"))
            .await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(needle), "{message}");
    }
}

#[tokio::test]
async fn titles_and_values_that_begin_as_typed_are_suggested_while_a_record_has_them() {
    let api = widgets().await;
    let suggested = |query: &'static str| {
        let api = &api;
        async move {
            let at = format!("/collections/notes/suggest?q={query}");
            api.get(&at).await
        }
    };
    let all = suggested("WIDGET%2029").await;
    let titles = |answer: &Value| -> Vec<String> {
        let titles = answer["titles"].as_array().unwrap().iter();
        titles
            .map(|title| title["title"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected: Vec<String> = [29, 290, 291, 292, 293]
        .map(|at| format!("widget {at}"))
        .into();
    assert_eq!(titles(&all), expected);
    assert_eq!(all["titles"][0]["id"], "w29");
    assert_eq!(all["values"], json!([]));

    // The last word may be the beginning of a value, too.
    let colour = json!({"field": "colour", "value": "Colour 7", "typed": [0, 8]});
    let found = suggested("c%C3%B3lour%207").await;
    assert_eq!(found["values"][0]["value"], colour["value"]);
    assert_eq!(found["values"][0]["typed"], json!([0, 9]));
    assert_eq!(suggested("colour%207").await["values"][0], colour);
    let last = suggested("widget%20colo").await;
    assert_eq!(last["values"].as_array().unwrap().len(), 5);
    assert_eq!(last["values"][0]["typed"], json!([7, 11]));

    let gone = json!({"ids": ["w29", "w290"]});
    let path = "/collections/notes/records/delete";
    let (status, _) = api.json("POST", path, gone).await;
    assert_eq!(status, StatusCode::OK);
    let left = titles(&suggested("widget%2029").await);
    assert_eq!(left[0], "widget 291");
    assert_eq!(suggested("Colour%20290").await["values"], json!([]));

    for (query, expected) in [("q=", StatusCode::OK), ("", StatusCode::BAD_REQUEST)] {
        let at = format!("/collections/notes/suggest?{query}");
        let (status, answer) = api.ask("GET", &at, Body::empty()).await;
        assert_eq!(status, expected, "{answer}");
    }
    let long = format!("/collections/notes/suggest?q={}", "x".repeat(3_000));
    assert!(
        api.get(&long).await["error"]["message"]
            .as_str()
            .unwrap()
            .contains("2000")
    );
}
