//! Excluded words never appear in the hits, however well a record matches otherwise.

use parallax::{Error, Mode, Query};

use super::{found, shop};

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

#[test]
fn a_query_without_a_word_leaves_nothing_out() {
    for query in ["-\"", "-\"\"", "\"\""] {
        let error = shop().search(&Query::new(query)).unwrap_err().to_string();
        assert!(error.contains("holds no word"), "{query}: {error}");
    }
}

#[test]
fn an_exclusion_that_is_being_typed_takes_nothing_else_away() {
    for typed in ["milk -\"goat", "milk -\"goat che", "milk -\"goat cheese"] {
        let found = found(typed, Mode::Text);
        assert!(found.contains(&"Espresso machine".to_owned()), "{typed}");
    }
    let still = found("milk -\"goat ches", Mode::Text);
    assert!(still.contains(&"Goat cheese".to_owned()), "{still:?}");
}

#[test]
fn more_conditions_than_anybody_types_are_refused() {
    let many: Vec<String> = (0..33).map(|at| format!("-w{at}")).collect();
    let long = format!("\"{}\"", "milk ".repeat(33));
    for query in [format!("milk {}", many.join(" ")), long] {
        let error = shop().search(&Query::new(query)).unwrap_err().to_string();
        assert!(error.contains("at most 32 are allowed"), "{error}");
    }
    let repeated = format!("milk {}", "-the ".repeat(300));
    assert!(shop().search(&Query::new(repeated)).is_ok());
}
