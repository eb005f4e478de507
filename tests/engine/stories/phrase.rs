//! "Goat milk" is not a goat and some milk: quotes require the words to be next to each other, in
//! every mode.

use parallax::Mode;

use super::found;

#[test]
fn quoted_words_must_stand_together() {
    let both = found("goat milk", Mode::Text);
    assert!(both.contains(&"Almond drink".to_owned()), "{both:?}");
    for mode in Mode::ALL {
        assert_eq!(found("\"goat milk\"", mode), ["Goat cheese"], "{mode}");
    }
}

#[test]
fn a_quoted_phrase_that_no_record_holds_finds_nothing() {
    for mode in Mode::ALL {
        assert!(found("\"milk goat\"", mode).is_empty(), "{mode}");
    }
}

#[test]
fn the_quotes_that_phones_type_are_quotes() {
    for query in [
        "\u{201c}goat milk\u{201d}",
        "\u{201e}goat milk\u{201c}",
        "\u{ab}goat milk\u{bb}",
    ] {
        for mode in Mode::ALL {
            assert_eq!(found(query, mode), ["Goat cheese"], "{query} {mode}");
        }
    }
}

#[test]
fn a_phrase_of_small_words_is_found_by_words_too() {
    assert_eq!(found("\"with a\"", Mode::Text).len(), 3);
    assert_eq!(found("title:with", Mode::Text), ["Phone with a camera"]);
}
