//! An encoder reads "without a camera" as something about cameras. Words can say no: an
//! exclusion holds in every mode.

use parallax::Mode;

use crate::found;

const CAMERA: &str = "Phone with a camera";

#[test]
fn meaning_misses_a_negation() {
    let near = found("phone without a camera", Mode::Neural);
    assert_eq!(near[0], CAMERA);
}

#[test]
fn an_exclusion_does_not() {
    for mode in [Mode::Neural, Mode::Hybrid] {
        let found = found("phone -camera", mode);
        assert_eq!(found[0], "Senior phone", "{mode}");
        assert!(!found.contains(&CAMERA.to_owned()), "{mode}");
    }
}
