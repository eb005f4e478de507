//! Copies to a real Qdrant cluster and back. They need its address, such as http://localhost:6334, in
//! PARALLAX_TEST_QDRANT, and its collections whose names begin with `parallax-test-` are deleted.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::binary::{fails, parallax, serve, succeeds};
use crate::running::Running;

/// The cluster's address; `None` with a message if there is none.
fn cluster(test: &str) -> Option<String> {
    let url = std::env::var("PARALLAX_TEST_QDRANT").ok();
    if url.is_none() {
        eprintln!("skipped: {test} needs the address of a Qdrant cluster in PARALLAX_TEST_QDRANT");
    }
    url
}

fn copy(url: &str, name: &str, to: &str, folder: &Path, more: &[&str]) -> Command {
    let arguments = [
        "copy",
        name,
        "--to",
        to,
        "--qdrant-url",
        url,
        "--data-dir",
        "data",
    ];
    parallax(&[&arguments[..], more].concat(), folder)
}

fn said(arguments: &[&str], folder: &Path) -> String {
    succeeds(parallax(arguments, folder)).0
}

/// Records with a text of several passages, fields in an order of their own, and numbers of all kinds.
fn records() -> String {
    let long = "The mill grinds rye, wheat and spelt for the bakers of the valley. ".repeat(60);
    let records = [
        json!({"id": "mill", "title": "Valley mill", "text": long, "founded": 1873, "open": true}),
        json!({"id": "dairy", "title": "Dairy", "text": "Cheese from goats.", "z": 1.5, "a": {"y": null, "x": [1, 2.0]}}),
        json!({"id": "forge", "title": "Forge", "text": "Iron and fire.", "big": 18446744073709551615u64}),
    ];
    records.map(|record| record.to_string()).join("\n")
}

fn query<'a>(name: &'a str, text: &'a str, mode: &'a str) -> [&'a str; 7] {
    [
        "search",
        text,
        "--collection",
        name,
        "--mode",
        mode,
        "--json",
    ]
}

fn hits(answer: &str) -> Value {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["hits"].clone()
}

#[test]
fn a_collection_comes_back_from_qdrant_as_it_was() {
    let Some(url) = cluster("a_collection_comes_back_from_qdrant_as_it_was") else {
        return;
    };
    let (folder, name) = (tempfile::tempdir().unwrap(), "parallax-test-shops");
    let folder = folder.path();
    std::fs::write(folder.join("shops.jsonl"), records()).unwrap();
    let index = [
        "index",
        "shops.jsonl",
        "--collection",
        name,
        "--data-dir",
        "data",
    ];
    said(&index, folder);
    let export = || {
        said(
            &[
                "export",
                name,
                "--out",
                "export.jsonl",
                "--data-dir",
                "data",
            ],
            folder,
        );
        std::fs::read_to_string(folder.join("export.jsonl")).unwrap()
    };
    let search = |mode| {
        let query = query(name, "goat cheese", mode);
        let answer = said(&[&query[..], &["--data-dir", "data"]].concat(), folder);
        hits(&answer)
    };
    let before = (export(), ["neural", "text", "hybrid"].map(search));

    let copied = succeeds(copy(&url, name, "qdrant", folder, &["--replace"])).0;
    assert!(copied.contains("3 records copied"), "{copied}");
    assert!(copied.contains("(100.0 %)"), "{copied}");
    fails(
        copy(&url, name, "qdrant", folder, &[]),
        "already has a collection 'parallax-test-shops'; use --replace",
    );
    fails(
        copy(&url, name, "here", folder, &[]),
        "already exists in the data folder; use --replace",
    );

    said(&["delete", name, "--yes", "--data-dir", "data"], folder);
    let copied = succeeds(copy(&url, name, "here", folder, &[])).0;
    assert!(copied.contains("3 records copied"), "{copied}");
    let after = (export(), ["neural", "text", "hybrid"].map(search));
    assert_eq!(before, after);
}

#[test]
fn points_keep_their_ids_and_payloads_through_a_running_server() {
    let Some(url) = cluster("points_keep_their_ids_and_payloads_through_a_running_server") else {
        return;
    };
    let (folder, name) = (tempfile::tempdir().unwrap(), "parallax-test-points");
    let service = Running::start(serve(&folder.path().join("data")));
    let path = format!("/collections/{name}");
    let create = json!({"vectors": {"size": 2, "distance": "Dot"}});
    assert_eq!(service.send("PUT", &path, &create).unwrap().0, 200);
    let points = json!({"points": [
        {"id": "5c56c793-69f3-4fbf-87e6-c4bf54c28c26", "vector": [3, 4], "payload": {"city": "Bern"}},
        {"id": 18446744073709551615u64, "vector": [0.25, -1], "payload": {"people": 7, "a": [1.5, null]}},
    ]});
    let put = service.send("PUT", &format!("{path}/points"), &points);
    assert_eq!(put.unwrap().0, 200);
    let scroll = || {
        let all = json!({"with_vector": true, "with_payload": true});
        let (status, answer) = service
            .send("POST", &format!("{path}/points/scroll"), &all)
            .unwrap();
        assert_eq!(status, 200);
        answer["result"]["points"].clone()
    };
    let before = scroll();
    assert_eq!(before.as_array().unwrap().len(), 2);

    succeeds(copy(&url, name, "qdrant", folder.path(), &["--replace"]));
    let back = copy(&url, name, "here", folder.path(), &["--replace"]);
    assert!(succeeds(back).0.contains("2 records copied"));
    assert_eq!(scroll(), before);
}

#[test]
fn what_cannot_be_copied_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let nowhere = "http://127.0.0.1:9";
    fails(
        copy(nowhere, "shops", "qdrant", folder, &[]),
        "does not answer; give the port of its gRPC",
    );
    fails(
        copy(nowhere, "shops", "here", folder, &["--shards", "2"]),
        "use them with --to qdrant",
    );
    fails(
        copy(
            nowhere,
            "shops",
            "here",
            folder,
            &["--qdrant-api-key-file", "none"],
        ),
        "none",
    );
    let Some(url) = cluster("what_cannot_be_copied_is_refused_with_the_reason") else {
        return;
    };
    fails(
        copy(&url, "parallax-test-nothing", "here", folder, &[]),
        "has no collection 'parallax-test-nothing'",
    );
    let name = "parallax-test-taken";
    std::fs::write(
        folder.join("taken.json"),
        r#"[{"id": 1, "title": "x", "_parallax": 1}]"#,
    )
    .unwrap();
    said(
        &[
            "index",
            "taken.json",
            "--collection",
            name,
            "--data-dir",
            "data",
        ],
        folder,
    );
    fails(
        copy(&url, name, "qdrant", folder, &["--replace"]),
        "it has a field _parallax",
    );
    // Nothing was changed before the records were checked.
    fails(
        copy(&url, name, "here", folder, &["--replace"]),
        "has no collection 'parallax-test-taken'",
    );
}

#[test]
fn a_copy_is_searched_on_the_cluster_like_the_collection_here() {
    let Some(url) = cluster("a_copy_is_searched_on_the_cluster_like_the_collection_here") else {
        return;
    };
    let (folder, name) = (tempfile::tempdir().unwrap(), "parallax-test-searched");
    let folder = folder.path();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample/startups.jsonl");
    let sample = sample.to_str().unwrap();
    let data = ["--collection", name, "--data-dir", "data"];
    said(&[&["index", sample], &data[..]].concat(), folder);
    succeeds(copy(&url, name, "qdrant", folder, &["--replace"]));
    // The cluster compares f32 in another order.
    let rounded = |hits: Value| -> Vec<(String, i64)> {
        let hits = hits.as_array().unwrap().iter();
        hits.map(|hit| {
            let score = hit["score"].as_f64().unwrap();
            (
                hit["title"].as_str().unwrap().to_owned(),
                (score * 1e4).round() as i64,
            )
        })
        .collect()
    };
    let texts = [
        "rain forecasts for farmers",
        "\"rain gauges\"",
        "bread -city:Oslo",
        "",
    ];
    for text in texts {
        for mode in ["neural", "text", "hybrid"] {
            let query = query(name, text, mode);
            let here = said(&[&query[..], &["--data-dir", "data"]].concat(), folder);
            let cluster = ["--backend", "qdrant", "--qdrant-url", &url];
            let there = said(&[&query[..], &cluster[..]].concat(), folder);
            let (here, there) = (rounded(hits(&here)), rounded(hits(&there)));
            assert!(!here.is_empty(), "{text}");
            assert_eq!(here, there, "{text}, {mode}");
        }
    }
    let recall = [
        "recall",
        "--queries",
        "50",
        "--backend",
        "qdrant",
        "--qdrant-url",
        &url,
    ];
    let agreed = said(&[&recall[..], &data[..]].concat(), folder);
    assert_eq!(agreed.matches("50 of 50 queries").count(), 3, "{agreed}");
    let sorted = query(name, "", "text");
    let sorted = [
        &sorted[..],
        &[
            "--sort",
            "city",
            "--backend",
            "qdrant",
            "--qdrant-url",
            &url,
        ],
    ];
    fails(parallax(&sorted.concat(), folder), "cannot be sorted");
    let unknown = query("parallax-test-nothing", "bread", "text");
    let unknown = [&unknown[..], &["--backend", "qdrant", "--qdrant-url", &url]];
    fails(parallax(&unknown.concat(), folder), "has no collection");
}
