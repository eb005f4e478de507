//! There is always a nearest record, even for nonsense. Search by words finds nothing, and search
//! by meaning reports that nothing fits.

use parallax::Mode;

use super::found;
use crate::common::sample::{ask, sample};

#[test]
fn no_word_of_nonsense_is_found() {
    assert!(found("xqzvw plrtk", Mode::Text).is_empty());
}

#[test]
fn what_is_nearest_to_nonsense_is_said_not_to_fit() {
    let fits = |text: &str, mode| sample().search(&ask(text, mode)).unwrap().fits;
    for mode in [Mode::Neural, Mode::Hybrid] {
        assert_eq!(fits("xqzvw plrtk", mode), Some(false), "{mode}");
        assert_eq!(fits("software for farmers", mode), Some(true), "{mode}");
    }
}

#[test]
fn a_word_that_records_hold_fits_however_little_it_means_by_itself() {
    for word in ["milk", "gold", "water"] {
        assert!(
            !sample()
                .search(&ask(word, Mode::Text))
                .unwrap()
                .hits
                .is_empty()
        );
        let by_meaning = sample().search(&ask(word, Mode::Neural)).unwrap();
        assert_eq!(by_meaning.fits, Some(true), "{word}");
    }
}
