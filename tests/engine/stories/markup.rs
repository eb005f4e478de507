//! Shops export their descriptions as HTML. Tags are not words, and entities are the characters
//! they stand for. Readers see plain text, with highlights in the right places; programs get the
//! original.

use parallax::record::FieldRoles;
use parallax::{Mode, Query};
use serde_json::json;

use super::titles;
use crate::common::sample::collection_of;

#[test]
fn tags_are_no_words_and_marks_lie_on_what_is_shown() {
    let records = [
        json!({"title": "Salt &amp; vinegar", "text": "<p>Crisps of <b>old</b> potatoes.</p><p>Fried&nbsp;twice.</p>"}),
        json!({"title": "Bold coffee", "text": "Strong, with span and class."}),
    ];
    let (_folder, catalogue) = collection_of("snacks", &records, &FieldRoles::default());
    let collection = catalogue.collection("snacks").unwrap();
    let ask = |text: &str| {
        let query = Query {
            mode: Mode::Text,
            ..Query::new(text)
        };
        collection.search(&query).unwrap()
    };
    for tag in ["b", "nbsp", "amp", "p"] {
        assert!(ask(tag).hits.is_empty(), "{tag}");
    }
    assert_eq!(titles(ask("twice")), ["Salt & vinegar"]);
    let hit = ask("old potatoes").hits.remove(0);
    assert_eq!(hit.record.text, "Crisps of old potatoes.\nFried twice.");
    let marked = |hit: &parallax::Found| -> Vec<String> {
        let ranges = hit.highlights.text.iter();
        ranges
            .map(|range| hit.record.text[range.clone()].to_owned())
            .collect()
    };
    assert_eq!(marked(&hit), ["old", "potatoes"]);
    assert!(
        hit.record.payload["text"]
            .as_str()
            .unwrap()
            .starts_with("<p>")
    );
    let written = hit.as_written();
    assert_eq!(written.record.text, written.record.payload["text"]);
    assert_eq!(marked(&written), ["old", "potatoes"]);
}
