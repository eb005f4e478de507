//! The encoder takes "without a camera" to be about cameras. An exclusion is the way to say no,
//! and it works in every mode.

use parallax::Mode;

use super::found;

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
