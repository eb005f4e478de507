//! What a person does not want is not shown, however well it fits otherwise.

use parallax::{Error, Mode, Query};

use crate::{found, shop};

#[test]
fn an_excluded_word_is_in_no_hit() {
    let with = found("milk foam", Mode::Text);
    assert!(with.contains(&"Espresso machine".to_owned()), "{with:?}");
    for mode in Mode::ALL {
        let without = found("milk foam -espresso -\"no milk\"", mode);
        assert!(!without.is_empty(), "{mode}");
        for gone in ["Espresso machine", "Almond drink"] {
            assert!(!without.contains(&gone.to_owned()), "{mode}: {without:?}");
        }
    }
}

#[test]
fn a_word_can_be_asked_for_in_one_field() {
    assert_eq!(found("title:milk", Mode::Text), ["Milk frother"]);
}

#[test]
fn a_query_of_exclusions_alone_says_what_is_missing() {
    let error = shop().search(&Query::new("-milk")).unwrap_err();
    assert!(matches!(error, Error::BadQuery(_)));
    assert!(error.to_string().contains("add a word"), "{error}");
}
