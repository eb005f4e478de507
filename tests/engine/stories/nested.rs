//! Records from an API are often nested objects. Their fields are named by paths, whether for a
//! facet or a title, and a path through a list of objects refers to each of them.

use parallax::record::FieldRoles;
use parallax::{Mode, Query};
use serde_json::json;

use super::titles;
use crate::common::sample::collection_of;

#[test]
fn a_path_names_a_title_a_text_a_facet_and_an_id() {
    let records = [
        json!({"key": {"no": 7}, "info": {"name": "Tern", "note": "A sloop with a tall mast."},
               "crew": [{"role": "cook"}, {"role": "mate"}]}),
        json!({"key": {"no": 8}, "info": {"name": "Gull", "note": "A barge for gravel."},
               "crew": [{"role": "mate"}]}),
    ];
    let options = FieldRoles {
        id: Some("key.no".into()),
        title: Some("info.name".into()),
        texts: vec!["info.note".into()],
        facets: vec!["crew.role".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("ships", &records, &options);
    let collection = catalogue.collection("ships").unwrap();
    let found = |filter: &str| {
        let query = Query {
            mode: Mode::Text,
            filters: vec![filter.parse().unwrap()],
            ..Query::new("sloop barge")
        };
        titles(collection.search(&query).unwrap())
    };
    assert_eq!(found("crew.role:cook"), ["Tern"]);
    assert_eq!(found("crew.role:mate").len(), 2);
    assert_eq!(collection.record("8").unwrap().title, "Gull");
}
