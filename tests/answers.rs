//! Question answering over pairs: on STS-B, whose pairs rated 4 and 5 say the same in other
//! words, and on a shop's questions written for this test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::HashSet;
use std::path::Path;

use common::sample::{build, sample};
use common::{json_lines, query_encoder, test_data};
use parallax::{Catalogue, Collection, Error};
use serde_json::{Value, json};
use std::sync::Arc;

const FAQ: [(&str, &str); 6] = [
    (
        "How do I reset my password?",
        "Follow the link below the sign-in form.",
    ),
    (
        "Do you deliver abroad?",
        "To all of Europe, within five days.",
    ),
    (
        "Can I return what does not fit?",
        "Within thirty days, free of charge.",
    ),
    (
        "Which ways to pay are there?",
        "Card, invoice or bank transfer.",
    ),
    (
        "How can I cancel my subscription?",
        "In your account, at any time.",
    ),
    (
        "Is there a shop I can visit?",
        "In Lisbon, every day but Sunday.",
    ),
];

fn collection(folder: &Path, pairs: &[Value]) -> (Catalogue, Arc<Collection>) {
    let file = folder.join("pairs.jsonl");
    let lines: Vec<String> = pairs.iter().map(Value::to_string).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let catalogue = Catalogue::open(&folder.join("data"), query_encoder()).unwrap();
    build(&catalogue, "pairs", &file, false).unwrap();
    let collection = catalogue.collection("pairs").unwrap();
    (catalogue, collection)
}

fn faq(folder: &Path) -> (Catalogue, Arc<Collection>) {
    let pairs = FAQ.map(|(question, answer)| json!({"question": question, "answer": answer}));
    collection(folder, &pairs)
}

#[test]
fn a_question_in_other_words_gets_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (_catalogue, faq) = faq(folder.path());
    for (asked, at) in [
        ("I forgot my password, what now?", 0),
        ("do you ship to other countries", 1),
        ("may I return it if it does not fit", 2),
        ("how can I pay", 3),
        ("stop my subscription", 4),
    ] {
        let reply = faq.ask(asked, Vec::new()).unwrap();
        assert_eq!(reply.answer(), Some(FAQ[at].1), "{asked}");
    }
}

#[test]
fn what_nobody_wrote_down_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let (_catalogue, faq) = faq(folder.path());
    for asked in [
        "What is the boiling point of mercury?",
        "xqzvw plrtk",
        "Who won the match yesterday?",
        // The words of an answer are not those of a question.
        "Lisbon, every day but Sunday",
    ] {
        let reply = faq.ask(asked, Vec::new()).unwrap();
        assert_eq!(reply.answer(), None, "{asked}");
        assert!(reply.nearest.is_some(), "what came nearest is told");
    }
}

#[test]
fn an_empty_collection_knows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_catalogue, faq) = faq(folder.path());
    let all = (0..FAQ.len()).map(|number| number.to_string()).collect();
    faq.delete(all).unwrap();
    let reply = faq.ask("How do I reset my password?", Vec::new()).unwrap();
    assert!(!reply.known && reply.nearest.is_none());
}

#[test]
fn records_of_another_kind_are_not_asked() {
    let refused = sample().ask("How are you?", Vec::new()).unwrap_err();
    assert!(matches!(refused, Error::BadQuery(_)));
    assert!(refused.to_string().contains("questions and answers"));
}

/// Of the pairs that say the same, every other one's first sentence is a question with an
/// answer; the second sentences are asked, those of the rest without having an answer. The
/// line was chosen on the development pairs, these are the test pairs.
#[test]
fn paraphrases_are_answered_and_strangers_are_not() {
    let Some(data) = test_data() else {
        return;
    };
    let mut pairs = json_lines(&data.join("sts/stsb-test.jsonl"));
    pairs.retain(|pair| pair["score"].as_f64().unwrap() >= 4.0);
    let (known, strange): (Vec<_>, Vec<_>) =
        pairs.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let answers: Vec<Value> = known
        .iter()
        .map(|(at, pair)| json!({"question": pair["s1"], "answer": format!("Answer {at}.")}))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let (_catalogue, collection) = collection(folder.path(), &answers);
    let ask = |text: &Value| collection.ask(text.as_str().unwrap(), Vec::new()).unwrap();

    let replies: Vec<(bool, bool)> = known
        .iter()
        .map(|(at, pair)| {
            let reply = ask(&pair["s2"]);
            let own = format!("Answer {at}.");
            (reply.known, reply.answer() == Some(&own))
        })
        .collect();
    let share = |count: usize| count as f64 / known.len() as f64;
    let right = share(replies.iter().filter(|(_, own)| *own).count());
    let wrong = share(replies.iter().filter(|(known, own)| *known && !own).count());
    // What a stranger asks may stand there all the same, word for word.
    let there: HashSet<&str> = known
        .iter()
        .filter_map(|(_, pair)| pair["s1"].as_str())
        .collect();
    let strange = strange.into_iter().map(|(_, pair)| &pair["s2"]);
    let strange: Vec<&Value> = strange
        .filter(|s| !there.contains(s.as_str().unwrap()))
        .collect();
    let answered = strange.iter().filter(|text| ask(text).known).count() as f64;
    let answered = answered / strange.len() as f64;
    let cranfield = json_lines(&data.join("bench/cranfield/queries.jsonl"));
    let foreign = cranfield
        .iter()
        .filter(|query| ask(&query["text"]).known)
        .count();
    println!(
        "STS-B: of {} paraphrases {:.1} % got their answer and {:.1} % another one, of {} other \
         sentences {:.1} % got one, of {} questions on aerodynamics {foreign}",
        known.len(),
        right * 100.0,
        wrong * 100.0,
        strange.len(),
        answered * 100.0,
        cranfield.len()
    );
    assert!(right >= 0.85, "{right}");
    assert!(wrong <= 0.1, "{wrong}");
    assert!(answered <= 0.2, "{answered}");
    assert_eq!(foreign, 0);
}
