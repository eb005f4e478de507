//! A file of books has an author, a publisher and a blurb in addition to title and text, and
//! readers search for all of them. The most common complaint about a search over only two fields
//! is that the author's name finds nothing.

use parallax::collection::Incoming;
use parallax::record::FieldRoles;
use parallax::{Mode, Query, Schema};
use serde_json::{Value, json};

use super::titles;
use crate::common::query_encoder;
use crate::common::sample::collection_of;

fn books() -> Vec<Value> {
    vec![
        json!({"title": "The quiet harbour", "about": "A lamp keeper counts ships.",
               "by": {"name": "Oda Lindqvist"}, "press": "Northlight",
               "blurb": "For everybody who ever waited for a letter from far away."}),
        json!({"title": "Bread and salt", "about": "A bakery in a mountain town.",
               "by": {"name": "Omar Haddad"}, "press": "Quay",
               "blurb": "Recipes that need nothing but flour, water and time."}),
        json!({"title": "Iron roads", "about": "How trains came to a valley.",
               "by": {"name": "Eva Klein"}, "press": "Quay",
               "blurb": "The astronomers on the hill complained of the smoke."}),
    ]
}

fn options() -> FieldRoles {
    FieldRoles {
        title: Some("title".into()),
        texts: vec!["about".into()],
        facets: vec!["press".into()],
        ..FieldRoles::default()
    }
}

#[test]
fn words_search_in_every_field_of_an_imported_file() {
    let (_folder, catalogue) = collection_of("books", &books(), &options());
    let collection = catalogue.collection("books").unwrap();
    let found = |query: &str, mode| {
        let query = Query {
            mode,
            ..Query::new(query)
        };
        titles(collection.search(&query).unwrap())
    };
    assert_eq!(found("lindqvist", Mode::Text), ["The quiet harbour"]);
    assert_eq!(found("northlight", Mode::Text), ["The quiet harbour"]);
    assert_eq!(found("flour", Mode::Text), ["Bread and salt"]);
    assert_eq!(found("by.name:klein klein", Mode::Text), ["Iron roads"]);
    assert_eq!(found("stars and telescopes", Mode::Neural)[0], "Iron roads");
    let query = Query {
        mode: Mode::Text,
        ..Query::new("haddad quay")
    };
    let (answer, explained) = collection.search_explained(&query).unwrap();
    let words = &explained[0].as_ref().unwrap().words;
    assert_eq!(answer.hits[0].record.title, "Bread and salt");
    let fields: Vec<&str> = words
        .terms
        .iter()
        .map(|term| term.fields[0].field.as_str())
        .collect();
    assert_eq!(fields, ["by.name", "press"]);
}

#[test]
fn words_search_in_fields_that_the_schema_never_heard_of() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = parallax::Catalogue::open(folder.path(), query_encoder()).unwrap();
    let schema = Schema::named(&FieldRoles {
        facets: Vec::new(),
        ..options()
    });
    catalogue.create("made", schema.unwrap(), true).unwrap();
    let collection = catalogue.collection("made").unwrap();
    let records = books().into_iter().map(|book| Incoming {
        payload: book.as_object().unwrap().clone(),
        vector: None,
    });
    collection.put(records.collect()).unwrap();
    let found = |query: &str, mode| {
        let query = Query {
            mode,
            ..Query::new(query)
        };
        titles(collection.search(&query).unwrap())
    };
    assert_eq!(found("lindqvist", Mode::Text), ["The quiet harbour"]);
    assert_eq!(found("quay", Mode::Text).len(), 2);
    assert_eq!(found("stars and telescopes", Mode::Neural)[0], "Iron roads");
}
