//! While somebody is typing, the last word may be incomplete. Once they have finished, it is a
//! whole word and matches only itself.

use parallax::query::Lookup;
use parallax::{Mode, Query};

use super::{found, shop, titles};

fn typing(text: &str) -> Vec<String> {
    let query = Query {
        mode: Mode::Text,
        lookup: Lookup {
            prefix: true,
            correct: true,
        },
        ..Query::new(text)
    };
    titles(shop().search(&query).unwrap())
}

#[test]
fn the_last_word_may_be_unfinished_while_typing() {
    assert_eq!(typing("solar ch")[0], "Solar charger");
    assert!(typing("espr").contains(&"Espresso machine".to_owned()));
}

#[test]
fn a_word_on_its_way_may_look_like_a_small_one() {
    // The beginning of "included".
    assert!(typing("in").contains(&"Router QX-4417".to_owned()));
    assert_eq!(typing("title:fro"), ["Milk frother"]);
}

#[test]
fn a_blank_ends_the_last_word() {
    assert!(!typing("espr").is_empty());
    assert!(typing("espr ").is_empty());
}

#[test]
fn a_finished_query_takes_its_words_whole() {
    assert!(found("espr", Mode::Text).is_empty());
}
