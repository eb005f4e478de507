//! There is always a nearest record, even to nonsense. Words know better: they find nothing.

use parallax::Mode;

use crate::found;

#[test]
fn no_word_of_nonsense_is_found() {
    assert!(found("xqzvw plrtk", Mode::Text).is_empty());
}
