//! Markup in texts, and the positions in the text without it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax::record::Plain;

fuzz_target!(|text: &str| {
    let Some(plain) = Plain::of(text) else {
        return;
    };
    assert_eq!(plain.original(), text);
    let ends = plain.text().char_indices().map(|(at, _)| at);
    let ends: Vec<usize> = ends.chain([plain.text().len()]).take(64).collect();
    for (&start, &end) in ends.iter().zip(ends.iter().rev()) {
        if start <= end {
            let origin = plain.origin(start..end);
            assert!(
                text.get(origin.clone()).is_some(),
                "{start}..{end}: {origin:?}"
            );
            let place = plain.place(origin);
            assert!(plain.text().get(place.clone()).is_some(), "{place:?}");
        }
    }
});
