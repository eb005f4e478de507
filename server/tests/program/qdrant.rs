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

/// The bundled sample, in a folder and copied to the cluster.
fn copied_sample(url: &str, name: &str, folder: &Path) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample/startups.jsonl");
    let sample = sample.to_str().unwrap();
    let data = ["--collection", name, "--data-dir", "data"];
    said(&[&["index", sample], &data[..]].concat(), folder);
    succeeds(copy(url, name, "qdrant", folder, &["--replace"]));
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
    copied_sample(&url, name, folder);
    let data = ["--collection", name, "--data-dir", "data"];
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
    let unknown = query("parallax-test-nothing", "bread", "text");
    let unknown = [&unknown[..], &["--backend", "qdrant", "--qdrant-url", &url]];
    fails(parallax(&unknown.concat(), folder), "has no collection");
}

/// A server of the cluster's collections.
fn serve_cluster(url: &str, folder: &Path, more: &[&str]) -> Running {
    let mut command = serve(&folder.join("of-the-server"));
    command.args(["--backend", "qdrant", "--qdrant-url", url]);
    command.args(more);
    Running::start(command)
}

/// An answer without what differs between two servers: times, and the last digits of scores.
fn comparable(answer: Value) -> Value {
    match answer {
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.filter(|(name, _)| !["timings", "ms", "route"].contains(&&**name));
            fields
                .map(|(name, value)| (name, comparable(value)))
                .collect()
        }
        Value::Array(values) => values.into_iter().map(comparable).collect(),
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap();
            json!((number * 1e3).round() / 1e3)
        }
        other => other,
    }
}

#[test]
fn a_server_answers_from_the_cluster_as_from_its_folder() {
    let Some(url) = cluster("a_server_answers_from_the_cluster_as_from_its_folder") else {
        return;
    };
    let (folder, name) = (tempfile::tempdir().unwrap(), "parallax-test-served");
    let folder = folder.path();
    copied_sample(&url, name, folder);
    let here = Running::start(serve(&folder.join("data")));
    let there = serve_cluster(&url, folder, &["--collection", name]);
    let of = |path: &str| format!("/api/v1/collections/{name}{path}");
    let same = |path: &str| {
        let path = of(path);
        let answers = [&here, &there].map(|service| service.get(&path).unwrap());
        let [ours, theirs] = answers.map(|(status, answer)| (status, comparable(answer)));
        assert_eq!(ours.0, 200, "{path}: {ours:?}");
        assert_eq!(ours, theirs, "{path}");
        ours.1
    };
    let found = same("/search?q=rain+forecasts&facets=*&histogram=5");
    let id = found["hits"][0]["id"].as_str().unwrap().to_owned();
    for path in [
        "/search?q=rain+forecasts&mode=text&filter=city:Oslo&facets=city",
        "/search?q=rain+forecasts&mode=neural&filter=-city:Oslo&facets=*",
        "/search?q=bread&mode=text&sort=city&limit=30",
        "/search?sort=-city&limit=30",
        "/search?q=rain+forecasts&explain=true&limit=3",
        "/search?q=%22rain+gauges%22&mode=text",
        "/compare?q=fresh+bread",
        "/records?limit=20",
        "/facets/city?prefix=o",
        "/suggest?q=m",
        "/suggest?q=wor",
        "/suggest?q=vowsparro",
        "/suggest?q=tartlemoor",
        "/explore",
        "/interleave?q=fresh+bread&a=text&b=neural&seed=7",
        &format!("/records/{id}"),
        &format!("/records/{id}/similar?limit=4"),
        &format!("/records/{id}/explain?q=rain+forecasts&mode=neural"),
    ] {
        same(path);
    }
    let recommend = json!({"like": [id], "text": "weather"});
    let recommended = [&here, &there].map(|service| {
        let answer = service.send("POST", &of("/recommend"), &recommend);
        comparable(answer.unwrap().1)
    });
    assert_eq!(recommended[0], recommended[1]);
    // The page is rendered on the server.
    for page in [
        "/?q=rain",
        "/?q=rain&mode=compare",
        &format!("/why/{id}?q=rain"),
        &format!("/record/{id}"),
        "/values?field=city",
        "/explore",
        "/judge",
        "/collections",
        "/about",
    ] {
        let page = there.agent.get(format!("{}{page}", there.base)).call();
        assert_eq!(page.unwrap().status(), 200);
    }
    let (status, refused) = there.get(&of("/map")).unwrap();
    assert_eq!(status, 400, "{refused}");
    let why = refused["error"]["message"].as_str().unwrap();
    assert!(why.contains("on a Qdrant cluster"), "{why}");
    assert_eq!(there.get("/api/v1/collections/nothing").unwrap().0, 404);
}

#[test]
fn what_one_server_writes_to_the_cluster_another_finds() {
    let Some(url) = cluster("what_one_server_writes_to_the_cluster_another_finds") else {
        return;
    };
    let (folder, name) = (tempfile::tempdir().unwrap(), "parallax-test-written");
    let one = serve_cluster(&url, &folder.path().join("one"), &[]);
    let other = serve_cluster(&url, &folder.path().join("other"), &[]);
    let of = |path: &str| format!("/api/v1/collections/{name}{path}");
    let delete = |service: &Running, path: &str| {
        let answer = service
            .agent
            .delete(format!("{}{path}", service.base))
            .call();
        answer.unwrap().status().as_u16()
    };
    delete(&one, &of(""));
    let fields = json!({"id": "id", "title": "title", "text": ["text"], "facets": ["city"]});
    let (status, made) = one.send("PUT", &of(""), &fields).unwrap();
    assert_eq!(status, 201, "{made}");
    assert_eq!(one.send("PUT", &of(""), &fields).unwrap().0, 409);
    let records: Vec<Value> = (0..40)
        .map(|at| json!({"id": format!("r{at}"), "title": format!("Mill {at}"), "text": "It grinds grain.", "city": "Bern"}))
        .collect();
    let (status, written) = one
        .send("PUT", &of("/records"), &json!({"records": records}))
        .unwrap();
    assert_eq!(
        (status, written["replaced"].as_u64()),
        (200, Some(0)),
        "{written}"
    );
    // All others have a text of one passage.
    let long = "It drains the polder. ".repeat(200);
    let changed =
        json!({"records": [{"id": "r7", "title": "Windmill", "text": long, "city": "Delft"}]});
    let (status, written) = other.send("PUT", &of("/records"), &changed).unwrap();
    assert_eq!(
        (status, written["replaced"].as_u64()),
        (200, Some(1)),
        "{written}"
    );
    for mode in ["text", "neural", "hybrid"] {
        let (status, answer) = one
            .get(&of(&format!(
                "/search?q=drains+polder&mode={mode}&facets=city"
            )))
            .unwrap();
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["hits"][0]["id"], "r7", "{answer}");
    }
    let (_, page) = one.get(&of("/records?limit=1000")).unwrap();
    assert_eq!(page["records"].as_array().unwrap().len(), 40);
    assert_eq!(delete(&other, &of("/records/r7")), 200);
    assert_eq!(one.get(&of("/records/r7")).unwrap().0, 404);
    assert_eq!(delete(&other, &of("/records/r7")), 404);
    // It comes back with everything that was written.
    succeeds(copy(&url, name, "here", folder.path(), &[]));
    let export = [
        "export",
        name,
        "--out",
        "export.jsonl",
        "--data-dir",
        "data",
    ];
    said(&export, folder.path());
    let exported = std::fs::read_to_string(folder.path().join("export.jsonl")).unwrap();
    assert_eq!(exported.lines().count(), 39);
    assert_eq!(delete(&one, &of("")), 204);
    assert_eq!(delete(&one, &of("")), 404);
}

#[test]
fn a_collection_that_another_server_made_anew_is_written_as_it_is_now() {
    let Some(url) = cluster("a_collection_that_another_server_made_anew_is_written_as_it_is_now")
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let one = serve_cluster(&url, &folder.path().join("one"), &[]);
    let other = serve_cluster(&url, &folder.path().join("other"), &[]);
    let base = "/api/v1/collections/parallax-test-anew";
    let delete = || {
        let path = format!("{}{base}", one.base);
        one.agent.delete(path).call().unwrap().status().as_u16()
    };
    delete();
    let fields = json!({"id": "id", "text": ["text"], "facets": ["year:number"]});
    assert_eq!(one.send("PUT", base, &fields).unwrap().0, 201);
    let search = format!("{base}/search?q=goat&mode=text");
    assert_eq!(other.get(&search).unwrap().0, 200);
    assert_eq!(delete(), 204);
    let fields = json!({"id": "key", "text": ["about"], "facets": ["city"]});
    assert_eq!(one.send("PUT", base, &fields).unwrap().0, 201);
    // What the other server knows of the collection is no longer true.
    let record = json!({"records": [{"key": "a", "about": "goat milk", "city": "Bern"}]});
    let (status, written) = other
        .send("PUT", &format!("{base}/records"), &record)
        .unwrap();
    assert_eq!(status, 200, "{written}");
    let (_, answer) = one.get(&format!("{search}&filter=city:Bern")).unwrap();
    assert_eq!(answer["hits"][0]["id"], "a", "{answer}");
    assert_eq!(delete(), 204);
    let (status, answer) = other
        .send("PUT", &format!("{base}/records"), &record)
        .unwrap();
    assert_eq!(status, 404, "{answer}");
}
