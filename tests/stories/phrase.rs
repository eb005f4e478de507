//! "Goat milk" is not a goat and some milk: quotes ask for the words side by side, in every
//! mode.

use parallax::Mode;

use crate::found;

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
