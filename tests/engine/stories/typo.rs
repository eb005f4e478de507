//! A typo should not lead to an empty page, and nobody should have to wonder what was searched for:
//! the correction is reported, and can be turned off.

use parallax::query::Lookup;
use parallax::{Mode, Query};

use super::{ask, found, shop, titles};

#[test]
fn a_misspelled_word_is_corrected_and_the_correction_is_said() {
    let answer = ask("sloar charger", Mode::Text);
    assert_eq!(answer.corrections.len(), 1);
    let correction = &answer.corrections[0];
    assert_eq!(
        (correction.word.as_str(), correction.instead.as_str()),
        ("sloar", "solar")
    );
    assert_eq!(&"sloar charger"[correction.range.clone()], "sloar");
    assert_eq!(titles(answer)[0], "Solar charger");
}

#[test]
fn a_correction_can_be_refused() {
    let query = Query {
        mode: Mode::Text,
        lookup: Lookup {
            prefix: false,
            correct: false,
        },
        ..Query::new("sloar")
    };
    let answer = shop().search(&query).unwrap();
    assert!(answer.hits.is_empty() && answer.corrections.is_empty());
}

#[test]
fn a_word_that_some_record_holds_is_never_corrected() {
    let answer = ask("boots", Mode::Text);
    assert!(answer.corrections.is_empty());
    assert_eq!(found("boots", Mode::Text), ["Hiking boots"]);
}

#[test]
fn a_misspelled_small_word_is_left_out_as_it_would_be_if_it_were_not() {
    let answer = ask("boots witth", Mode::Text);
    assert!(answer.corrections.is_empty(), "{:?}", answer.corrections);
    assert_eq!(titles(answer), ["Hiking boots"]);
}
