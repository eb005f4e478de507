//! The tools as an assistant sees them: through the SDK's own client, with the real model.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, OnceLock};

use parallax::collection::Incoming;
use parallax::record::FieldRoles;
use parallax::{Catalogue, Schema};
use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::RunningService;
use rmcp::{RoleClient, ServiceExt};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Tools, reading};
use crate::http::tests::encoder;
use crate::keys::Sight;
use crate::sample;
use crate::service::Service;

/// Questions and answers of a shop.
const FAQ: [(&str, &str); 4] = [
    (
        "How do I reset my password?",
        "Follow the link below the form.",
    ),
    ("Do you deliver abroad?", "To all of Europe."),
    ("Which ways to pay are there?", "Card or invoice."),
    ("Is there a shop I can visit?", "In Lisbon."),
];

/// A service with the sample, which is the default, and the shop's questions.
fn service() -> Service {
    static SERVICE: OnceLock<(Service, [TempDir; 2])> = OnceLock::new();
    let (service, _) = SERVICE.get_or_init(|| {
        let data = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(data.path(), encoder()).unwrap();
        sample::build(&catalogue).unwrap();
        catalogue.set_default(sample::NAME).unwrap();
        let roles = FieldRoles {
            question: Some("question".into()),
            answer: Some("answer".into()),
            ..FieldRoles::default()
        };
        let schema = Schema::named(&roles).unwrap();
        catalogue.create("faq", schema, true).unwrap();
        let pairs = FAQ.map(|(question, answer)| Incoming {
            payload: json!({"question": question, "answer": answer})
                .as_object()
                .unwrap()
                .clone(),
            vector: None,
        });
        let faq = catalogue.collection("faq").unwrap();
        faq.put(pairs.into()).unwrap();
        let (service, tasks) = reading(catalogue).unwrap();
        (service, [data, tasks])
    });
    service.clone()
}

/// An assistant that may read everything.
async fn assistant() -> RunningService<RoleClient, ()> {
    limited(Sight::All).await
}

async fn limited(sight: Sight) -> RunningService<RoleClient, ()> {
    let (near, far) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let tools = Tools::new(service().with_sight(sight));
        let serving = tools.serve(far).await.unwrap();
        serving.waiting().await.unwrap();
    });
    ().serve(near).await.unwrap()
}

async fn call(
    assistant: &RunningService<RoleClient, ()>,
    tool: &'static str,
    arguments: Value,
) -> CallToolResult {
    let arguments = arguments.as_object().unwrap().clone();
    let call = CallToolRequestParams::new(tool).with_arguments(arguments);
    assistant.call_tool(call).await.unwrap()
}

fn text(result: &CallToolResult) -> &str {
    &result.content[0].as_text().unwrap().text
}

/// The structured content of a call that succeeds.
async fn data(
    assistant: &RunningService<RoleClient, ()>,
    tool: &'static str,
    arguments: Value,
) -> Value {
    let result = call(assistant, tool, arguments).await;
    assert_ne!(result.is_error, Some(true), "{}", text(&result));
    result.structured_content.unwrap()
}

fn ids(found: &Value) -> Vec<&str> {
    let hits = found["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_assistant_is_told_what_the_tools_do_and_what_they_accept() {
    let assistant = assistant().await;
    let server = assistant.peer_info().unwrap();
    let instructions = server.instructions.clone().unwrap();
    assert!(instructions.contains("list_collections"), "{instructions}");
    let tools = assistant.list_all_tools().await.unwrap();
    let mut names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "answer",
            "fields",
            "list_collections",
            "recommend",
            "search",
            "similar"
        ]
    );
    for tool in &tools {
        let annotations = tool.annotations.as_ref().unwrap();
        assert_eq!(annotations.read_only_hint, Some(true), "{}", tool.name);
        assert!(
            tool.description.as_ref().unwrap().len() > 40,
            "{}",
            tool.name
        );
        assert_eq!(tool.input_schema["additionalProperties"], json!(false));
        assert!(tool.output_schema.is_some(), "{}", tool.name);
        let arguments = tool.input_schema.get("properties");
        for (name, schema) in arguments.and_then(Value::as_object).into_iter().flatten() {
            let described = schema["description"].as_str();
            assert!(described.is_some(), "{} of {}: {schema}", name, tool.name);
        }
    }
    let search = tools.iter().find(|tool| tool.name == "search").unwrap();
    let limit = &search.input_schema["properties"]["limit"];
    assert_eq!(
        (&limit["minimum"], &limit["maximum"]),
        (&json!(1), &json!(20))
    );
    let q = &search.input_schema["properties"]["q"];
    assert_eq!(q["maxLength"], json!(2_000));
}

#[tokio::test]
async fn a_search_says_why_each_record_was_found() {
    let assistant = assistant().await;
    let asked = json!({"q": "milk company", "limit": 3});
    let result = call(&assistant, "search", asked).await;
    let found = result.structured_content.as_ref().unwrap();
    assert_eq!(found["collection"], "sample");
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 3);
    for hit in hits {
        let (meaning, words) = (&hit["by_meaning"], &hit["by_words"]);
        assert!(!meaning.is_null() || !words.is_null(), "{hit}");
        if let Some(cosine) = meaning["cosine"].as_f64() {
            assert!((-1.0..=1.0).contains(&cosine), "{hit}");
        }
        let why = hit["why"].as_str().unwrap();
        assert_eq!(why.contains("by meaning"), !meaning.is_null(), "{hit}");
        assert_eq!(why.contains("by words"), !words.is_null(), "{hit}");
        assert!(hit.get("parts").is_none(), "{hit}");
        // Whoever only reads text is told the same.
        let told = text(&result);
        assert!(told.contains(hit["id"].as_str().unwrap()), "{told}");
        assert!(told.contains(why), "{told}");
    }
    let by_words = json!({"q": "milk", "mode": "text", "limit": 1});
    let by_words = data(&assistant, "search", by_words).await;
    let matched = by_words["hits"][0]["matched_words"].as_array().unwrap();
    let milk = |word: &Value| word.as_str().unwrap().to_lowercase().contains("milk");
    assert!(matched.iter().any(milk), "{matched:?}");
    assert!(by_words["hits"][0]["by_meaning"].is_null());
}

#[tokio::test]
async fn the_parts_of_a_score_are_told_on_request() {
    let assistant = assistant().await;
    let asked = json!({"q": "milk company", "limit": 2, "explain": true});
    let found = data(&assistant, "search", asked).await;
    for hit in found["hits"].as_array().unwrap() {
        let fused = &hit["parts"]["fused"];
        let part = |name: &str| fused[name].as_f64().unwrap();
        let sum = part("from_meaning") + part("from_words") + part("from_similar_records");
        let score = hit["score"].as_f64().unwrap();
        assert!((sum - score).abs() < 1e-3, "{sum} {score}");
        let words = hit["parts"]["words"].as_array().unwrap();
        let words: f64 = words
            .iter()
            .map(|word| word["adds"].as_f64().unwrap())
            .sum();
        let bm25 = hit["by_words"]["bm25"].as_f64().unwrap_or_default();
        assert!((words - bm25).abs() < 1e-2, "{words} {bm25}");
    }
}

#[tokio::test]
async fn filters_are_listed_and_obeyed_and_a_poor_match_is_noted() {
    let assistant = assistant().await;
    let fields = data(&assistant, "fields", json!({"collection": "sample"})).await;
    assert_eq!(fields["records"], 340);
    assert_eq!(fields["title"], "name");
    let city = &fields["facets"][0];
    assert_eq!(
        (&city["field"], &city["kind"]),
        (&json!("city"), &json!("text"))
    );
    // The example of a filter can be used as it is.
    let filter = city["filter"].as_str().unwrap();
    let asked = json!({"q": "tools", "filter": [filter], "limit": 20});
    let found = data(&assistant, "search", asked).await;
    let hits = found["hits"].as_array().unwrap();
    assert!(!hits.is_empty());
    for hit in hits {
        assert_eq!(hit["facets"][0]["value"], city["values"][0]["value"]);
    }
    let poor = json!({"q": "xqzvw plrtkw wvvqx"});
    let poor = data(&assistant, "search", poor).await;
    let notes = poor["notes"].to_string();
    assert!(notes.contains("Nothing here matches well"), "{notes}");
}

#[tokio::test]
async fn records_lead_to_others() {
    let assistant = assistant().await;
    let found = data(&assistant, "search", json!({"q": "milk", "limit": 2})).await;
    let [first, second] = ids(&found)[..] else {
        panic!("{found}")
    };
    let similar = json!({"id": first, "limit": 4});
    let similar = data(&assistant, "similar", similar).await;
    assert_eq!(ids(&similar).len(), 4);
    assert!(!ids(&similar).contains(&first));
    assert!(similar["hits"][0]["by_meaning"]["cosine"].is_f64());

    let asked = json!({"like": [first], "dislike": [second], "text": "farm"});
    let recommended = data(&assistant, "recommend", asked).await;
    let hits = recommended["hits"].as_array().unwrap();
    assert!(!hits.is_empty());
    for hit in hits {
        let reason = &hit["reason"];
        assert_eq!(reason["liked"][0]["id"], first);
        assert_eq!(reason["disliked"][0]["id"], second);
        assert!(reason["text"].is_f64());
    }
}

#[tokio::test]
async fn a_question_is_answered_or_the_nearest_ones_are_told() {
    let assistant = assistant().await;
    let (question, answer) = FAQ[0];
    let asked = json!({"collection": "faq", "q": question});
    let result = call(&assistant, "answer", asked).await;
    assert!(text(&result).contains(answer), "{}", text(&result));
    assert_eq!(result.structured_content.unwrap()["answer"], answer);

    let asked = json!({"collection": "faq", "q": "What is the capital of Mongolia?"});
    let unknown = data(&assistant, "answer", asked).await;
    assert_eq!(unknown["answer"], Value::Null);
    assert_eq!(unknown["unknown"], "nothing_near");
    assert!(!unknown["nearest"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn collections_are_listed_with_what_they_are_for() {
    let assistant = assistant().await;
    let listed = data(&assistant, "list_collections", json!({})).await;
    let listed = listed["collections"].as_array().unwrap();
    let of = |name: &str| listed.iter().find(|listed| listed["name"] == name).unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(of("sample")["default"], true);
    assert_eq!(of("sample")["facets"], json!(["city"]));
    assert_eq!(of("faq")["answers_questions"], true);
    assert_eq!(of("faq")["records"], 4);
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_said_so_that_it_can_be_mended() {
    let assistant = assistant().await;
    let long = "x".repeat(2_001);
    for (tool, arguments, told) in [
        (
            "search",
            json!({"q": "a", "limit": 21}),
            "limit is 21; it must be between 1 and 20",
        ),
        ("similar", json!({"id": "1", "limit": 0}), "limit is 0"),
        (
            "search",
            json!({"q": "a", "limit": "many"}),
            "the argument limit",
        ),
        ("search", json!({"query": "a"}), "unknown field `query`"),
        (
            "search",
            json!({"q": "a", "mode": "psychic"}),
            "`neural`, `text`, `hybrid`",
        ),
        ("search", json!({"q": long}), "2000"),
        (
            "search",
            json!({"q": "a", "filter": ["Berlin"]}),
            "field:value",
        ),
        (
            "search",
            json!({"q": "a", "filter": ["town:Berlin"]}),
            "city",
        ),
        (
            "search",
            json!({"q": "a", "collection": "none"}),
            "there is no collection 'none'",
        ),
        (
            "fields",
            json!({"collection": "none"}),
            "there is no collection 'none'",
        ),
        ("similar", json!({}), "missing field `id`"),
        ("similar", json!({"id": "nobody"}), "'nobody'"),
        ("recommend", json!({}), "name records to like"),
        (
            "answer",
            json!({"q": "why?"}),
            "does not hold questions and answers",
        ),
        (
            "list_collections",
            json!({"all": true}),
            "unknown field `all`",
        ),
        ("delete", json!({}), "there is no tool 'delete'"),
    ] {
        let result = call(&assistant, tool, arguments.clone()).await;
        assert_eq!(result.is_error, Some(true), "{tool} {arguments}");
        let message = text(&result);
        assert!(message.contains(told), "{tool} {arguments}: {message}");
        let (code, _) = message.split_once(": ").unwrap();
        assert!(["bad_query", "not_found"].contains(&code), "{message}");
    }
}

#[tokio::test]
async fn collections_that_a_caller_may_not_read_are_neither_listed_nor_searched() {
    let assistant = limited(Sight::Only(Arc::new(["faq".to_owned()].into()))).await;
    let listed = data(&assistant, "list_collections", json!({})).await;
    let listed = listed["collections"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["name"], "faq");
    for (tool, arguments) in [
        ("search", json!({"q": "milk", "collection": "sample"})),
        ("similar", json!({"id": "1", "collection": "sample"})),
        ("recommend", json!({"like": ["1"], "collection": "sample"})),
        ("answer", json!({"q": "milk?", "collection": "sample"})),
        ("fields", json!({"collection": "sample"})),
    ] {
        let result = call(&assistant, tool, arguments).await;
        assert_eq!(result.is_error, Some(true), "{tool}");
        let message = text(&result);
        assert!(message.starts_with("not_found: "), "{message}");
        assert!(message.contains("faq"), "{message}");
    }
    // By default, the first of those that it may read is searched.
    for found in [
        json!({"q": "password"}),
        json!({"q": "password", "collection": "faq"}),
    ] {
        let found = data(&assistant, "search", found).await;
        assert!(!found["hits"].as_array().unwrap().is_empty());
    }
}
