//! Explanations of a collection's hits: the shares add up to the score shown, and the ranks are
//! those of the ranking itself. Needs the real model.

use crate::common::json_lines;
use crate::common::sample::{ask, collection_of, sample, sample_file};
use parallax::record::FieldRoles;
use parallax::{Collection, Mode, Query};

/// How far a sum may differ from the score.
const EXACT: f32 = 1e-4;

/// Checks every hit of a query; returns how many there were.
fn check(collection: &Collection, query: &Query) -> usize {
    let answer = collection.search(query).unwrap();
    for hit in &answer.hits {
        let shown = hit.neural.unwrap();
        let explanation = collection.explain(query, &hit.record.id).unwrap();
        let meaning = explanation.meaning.unwrap();
        assert_eq!(meaning.cosine, shown.score);
        assert_eq!(meaning.rank, Some(shown.rank), "{}", hit.record.id);
        let split = meaning.split.expect("the model made the vector");
        for words in [&split.query_words, &split.record_words] {
            let sum = split.special + words.iter().map(|word| word.share).sum::<f32>();
            assert!(
                (sum - shown.score).abs() < EXACT,
                "{sum} for {}",
                shown.score
            );
        }
        for word in &split.record_words {
            if let Some(range) = &word.range {
                assert_eq!(&hit.record.text[range.clone()], word.word);
            }
        }
        // The model reads the query without its operators, with words separated by one space.
        let read: Vec<&str> = query.text.split_whitespace().collect();
        let read = read.join(" ");
        for word in &split.query_words {
            assert_eq!(&read[word.range.clone().unwrap()], word.word);
        }
    }
    answer.hits.len()
}

#[test]
fn shares_sum_to_the_score_shown_and_ranks_are_those_shown() {
    let collection = sample();
    let records = json_lines(&sample_file());
    let mut hits = 0;
    // Queries not chosen for this test: the records' own texts.
    for record in records.iter().step_by(7) {
        let text = record["alt"].as_str().unwrap();
        let query = Query {
            limit: 5,
            ..ask(&format!("  {text} "), Mode::Neural)
        };
        hits += check(&collection, &query);
    }
    assert!(hits >= 25);
    let filtered = Query {
        filters: vec!["city:Berlin".parse().unwrap()],
        limit: 20,
        ..ask("furniture", Mode::Neural)
    };
    assert!(check(&collection, &filtered) > 0);
}

#[test]
fn a_record_the_filter_keeps_out_has_no_rank() {
    let collection = sample();
    let best = collection.search(&ask("furniture", Mode::Neural)).unwrap();
    let id = &best.hits[0].record.id;
    let query = Query {
        filters: vec!["city:Nowhere".parse().unwrap()],
        ..ask("furniture", Mode::Neural)
    };
    let explanation = collection.explain(&query, id).unwrap();
    assert_eq!(explanation.meaning.unwrap().rank, None);
    assert!(collection.explain(&query, "no such record").is_err());
    assert!(collection.explain(&ask(" ", Mode::Neural), id).is_err());
}

#[test]
fn of_a_long_record_the_passage_shown_is_explained() {
    let filler = "The market was quiet that day and nothing much was sold. ".repeat(60);
    let records = [
        serde_json::json!({"title": "Long", "text": format!("{filler}A telescope finds planets. {filler}")}),
        serde_json::json!({"title": "Short", "text": "Bread is baked at home."}),
    ];
    let (_folder, catalogue) = collection_of("long", &records, &FieldRoles::default());
    let collection = catalogue.collection("long").unwrap();
    let query = ask("telescope", Mode::Neural);
    assert_eq!(check(&collection, &query), 2);
    let answer = collection.search(&query).unwrap();
    let hit = &answer.hits[0];
    let passage = hit.passage.clone().unwrap();
    let explanation = collection.explain(&query, &hit.record.id).unwrap();
    let split = explanation.meaning.unwrap().split.unwrap();
    let places = split
        .record_words
        .iter()
        .filter_map(|word| word.range.clone());
    for place in places {
        assert!(passage.start <= place.start && place.end <= passage.end);
    }
    assert!(
        split
            .record_words
            .iter()
            .any(|word| word.word == "telescope")
    );
}
