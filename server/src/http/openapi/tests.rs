//! The document against the router that it is made with, and answers against the document.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;
use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use parallax_app::problem::CODES;
use serde_json::{Value, json};

use crate::http::tests::{KEY, ready, send};
use crate::http::write_tests::Api;

async fn document() -> Value {
    let request = Request::get("/api/openapi.json").body(Body::empty());
    let (status, document) = send(ready(), request.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    document
}

/// Each operation with its method and path.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, about)| (method.as_str(), path.as_str(), about))
    });
    operations.collect()
}

fn walk(value: &Value, each: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                each(name, member);
                walk(member, each);
            }
        }
        Value::Array(members) => members.iter().for_each(|member| walk(member, each)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_descriptions_are_plain() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    walk(&document, &mut |name, value| match (name, value) {
        ("$ref", Value::String(at)) => {
            let at = at.strip_prefix('#').unwrap();
            assert!(document.pointer(at).is_some(), "{at}");
        }
        ("description", Value::String(text)) => {
            for mark in ["[`", "MAX_", "\n"] {
                assert!(!text.contains(mark), "{text}");
            }
        }
        _ => {}
    });
}

#[tokio::test]
async fn every_route_says_what_it_takes_and_answers() {
    let document = document().await;
    let tags = document["tags"].as_array().unwrap().iter();
    let tags: Vec<&Value> = tags.map(|tag| &tag["name"]).collect();
    let mut ids = HashSet::new();
    let operations = operations(&document);
    assert!(operations.len() > 40, "{}", operations.len());
    for (method, path, about) in operations {
        let at = format!("{method} {path}");
        assert!(tags.contains(&&about["tags"][0]), "{at}");
        assert!(ids.insert(about["operationId"].as_str().unwrap()), "{at}");
        assert!(about["summary"].as_str().unwrap().ends_with('.'), "{at}");
        let responses = about["responses"].as_object().unwrap();
        assert!(responses.keys().any(|of| of.starts_with('2')), "{at}");
        let empty = Vec::new();
        let parameters = about["parameters"].as_array().unwrap_or(&empty);
        let named: HashSet<&str> = parameters
            .iter()
            .map(|of| of["name"].as_str().unwrap())
            .collect();
        assert_eq!(named.len(), parameters.len(), "{at}");
        for part in path.split('/').filter(|part| part.starts_with('{')) {
            assert!(named.contains(part.trim_matches(['{', '}'])), "{at}");
        }
        for parameter in parameters {
            assert!(parameter["description"].is_string(), "{at} {parameter}");
            assert!(parameter["schema"].is_object(), "{at} {parameter}");
        }
    }
}

#[tokio::test]
async fn every_described_route_is_served() {
    let document = document().await;
    let api = Api::new();
    for (method, path, _) in operations(&document) {
        let uri = path.replace("{id}", "1").replace("{name}", "no.name");
        let uri = uri.replace("{field}", "city").replace("{upload}", "u");
        let request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(&uri)
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"));
        let (status, answer) = send(api.router.clone(), request.body(Body::empty()).unwrap()).await;
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.contains("has no route"), "{method} {path}");
    }
}

/// The sources below a folder, without tests.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.contains("tests") {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            found.push((name, text.to_owned()));
        }
    }
}

fn own_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    found
}

#[test]
fn no_route_is_added_without_a_description() {
    let sources = own_sources();
    let of_api = sources
        .iter()
        .filter(|(name, _)| name.contains("http/v1/") || name.ends_with("tutorial.rs"));
    let mut files = 0;
    for (name, text) in of_api {
        files += 1;
        assert!(!text.contains(".route("), "{name}");
    }
    assert!(files > 10, "{files}");
}

#[test]
fn every_code_that_is_sent_is_listed_with_its_status() {
    let listed: HashSet<&str> = CODES.iter().map(|code| code.name).collect();
    assert_eq!(listed.len(), CODES.len());
    let mut sent = HashSet::new();
    for (name, text) in own_sources() {
        let marks = match name.ends_with("src/problem.rs") {
            true => ["code: \"", "=> \"", "=> \""],
            false => ["code: \"", "Failure::new(\"", "Failure::new(\n"],
        };
        for mark in marks {
            for after in text.split(mark).skip(1) {
                let code = after.trim_start().trim_start_matches('"');
                let code = code.split('"').next().unwrap();
                let is_code = |c: char| c.is_ascii_lowercase() || c == '_';
                if !code.is_empty() && code.chars().all(is_code) {
                    assert!(listed.contains(code), "{code} in {name}");
                    sent.insert(code.to_owned());
                }
            }
        }
    }
    for code in [
        "bad_query",
        "not_found",
        "conflict",
        "no_space",
        "overloaded",
    ] {
        assert!(sent.contains(code), "{code}: {sent:?}");
    }
}

/// Whether a value is as a schema says; otherwise where it is not.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        return check(document, schema, value, at);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let fitting = choices.iter();
            let fitting = fitting.filter(|of| check(document, of, value, at).is_ok());
            let fitting = fitting.count();
            if fitting == 0 || (choice == "oneOf" && fitting > 1) {
                return Err(format!("{at}: {fitting} of {choice} fit {value}"));
            }
            return Ok(());
        }
    }
    let is = |kind: &Value| match kind.as_str().unwrap_or_default() {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    let kinds = schema["type"].as_array().cloned();
    let kinds = kinds.unwrap_or_else(|| vec![schema["type"].clone()]);
    if !kinds.iter().any(is) {
        return Err(format!("{at}: {value} is not {kinds:?}"));
    }
    let values = schema["enum"].as_array();
    if values.is_some_and(|values| !values.contains(value)) {
        return Err(format!("{at}: {value} is not of {values:?}"));
    }
    if let Some(members) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                return Err(format!("{at}: no {name}"));
            }
        }
        for (name, member) in members {
            match schema["properties"].get(name) {
                Some(of) => check(document, of, member, &format!("{at}.{name}"))?,
                None if schema["properties"].is_object() => {
                    return Err(format!("{at}: {name} is not described"));
                }
                None => {}
            }
        }
    }
    for (place, member) in value.as_array().into_iter().flatten().enumerate() {
        let of = match schema["prefixItems"].get(place) {
            Some(of) => of,
            None => &schema["items"],
        };
        check(document, of, member, &format!("{at}[{place}]"))?;
    }
    Ok(())
}

#[tokio::test]
async fn answers_are_as_they_are_described() {
    let document = document().await;
    let base = "/api/v1/collections/{name}";
    let explained = "q=milk+company&explain=true&sentences=true&facets=*&limit=3";
    for (path, uri) in [
        ("", String::new()),
        ("/search", format!("?{explained}")),
        ("/search", format!("?{explained}&mode=neural")),
        ("/search", "?q=mlik&mode=text".to_owned()),
        ("/search", "?q=%F0%9F%AA%B1".to_owned()),
        ("/search", "?limit=2".to_owned()),
        ("/search", "?limit=0".to_owned()),
        ("/compare", "?q=milk+company&facets=city".to_owned()),
        ("/walkthrough", "?q=milk+company".to_owned()),
        ("/recall", "?q=milk+company".to_owned()),
        ("/lab", "?q=milk+company".to_owned()),
        ("/explore", String::new()),
        ("/suggest", "?q=be".to_owned()),
        ("/facets/{field}", "?limit=3".to_owned()),
        ("/records", "?limit=3".to_owned()),
        ("/records/{id}", String::new()),
        ("/records/{id}/similar", "?limit=3".to_owned()),
        ("/records/{id}/explain", "?q=milk+company".to_owned()),
        ("/map", String::new()),
        ("/interleave", "?q=milk&a=neural&b=text".to_owned()),
        ("/judgements", String::new()),
        ("/judgements/pool", "?q=milk&depth=3".to_owned()),
        ("/answer", "?q=milk".to_owned()),
        ("/none", String::new()),
    ] {
        let described = format!("{base}{path}");
        let at = described.replace("{name}", "sample").replace("{id}", "7");
        let at = format!("{}{uri}", at.replace("{field}", "city"));
        let request = Request::get(&at).body(Body::empty()).unwrap();
        let (status, answer) = send(ready(), request).await;
        let responses = &document["paths"][&described]["get"]["responses"];
        let mut response = &responses[status.as_str()];
        if path == "/none" {
            assert_eq!(status, StatusCode::NOT_FOUND);
            response = &document["components"]["responses"]["NotFound"];
        }
        if let Some(reference) = response["$ref"].as_str() {
            response = document.pointer(&reference[1..]).unwrap();
        }
        let schema = &response["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{at}: {status} {answer}");
        check(&document, schema, &answer, "").unwrap_or_else(|why| panic!("{at}: {why}"));
    }
}

#[tokio::test]
async fn what_is_not_known_is_refused_wherever_it_stands() {
    let api = Api::new();
    api.notes().await;
    for (method, uri, body) in [
        ("GET", "/collections?page=2", json!(null)),
        ("GET", "/collections/notes?x=1", json!(null)),
        (
            "GET",
            "/collections/notes/records/milk?fields=text",
            json!(null),
        ),
        ("GET", "/collections/notes/export?limit=1", json!(null)),
        ("GET", "/collections/notes/search?q=a&vector=1", json!(null)),
        ("GET", "/collections/notes/records?page=2", json!(null)),
        (
            "POST",
            "/collections/notes/search",
            json!({"q": "a", "size": 3}),
        ),
        (
            "POST",
            "/collections/notes/compare",
            json!({"q": "a", "vector": [1]}),
        ),
        (
            "POST",
            "/collections/notes/search/batch",
            json!({"queries": [], "x": 1}),
        ),
        ("POST", "/collections/notes/recommend", json!({"liked": []})),
        (
            "PUT",
            "/collections/other",
            json!({"text": "t", "heading": "h"}),
        ),
        (
            "PUT",
            "/collections/notes/records",
            json!({"records": [], "x": 1}),
        ),
        (
            "POST",
            "/collections/notes/records/delete",
            json!({"id": "milk"}),
        ),
        (
            "POST",
            "/collections/notes/rename",
            json!({"to": "x", "force": true}),
        ),
        (
            "DELETE",
            "/collections/notes/records/milk?soft=true",
            json!(null),
        ),
        (
            "POST",
            "/collections/notes/settings",
            json!({"text": "text", "x": "y"}),
        ),
    ] {
        let (status, answer) = api.json(method, uri, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{method} {uri}: {answer}");
        assert_eq!(answer["error"]["code"], "bad_query", "{method} {uri}");
    }
    assert_eq!(api.get("/collections/notes").await["records"], 3);
}
