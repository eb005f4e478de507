//! Files of various kinds, imported through the API: notes on a file are reported, a document is
//! found by its pages, and numbers keep all digits.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::write_tests::Api;

#[path = "../../../tests/common/documents.rs"]
mod documents;

async fn import(api: &Api, file: &str, bytes: Vec<u8>) -> Value {
    let uri = format!("/collections/notes/import?file={file}&replace=true");
    let (status, started) = api.ask("POST", &uri, Body::from(bytes)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
    api.over(&started).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_documents_is_searched_by_page() {
    let api = Api::new();
    let (files, asked) = documents::mill();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, file)| (*name, &file[..]))
        .collect();
    let task = import(&api, "mill.zip", documents::zip(&files)).await;
    assert_eq!(
        (&task["state"], &task["records"]),
        (&json!("done"), &json!(8)),
        "{task}"
    );
    for (query, path) in asked {
        let query = query.replace(' ', "+");
        for mode in ["text", "neural", "hybrid"] {
            let found = api.found(&format!("q={query}&mode={mode}")).await;
            assert_eq!(found[0], path, "{query} {mode}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_keeps_the_name_it_was_sent_under() {
    let api = Api::new();
    let report = documents::pdf(None, &[&["Rye and oats"], &["Silver"]]);
    let (status, preview) = api
        .ask(
            "POST",
            "/preview?name=report.pdf",
            Body::from(report.clone()),
        )
        .await;
    assert_eq!(
        (status, &preview["format"]),
        (StatusCode::OK, &json!("PDF")),
        "{preview}"
    );
    assert_eq!(preview["rows"][1]["page"], 2);
    assert_eq!(preview["proposed"]["id"], "path");
    // Only the beginning of a longer file is sent.
    let beginning = Body::from(report[..50].to_vec());
    let (status, preview) = api
        .ask("POST", "/preview?name=report.pdf&cut=true", beginning)
        .await;
    assert_eq!(
        (status, &preview["rows"]),
        (StatusCode::OK, &json!([])),
        "{preview}"
    );
    assert_eq!(preview["proposed"]["id"], "path");
    import(&api, "report.pdf", report).await;
    assert_eq!(api.found("q=silver&mode=text").await, ["report.pdf#2"]);

    let scanned = documents::pdf_of(None, &["0 0 m 9 9 l S".into()]);
    let task = import(&api, "scan.pdf", scanned).await;
    assert_eq!(task["state"], "failed");
    let message = task["message"].as_str().unwrap();
    assert!(
        message.starts_with("scan.pdf: there is no text"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_noticed_about_a_file_is_told() {
    let api = Api::new();
    let file = "title;city\nM\u{fc}ller;K\u{f6}ln\n";
    let bytes: Vec<u8> = file.chars().map(|c| c as u8).collect();
    let (_, preview) = api
        .ask("POST", "/preview?name=a.csv", Body::from(bytes.clone()))
        .await;
    let task = import(&api, "a.csv", bytes).await;
    for told in [preview, task] {
        let notes = told["notes"].to_string();
        assert!(
            notes.contains("windows-1252") && notes.contains("semicolons"),
            "{told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_numbers_keep_their_digits() {
    let api = Api::new();
    let fields = json!({"id": "id", "title": "title"});
    api.json("PUT", "/collections/notes", fields).await;
    let records = "{\"records\":[{\"id\":89014103211118510720,\"title\":\"one\"},\
                   {\"id\":89014103211118510721,\"title\":\"two\"},\
                   {\"id\":3,\"n\":18446744073709551615,\"title\":\"three\"}]}";
    let (status, written) = api
        .ask("PUT", "/collections/notes/records", Body::from(records))
        .await;
    assert_eq!(status, StatusCode::OK, "{written}");
    let ids = json!(["89014103211118510720", "89014103211118510721", "3"]);
    assert_eq!(written["ids"], ids);
    let three = api.get("/collections/notes/records/3").await;
    assert_eq!(three["payload"]["n"], u64::MAX);
    let nan = "{\"records\":[{\"id\":4,\"n\":NaN,\"title\":\"four\"}]}";
    let (status, _) = api
        .ask("PUT", "/collections/notes/records", Body::from(nan))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
