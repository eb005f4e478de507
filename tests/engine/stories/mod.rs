//! What ranking does for the people who search: one behaviour per file, each with the reason why
//! it matters. The tests use a small shop, the real model, and the calls that page and API make.

mod accent;
mod exclusion;
mod facet;
mod further_field;
mod list;
mod markup;
mod meaning;
mod negation;
mod nested;
mod nonsense;
mod phrase;
mod prefix;
mod product_name;
mod typo;
mod written_form;

use std::sync::{Arc, OnceLock};

use crate::common::sample::collection_of;
use parallax::record::FieldRoles;
use parallax::{Answer, Catalogue, Collection, Mode, Query};
use serde_json::json;
use tempfile::TempDir;

/// The shop's products: name and description.
const GOODS: [(&str, &str); 14] = [
    (
        "Budget laptop",
        "A cheap portable computer for school and homework, with a long battery life.",
    ),
    (
        "Gaming desktop",
        "A tower with water cooling and coloured lights for players who want every frame.",
    ),
    (
        "Router QX-4417",
        "Wireless router with four ports, wall mount included.",
    ),
    (
        "Router QX-4471",
        "Wireless router with four ports, desk stand included.",
    ),
    (
        "Goat cheese",
        "Soft cheese from raw goat milk, aged three weeks in a cellar.",
    ),
    (
        "Almond drink",
        "A plant drink for coffee, goat owners need not apply; contains no milk at all.",
    ),
    (
        "Crème brûlée torch",
        "A small gas torch that caramelises sugar on desserts.",
    ),
    (
        "Solar charger",
        "Foldable solar panels that charge a phone on a hike.",
    ),
    (
        "Phone with a camera",
        "A smartphone whose camera takes pictures at night.",
    ),
    (
        "Senior phone",
        "A simple handset with large buttons, made for calls.",
    ),
    (
        "Espresso machine",
        "Nine bars of pressure and a steam wand for milk foam.",
    ),
    (
        "Milk frother",
        "Whisks hot foam for a cappuccino in a minute.",
    ),
    (
        "Hiking boots",
        "Waterproof leather boots with a stiff sole for long walks.",
    ),
    ("Reading lamp", "A warm light that clips onto a book."),
];

/// The shop's collection, built once for all tests.
pub fn shop() -> Arc<Collection> {
    static SHOP: OnceLock<(TempDir, Catalogue)> = OnceLock::new();
    let (_, catalogue) = SHOP.get_or_init(|| {
        let records = GOODS.map(|(title, text)| json!({"title": title, "text": text}));
        let options = FieldRoles {
            title: Some("title".into()),
            texts: vec!["text".into()],
            ..FieldRoles::default()
        };
        collection_of("shop", &records, &options)
    });
    catalogue.collection("shop").unwrap()
}

/// The answer to a query in the shop's collection.
pub fn ask(query: &str, mode: Mode) -> Answer {
    let query = Query {
        mode,
        ..Query::new(query)
    };
    shop().search(&query).unwrap()
}

/// The names of the products found, best first.
pub fn found(query: &str, mode: Mode) -> Vec<String> {
    titles(ask(query, mode))
}

/// The titles of an answer's hits.
pub fn titles(answer: Answer) -> Vec<String> {
    let hits = answer.hits.into_iter();
    hits.map(|hit| hit.record.title).collect()
}
