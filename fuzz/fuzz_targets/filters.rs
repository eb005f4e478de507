//! Conditions and their combinations, on facets of every kind.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax::Filter;
use parallax::filter::Condition;
use parallax::vocabulary::SearchRequest;
use parallax_fuzz::{search, shop};

fuzz_target!(|text: &str| {
    if let Ok(condition) = text.parse::<Condition>() {
        // A condition is written so that it is read as the same one.
        let written = condition.to_string();
        assert_eq!(
            written.parse::<Condition>().ok(),
            Some(condition),
            "{written}"
        );
    }
    let request = SearchRequest {
        limit: 3,
        ..SearchRequest::new("milk")
    };
    let shop = &shop().collection;
    for field in ["city", "year", "open", "day"] {
        if let Ok(filter) = format!("{field}:{text}").parse() {
            search(shop, &request, vec![filter]);
        }
    }
    if let Ok(value) = serde_json::from_str(text)
        && let Ok(filters) = Filter::from_json(&value)
    {
        search(shop, &request, filters);
    }
});
